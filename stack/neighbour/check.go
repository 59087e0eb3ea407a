package neighbour

import (
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/wire"
)

// Check looks whether the table is one that can be, as it is between two calls of its owner.
func (t *Table) Check(now time.Duration) invariant.Violation {
	for i := range t.entries {
		r := t.checkRow(i)
		if r == invariant.OK {
			r = t.checkWaiting(i)
		}
		if r == invariant.OK {
			r = t.entries[i].checkTimes(now)
		}
		if r != invariant.OK {
			return r.At(i)
		}
	}
	return invariant.Violation{}
}

func (t *Table) checkRow(i int) invariant.Rule {
	e := &t.entries[i]
	switch {
	case e.state == Free:
		return invariant.OK
	case e.state > Failed, !e.addr.IsValid(), t.find(e.addr) != i, // a row before it has the same neighbour
		e.tries > Tries, (e.state == Incomplete || e.state == Probe) && e.tries == 0,
		e.state.Resolved() && e.mac == (wire.MAC{}),
		e.state.waits() && !e.source.IsValid() && e.state != Delay:
		return invariant.NeighbourRow
	}
	return invariant.OK
}

// checkWaiting looks at the packet that waits in a row: it is kept until it can be sent, or the neighbour is given up.
func (t *Table) checkWaiting(i int) invariant.Rule {
	e := &t.entries[i]
	switch {
	case e.waiting == 0:
		return invariant.OK
	case int(e.waiting) > t.slot, (int(e.slot)+1)*t.slot > len(t.memory), t.slotOwner(int(e.slot)) != i,
		e.state == Free, e.state == Failed:
		return invariant.NeighbourWaiting
	}
	return invariant.OK
}

func (e *Entry) checkTimes(now time.Duration) invariant.Rule {
	var most time.Duration // until it is due
	switch e.state {
	case Free:
		return invariant.OK
	case Incomplete, Probe:
		most = RetransTime
	case Delay:
		most = DelayTime
	case Failed:
		most = HoldTime
	case Reachable:
		most = ARPReachableTime + ARPReachableTime/2
	case Stale:
		most = e.due - now // it is not due at all
	}
	if e.due-now > most || e.heard > now || e.wanted && e.used > now {
		return invariant.NeighbourTime
	}
	return invariant.OK
}
