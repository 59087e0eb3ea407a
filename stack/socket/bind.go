package socket

import (
	"stackproof/stack"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// SetReuse lets a socket share its port as SO_REUSEADDR does. A stream may be bound to a port that other sockets with reuse
// have while none of them listens (see SetListenersShare), or on which connections live that no socket owns any more. A
// datagram socket may be bound to one that others with reuse have: what comes to a group goes to all of them, anything else
// to one. Unsupported: a raw socket, which has no port.
func (t *Table) SetReuse(id int, on bool) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil:
		return stack.Invalid
	case s.kind == Raw:
		return stack.Unsupported
	case s.phase == open:
		t.stack.UDPSetShared(int(s.conn), on)
	}
	s.reuse = on
	return stack.OK
}

// Reuse tells what SetReuse has set.
func (t *Table) Reuse(id int) bool {
	s := t.row(id)
	return s != nil && s.reuse
}

// SetListenersShare says whether a stream with reuse may be bound to the port of another that listens: then it is Listen that
// answers AddrInUse. A new table has it that it may not.
func (t *Table) SetListenersShare(on bool) { t.listenersShare = on }

// Bind gives the socket its local address (no address or the family's unspecified one: any) and port (0: a free one
// from 49152 up). Invalid (it has a port already), WrongFamily, AddrNotAvailable, AddrInUse, TableFull.
func (t *Table) Bind(id int, e Endpoint) stack.Cause {
	s := t.row(id)
	if s == nil {
		return stack.Invalid
	}
	if !e.Addr.IsValid() {
		e.Addr = s.anyAddr()
	}
	switch {
	case !s.family(e.Addr):
		return stack.WrongFamily
	case s.kind == Stream:
		return t.bindStream(s, e)
	case s.phase != closed:
		return stack.Invalid
	}
	return t.openDatagram(s, e)
}

// Rebind gives a datagram or raw socket a local address and port in place of those that it has; its peer stays, and what it
// has received. As Bind; Unsupported (a stream).
func (t *Table) Rebind(id int, e Endpoint) stack.Cause {
	s, c := t.datagram(id)
	switch {
	case c != stack.OK:
		return c
	case s.phase == closed:
		return t.Bind(id, e)
	case !e.Addr.IsValid():
		e.Addr = s.anyAddr()
	case !s.family(e.Addr):
		return stack.WrongFamily
	}
	return t.stack.UDPRebind(int(s.conn), e.Addr, e.Port)
}

func (t *Table) bindStream(s *Socket, e Endpoint) stack.Cause {
	_, c := t.stack.TCPPort(e.Addr, e.Port)
	switch {
	case c == stack.AddrNotAvailable:
		return c
	case s.bound || s.phase != closed:
		return stack.Invalid
	case e.Port == 0:
		e.Port = t.freePort(s, e.Addr)
		if e.Port == 0 {
			return stack.AddrInUse
		}
	case c != stack.OK && !s.reuse || t.taken(s, e):
		return stack.AddrInUse
	}
	s.local, s.bound = e, true
	return stack.OK
}

// taken tells whether another stream of the table has the port, on an address that e's overlaps. Two may share it while
// both allow reuse and neither listens. A connection that is over has none, as in lwIP, whoever still holds its socket.
func (t *Table) taken(s *Socket, e Endpoint) bool {
	for i := range t.rows {
		o := &t.rows[i]
		if o == s || o.kind != Stream || o.local.Port != e.Port || !overlap(o.local.Addr, e.Addr) ||
			o.phase == joined && t.state(o) == tcp.Closed {
			continue
		}
		if !s.reuse || !o.reuse || o.phase == listening && !t.listenersShare {
			return true
		}
	}
	return false
}

// portTries bounds the search for a free port.
const portTries = 64

// freePort returns a port that nobody in the stack uses and no stream of the table is bound to; 0 if it found none.
func (t *Table) freePort(s *Socket, local wire.Addr) uint16 {
	for range portTries {
		port, c := t.stack.TCPPort(local, 0)
		if c != stack.OK {
			return 0
		}
		if !t.taken(s, Endpoint{local, port}) {
			return port
		}
	}
	return 0
}

// overlap tells whether a segment to one address can be to both: they are equal, or of one family and one of them
// stands for all of it, or one for both families.
func overlap(a, b wire.Addr) bool {
	if !a.IsValid() || !b.IsValid() {
		return true
	}
	return a == b || a.Is6() == b.Is6() && (a.IsUnspecified() || b.IsUnspecified())
}
