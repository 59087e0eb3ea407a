package reassembly

import (
	"time"

	"stackproof/stack/wire"
)

// Timeout is how long a datagram waits for the rest of it, from its first fragment to arrive on (RFC 8200 4.5; RFC 1122
// 3.3.2 wants 60 to 120 seconds).
const Timeout = 60 * time.Second

// Key is what the fragments of one datagram have in common: over IPv4 all of it (RFC 791 3.2), over IPv6 all but the
// protocol, which is zero then (RFC 8200 4.5).
type Key struct {
	Src, Dst wire.Addr
	ID       uint32
	Proto    uint8
}

// Entry is a row of the table: one datagram of which not all has arrived.
type Entry struct {
	key     Key
	used    bool
	group   bool          // a fragment of it went to a group
	ecn     uint8         // the set of what its fragments say of congestion
	spoiled bool          // fragments of it overlap: it is never delivered
	head    int           // bytes of header that came with the first fragment; 0: that has not arrived
	first   int           // bytes of data that came with it
	got     int           // bytes of data that have arrived
	least   int           // the datagram has at least so many, as its fragments say,
	total   int           // and exactly so many, as its last one says; 0: that has not arrived
	expires time.Duration // when it is given up
}

// Table is the datagrams being put together. Rows are named by index.
type Table struct {
	entries []Entry
	memory  []byte // divided equally among the rows
	room    int    // bytes of data that a row can take
}

// Init makes the table use this memory: rows, and bytes that are divided equally among them.
func (t *Table) Init(entries []Entry, memory []byte) {
	clear(entries)
	t.entries, t.memory, t.room = entries, memory, 0
	if len(entries) > 0 {
		t.room = roomIn(len(memory) / len(entries))
	}
}

// CopyFrom copies o's content into t's own memory, which must have the same sizes.
func (t *Table) CopyFrom(o *Table) {
	copy(t.entries, o.entries)
	copy(t.memory, o.memory)
	t.room = o.room
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.entries) }

// find returns the row of a datagram, -1 if there is none.
func (t *Table) find(k *Key) int {
	for i := range t.entries {
		if e := &t.entries[i]; e.used && e.key == *k {
			return i
		}
	}
	return -1
}

// begin takes a row for a datagram: a free one, or else the oldest. Whoever sends fragments that never become whole fills
// the table, but keeps it filled only as long as it goes on.
func (t *Table) begin(now time.Duration, k *Key) (i int, evicted bool) {
	for j := range t.entries {
		e := &t.entries[j]
		if !e.used {
			i = j
			break
		}
		if e.expires < t.entries[i].expires {
			i = j
		}
	}
	e := &t.entries[i]
	evicted = e.used
	*e = Entry{key: *k, used: true, expires: now + Timeout}
	m := t.slot(i)
	clear(m.arrived)
	clear(m.begins)
	return i, evicted
}

// Free gives the row up.
func (t *Table) Free(i int) { t.entries[i].used = false }

// Used returns how many rows are in use.
func (t *Table) Used() (n int) {
	for i := range t.entries {
		if t.entries[i].used {
			n++
		}
	}
	return n
}

// Clear gives up all rows and returns how many there were.
func (t *Table) Clear() (lost int) {
	for i := range t.entries {
		if t.entries[i].used {
			lost++
			t.Free(i)
		}
	}
	return lost
}

// Expired returns a row whose time is over at now, ok false if there is none. It stays until Free.
func (t *Table) Expired(now time.Duration) (i int, ok bool) {
	for i := range t.entries {
		if e := &t.entries[i]; e.used && now >= e.expires {
			return i, true
		}
	}
	return 0, false
}

// Next returns when the next row expires, ok false if none does.
func (t *Table) Next() (next time.Duration, ok bool) {
	for i := range t.entries {
		if e := &t.entries[i]; e.used && (!ok || e.expires < next) {
			next, ok = e.expires, true
		}
	}
	return next, ok
}

// Group reports whether a fragment of the datagram went to a group.
func (t *Table) Group(i int) bool { return t.entries[i].group }

// ECN returns what the datagram says of congestion, of which its first fragment says first: a mark on any fragment is one on
// the datagram. It is not ok where fragments disagree on whether marks are understood and there is one: neither may it be
// lost, nor can it be told (RFC 3168 5.3).
func (t *Table) ECN(i int, first ECN) (ecn ECN, ok bool) {
	switch set := t.entries[i].ecn; {
	case set&(1<<CE) == 0:
		return first, true
	case set&(1<<NotECT) != 0:
		return first, false
	}
	return CE, true
}

// First returns the datagram's first fragment as it was received, from its header to the last byte of its data. It is
// empty if that has not arrived, or others have overlapped.
func (t *Table) First(i int) []byte {
	e := &t.entries[i]
	if e.head == 0 || e.spoiled {
		return nil
	}
	return t.slot(i).all[headRoom-e.head : headRoom+e.first]
}

// Whole returns a datagram of which all has arrived: the header of its first fragment, which is head bytes long, and all
// data. The caller may write to it.
func (t *Table) Whole(i int) (b []byte, head int) {
	e := &t.entries[i]
	return t.slot(i).all[headRoom-e.head : headRoom+e.total], e.head
}
