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
	t.confirm(now, i, mac)
	return true
}

// Add is the second half: the sender gets a row if we are the target. It reports whether there was one to be had, and
// whether a packet was lost that waited in it.
func (t *Table) Add(now time.Duration, a wire.Addr, mac wire.MAC) (added, lost bool) {
	i, lost := t.add(now, a)
	if i >= 0 {
		t.confirm(now, i, mac)
	}
	return i >= 0, lost
}

// add makes a row for a neighbour that has none; i is -1 if there is none to be had.
func (t *Table) add(now time.Duration, a wire.Addr) (i int, lost bool) {
	i = t.row(now, a, false)
	if i < 0 {
		return i, false
	}
	e := &t.entries[i]
	lost = e.waiting != 0
	e.reset(a, Stale)
	return i, lost
}

// confirm notes that the neighbour hears us, at this address.
func (t *Table) confirm(now time.Duration, i int, mac wire.MAC) {
	e := &t.entries[i]
	e.mac, e.state, e.heard, e.due = mac, Reachable, now, now+t.reachableTime(now, e.addr)
}

// factorBits is how many bits of a time one random factor holds for, 2.4 hours: RFC 4861 6.3.2 wants another every few
// hours. It is no round time since every segment that confirms a neighbour comes by, and a division would cost a board as
// much as a checksum does.
const factorBits = 43

// reachableTime is how long a confirmation lasts that comes now: the constant times a random factor between 0.5 and 1.5,
// so that the hosts of a link do not probe in step (RFC 4861 6.3.2).
func (t *Table) reachableTime(now time.Duration, a wire.Addr) time.Duration {
	base := ARPReachableTime
	if a.Is6() {
		base = ReachableTime
	}
	x := (t.seed + uint64(now)>>factorBits) * 0x9e3779b97f4a7c15
	x = (x ^ x>>29) * 0xbf58476d1ce4e5b9
	return base/2 + base>>16*time.Duration(x>>48)
}

// Confirm notes that something which the layers above have sent to a neighbour has arrived (RFC 4861 7.3.1; RFC 1122
// 2.3.2.1, mechanism 4). It says nothing of a neighbour that is being resolved.
func (t *Table) Confirm(now time.Duration, a wire.Addr) {
	if i, mac, state := t.Lookup(now, a); state.Resolved() {
		t.confirm(now, i, mac)
	}
}

// Solicitation takes the source link-layer address of a neighbour solicitation (RFC 4861 7.2.3): it proves that the
// neighbour can be heard, not that it hears us, so the row is stale.
func (t *Table) Solicitation(now time.Duration, a wire.Addr, mac wire.MAC) (added, lost bool) {
	i := t.find(a)
	if i < 0 {
		i, lost = t.add(now, a)
	}
	if i < 0 {
		return false, false
	}
	if e := &t.entries[i]; e.mac != mac || !e.stateAt(now).Resolved() {
		e.doubt(now, mac)
	}
	return true, lost
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
	i, mac, state := t.Lookup(now, a.Target)
	if state == Free || state == Failed || state == Incomplete && !a.HasMAC {
		return false
	}
	e := &t.entries[i]
	differs := state == Incomplete || a.HasMAC && a.MAC != mac
	if differs && !a.Override && state != Incomplete {
		if state == Reachable {
			e.state = Stale
		}
		return state == Reachable
	}
	if a.HasMAC {
		mac = a.MAC
	}
	e.router = a.Router
	switch {
	case a.Solicited:
		t.confirm(now, i, mac)
	case differs:
		e.doubt(now, mac)
	}
	return true
}
