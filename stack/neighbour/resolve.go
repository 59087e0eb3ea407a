package neighbour

import (
	"time"

	"stackproof/stack/wire"
)

// Begin makes a row for a neighbour that is being resolved, its first solicitation having been sent just now from source.
// own says that our own traffic wants it; without own, rows in use are not pushed out. i is -1 if there is no row to be
// had; lost says that a packet was lost that waited in the row.
func (t *Table) Begin(now time.Duration, a, source wire.Addr, own bool) (i int, lost bool) {
	i = t.row(now, a, own)
	if i < 0 {
		return i, false
	}
	e := &t.entries[i]
	lost = e.waiting != 0
	e.reset(a, Incomplete)
	e.source, e.wanted, e.used, e.heard = source, own, now, now
	t.Solicited(now, i)
	return i, lost
}

// Solicited notes that a solicitation for the neighbour has been sent.
func (t *Table) Solicited(now time.Duration, i int) {
	t.entries[i].tries++
	t.entries[i].due = now + RetransTime
}

// Doubt tells whether a neighbour whose address is known can be asked for it again: the last solicitation must be
// RetransTime ago. Call Solicited if it was.
func (t *Table) Doubt(now time.Duration, a wire.Addr) (i int, ask bool) {
	i, _, state := t.Lookup(now, a)
	return i, (state == Reachable || state == Stale) && now >= t.entries[i].due
}

// Event is what is to be done about a row.
type Event uint8

const (
	Nothing Event = iota
	Solicit       // ask for the address, then call Solicited
	GiveUp        // nobody answered: call Fail
	Send          // the address is known: send what Waiting returns, then call Sent
)

// Due returns what is to be done about row i at now.
func (t *Table) Due(now time.Duration, i int) Event {
	e := &t.entries[i]
	switch {
	case e.state == Incomplete && now >= e.due && e.tries < Tries:
		return Solicit
	case e.state == Incomplete && now >= e.due:
		return GiveUp
	case e.resolved() && e.waiting != 0:
		return Send
	}
	return Nothing
}

// Next returns when the next event is due that time brings about, ok false if none is.
func (t *Table) Next() (next time.Duration, ok bool) {
	for i := range t.entries {
		e := &t.entries[i]
		if e.state == Incomplete && (!ok || e.due < next) {
			next, ok = e.due, true
		}
	}
	return next, ok
}

// Target returns the address to ask for and the one of ours to ask from.
func (t *Table) Target(i int) (addr, source wire.Addr) {
	return t.entries[i].addr, t.entries[i].source
}

// MAC returns the link-layer address of a resolved row.
func (t *Table) MAC(i int) wire.MAC { return t.entries[i].mac }

// Fail ends the resolution of a row (RFC 4861 7.2.2). The packet that waits, if any, is the caller's to report; then it
// calls Sent.
func (t *Table) Fail(now time.Duration, i int) {
	e := &t.entries[i]
	e.state, e.due = Failed, now+HoldTime
}
