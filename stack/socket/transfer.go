package socket

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/tcp"
)

// Received is what Receive tells besides the bytes.
type Received struct {
	N    int      // bytes copied
	Full int      // bytes that the datagram has; those beyond N are lost unless it was peeked at. For a stream: N
	From Endpoint // sender of a datagram
}

// Connect sets the peer. For a stream the answer is InProgress, and Status tells what becomes of it; for a datagram it
// is OK, and the peer can be changed at will. WrongFamily, NetUnreachable, HostUnreachable, AddrNotAvailable, AddrInUse,
// TableFull, Invalid, AlreadyConnected (a stream that is connected or listens; InProgress while it is connecting).
func (t *Table) Connect(now time.Duration, id int, to Endpoint) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil:
		return stack.Invalid
	case !s.family(to.Addr):
		return stack.WrongFamily
	case mapped(to.Addr):
		return stack.NetUnreachable
	case s.kind != Stream:
		return t.connectDatagram(s, to)
	}
	return t.connectStream(now, s, to)
}

// Send sends to the peer: of a stream as much of p as there is room for (n tells), of a datagram all of it or nothing.
// WouldBlock, NotConnected, Shutdown, and for a stream why the connection ended; for a datagram what SendTo answers.
func (t *Table) Send(now time.Duration, id int, p []byte) (n int, c stack.Cause) {
	return t.SendTo(now, id, p, Endpoint{})
}

// More says of the last n bytes that a stream took that others follow soon: what does not fill a segment waits for them.
func (t *Table) More(id, n int) {
	if s := t.row(id); s != nil && s.kind == Stream && s.phase == joined {
		t.stack.TCPMore(int(s.conn), n)
	}
}

// Urgent says that all that a stream has taken so far is urgent (RFC 9293 3.8.5; RFC 6093: new applications have no use for
// it).
func (t *Table) Urgent(id int) {
	if s := t.row(id); s != nil && s.kind == Stream && s.phase == joined {
		t.stack.TCPUrgent(int(s.conn))
	}
}

// UrgentLeft returns how many bytes of a stream there are still to read, or to come, up to the end of the urgent data; 0:
// none is urgent.
func (t *Table) UrgentLeft(id int) int {
	if s := t.row(id); s != nil && s.kind == Stream && s.phase == joined {
		return t.stack.TCPUrgentLeft(int(s.conn))
	}
	return 0
}

// SendTo sends a datagram to somebody; the zero Endpoint is the peer. A stream takes no notice of the address.
// WrongFamily, WouldBlock, NotConnected, TooLong, NoBuffers, HostUnreachable, NetUnreachable, AddrNotAvailable,
// NetDown, TableFull, Shutdown, Invalid.
func (t *Table) SendTo(now time.Duration, id int, p []byte, to Endpoint) (n int, c stack.Cause) {
	s := t.row(id)
	switch {
	case s == nil:
		return 0, stack.Invalid
	case s.kind == Stream:
		return t.sendStream(s, p)
	case to.Addr.IsValid() && !s.family(to.Addr):
		return 0, stack.WrongFamily
	case mapped(to.Addr):
		return 0, stack.NetUnreachable
	}
	if c = t.sendDatagram(now, s, p, nil, to); c == stack.OK {
		n = len(p)
	}
	return n, c
}

// Receive copies what has come to p: the next bytes of a stream, or one datagram. With peek it stays where it is.
// WouldBlock, NotConnected (a stream without a connection, or a listener), EOF (the peer has closed or Shutdown has
// closed this direction; for ever), and for a stream why the connection ended.
func (t *Table) Receive(id int, p []byte, peek bool) (Received, stack.Cause) {
	s := t.row(id)
	switch {
	case s == nil:
		return Received{}, stack.Invalid
	case s.kind != Stream:
		return t.receiveDatagram(s, p, peek)
	}
	return t.receiveStream(s, p, peek)
}

// Shutdown closes one direction or both. Closing the way out of a stream sends a FIN after what is queued.
// NotConnected: there is no peer; who receives is told of the end all the same, until there is one.
func (t *Table) Shutdown(id int, read, write bool) stack.Cause {
	s := t.row(id)
	if s == nil {
		return stack.Invalid
	}
	if read {
		s.shut |= shutRead
	}
	if write {
		s.shut |= shutWrite
	}
	if s.kind != Stream {
		if !t.datagramPeer(s).Addr.IsValid() {
			return stack.NotConnected
		}
		return stack.OK
	}
	if t.state(s) == tcp.Closed {
		return stack.NotConnected
	}
	if write {
		return t.stack.TCPShutdownWrite(int(s.conn))
	}
	return stack.OK
}

// Close ends the socket; its row is free at once. What a stream has queued still goes out, followed by a FIN, unless
// bytes have come that nobody has read: then the peer gets a reset. Connections that wait at a listener are reset.
func (t *Table) Close(now time.Duration, id int) { t.end(now, id, false) }

// Abort ends the socket; a stream's peer gets a reset and what is queued is lost.
func (t *Table) Abort(now time.Duration, id int) { t.end(now, id, true) }

func (t *Table) end(now time.Duration, id int, abort bool) {
	s := t.row(id)
	if s == nil {
		return
	}
	t.LeaveAll(id)
	switch {
	case s.phase == open:
		t.stack.UDPClose(int(s.conn))
	case s.phase != closed && abort:
		t.stack.TCPAbort(now, int(s.conn))
	case s.phase != closed:
		t.stack.TCPClose(now, int(s.conn))
	}
	*s = Socket{}
}
