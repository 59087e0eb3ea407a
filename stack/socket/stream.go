package socket

import (
	"time"

	"stackproof/stack"
)

// Listen makes a stream take connections; without Bind it takes a free port. At most backlog of them wait for Accept.
// A second Listen on the same socket only changes the backlog. Unsupported (a datagram), Invalid (it has a peer),
// AddrInUse, TableFull.
func (t *Table) Listen(id, backlog int) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil:
		return stack.Invalid
	case s.kind != Stream:
		return stack.Unsupported
	case s.phase == listening:
		return t.stack.TCPSetBacklog(int(s.conn), backlog)
	case s.phase != closed:
		return stack.Invalid
	}
	if !s.bound {
		if c := t.bindStream(s, Endpoint{Addr: s.anyAddr()}); c != stack.OK {
			return c
		}
	}
	conn, c := t.stack.TCPListen(s.local.Addr, s.local.Port, backlog)
	if c == stack.OK {
		s.conn, s.phase = int32(conn), listening
		t.settle(s)
	}
	return c
}

// Accept takes the oldest connection that waits at a listener and makes a socket of it, which inherits the listener's
// options. WouldBlock, Invalid (not listening), Unsupported (a datagram), TableFull (the connection goes on waiting).
func (t *Table) Accept(id int) (child int, c stack.Cause) {
	s := t.row(id)
	switch {
	case s == nil:
		return -1, stack.Invalid
	case s.kind != Stream:
		return -1, stack.Unsupported
	case s.phase != listening:
		return -1, stack.Invalid
	}
	child = t.free()
	if child < 0 {
		return -1, stack.TableFull
	}
	conn, c := t.stack.TCPAccept(int(s.conn))
	if c != stack.OK {
		return -1, c
	}
	n := &t.rows[child]
	*n = Socket{kind: Stream, v6: s.v6, dual: s.dual, reuse: s.reuse, settings: s.settings, ip: s.ip}
	t.join(n, conn)
	return child, stack.OK
}

// join makes a connection of the stack the socket's.
func (t *Table) join(s *Socket, conn int) {
	s.conn, s.phase, s.shut, s.told = int32(conn), joined, 0, false
	s.local.Addr, s.local.Port = t.stack.TCPLocal(conn)
	t.settle(s)
}

func (t *Table) connectStream(now time.Duration, s *Socket, to Endpoint) stack.Cause {
	switch {
	case s.phase == joined && t.stack.TCPStatus(int(s.conn)) == stack.InProgress:
		return stack.InProgress
	case s.phase != closed:
		return stack.AlreadyConnected
	}
	local := Endpoint{Addr: s.anyAddr()}
	if s.bound {
		local = s.local
	}
	conn, c := t.stack.TCPConnect(now, local.Addr, local.Port, to.Addr, to.Port)
	if c != stack.OK && c != stack.InProgress {
		return c
	}
	t.join(s, conn)
	return stack.InProgress
}

// Status tells how the connection of a stream is: OK (established), InProgress, NotConnected (there is none), or why it
// failed or ended early. A connection that both sides have closed in order is OK.
func (t *Table) Status(id int) stack.Cause {
	s := t.row(id)
	if s == nil || s.kind != Stream {
		return stack.Invalid
	}
	return t.status(s)
}

func (t *Table) status(s *Socket) stack.Cause {
	if s.phase == joined {
		return t.stack.TCPStatus(int(s.conn))
	}
	return stack.NotConnected
}

// Disconnect takes the peer away: a stream's connection is aborted, a listener stops, and either can be used again as
// if new; a port that Bind gave stays. OK for a socket without a peer as well.
func (t *Table) Disconnect(now time.Duration, id int) stack.Cause {
	s := t.row(id)
	if s == nil {
		return stack.Invalid
	}
	if s.kind != Stream {
		return t.disconnectDatagram(s)
	}
	if s.phase != closed {
		t.stack.TCPAbort(now, int(s.conn))
	}
	s.phase, s.shut, s.told, s.conn = closed, 0, false, 0
	if !s.bound {
		s.local = Endpoint{}
	}
	return stack.OK
}

// Discard throws away what a stream has received and not read, and what it receives from now on, as it comes.
func (t *Table) Discard(id int) {
	if s := t.row(id); s != nil && s.kind == Stream && s.phase == joined {
		t.stack.TCPShutdownRead(int(s.conn))
	}
}

// Release lets a stream's connection go as Close does, and a listener, and keeps the socket, which can be used again as if
// new. Unsupported: a datagram.
func (t *Table) Release(now time.Duration, id int) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil:
		return stack.Invalid
	case s.kind != Stream:
		return stack.Unsupported
	case s.phase != closed:
		t.stack.TCPClose(now, int(s.conn))
	}
	s.phase, s.shut, s.told, s.conn, s.bound, s.local = closed, 0, false, 0, false, Endpoint{}
	return stack.OK
}

func (t *Table) sendStream(s *Socket, p []byte) (int, stack.Cause) {
	if s.phase != joined {
		return 0, stack.NotConnected
	}
	n, c := t.stack.TCPWrite(int(s.conn), p)
	if c == stack.InProgress {
		c = stack.WouldBlock
	}
	return n, c
}

func (t *Table) receiveStream(s *Socket, p []byte, peek bool) (Received, stack.Cause) {
	switch {
	case s.phase == joined:
	case s.shut&shutRead != 0:
		return Received{}, stack.EOF
	default:
		return Received{}, stack.NotConnected
	}
	n, c := t.stack.TCPRead(int(s.conn), p, peek)
	switch {
	case c == stack.InProgress:
		c = stack.WouldBlock
	case c == stack.WouldBlock && s.shut&shutRead != 0:
		c = stack.EOF
	}
	return Received{N: n, Full: n}, c
}
