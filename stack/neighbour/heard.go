package neighbour

import (
	"time"

	"stackproof/stack/wire"
)

// Update is the first half of ARP's rule (RFC 826, Packet Reception): the sender of any valid message is updated if it
// has a row. It reports whether it has.
func (t *Table) Update(now time.Duration, a wire.Addr, mac wire.MAC) bool {
	i := t.find(a)
	if i < 0 {
		return false
	}
	t.entries[i].learn(now, mac, Reachable)
	return true
}

// Add is the second half: the sender gets a row if we are the target. It reports whether there was one to be had, and
// whether a packet was lost that waited in it.
func (t *Table) Add(now time.Duration, a wire.Addr, mac wire.MAC) (added, lost bool) {
	return t.add(now, a, mac, Reachable)
}

func (t *Table) add(now time.Duration, a wire.Addr, mac wire.MAC, state State) (added, lost bool) {
	i := t.row(now, a, false)
	if i < 0 {
		return false, false
	}
	e := &t.entries[i]
	lost = e.waiting != 0
	e.reset(a, state)
	e.learn(now, mac, state)
	return true, lost
}

// Solicitation takes the source link-layer address of a neighbour solicitation (RFC 4861 7.2.3): it proves that the
// neighbour can be heard, not that it hears us, so the row is stale.
func (t *Table) Solicitation(now time.Duration, a wire.Addr, mac wire.MAC) (added, lost bool) {
	i := t.find(a)
	if i < 0 {
		return t.add(now, a, mac, Stale)
	}
	e := &t.entries[i]
	if state := e.stateAt(now); e.mac != mac || state != Reachable && state != Stale {
		e.learn(now, mac, Stale)
	}
	return true, false
}

// Advertisement is what a neighbour advertisement says.
type Advertisement struct {
	Target                      wire.Addr
	MAC                         wire.MAC
	HasMAC                      bool // the option with MAC was there
	Router, Solicited, Override bool
}

// Advertisement takes an advertisement as RFC 4861 7.2.5 has it, and reports whether it was of use.
func (t *Table) Advertisement(now time.Duration, a *Advertisement) bool {
	i, _, state := t.Lookup(now, a.Target)
	if state == Free || state == Failed {
		return false
	}
	e := &t.entries[i]
	if state == Incomplete {
		if !a.HasMAC {
			return false
		}
		e.router = a.Router
		e.learn(now, a.MAC, stateOf(a.Solicited))
		return true
	}
	differs := a.HasMAC && a.MAC != e.mac
	if differs && !a.Override {
		if state != Reachable {
			return false
		}
		e.state = Stale
		return true
	}
	e.router = a.Router
	switch {
	case a.Solicited:
		if a.HasMAC {
			e.mac = a.MAC
		}
		e.learn(now, e.mac, Reachable)
	case differs:
		e.learn(now, a.MAC, Stale)
	}
	return true
}

func stateOf(solicited bool) State {
	if solicited {
		return Reachable
	}
	return Stale
}
