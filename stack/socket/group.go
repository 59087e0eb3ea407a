package socket

import (
	"stackproof/stack"
	"stackproof/stack/wire"
)

// Membership is the storage of one socket's membership in one group.
type Membership struct {
	sock  int32     // the socket
	group wire.Addr // no address: the row is free
}

// InitGroups gives the table room for its sockets' memberships; without, Join answers TableFull. It follows Init.
func (t *Table) InitGroups(rows []Membership) {
	t.groups = rows
	clear(rows)
}

// membership returns the row of a socket's membership, nil if there is none.
func (t *Table) membership(id int, group wire.Addr) *Membership {
	for i := range t.groups {
		if m := &t.groups[i]; m.group == group && (int(m.sock) == id || !group.IsValid()) {
			return m
		}
	}
	return nil
}

// Join makes a datagram socket a member of a group, until Leave or its end. The interface is a member as long as any socket
// is; what comes to the group goes to all sockets that are bound to its port and to the group's family, members or not.
// Invalid (no group, or one of the interface), Unsupported (a stream), WrongFamily, AddrInUse (it is a member already),
// NetUnreachable, TableFull.
func (t *Table) Join(id int, group wire.Addr) stack.Cause {
	switch s, c := t.datagram(id); {
	case c != stack.OK || !group.IsMulticast():
	case !s.family(group):
		return stack.WrongFamily
	case t.membership(id, group) != nil:
		return stack.AddrInUse
	}
	return t.JoinAgain(id, group)
}

// JoinAgain is Join for a socket that may be a member already: then it takes one Leave more. The group may be of the other
// family: then the interface is a member, and the socket gets nothing of it.
func (t *Table) JoinAgain(id int, group wire.Addr) stack.Cause {
	s, c := t.datagram(id)
	switch {
	case s == nil || !group.IsMulticast():
		return stack.Invalid
	case c != stack.OK:
		return c
	}
	m := t.membership(id, wire.Addr{})
	if m == nil {
		return stack.TableFull
	}
	if c = t.stack.MulticastJoin(group); c == stack.OK {
		*m = Membership{sock: int32(id), group: group}
	}
	return c
}

// Leave takes Join back. Invalid (no group), Unsupported (a stream), AddrNotAvailable (it is no member).
func (t *Table) Leave(id int, group wire.Addr) stack.Cause {
	s, c := t.datagram(id)
	switch {
	case s == nil || !group.IsMulticast():
		return stack.Invalid
	case c != stack.OK:
		return c
	}
	m := t.membership(id, group)
	if m == nil {
		return stack.AddrNotAvailable
	}
	t.leave(m)
	return stack.OK
}

func (t *Table) leave(m *Membership) {
	t.stack.MulticastLeave(m.group)
	*m = Membership{}
}

// LeaveAll ends a socket's memberships.
func (t *Table) LeaveAll(id int) {
	for i := range t.groups {
		if m := &t.groups[i]; m.group.IsValid() && int(m.sock) == id {
			t.leave(m)
		}
	}
}

// Multicast is how a datagram socket sends to groups: over how many links (0: it stays inside), and whether a copy comes
// back to us if we are members.
type Multicast struct {
	Hops uint8
	Loop bool
}

// SetMulticast sets it; a new socket has 1 and true. Invalid, Unsupported (a stream).
func (t *Table) SetMulticast(id int, m Multicast) stack.Cause {
	s, c := t.datagram(id)
	if c != stack.OK {
		return c
	}
	s.multicast = m
	t.settle(s)
	return stack.OK
}

// Multicast tells what SetMulticast has set.
func (t *Table) Multicast(id int) Multicast {
	if s := t.row(id); s != nil {
		return s.multicast
	}
	return Multicast{}
}

// HasAddress tells whether a is an address of the interface.
func (t *Table) HasAddress(a wire.Addr) bool {
	return t.stack.AddressStatus(a) != stack.AddrNotAvailable
}
