package expect

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"stackproof/compatcheck/ccall"
	"stackproof/conformance/script"
	"stackproof/conformance/sut"
	"stackproof/stack/socket/lwip/abi"
)

// kinds are the arguments of the calls, a letter each: f descriptor, i number, a address, A room for an address, L length of
// it, m room for data (its length is the next argument), d data (likewise), v value of an option, V room for one (its length
// is the next), S fd_set, t struct timeval, p struct pollfd[], q struct iovec[] to send, Q to receive, s text, h struct
// addrinfo as hints, o other memory, of so many bytes.
var kinds = map[string]string{
	"socket": "iii", "accept": "fAL", "bind": "fai", "listen": "fi", "connect": "fai", "shutdown": "fi", "close": "f",
	"getsockname": "fAL", "getpeername": "fAL", "getsockopt": "fiiVL", "setsockopt": "fiivi",
	"read": "fmi", "recv": "fmii", "recvfrom": "fmiiAL", "write": "fdi", "send": "fdii", "sendto": "fdiiai",
	"readv": "fQi", "writev": "fqi", "sendmsg": "faqioi", "recvmsg": "fAQioio",
	"select": "iSSSt", "poll": "pii", "fcntl": "fii", "ioctl": "fiv",
	"inet_pton": "iso", "inet_ntop": "iooi", "if_nametoindex": "s", "if_indextoname": "io",
	"getaddrinfo": "ssho", "gethostbyname": "so", "gethostbyname_r": "sio",
}

// argument is what a call gets, and what of it comes back.
type argument struct {
	ccall.Arg
	letter byte // of kinds
}

// coder makes the arguments of one call.
type coder struct {
	call *script.Call
	err  error
}

func (c *coder) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%s: "+format, append([]any{c.call.Name}, args...)...)
	}
}

// encode makes a call's data for the protocol.
func encode(call *script.Call) (data []byte, args []argument, err error) {
	c := &coder{call: call}
	want, ok := kinds[call.Name]
	if !ok {
		return nil, nil, fmt.Errorf("%s: no such call", call.Name)
	}
	if len(want) != len(call.Args) {
		return nil, nil, fmt.Errorf("%s: %d arguments instead of %d", call.Name, len(call.Args), len(want))
	}
	var plain []ccall.Arg
	for i := range want {
		a := c.argument(want[i], i)
		args = append(args, a)
		plain = append(plain, a.Arg)
	}
	return ccall.Append(nil, call.Name, plain), args, c.err
}

var le = binary.LittleEndian

func (c *coder) argument(letter byte, i int) argument {
	e := &c.call.Args[i]
	a := argument{ccall.Arg{Kind: ccall.Memory}, letter}
	if e.Kind == script.ExprWord && e.Text == "NULL" {
		a.Kind = ccall.Null
		return a
	}
	switch letter {
	case 'f':
		a.Kind, a.N = ccall.Descriptor, c.int(e)
	case 'i':
		a.Kind, a.N = ccall.Number, c.int(e)
	case 'a':
		a.Bytes = c.address(e)
	case 'A':
		a.Bytes = make([]byte, c.size(e, abi.SizeofSockaddrIn6))
	case 'L':
		a.Bytes = le.AppendUint32(nil, uint32(c.size(e, abi.SizeofSockaddrIn6)))
	case 'm':
		a.Bytes = make([]byte, c.room(i+1))
	case 'd', 's', 'o':
		a.Bytes = c.data(e, i, letter)
	case 'v':
		a.Bytes = c.value(e)
	case 'V':
		a.Bytes = make([]byte, max(c.size(e, abi.SizeofTimeval), 0))
	case 't', 'h':
		a.Bytes = c.value(e)
	case 'S':
		a.Kind = ccall.FdSet
		for j := range e.List {
			a.FDs = append(a.FDs, uint16(c.int(&e.List[j])))
		}
	case 'p':
		a.Kind = ccall.Polls
		for j := range e.List {
			m := c.members(&e.List[j])
			a.FDs = append(a.FDs, uint16(c.int(m["fd"])))
			a.Events = append(a.Events, int16(c.int(m["events"])))
		}
	case 'q', 'Q':
		a.Kind = ccall.Pieces
		for j := range e.List {
			a.Parts = append(a.Parts, c.piece(&e.List[j], letter))
		}
	}
	return a
}

