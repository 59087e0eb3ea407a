package calls

import (
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
)

// lwipFace drives the lwIP face.
type lwipFace struct {
	lwip.Face
	world *world
}

func newLwip(w *world, core *socket.Table) face {
	f := &lwipFace{world: w}
	core.Init(&w.Stack, make([]socket.Socket, sockets+2))
	core.InitGroups(make([]socket.Membership, 2))
	f.Init(core, make([]lwip.Socket, sockets), &lwip.Config{Linger: true, RcvBuf: true})
	return f
}

func lwipName(e abi.Errno) string {
	if e == 0 {
		return ""
	}
	return e.String()
}

func (f *lwipFace) first() int { return abi.FD_SETSIZE - sockets }

func (f *lwipFace) open(fd int) bool { _, _, ok := f.Inspect(fd); return ok }

func (f *lwipFace) socket(how byte) (int, string) {
	family, kind := abi.AF_INET, abi.SOCK_STREAM
	if how&16 != 0 {
		family = abi.AF_INET6
	}
	if how&3 == 1 {
		kind = abi.SOCK_DGRAM
	} else if how&3 == 2 {
		kind = abi.SOCK_RAW
	}
	fd, e := f.Socket(family, kind, int(how>>6))
	return fd, lwipName(e)
}

// sockaddr is an endpoint as C has it; the last of its lengths is none that an address has.
func sockaddr(e socket.Endpoint, a byte) []byte {
	if e.Addr.Is6() {
		b := make([]byte, abi.SizeofSockaddrIn6)
		abi.SockaddrIn6{Len: abi.SizeofSockaddrIn6, Family: abi.AF_INET6, Port: e.Port, Addr: e.Addr.As16()}.Put(b)
		return b
	}
	b := make([]byte, abi.SizeofSockaddrIn)
	if e.Addr.IsValid() {
		abi.SockaddrIn{Len: abi.SizeofSockaddrIn, Family: abi.AF_INET, Port: e.Port, Addr: e.Addr.As4()}.Put(b)
	}
	if a == 255 {
		return b[:7]
	}
	return b
}

func (f *lwipFace) now(what, fd int, a, b byte) string {
	var e abi.Errno
	level := []int{abi.SOL_SOCKET, abi.IPPROTO_TCP, abi.IPPROTO_IP, abi.IPPROTO_IPV6}[b&3]
	option := int(a)
	if level == abi.SOL_SOCKET && a&128 != 0 {
		option = 0x1000 | int(a&31)
	}
	var v [16]byte
	switch what {
	case doBind:
		e = f.Bind(fd, sockaddr(where(a, b, false), a))
	case doListen:
		e = f.Listen(fd, int(int8(b)))
	case doSetOpt:
		v[0], v[4] = b>>2, b>>3
		e = f.SetSockOpt(fd, level, option, v[:1<<(b>>5&3)*2])
	case doGetOpt:
		e = f.GetSockOpt(fd, level, option, v[:1<<(b>>5&3)*2])
	case doShutdown:
		e = f.Shutdown(f.world.now, fd, int(b)%4)
	case doNonblock:
		_, e = f.Fcntl(fd, abi.F_SETFL, int(b&1)*abi.O_NONBLOCK)
	case doName:
		var n lwip.Name
		if b&1 != 0 {
			e = f.SockName(fd, &n)
		} else {
			e = f.PeerName(fd, &n)
		}
	}
	return lwipName(e)
}

// lwipOp is a call's.
type lwipOp struct {
	lwip.Op
	fds     [2]abi.Pollfd
	sets    [3]abi.FdSet
	timeout abi.Timeval
}

