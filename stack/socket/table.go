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
	phase    phase
	shut     shut
	bound    bool // Bind or Listen gave local its port, which outlives a connection
	reuse    bool
	told     bool         // TakeError has reported the connection's end
	local    Endpoint     // no address: any
	settings tcp.Settings // of a stream; of a datagram socket RcvBuf alone
	ip       stack.IPSettings
	conn     int32 // the stack's id, as phase says

	multicast Multicast // of a datagram socket
}

// Table is the table of sockets of one stack. Init makes it ready. A socket is named by its row, from 0.
type Table struct {
	stack  *stack.Stack
	rows   []Socket
	groups []Membership
}

// Init makes t an empty table over s, with a row for each element of rows.
func (t *Table) Init(s *stack.Stack, rows []Socket) {
	t.stack, t.rows, t.groups = s, rows, nil
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
	return true
}

// row returns an open socket, nil if there is none with that id.
func (t *Table) row(id int) *Socket {
	if id < 0 || id >= len(t.rows) || t.rows[id].kind == 0 {
		return nil
	}
	return &t.rows[id]
}

// datagram returns a socket for datagrams, or Invalid (there is none) or Unsupported (a stream).
func (t *Table) datagram(id int) (*Socket, stack.Cause) {
	s := t.row(id)
	switch {
	case s == nil:
		return nil, stack.Invalid
	case s.kind != Datagram:
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

// anyAddr is the address that stands for all of the socket's family.
func (s *Socket) anyAddr() wire.Addr {
	if s.v6 {
		return wire.Any6
	}
	return wire.Any4
}

// family tells whether a is an address of the socket's family.
func (s *Socket) family(a wire.Addr) bool { return s.v6 && a.Is6() || !s.v6 && a.Is4() }

// mapped tells whether a is an IPv4-mapped IPv6 address. It never travels (RFC 5156 2.2), and no socket here takes both
// families, so there is no route to it.
func mapped(a wire.Addr) bool { return a.Is6() && a.Unmap4().Is4() }

// IsBroadcast tells whether a names all hosts of the link.
func (t *Table) IsBroadcast(a wire.Addr) bool { return t.stack.IsBroadcast(a) }
