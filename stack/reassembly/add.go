package reassembly

import "time"

// Fragment is a fragment as it was received. Its data is not empty, and unless it is the last, a multiple of 8 bytes
// long.
type Fragment struct {
	Key    Key
	Head   []byte // what stood before the data
	Data   []byte
	Offset int  // the data's place in the datagram, in bytes
	More   bool // it is not the last
	Group  bool // it went to a group
	ECN    ECN
}

// ECN is what the header of a packet says of congestion (RFC 3168 5).
type ECN uint8

const (
	NotECT ECN = iota // its ends do not understand marks
	ECT1
	ECT0
	CE // congestion was experienced
)

// Result says what became of a fragment.
type Result uint8

const (
	Stored    Result = iota // others are missing
	Complete                // it was the last that was missing: see [Table.Whole]
	Duplicate               // it was there already
	Overlap                 // the datagram is spoiled
	TooLong                 // it lies beyond what a row can take
)

// Add takes a fragment into row i, which holds for the results Stored and Complete. evicted says that another datagram
// was given up for it.
//
// A fragment that overlaps with another one spoils its datagram: nobody sends such fragments in good faith, and what
// receivers make of them differs. What is still to come of the datagram is then dropped too (RFC 5722 4, RFC 8200 4.5;
// over IPv4 it is as sound). A copy of a fragment, made by the network, is no overlap.
func (t *Table) Add(now time.Duration, f *Fragment) (i int, r Result, evicted bool) {
	end := f.Offset + len(f.Data)
	if end > t.room || len(f.Head) > headRoom {
		return -1, TooLong, false
	}
	i = t.find(&f.Key)
	if i < 0 {
		i, evicted = t.begin(now, &f.Key)
	}
	e, m := &t.entries[i], t.slot(i)
	lo, hi := f.Offset/unit, (end+unit-1)/unit
	switch {
	case e.spoiled || !e.agrees(f, end):
		r = Overlap
	case m.arrived.count(lo, hi) == 0:
		e.store(f, &m, lo, hi)
		if e.got == e.total {
			return i, Complete, evicted
		}
		return i, Stored, evicted
	case m.isCopy(f, lo, hi):
		return i, Duplicate, evicted
	default:
		r = Overlap
	}
	e.spoiled = true
	return i, r, evicted
}

// agrees reports whether the datagram's length is the same by this fragment as by those before.
func (e *Entry) agrees(f *Fragment, end int) bool {
	if f.More {
		return e.total == 0 || end < e.total
	}
	return end >= e.least && (e.total == 0 || end == e.total)
}

// store takes the fragment, no part of which has arrived before, into the units from lo up to but not including hi.
func (e *Entry) store(f *Fragment, m *slot, lo, hi int) {
	end := f.Offset + len(f.Data)
	copy(m.all[headRoom+f.Offset:], f.Data)
	for i := lo; i < hi; i++ {
		m.arrived.add(i)
	}
	m.begins.add(lo)
	if f.Offset == 0 {
		e.head, e.first = len(f.Head), len(f.Data)
		copy(m.all[headRoom-e.head:], f.Head)
	}
	e.group = e.group || f.Group
	e.ecn |= 1 << f.ECN
	e.got += len(f.Data)
	if f.More {
		e.least = max(e.least, end+1)
	} else {
		e.least, e.total = end, end
	}
}

// isCopy reports whether the fragment has arrived before, with these bounds and this data.
func (m *slot) isCopy(f *Fragment, lo, hi int) bool {
	if m.arrived.count(lo, hi) != hi-lo || !m.begins.has(lo) || m.begins.count(lo+1, hi) != 0 {
		return false
	}
	if next := hi; next < len(m.arrived)*8 && m.arrived.has(next) && !m.begins.has(next) {
		return false
	}
	was := m.all[headRoom+f.Offset:]
	for i, b := range f.Data {
		if was[i] != b {
			return false
		}
	}
	return true
}