func (f *lwipFace) begin(c *call, a, b byte) bool {
	op, now := new(lwipOp), f.world.now
	c.op = op
	switch c.what {
	case doAccept:
		return f.of(c, f.Accept(now, &op.Op, c.fd, a&1 != 0))
	case doConnect:
		return f.of(c, f.Connect(now, &op.Op, c.fd, sockaddr(where(a, b, true), a)))
	case doSend:
		var name []byte
		if a&128 != 0 {
			name = sockaddr(where(a<<1, b, true), a)
		}
		return f.of(c, f.SendTo(now, &op.Op, c.fd, c.buf, int(a&31), name))
	case doRecv:
		c.peek = int(a&31)&abi.MSG_PEEK != 0
		return f.of(c, f.RecvFrom(now, &op.Op, c.fd, c.buf, int(a&31), a&128 != 0))
	case doPoll:
		if a&128 != 0 {
			for i := range op.sets {
				if a>>i&1 != 0 {
					op.sets[i].Set(c.fd)
				}
			}
			op.timeout.Sec = int64(b & 15)
			return f.of(c, f.Select(now, &op.Op, abi.FD_SETSIZE-int(b>>6), &op.sets[0], &op.sets[1], &op.sets[2], &op.timeout))
		}
		op.fds = [2]abi.Pollfd{{Fd: int32(c.fd), Events: int16(a)}, {Fd: int32(int8(b)), Events: abi.POLLIN}}
		return f.of(c, f.Poll(now, &op.Op, op.fds[:], int(int8(b))*100))
	}
	return f.of(c, f.Close(now, &op.Op, c.fd))
}

func (f *lwipFace) step(c *call) bool { return f.of(c, f.Step(f.world.now, &c.op.(*lwipOp).Op)) }
func (f *lwipFace) cancel(c *call)    { f.Cancel(f.world.now, &c.op.(*lwipOp).Op) }

func (f *lwipFace) of(c *call, done bool) bool {
	if op := c.op.(*lwipOp); done {
		c.ret, c.err = op.Ret, lwipName(op.Err)
	}
	return done
}

func (f *lwipFace) check(busy []*call) invariant.Violation {
	ops := make([]*lwip.Op, len(busy))
	for i, c := range busy {
		ops[i] = &c.op.(*lwipOp).Op
	}
	return f.Check(ops)
}

// lwipErrors are the errors that each call documents.
var lwipErrors = map[int][]string{
	doSocket:   {"EINVAL", "ENOBUFS", "ENFILE"},
	doBind:     {"EBADF", "EINVAL", "EIO", "EADDRINUSE", "ENOBUFS"},
	doListen:   {"EBADF", "EOPNOTSUPP", "ENOTCONN", "EINVAL", "EADDRINUSE", "ENOMEM"},
	doSetOpt:   {"EBADF", "EFAULT", "ENOPROTOOPT", "EINVAL", "ENODEV", "EADDRNOTAVAIL", "ENOMEM"},
	doGetOpt:   {"EBADF", "EFAULT", "ENOPROTOOPT", "EINVAL"},
	doShutdown: {"EBADF", "EOPNOTSUPP", "EINVAL", "ENOTCONN"},
	doNonblock: {"EBADF", "ENOSYS"},
	doName:     {"EBADF", "ENOTCONN"},
	doAccept:   {"EBADF", "EOPNOTSUPP", "EINVAL", "EAGAIN", "ENFILE", "ENOTCONN", "ECONNRESET", "ECONNABORTED"},
	doConnect: {"EBADF", "EINVAL", "EIO", "EHOSTUNREACH", "EADDRINUSE", "ENOMEM", "EINPROGRESS", "EALREADY", "EISCONN", "ENOTCONN", "ECONNRESET",
		"ECONNABORTED"},
	doSend: {"EBADF", "EAGAIN", "ENOTCONN", "EINPROGRESS", "ECONNRESET", "ECONNABORTED", "EMSGSIZE", "EIO", "EINVAL", "EHOSTUNREACH", "ENOMEM"},
	doRecv: {"EBADF", "EAGAIN", "ENOTCONN", "ECONNRESET", "ECONNABORTED"},
	doPoll: {"EBADF", "EINVAL"}, doClose: {"EBADF", "EAGAIN"},
}
