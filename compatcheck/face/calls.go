package face

import (
	"bytes"
	"time"

	"stackproof/compatcheck/ccall"
	"stackproof/conformance/sut"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// waits are the calls whose result is an Op's.
var waits = map[string]bool{
	"accept": true, "connect": true, "close": true, "read": true, "recv": true, "recvfrom": true, "recvmsg": true, "readv": true,
	"write": true, "send": true, "sendto": true, "sendmsg": true, "writev": true, "select": true, "poll": true,
}

// starter begins a call and answers whether it is done.
type starter func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool

// afters are what calls that wait leave in memory when they are done, besides the data.
var afters = map[string]func(*Stack, *call){
	"accept": func(s *Stack, c *call) {
		c.ret, c.err = int32(c.op.Ret), c.op.Err
		if c.ret >= 0 {
			s.fds[c.newFD] = c.op.Ret
			c.setName(&c.op.Name, 1, 2)
		}
	},
	"recvfrom": func(_ *Stack, c *call) {
		c.ret, c.err = int32(c.op.Ret), c.op.Err
		if c.ret >= 0 {
			c.setName(&c.op.Name, 4, 5)
		}
	},
	"recvmsg": func(_ *Stack, c *call) {
		c.ret, c.err = int32(c.op.Ret), c.op.Err
		if out := c.args[6].Bytes; c.ret >= 0 && len(out) == 12 {
			namelen := len(c.args[1].Bytes)
			if n := &c.op.Name; n.Len > 0 {
				namelen = min(namelen, n.Len)
				copy(c.args[1].Bytes, n.Bytes[:n.Len])
			}
			le.PutUint32(out, uint32(namelen))
			le.PutUint32(out[4:], uint32(c.msg.Control))
			le.PutUint32(out[8:], uint32(c.msg.Flags))
		}
	},
}

// setName leaves an address and its length in memory, as far as there is room for it.
func (c *call) setName(n *lwip.Name, at, length int) {
	to, l := c.args[at].Bytes, c.args[length].Bytes
	if len(l) < 4 || n.Len == 0 {
		return
	}
	k := min(int(le.Uint32(l)), n.Len)
	copy(to, n.Bytes[:min(k, len(to))])
	le.PutUint32(l, uint32(k))
}

// set is a call that never waits.
func (c *call) set(ret int, e abi.Errno) bool {
	c.ret, c.err = int32(ret), e
	if e != 0 && ret == 0 {
		c.ret = -1
	}
	return true
}

func (s *Stack) fd(c *call) int { return s.own(sut.FD(c.args[0].N)) }

// zeros are the memory behind a length that says more than the tester has sent.
var zeros [1 << 17]byte

// data is what a call sends, of the length that the argument behind it says.
func (c *call) data(i int) []byte {
	n, b := max(int(c.args[i+1].N), 0), c.args[i].Bytes
	if n <= len(b) {
		return b[:n]
	}
	return zeros[:min(n, len(zeros))]
}

// addr is an address of the length that the argument behind it says; nil for none.
func (c *call) addr(i int) []byte {
	n, b := int(c.args[i+1].N), c.args[i].Bytes
	switch {
	case c.args[i].Kind == ccall.Null && n == 0:
		return nil
	case c.args[i].Kind == ccall.Null:
		return []byte{}
	}
	return b[:max(0, min(n, len(b)))]
}

// memory is an argument's memory, nil for NULL, of at most n bytes.
func (c *call) memory(i, n int) []byte {
	b := c.args[i].Bytes
	if c.args[i].Kind == ccall.Null {
		return nil
	}
	if b == nil {
		b = []byte{}
	}
	return b[:max(0, min(n, len(b)))]
}

// whole is an argument's memory, or a copy with zeros behind where that is shorter than n: a C program that has less there
// reads what is behind too, and a stack cannot know.
func (c *call) whole(i, n int) []byte {
	b := c.args[i].Bytes
	if len(b) < n {
		return append(bytes.Clone(b), make([]byte, n-len(b))...)
	}
	return b
}

// text is a string without the zero that ends it, nil for NULL.
func (c *call) text(i int) []byte {
	b := c.args[i].Bytes
	if c.args[i].Kind == ccall.Null {
		return nil
	}
	if end := bytes.IndexByte(b, 0); end >= 0 {
		return b[:end]
	}
	return b
}

// message makes the Message of pieces and their number.
func (c *call) message(pieces, number int) *lwip.Message {
	c.msg.Parts = c.args[pieces].Parts
	if c.args[pieces].Kind == ccall.Null {
		c.msg.Parts = nil
		return &c.msg
	}
	n := max(int(c.args[number].N), 0)
	for len(c.msg.Parts) < n {
		c.msg.Parts = append(c.msg.Parts, zeros[:1])
	}
	c.msg.Parts = c.msg.Parts[:n]
	return &c.msg
}

var table map[string]starter

func init() {
	table = map[string]starter{
		"socket": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
			ret, e := f.Socket(int(c.args[0].N), int(c.args[1].N), int(c.args[2].N))
			if e == 0 {
				s.fds[c.newFD] = ret
			}
			return c.set(ret, e)
		},
		"bind": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
			return c.set(0, f.Bind(s.fd(c), c.addr(1)))
		},
		"listen": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
			return c.set(0, f.Listen(s.fd(c), int(c.args[1].N)))
		},
		"connect": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.Connect(now, &c.op, s.fd(c), c.addr(1))
		},
		"accept": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.Accept(now, &c.op, s.fd(c), c.args[1].Kind == ccall.Memory)
		},
		"shutdown": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return c.set(0, f.Shutdown(now, s.fd(c), int(c.args[1].N)))
		},
		"close": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			fd := s.fd(c)
			delete(s.fds, sut.FD(c.args[0].N))
			return f.Close(now, &c.op, fd)
		},
		"getsockname": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool { return c.nameOf(s, f.SockName) },
		"getpeername": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool { return c.nameOf(s, f.PeerName) },
		"getsockopt":  getsockopt,
		"setsockopt": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
			return c.set(0, f.SetSockOpt(s.fd(c), int(c.args[1].N), int(c.args[2].N), c.memory(3, int(c.args[4].N))))
		},
		"fcntl": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
			return c.set(f.Fcntl(s.fd(c), int(c.args[1].N), int(c.args[2].N)))
		},
		"ioctl": func(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
			return c.set(0, f.Ioctl(s.fd(c), uint32(c.args[1].N), c.memory(2, 4)))
		},
		"read": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.Read(now, &c.op, s.fd(c), c.args[1].Bytes)
		},
		"recv": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.Recv(now, &c.op, s.fd(c), c.args[1].Bytes, int(c.args[3].N))
		},
		"recvfrom": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.RecvFrom(now, &c.op, s.fd(c), c.args[1].Bytes, int(c.args[3].N), c.args[4].Kind == ccall.Memory)
		},
		"write": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.Write(now, &c.op, s.fd(c), c.data(1))
		},
		"send": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.Send(now, &c.op, s.fd(c), c.data(1), int(c.args[3].N))
		},
		"sendto": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.SendTo(now, &c.op, s.fd(c), c.data(1), int(c.args[3].N), c.addr(4))
		},
		"readv": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.ReadV(now, &c.op, s.fd(c), c.message(1, 2))
		},
		"writev": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			return f.WriteV(now, &c.op, s.fd(c), c.message(1, 2))
		},
		"recvmsg": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			m := c.message(2, 3)
			m.Control = len(c.args[4].Bytes)
			if c.args[6].Kind == ccall.Null {
				m = nil
			}
			return f.RecvMsg(now, &c.op, s.fd(c), m, int(c.args[5].N))
		},
		"sendmsg": func(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
			m := c.message(2, 3)
			m.Name, m.Control = c.memory(1, len(c.args[1].Bytes)), len(c.args[4].Bytes)
			return f.SendMsg(now, &c.op, s.fd(c), m, int(c.args[5].N))
		},
		"select":          selectCall,
		"poll":            pollCall,
		"inet_pton":       inetPton,
		"inet_ntop":       inetNtop,
		"getaddrinfo":     getaddrinfo,
		"gethostbyname":   gethostbyname,
		"gethostbyname_r": gethostbynameR,
		"if_nametoindex": func(_ *Stack, _ *lwip.Face, _ time.Duration, c *call) bool {
			return c.set(int(lwip.NameToIndex(c.args[0].Bytes)), 0)
		},
		"if_indextoname": func(_ *Stack, _ *lwip.Face, _ time.Duration, c *call) bool {
			var name [abi.IFNAMSIZ]byte
			if c.err = lwip.IndexToName(uint32(c.args[0].N), &name); c.err == 0 {
				c.ret = 1
				copy(c.args[1].Bytes, name[:])
			}
			return true
		},
	}
}

