package socket

import (
	"stackproof/stack"
	"stackproof/stack/tcp"
)

// Settings returns what Set has set, or the stack's defaults, of a stream; what Accept returns inherits them from the
// listener. Invalid, Unsupported (a datagram).
func (t *Table) Settings(id int) (v tcp.Settings, c stack.Cause) {
	s := t.row(id)
	switch {
	case s == nil:
		return v, stack.Invalid
	case s.kind != Stream:
		return v, stack.Unsupported
	}
	return s.settings, stack.OK
}

// Defaults returns the settings that a new stream has.
func (t *Table) Defaults() tcp.Settings { return t.stack.TCPDefaults() }

// Set changes the settings of a stream, at any time. Invalid (also: a value out of its range), Unsupported (a datagram).
func (t *Table) Set(id int, v *tcp.Settings) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil || !v.Valid():
		return stack.Invalid
	case s.kind != Stream:
		return stack.Unsupported
	}
	s.settings = *v
	s.settings.Fill()
	t.settle(s)
	return stack.OK
}

// SetQueue sets how many bytes the receive queue of a datagram socket holds at most, at any time; 0: as many as the stack
// has for one. Invalid, Unsupported (a stream, which has Set).
func (t *Table) SetQueue(id int, n int32) stack.Cause {
	s, c := t.datagram(id)
	switch {
	case n < 0:
		return stack.Invalid
	case c != stack.OK:
		return c
	}
	s.settings.RcvBuf = n
	t.settle(s)
	return stack.OK
}

// IP returns what SetIP has set; what Accept returns inherits it from the listener. Invalid.
func (t *Table) IP(id int) (v stack.IPSettings, c stack.Cause) {
	s := t.row(id)
	if s == nil {
		return v, stack.Invalid
	}
	return s.ip, stack.OK
}

// SetIP changes how the socket's packets are sent, at any time. Invalid.
func (t *Table) SetIP(id int, v *stack.IPSettings) stack.Cause {
	s := t.row(id)
	if s == nil {
		return stack.Invalid
	}
	s.ip = *v
	t.settle(s)
	return stack.OK
}

// settle makes a socket's settings those of what it is in the stack.
func (t *Table) settle(s *Socket) {
	switch {
	case s.phase == closed:
	case s.kind != Stream:
		t.stack.UDPSetIP(int(s.conn), &s.ip)
		t.stack.UDPSetQueue(int(s.conn), s.settings.RcvBuf)
		t.stack.UDPSetMulticast(int(s.conn), s.multicast.Hops, s.multicast.Loop)
		if s.kind == Raw {
			t.stack.RawSetChecksum(int(s.conn), int(s.sum)-1)
		}
	default:
		t.stack.TCPSet(int(s.conn), &s.settings)
		t.stack.TCPSetIP(int(s.conn), &s.ip)
	}
}
