package socket

import (
	"stackproof/stack"
	"stackproof/stack/tcp"
)

// Ready says what a socket can do without WouldBlock, and how it is.
type Ready uint8

const (
	Readable   Ready = 1 << iota // Receive or Accept would answer at once, if only that it is the end
	Writable                     // Send would
	Failed                       // TakeError has something to tell
	HungUp                       // a stream without a connection, or both directions are closed
	PeerClosed                   // a stream's peer has closed its half, in order, whatever came after
	Urgent                       // a stream has urgent data that was not read (UrgentLeft)
)

// Ready tells what the socket can do now.
func (t *Table) Ready(id int) Ready {
	s := t.row(id)
	if s == nil {
		return 0
	}
	if s.kind != Stream {
		return t.readyDatagram(s)
	}
	r := t.readyStream(s)
	if t.pending(s) != stack.OK {
		r |= Failed
	}
	return r
}

func (t *Table) readyDatagram(s *Socket) (r Ready) {
	r = Writable
	if s.phase == open {
		u := t.stack.UDPReady(int(s.conn))
		if u&stack.Readable != 0 {
			r |= Readable
		}
		if u&stack.Writable == 0 {
			r &^= Writable
		}
		if u&stack.Error != 0 {
			r |= Failed
		}
	}
	return r | s.shut.ready()
}

func (t *Table) readyStream(s *Socket) (r Ready) {
	if s.phase == closed {
		return Writable | HungUp | s.shut.ready()
	}
	u := t.stack.TCPReady(int(s.conn))
	if u&(stack.Readable|stack.Acceptable) != 0 {
		r |= Readable
	}
	if u&stack.Writable != 0 {
		r |= Writable
	}
	if u&stack.HangUp != 0 {
		r |= HungUp
	}
	if u&stack.PeerClosed != 0 {
		r |= PeerClosed
	}
	if u&stack.Urgent != 0 {
		r |= Urgent
	}
	if s.phase == joined {
		r |= s.shut.ready()
	}
	return r
}

// ready is what the directions that Shutdown has closed make of a socket.
func (d shut) ready() (r Ready) {
	if d&shutRead != 0 {
		r |= Readable
	}
	if d == shutRead|shutWrite {
		r |= HungUp
	}
	return r
}

// pending returns what TakeError would.
func (t *Table) pending(s *Socket) stack.Cause {
	if s.told {
		return stack.OK
	}
	switch c := t.status(s); c {
	case stack.InProgress, stack.NotConnected:
		return stack.OK
	default:
		return c
	}
}

// TakeError returns the error that has come to the socket by itself, OK for none, and takes it away: why a stream's
// connection failed or ended early, or what ICMP says of a datagram's peer. A stream's other operations go on naming
// the cause.
func (t *Table) TakeError(id int) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil:
		return stack.Invalid
	case s.kind == Stream:
		c := t.pending(s)
		if c != stack.OK {
			s.told = true
		}
		return c
	case s.phase == open:
		return t.stack.UDPError(int(s.conn))
	}
	return stack.OK
}

// Local returns the socket's own address and port; the port is 0 as long as it has none.
func (t *Table) Local(id int) Endpoint {
	s := t.row(id)
	if s == nil {
		return Endpoint{}
	}
	e := s.local
	if s.phase == open {
		e.Addr, e.Port = t.stack.UDPLocal(int(s.conn))
	}
	if !e.Addr.IsValid() {
		e.Addr = s.anyAddr()
	}
	return e
}

// Remote returns the peer, the zero Endpoint if there is none.
func (t *Table) Remote(id int) (e Endpoint) {
	s := t.row(id)
	switch {
	case s == nil:
	case s.kind != Stream:
		return t.datagramPeer(s)
	case s.phase == joined:
		e.Addr, e.Port = t.stack.TCPRemote(int(s.conn))
	}
	return e
}

// State returns the state of a stream's connection; CLOSED for anything else.
func (t *Table) State(id int) tcp.State {
	s := t.row(id)
	if s == nil || s.kind != Stream {
		return tcp.Closed
	}
	return t.state(s)
}

// Info returns what a stream's connection tells of itself; the zero Info for anything else.
func (t *Table) Info(id int) tcp.Info {
	s := t.row(id)
	if s == nil || s.kind != Stream || s.phase == closed {
		return tcp.Info{}
	}
	return t.stack.TCPInfo(int(s.conn))
}

// Trouble returns how often in a row a stream's retransmission timer has expired without progress: from three on something
// is wrong on the way (RFC 9293 3.8.3, SHLD-9, SHLD-10). An application that wants to know asks.
func (t *Table) Trouble(id int) int {
	if s := t.row(id); s != nil && s.kind == Stream && s.phase == joined {
		return t.stack.TCPTrouble(int(s.conn))
	}
	return 0
}

// Queued returns the bytes of a stream that were received and not read, and written and not acknowledged.
func (t *Table) Queued(id int) (unread, unacked int) {
	s := t.row(id)
	if s == nil || s.kind != Stream || s.phase != joined {
		return 0, 0
	}
	return t.stack.TCPQueued(int(s.conn))
}

func (t *Table) state(s *Socket) tcp.State {
	if s.phase == closed {
		return tcp.Closed
	}
	return t.stack.TCPState(int(s.conn))
}

// QueueSizes returns how many bytes the socket has room for, received and not read, and written and not acknowledged; a
// datagram socket has no queue for what it sends.
func (t *Table) QueueSizes(id int) (receive, send int) {
	s := t.row(id)
	switch {
	case s == nil:
		return 0, 0
	case s.kind != Stream:
		return t.stack.UDPQueueSize(s.settings.RcvBuf), 0
	}
	return t.stack.TCPQueueSizes(&s.settings)
}

// MaxSeg returns how many bytes of text a segment of a stream carries at most; as long as there is no connection, what
// is taken for it: RFC 9293 3.7.1 MUST-15. 0 for a datagram socket.
func (t *Table) MaxSeg(id int) int {
	s := t.row(id)
	switch {
	case s == nil || s.kind != Stream:
		return 0
	case s.phase == joined:
		return t.stack.TCPMaxSeg(int(s.conn))
	case s.settings.MaxSeg > 0:
		return int(s.settings.MaxSeg)
	case s.v6:
		return 1220
	}
	return 536
}