func (c *call) nameOf(s *Stack, of func(fd int, n *lwip.Name) abi.Errno) bool {
	var n lwip.Name
	e := of(s.fd(c), &n)
	if e == 0 {
		c.setName(&n, 1, 2)
	}
	return c.set(0, e)
}

func getsockopt(s *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
	var value []byte // NULL, as is the value without a length
	if l := c.args[4].Bytes; len(l) == 4 {
		value = c.memory(3, int(le.Uint32(l)))
	}
	return c.set(0, f.GetSockOpt(s.fd(c), int(c.args[1].N), int(c.args[2].N), value))
}

func selectCall(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
	for i := range c.sets {
		a := &c.args[1+i]
		if a.Kind != ccall.FdSet {
			continue
		}
		c.sets[i] = &abi.FdSet{}
		for _, fd := range a.FDs {
			n := s.own(sut.FD(fd))
			if n < 0 {
				n = s.gone()
			}
			c.sets[i].Set(n)
		}
	}
	var limit *abi.Timeval
	if t, ok := abi.ParseTimeval(c.args[4].Bytes); ok {
		limit = &t
	}
	return f.Select(now, &c.op, int(c.args[0].N), c.sets[0], c.sets[1], c.sets[2], limit)
}

func pollCall(s *Stack, f *lwip.Face, now time.Duration, c *call) bool {
	if c.args[0].Kind == ccall.Null && c.args[1].N != 0 { // a slice has its length with it
		c.op.Ret, c.op.Err = -1, abi.EINVAL
		return true
	}
	for i, fd := range c.args[0].FDs {
		n := -1
		if fd != ccall.Nobody {
			if n = s.own(sut.FD(fd)); n < 0 {
				n = s.gone()
			}
		}
		c.polls = append(c.polls, abi.Pollfd{Fd: int32(n), Events: c.args[0].Events[i]})
	}
	return f.Poll(now, &c.op, c.polls, int(c.args[2].N))
}

