package neighbour

import (
	"time"

	"stackproof/stack/wire"
)

// Table is the neighbour cache of one interface. Rows are named by index; an index holds until the next call that may
// add a row.
type Table struct {
	entries []Entry
	memory  []byte // slots for waiting packets
	slot    int    // bytes of one slot
	seed    uint64 // of the random factors of the reachable time
}

// Init makes the table use this memory: rows, and slots of slot bytes each for packets that wait. From seed follows how
// long confirmations last; it is to differ from host to host.
func (t *Table) Init(entries []Entry, memory []byte, slot int, seed uint64) {
	clear(entries)
	t.entries, t.memory, t.slot, t.seed = entries, memory, slot, seed
}

// CopyFrom copies o's content into t's own memory, which must have the same sizes.
func (t *Table) CopyFrom(o *Table) {
	copy(t.entries, o.entries)
	copy(t.memory, o.memory)
	t.slot, t.seed = o.slot, o.seed
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.entries) }

// Clear forgets everything and returns how many waiting packets are lost.
func (t *Table) Clear() (lost int) {
	for i := range t.entries {
		if t.entries[i].waiting != 0 {
			lost++
		}
		t.entries[i].reset(wire.Addr{}, Free)
	}
	return lost
}

// find returns the row of a neighbour, -1 if there is none.
func (t *Table) find(a wire.Addr) int {
	for i := range t.entries {
		if e := &t.entries[i]; e.state != Free && e.addr == a {
			return i
		}
	}
	return -1
}

// Lookup returns the row of a neighbour and its state at now. If that is resolved mac is its address. For Free there is
// none that is good (though i may name an outlived row): [Table.Begin] makes one. It changes nothing.
func (t *Table) Lookup(now time.Duration, a wire.Addr) (i int, mac wire.MAC, state State) {
	i = t.find(a)
	if i < 0 {
		return i, wire.MAC{}, Free
	}
	e := &t.entries[i]
	return i, e.mac, e.stateAt(now)
}

// Use notes that a packet from source goes to the neighbour, or is to; own says that it is our own traffic. The first
// packet to a neighbour that has become doubtful has it probed, unless something confirms it soon (RFC 4861 7.3.3).
func (t *Table) Use(now time.Duration, i int, source wire.Addr, own bool) {
	e := &t.entries[i]
	if own {
		e.wanted, e.used = true, now
	}
	e.source = source
	if e.stateAt(now) == Stale {
		e.state, e.tries, e.due = Delay, 0, now+DelayTime
	}
}

// IsRouter reports whether the neighbour has said that it is a router.
func (t *Table) IsRouter(a wire.Addr) bool {
	i := t.find(a)
	return i >= 0 && t.entries[i].router
}

// Room reports whether a row for a new neighbour can be had; own as for [Table.Begin].
func (t *Table) Room(now time.Duration, a wire.Addr, own bool) bool { return t.row(now, a, own) >= 0 }

// row returns the row to be used for a neighbour: the one it has, or else the one that is missed least, -1 for none.
func (t *Table) row(now time.Duration, a wire.Addr, own bool) int {
	if i := t.find(a); i >= 0 {
		return i
	}
	best, bestRank := -1, keep
	for i := range t.entries {
		e := &t.entries[i]
		r := e.rank(now, own)
		if r < bestRank || r == bestRank && r < keep && e.age(now) > t.entries[best].age(now) {
			best, bestRank = i, r
		}
	}
	return best
}

// Ranks of rows that may be given to another neighbour, what is missed least first.
const (
	empty        = iota // free, or outlived
	failed              // remembers that nobody answered
	forStrangers        // being resolved, only to answer a stranger
	unused              // resolved, but our own traffic does not use it
	inUse               // resolved, and used by our own traffic
	keep                // not to be given away
)

// rank says how much a row is missed. A stranger can make us talk to as many neighbours as it likes to invent. What it
// causes takes rows that are not in use, and no others.
func (e *Entry) rank(now time.Duration, own bool) int {
	switch e.stateAt(now) {
	case Free:
		return empty
	case Failed:
		return failed
	case Incomplete:
		if own && !e.wanted {
			return forStrangers
		}
		return keep
	}
	if !e.wanted || now-e.used >= UseTime {
		return unused
	}
	if own {
		return inUse
	}
	return keep
}

// age is the time since a row was last worth something.
func (e *Entry) age(now time.Duration) time.Duration {
	if e.wanted {
		return now - e.used
	}
	return now - e.heard
}