// int is a number, a name of package abi, names joined by |, or htons of one.
func (c *coder) int(e *script.Expr) int32 {
	if e == nil {
		c.fail("a member is missing")
		return 0
	}
	switch e.Kind {
	case script.ExprInt:
		return int32(e.N)
	case script.ExprWord:
		if n, ok := names[e.Text]; ok {
			return int32(n)
		}
	case script.ExprOr:
		var n int32
		for i := range e.List {
			n |= c.int(&e.List[i])
		}
		return n
	case script.ExprFunc:
		if e.Text == "htons" && len(e.List) == 1 {
			return c.int(&e.List[0])
		}
	}
	c.fail("want a number, got `%s`", e)
	return 0
}

// size is [N], a length; ... stands for the usual one.
func (c *coder) size(e *script.Expr, usual int) int {
	switch {
	case e.Kind == script.ExprEllipsis:
		return usual
	case e.Kind == script.ExprArray && len(e.List) == 1:
		return int(c.int(&e.List[0]))
	}
	c.fail("want `...` or [N], got `%s`", e)
	return 0
}

// most is the longest memory of a call here.
const most = 60000

// room is the length that argument i says, as far as it can be given.
func (c *coder) room(i int) int { return max(0, min(int(c.int(&c.call.Args[i])), most)) }

// alphabet are n bytes of the alphabet, over and over.
func alphabet(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}

func (c *coder) data(e *script.Expr, i int, kind byte) []byte {
	switch {
	case e.Kind == script.ExprString && kind == 's':
		return append([]byte(e.Text), 0)
	case e.Kind == script.ExprString:
		return []byte(unquote(e.Text))
	case e.Kind == script.ExprEllipsis && kind == 'd':
		return alphabet(c.room(i + 1))
	case e.Kind == script.ExprArray && kind == 'o':
		return make([]byte, c.size(e, 0))
	}
	c.fail("argument %d: want `...` or a string, got `%s`", i+1, e)
	return nil
}