func inetPton(_ *Stack, _ *lwip.Face, _ time.Duration, c *call) bool {
	to := c.whole(2, abi.SizeofIn6Addr)
	ret, e := lwip.InetPton(int(c.args[0].N), c.text(1), to)
	copy(c.args[2].Bytes, to)
	c.ret, c.err = int32(ret), e
	return true
}

func inetNtop(_ *Stack, _ *lwip.Face, _ time.Duration, c *call) bool {
	n, e := lwip.InetNtop(int(c.args[0].N), c.whole(1, abi.SizeofIn6Addr), c.memory(2, int(c.args[3].N)))
	if c.err = e; n > 0 {
		c.ret = 1
	}
	return true
}

func getaddrinfo(_ *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
	var hints *lwip.Hints
	if h := c.args[2].Bytes; len(h) == 16 {
		hints = &lwip.Hints{Flags: int32(le.Uint32(h)), Family: int32(le.Uint32(h[4:])), Socktype: int32(le.Uint32(h[8:])), Protocol: int32(le.Uint32(h[12:]))}
	}
	var info *lwip.AddrInfo
	if c.args[3].Kind == ccall.Memory {
		info = &lwip.AddrInfo{}
	}
	c.ret = int32(f.GetAddrInfo(c.text(0), c.text(1), hints, info))
	if out := c.args[3].Bytes; c.ret == 0 && len(out) >= 64 {
		for i, n := range []int32{1, 0, info.Family, info.Socktype, info.Protocol, abi.SizeofSockaddrStorage} {
			le.PutUint32(out[4*i:], uint32(n))
		}
		copy(out[24:52], info.Addr[:])
		copy(out[52:len(out)-1], c.text(0))
	}
	return true
}

// host leaves what a look-up has found: h_errno, type, length, address.
func host(out []byte, a wire.Addr, hErrno int) {
	if len(out) < 28 {
		return
	}
	le.PutUint32(out, uint32(hErrno))
	switch {
	case hErrno != 0:
	case a.Is4():
		le.PutUint32(out[4:], abi.AF_INET)
		le.PutUint32(out[8:], 4)
		b := a.As4()
		copy(out[12:], b[:])
	default:
		le.PutUint32(out[4:], abi.AF_INET6)
		le.PutUint32(out[8:], 16)
		b := a.As16()
		copy(out[12:], b[:])
	}
}

func gethostbyname(_ *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
	a, e := f.GetHostByName(c.text(0))
	host(c.args[1].Bytes, a, e)
	if e == 0 {
		c.ret = 1
	}
	return true
}

func gethostbynameR(_ *Stack, f *lwip.Face, _ time.Duration, c *call) bool {
	a, e := f.GetHostByNameR(c.text(0), int(c.args[1].N))
	host(c.args[2].Bytes, a, e)
	if e != 0 {
		c.ret = -1
	}
	return true
}
