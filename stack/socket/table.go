package socket

import (
	"stackproof/stack"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// Kind is what a socket carries.
type Kind uint8

const (
	Stream   Kind = 1 + iota // TCP
	Datagram                 // UDP
	Raw                      // packets of one of IP's protocols
)

// phase is how far a socket has come.
type phase uint8

const (
	closed    phase = iota // nothing of it is in the stack
	listening              // conn is a listener
	joined                 // conn is a connection: on the way, established, or over
	open                   // conn is a UDP endpoint
)

// shut is a set of directions.
type shut uint8

const (
	shutRead  shut = 1 << iota // nothing more is received
	shutWrite                  // nothing more is sent
)

// Socket is the storage of one socket.
type Socket struct {
	kind     Kind // 0: the row is free
	v6       bool
	dual     bool // it takes addresses of both families
	phase    phase
	shut     shut
	bound    bool // Bind or Listen gave local its port, which outlives a connection
	reuse    bool
	told     bool         // TakeError has reported the connection's end
	local    Endpoint     // no address: any
	settings tcp.Settings // of a stream; of a datagram socket RcvBuf alone
	ip       stack.IPSettings
	conn     int32 // the stack's id, as phase says

	multicast Multicast // of a datagram or raw socket

	proto uint8  // of a raw socket
	sum   uint16 // likewise: one more than SetChecksum has
}

// Table is the table of sockets of one stack. Init makes it ready. A socket is named by its row, from 0.
type Table struct {
	stack  *stack.Stack
	rows   []Socket
	groups []Membership

	listenersShare bool
}

// Init makes t an empty table over s, with a row for each element of rows.
func (t *Table) Init(s *stack.Stack, rows []Socket) {
	t.stack, t.rows, t.groups, t.listenersShare = s, rows, nil, false
	for i := range rows {
		rows[i] = Socket{}
	}
}

// CopyFrom makes t a snapshot of o, in t's own rows. t stays over its own stack, which has to be a snapshot of o's. It
// returns false, and changes nothing, if the tables differ in size.
func (t *Table) CopyFrom(o *Table) bool {
	if len(t.rows) != len(o.rows) || len(t.groups) != len(o.groups) {
		return false
	}
	copy(t.rows, o.rows)
	copy(t.groups, o.groups)
	t.listenersShare = o.listenersShare
	return true
}

// row returns an open socket, nil if there is none with that id.
func (t *Table) row(id int) *Socket {
	if id < 0 || id >= len(t.rows) || t.rows[id].kind == 0 {
		return nil
	}
	return &t.rows[id]
}

// datagram returns a socket for datagrams or a raw one, or Invalid (there is none) or Unsupported (a stream).
func (t *Table) datagram(id int) (*Socket, stack.Cause) {
	s := t.row(id)
	switch {
	case s == nil:
		return nil, stack.Invalid
	case s.kind == Stream:
		return s, stack.Unsupported
	}
	return s, stack.OK
}

// free returns a free row, -1 if there is none.
func (t *Table) free() int {
	for i := range t.rows {
		if t.rows[i].kind == 0 {
			return i
		}
	}
	return -1
}

// Open makes a socket. TableFull.
func (t *Table) Open(kind Kind, v6 bool) (id int, c stack.Cause) {
	id = t.free()
	if id < 0 {
		return -1, stack.TableFull
	}
	t.rows[id] = Socket{kind: kind, v6: v6, multicast: Multicast{Hops: 1, Loop: true}}
	if kind == Stream {
		t.rows[id].settings = t.stack.TCPDefaults()
	}
	return id, stack.OK
}

// OpenRaw makes a raw socket, of a protocol of IP's: it receives all packets of that protocol to this host, with their IP
// headers, beside whoever else does. TableFull.
func (t *Table) OpenRaw(v6 bool, proto uint8) (id int, c stack.Cause) {
	if id, c = t.Open(Raw, v6); c != stack.OK {
		return id, c
	}
	s := &t.rows[id]
	s.proto = proto
	if c = t.openDatagram(s, Endpoint{Addr: s.anyAddr()}); c != stack.OK {
		*s = Socket{}
		return -1, c
	}
	return id, stack.OK
}

// SetChecksum has the checksum put into what a raw socket sends over IPv6, at an even offset (RFC 3542 3.1); -1: no more.
// Invalid, Unsupported (no raw socket).
func (t *Table) SetChecksum(id, offset int) stack.Cause {
	s := t.row(id)
	switch {
	case s == nil:
		return stack.Invalid
	case s.kind != Raw:
		return stack.Unsupported
	}
	c := t.stack.RawSetChecksum(int(s.conn), offset)
	if c == stack.OK {
		s.sum = uint16(offset + 1)
	}
	return c
}

// Checksum tells what SetChecksum has set.
func (t *Table) Checksum(id int) int {
	s := t.row(id)
	if s == nil {
		return -1
	}
	return int(s.sum) - 1
}

// Protocol tells which of IP's protocols a raw socket is of.
func (t *Table) Protocol(id int) uint8 {
	s := t.row(id)
	if s == nil {
		return 0
	}
	return s.proto
}

// SetDual lets a socket of IPv6 take addresses of both families, which are then each its own: no address stands for all of
// both. It counts from the next Bind, Listen or Connect on. Invalid (a socket of IPv4 too).
func (t *Table) SetDual(id int, on bool) stack.Cause {
	s := t.row(id)
	if s == nil || !s.v6 {
		return stack.Invalid
	}
	s.dual = on
	return stack.OK
}

// IsDual tells what SetDual has set.
func (t *Table) IsDual(id int) bool {
	s := t.row(id)
	return s != nil && s.dual
}

// Kind tells what socket id carries; 0 if there is no such socket.
func (t *Table) Kind(id int) Kind {
	if id < 0 || id >= len(t.rows) {
		return 0
	}
	return t.rows[id].kind
}

// IsIPv6 tells whether the socket's addresses are IPv6.
func (t *Table) IsIPv6(id int) bool {
	s := t.row(id)
	return s != nil && s.v6
}

// anyAddr is the address that stands for all of the socket's family, no address for those of both.
func (s *Socket) anyAddr() wire.Addr {
	switch {
	case s.dual:
		return wire.Addr{}
	case s.v6:
		return wire.Any6
	}
	return wire.Any4
}

// family tells whether a is an address of the socket's family, or stands for those of both.
func (s *Socket) family(a wire.Addr) bool { return s.dual || s.v6 && a.Is6() || !s.v6 && a.Is4() }

// mapped tells whether a is an IPv4-mapped IPv6 address. It never travels (RFC 5156 2.2), and no socket here takes both
// families, so there is no route to it.
func mapped(a wire.Addr) bool { return a.Is6() && a.Unmap4().Is4() }

// LinkIsUp tells whether what goes to others can leave at all.
func (t *Table) LinkIsUp() bool { return t.stack.LinkIsUp() }

// IsBroadcast tells whether a names all hosts of the link.
func (t *Table) IsBroadcast(a wire.Addr) bool { return t.stack.IsBroadcast(a) }

// Usage tells how many sockets there are, and how many memberships in groups. It is for tests.
func (t *Table) Usage() (sockets, memberships int) {
	for i := range t.rows {
		if t.rows[i].kind != 0 {
			sockets++
		}
	}
	for i := range t.groups {
		if t.groups[i].group.IsValid() {
			memberships++
		}
	}
	return sockets, memberships
}
