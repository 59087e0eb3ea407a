package reassembly

import (
	"time"

	"stackproof/stack/invariant"
)

// Check looks whether the table is one that can be, as it is between two calls of its owner.
func (t *Table) Check(now time.Duration) invariant.Violation {
	for i := range t.entries {
		e := &t.entries[i]
		if !e.used {
			continue
		}
		if t.find(&e.key) != i || e.expires-now > Timeout || !e.spoiled && e.total > 0 && e.got >= e.total {
			return invariant.FragmentRow.At(i)
		}
		if !t.countsRight(i) {
			return invariant.FragmentUnits.At(i)
		}
	}
	return invariant.Violation{}
}

// countsRight reports whether the sums of row i are those of what has arrived.
func (t *Table) countsRight(i int) bool {
	e, m := &t.entries[i], t.slot(i)
	units := (t.room + unit - 1) / unit
	got := m.arrived.count(0, units) * unit
	if e.total%unit > 0 {
		got -= unit - e.total%unit // the last unit is not full
	}
	switch {
	case m.arrived.count(units, 8*len(m.arrived)) > 0, m.begins.count(units, 8*len(m.begins)) > 0,
		e.got != got,
		e.total < 0, e.total > t.room, e.total > 0 && e.least != e.total && !e.spoiled,
		(e.head > 0 || e.first > 0) && !m.begins.has(0),
		e.head < 0, e.head > headRoom, e.first < 0, e.first > e.got, e.ecn > 15:
		return false
	}
	if e.total > 0 && !e.spoiled && m.arrived.count((e.total+unit-1)/unit, units) > 0 {
		return false // behind the end
	}
	for n := range units {
		if m.begins.has(n) && !m.arrived.has(n) {
			return false
		}
	}
	return true
}
