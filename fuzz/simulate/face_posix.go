package simulate

import (
	"fmt"
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
	"stackproof/stack/wire"
)

type posixCall struct{ op posix.Op }

// posixSockets are the POSIX face.
type posixSockets struct {
	posix.Face
	host *host
	core socket.Table
	room int
	ops  []*posix.Op // of the calls that wait
}

func newPosix(h *host, m *memory) *posixSockets {
	s := &posixSockets{host: h, room: len(m.descriptors)}
	s.core.Init(&h.stack, m.sockets)
	s.core.InitGroups(m.memberships)
	s.Init(&s.core, m.descriptors, m.files)
	return s
}

func posixErr(e posix.Errno) errno {
	if e == posix.ENone {
		return ""
	}
	return errno(e.String())
}

func (s *posixSockets) open(v6, stream bool) (int, errno) {
	family, kind := posix.IPv4, posix.Datagram
	if v6 {
		family = posix.IPv6
	}
	if stream {
		kind = posix.Stream
	}
	fd, e := s.Socket(family, kind, 0)
	return fd, posixErr(e)
}

func (s *posixSockets) nonblock(fd int) { s.SetNonblock(fd, true) }

func (s *posixSockets) keepAlive(fd int, idle time.Duration) {
	s.SetOption(fd, posix.SoKeepAlive, posix.Value{N: 1})
	s.SetOption(fd, posix.TCPKeepIdle, posix.Value{Time: idle})
	s.SetOption(fd, posix.TCPKeepInterval, posix.Value{Time: keepInterval})
	s.SetOption(fd, posix.TCPKeepCount, posix.Value{N: keepCount})
}

func (s *posixSockets) reuse(fd int) { s.SetOption(fd, posix.SoReuseAddr, posix.Value{N: 1}) }

func (s *posixSockets) bind(fd int, at socket.Endpoint) errno { return posixErr(s.Bind(fd, at)) }

func (s *posixSockets) listen(fd, backlog int) errno { return posixErr(s.Listen(fd, backlog)) }

func (s *posixSockets) join(fd int, group wire.Addr) errno {
	option := posix.IPAddMembership
	if group.Is6() {
		option = posix.IPv6JoinGroup
	}
	return posixErr(s.SetOption(fd, option, posix.Value{Group: socket.Endpoint{Addr: group}}))
}

func (s *posixSockets) shutdown(fd int) errno {
	return posixErr(s.Shutdown(s.host.local(), fd, posix.ShutWrite))
}

func (s *posixSockets) abort(fd int) {
	s.SetOption(fd, posix.SoLinger, posix.Value{N: 1})
	var op posix.Op
	s.Close(s.host.local(), &op, fd)
}

func (s *posixSockets) connect(c *call, fd int, to socket.Endpoint) bool {
	return s.of(c, s.Connect(s.host.local(), &c.posix.op, fd, to))
}

func (s *posixSockets) accept(c *call, fd int) bool {
	return s.of(c, s.Accept(s.host.local(), &c.posix.op, fd))
}

func (s *posixSockets) send(c *call, fd int, b []byte, to socket.Endpoint) bool {
	return s.of(c, s.Send(s.host.local(), &c.posix.op, fd, b, 0, to))
}

func (s *posixSockets) recv(c *call, fd int, b []byte) bool {
	return s.of(c, s.Recv(s.host.local(), &c.posix.op, fd, b, 0))
}

func (s *posixSockets) closes(c *call, fd int) bool {
	return s.of(c, s.Close(s.host.local(), &c.posix.op, fd))
}

func (s *posixSockets) step(c *call) bool {
	return s.of(c, s.Step(s.host.local(), &c.posix.op))
}

func (s *posixSockets) cancel(c *call) {
	s.Cancel(s.host.local(), &c.posix.op)
	s.ops = without(s.ops, &c.posix.op)
}

func (s *posixSockets) deadline(c *call) (time.Duration, bool) { return s.Deadline(&c.posix.op) }

// of notes what has become of a call, and tells whether it is done.
func (s *posixSockets) of(c *call, done bool) bool {
	op := &c.posix.op
	s.ops = without(s.ops, op)
	if !done {
		s.ops = append(s.ops, op)
		return false
	}
	c.n, c.err, c.from = op.Ret, posixErr(op.Err), op.From
	return true
}

func (s *posixSockets) check() invariant.Violation { return s.Check(s.ops) }

func (s *posixSockets) left() string {
	for fd := posix.FirstFD; fd < posix.FirstFD+s.room; fd++ {
		if _, _, open := s.Inspect(fd); open {
			return fmt.Sprintf("descriptor %d is open", fd)
		}
	}
	free := 0
	for e := posix.ENone; e == posix.ENone; free++ {
		_, e = s.Socket(posix.IPv4, posix.Stream, 0)
	}
	if free--; free != s.room {
		return fmt.Sprintf("there is room for %d descriptors of %d", free, s.room)
	}
	return ""
}