// unquote understands \xNN, \0 and \\.
func unquote(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' {
			var n byte
			fmt.Sscanf(s[i+2:i+4], "%02x", &n)
			out.WriteByte(n)
			i += 3
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// piece is one part of a message: a string, ..., [N] bytes (of the alphabet, if they are to be sent), or NULL.
func (c *coder) piece(e *script.Expr, kind byte) []byte {
	switch {
	case e.Kind == script.ExprWord && e.Text == "NULL":
		return nil
	case e.Kind == script.ExprString:
		return []byte(unquote(e.Text))
	case kind == 'q':
		return alphabet(c.size(e, 0))
	}
	return make([]byte, c.size(e, 0))
}

func (c *coder) members(e *script.Expr) map[string]*script.Expr {
	m := map[string]*script.Expr{}
	if e.Kind != script.ExprStruct {
		c.fail("want a structure, got `%s`", e)
		return m
	}
	for i := range e.List {
		a := &e.List[i]
		if a.Kind != script.ExprAssign || a.List[0].Kind != script.ExprWord {
			c.fail("want NAME=VALUE, got `%s`", a)
			return m
		}
		m[a.List[0].Text] = &a.List[1]
	}
	return m
}

// inetAddr reads inet_addr("ADDRESS"), of one family; left out it is the usual one.
func (c *coder) inetAddr(e *script.Expr, usual string, v6 bool) netip.Addr {
	text := usual
	if e != nil {
		if e.Kind != script.ExprFunc || e.Text != "inet_addr" || len(e.List) != 1 {
			c.fail("want inet_addr(\"ADDRESS\"), got `%s`", e)
			text = usual
		} else {
			text = e.List[0].Text
		}
	}
	ip, err := netip.ParseAddr(text)
	switch {
	case err == nil && ip.Is6() == v6:
		return ip
	case c.err == nil:
		c.fail("`%s` is no address of the family", text)
	}
	if v6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

func (c *coder) inet4(e *script.Expr, usual string) [4]byte { return c.inetAddr(e, usual, false).As4() }

func (c *coder) inet6(e *script.Expr, usual string) [16]byte {
	return c.inetAddr(e, usual, true).As16()
}

// address is a struct sockaddr_in or sockaddr_in6, or bytes as they are.
func (c *coder) address(e *script.Expr) []byte {
	switch e.Kind {
	case script.ExprString:
		return []byte(unquote(e.Text))
	case script.ExprEllipsis:
		b := make([]byte, abi.SizeofSockaddrIn)
		abi.SockaddrIn{Len: 16, Family: abi.AF_INET, Port: peerPort, Addr: peer4}.Put(b)
		return b
	}
	m := c.members(e)
	if m["sin6_port"] != nil {
		b := make([]byte, abi.SizeofSockaddrIn6)
		a := abi.SockaddrIn6{Len: 28, Family: abi.AF_INET6, Port: uint16(c.int(m["sin6_port"]))}
		a.Addr = c.inet6(m["sin6_addr"], "::1")
		if m["sin6_scope_id"] != nil {
			a.ScopeID = uint32(c.int(m["sin6_scope_id"]))
		}
		a.Put(b)
		return b
	}
	b := make([]byte, abi.SizeofSockaddrIn)
	a := abi.SockaddrIn{Len: 16, Family: abi.AF_INET}
	if m["sa_family"] != nil {
		a.Family = uint8(c.int(m["sa_family"]))
	} else {
		a.Port = uint16(c.int(m["sin_port"]))
		a.Addr = c.inet4(m["sin_addr"], "127.0.0.1")
	}
	a.Put(b)
	return b
}

// value is what an option has: [N] an int, [byte(N)] a byte, [N, N] a struct linger or what else has several, a structure
// by its members' names, or bytes.
func (c *coder) value(e *script.Expr) []byte {
	switch e.Kind {
	case script.ExprString:
		return []byte(unquote(e.Text))
	case script.ExprArray:
		var b []byte
		for i := range e.List {
			if l := &e.List[i]; l.Kind == script.ExprFunc && l.Text == "byte" && len(l.List) == 1 {
				b = append(b, byte(c.int(&l.List[0])))
			} else {
				b = le.AppendUint32(b, uint32(c.int(l)))
			}
		}
		return b
	}
	m := c.members(e)
	switch {
	case m["tv_sec"] != nil:
		b := make([]byte, abi.SizeofTimeval)
		abi.Timeval{Sec: int64(c.int(m["tv_sec"])), Usec: c.int(m["tv_usec"])}.Put(b)
		return b
	case m["imr_multiaddr"] != nil:
		b := make([]byte, abi.SizeofIPMreq)
		abi.IPMreq{Multiaddr: c.inet4(m["imr_multiaddr"], ""), Interface: c.inet4(m["imr_interface"], "0.0.0.0")}.Put(b)
		return b
	case m["ipv6mr_multiaddr"] != nil:
		b := make([]byte, abi.SizeofIPv6Mreq)
		abi.IPv6Mreq{Multiaddr: c.inet6(m["ipv6mr_multiaddr"], ""), Interface: uint32(c.int(m["ipv6mr_interface"]))}.Put(b)
		return b
	case m["s_addr"] != nil:
		a := c.inet4(m["s_addr"], "")
		return a[:]
	case m["ifr_name"] != nil:
		b := make([]byte, abi.SizeofIfreq)
		copy(b, m["ifr_name"].Text)
		return b
	case m["ai_family"] != nil:
		var b []byte
		for _, name := range []string{"ai_flags", "ai_family", "ai_socktype", "ai_protocol"} {
			n := int32(0)
			if m[name] != nil {
				n = c.int(m[name])
			}
			b = le.AppendUint32(b, uint32(n))
		}
		return b
	}
	c.fail("`%s`: no such structure", e)
	return nil
}

// peerPort, peer4 and peer6 are the peer's, which the checker plays; host4 and host6 the stack's.
const peerPort = 40000

var (
	peer4 = [4]byte{192, 0, 2, 2}
	peer6 = netip.MustParseAddr("2001:db8::2").As16()
	host4 = [4]byte{192, 0, 2, 1}
	host6 = netip.MustParseAddr("2001:db8::1").As16()

	peerMAC = [6]byte{2, 0, 0, 0, 0, 2}
	hostMAC = [6]byte{2, 0, 0, 0, 0, 1}
)

// config is the host that every expectation begins with. The queues are ESP-IDF's.
var config = sut.Config{
	Seed: 1, MAC: hostMAC, MTU: 1500, Addr4: host4, Prefix4: 24, Addr6: host6, Prefix6: 64, RcvBuf: 5760, SndBuf: 5760,
}
