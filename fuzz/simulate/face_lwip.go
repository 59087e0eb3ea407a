package simulate

import (
	"fmt"
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

type lwipCall struct{ op lwip.Op }

// lwipSockets are the lwIP face.
type lwipSockets struct {
	lwip.Face
	host *host
	core socket.Table
	room int
	ops  []*lwip.Op // of the calls that wait
}

func newLwip(h *host, m *memory) *lwipSockets {
	s := &lwipSockets{host: h, room: len(m.lwip)}
	s.core.Init(&h.stack, m.sockets)
	s.core.InitGroups(m.memberships)
	s.Init(&s.core, m.lwip, &lwip.Config{Linger: true})
	return s
}

func lwipErr(e abi.Errno) errno {
	if e == 0 {
		return ""
	}
	return errno(e.String())
}

// sockaddr is an endpoint as C has it.
func sockaddr(e socket.Endpoint) []byte {
	if e.Addr.Is4() {
		b := make([]byte, abi.SizeofSockaddrIn)
		abi.SockaddrIn{Len: abi.SizeofSockaddrIn, Family: abi.AF_INET, Port: e.Port, Addr: e.Addr.As4()}.Put(b)
		return b
	}
	b := make([]byte, abi.SizeofSockaddrIn6)
	abi.SockaddrIn6{Len: abi.SizeofSockaddrIn6, Family: abi.AF_INET6, Port: e.Port, Addr: e.Addr.As16()}.Put(b)
	return b
}

// endpointOf reads what sockaddr writes.
func endpointOf(b []byte) socket.Endpoint {
	if len(b) == abi.SizeofSockaddrIn {
		a, _ := abi.ParseSockaddrIn(b)
		return socket.Endpoint4(a.Addr, a.Port)
	}
	a, _ := abi.ParseSockaddrIn6(b)
	return socket.Endpoint6(a.Addr, a.Port)
}

func (s *lwipSockets) open(v6, stream bool) (int, errno) {
	family, kind := abi.AF_INET, abi.SOCK_DGRAM
	if v6 {
		family = abi.AF_INET6
	}
	if stream {
		kind = abi.SOCK_STREAM
	}
	fd, e := s.Socket(family, kind, 0)
	if e == 0 && v6 {
		s.set(fd, abi.IPPROTO_IPV6, abi.IPV6_V6ONLY, 1)
	}
	return fd, lwipErr(e)
}

func (s *lwipSockets) set(fd, level, option int, v int32) {
	var b [abi.SizeofInt]byte
	abi.PutInt(b[:], v)
	s.SetSockOpt(fd, level, option, b[:])
}

func (s *lwipSockets) nonblock(fd int) { s.Fcntl(fd, abi.F_SETFL, abi.O_NONBLOCK) } //nolint:errcheck // fd is open

func (s *lwipSockets) keepAlive(fd int, idle time.Duration) {
	s.set(fd, abi.SOL_SOCKET, abi.SO_KEEPALIVE, 1)
	s.set(fd, abi.IPPROTO_TCP, abi.TCP_KEEPIDLE, int32(idle/time.Second))
	s.set(fd, abi.IPPROTO_TCP, abi.TCP_KEEPINTVL, int32(keepInterval/time.Second))
	s.set(fd, abi.IPPROTO_TCP, abi.TCP_KEEPCNT, keepCount)
}

func (s *lwipSockets) reuse(fd int) { s.set(fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, 1) }

func (s *lwipSockets) bind(fd int, at socket.Endpoint) errno {
	return lwipErr(s.Bind(fd, sockaddr(at)))
}

func (s *lwipSockets) listen(fd, backlog int) errno { return lwipErr(s.Listen(fd, backlog)) }

func (s *lwipSockets) join(fd int, group wire.Addr) errno {
	if group.Is6() {
		b := make([]byte, abi.SizeofIPv6Mreq)
		abi.IPv6Mreq{Multiaddr: group.As16(), Interface: lwip.NameToIndex([]byte("en1\x00"))}.Put(b)
		return lwipErr(s.SetSockOpt(fd, abi.IPPROTO_IPV6, abi.IPV6_JOIN_GROUP, b))
	}
	b := make([]byte, abi.SizeofIPMreq)
	abi.IPMreq{Multiaddr: group.As4()}.Put(b)
	return lwipErr(s.SetSockOpt(fd, abi.IPPROTO_IP, abi.IP_ADD_MEMBERSHIP, b))
}

func (s *lwipSockets) shutdown(fd int) errno {
	return lwipErr(s.Shutdown(s.host.local(), fd, abi.SHUT_WR))
}

func (s *lwipSockets) abort(fd int) {
	var b [abi.SizeofLinger]byte
	abi.Linger{OnOff: 1}.Put(b[:])
	s.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_LINGER, b[:])
	var op lwip.Op
	s.Close(s.host.local(), &op, fd)
}

func (s *lwipSockets) connect(c *call, fd int, to socket.Endpoint) bool {
	return s.of(c, s.Connect(s.host.local(), &c.lwip.op, fd, sockaddr(to)))
}

func (s *lwipSockets) accept(c *call, fd int) bool {
	return s.of(c, s.Accept(s.host.local(), &c.lwip.op, fd, true))
}

func (s *lwipSockets) send(c *call, fd int, b []byte, to socket.Endpoint) bool {
	var name []byte
	if to.Addr.IsValid() {
		name = sockaddr(to)
	}
	return s.of(c, s.SendTo(s.host.local(), &c.lwip.op, fd, b, 0, name))
}

func (s *lwipSockets) recv(c *call, fd int, b []byte) bool {
	return s.of(c, s.RecvFrom(s.host.local(), &c.lwip.op, fd, b, 0, true))
}

func (s *lwipSockets) closes(c *call, fd int) bool {
	return s.of(c, s.Close(s.host.local(), &c.lwip.op, fd))
}

func (s *lwipSockets) step(c *call) bool { return s.of(c, s.Step(s.host.local(), &c.lwip.op)) }

func (s *lwipSockets) cancel(c *call) {
	s.Cancel(s.host.local(), &c.lwip.op)
	s.ops = without(s.ops, &c.lwip.op)
}

func (s *lwipSockets) deadline(c *call) (time.Duration, bool) { return s.Deadline(&c.lwip.op) }

// of notes what has become of a call, and tells whether it is done.
func (s *lwipSockets) of(c *call, done bool) bool {
	op := &c.lwip.op
	s.ops = without(s.ops, op)
	if !done {
		s.ops = append(s.ops, op)
		return false
	}
	c.n, c.err, c.from = op.Ret, lwipErr(op.Err), endpointOf(op.Name.Bytes[:op.Name.Len])
	return true
}

func (s *lwipSockets) check() invariant.Violation { return s.Check(s.ops) }

func (s *lwipSockets) left() string {
	for fd := abi.FD_SETSIZE - s.room; fd < abi.FD_SETSIZE; fd++ {
		if _, _, open := s.Inspect(fd); open {
			return fmt.Sprintf("descriptor %d is open", fd)
		}
	}
	free := 0
	for e := abi.Errno(0); e == 0; free++ {
		_, e = s.Socket(abi.AF_INET, abi.SOCK_STREAM, 0)
	}
	if free--; free != s.room {
		return fmt.Sprintf("there is room for %d descriptors of %d", free, s.room)
	}
	return ""
}
