package socket

import (
	"stackproof/stack"
	"stackproof/stack/invariant"
	"stackproof/stack/tcp"
)

// Check looks whether the table is one that can be, as it is between two calls, over a stack that Stack.Check finds sound.
func (t *Table) Check() invariant.Violation {
	for i := range t.rows {
		if s := &t.rows[i]; s.kind != 0 && (s.kind > Raw || !t.fits(s) || t.isShared(i)) {
			return invariant.SocketUse.At(i)
		}
	}
	for i := range t.groups {
		m := &t.groups[i]
		if s := t.row(int(m.sock)); m.group.IsValid() && (s == nil || s.kind == Stream || !m.group.IsMulticast()) {
			return invariant.SocketGroup.At(i)
		}
	}
	return invariant.Violation{}
}

// fits reports whether the stack has what the socket's phase says.
func (t *Table) fits(s *Socket) bool {
	switch id := int(s.conn); s.phase {
	case closed:
		return !s.bound || s.local.Port != 0
	case listening:
		return s.kind == Stream && s.bound && t.stack.TCPState(id) == tcp.Listen
	case joined:
		return s.kind == Stream && t.stack.TCPStatus(id) != stack.Invalid
	case open:
		return s.kind != Stream && t.stack.UDPReady(id) != 0
	}
	return false
}

// isShared reports whether a socket before this one has the same row of the stack.
func (t *Table) isShared(i int) bool {
	s := &t.rows[i]
	for j := range i {
		o := &t.rows[j]
		if o.kind != 0 && s.phase != closed && o.phase != closed && o.conn == s.conn && (o.kind == Stream) == (s.kind == Stream) {
			return true
		}
	}
	return false
}
