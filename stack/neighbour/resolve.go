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

// Solicited notes that a solicitation for the neighbour, or a probe of it, has been sent.
func (t *Table) Solicited(now time.Duration, i int) {
	e := &t.entries[i]
	if e.state == Delay {
		e.state = Probe
	}
	e.tries++
	e.due = now + RetransTime
}

// Doubt notes that nothing seems to arrive at the neighbour of a row whose address is known, and that it was asked for just
// now from source. If it does not answer it is probed.
func (t *Table) Doubt(now time.Duration, i int, source wire.Addr) {
	e := &t.entries[i]
	e.state, e.source, e.tries, e.due = Probe, source, 1, now+RetransTime
}

// Event is what is to be done about a row.
type Event uint8

const (
	Nothing Event = iota
	Solicit       // ask for the address, then call Solicited
	Ask           // ask the neighbour alone whether it is there, then call Solicited
	GiveUp        // nobody answered: call Fail
	Forget        // the neighbour did not answer: call Gone
	Send          // the address is known: send what Waiting returns, then call Sent
)

// Due returns what is to be done about row i at now.
func (t *Table) Due(now time.Duration, i int) Event {
	e := &t.entries[i]
	switch {
	case e.state.Resolved() && e.waiting != 0:
		return Send
	case !e.state.waits() || now < e.due:
		return Nothing
	case e.state == Incomplete && e.tries < Tries:
		return Solicit
	case e.state == Incomplete:
		return GiveUp
	case e.tries < Tries:
		return Ask
	}
	return Forget
}

// waits reports whether a row in this state has something to do when due comes.
func (s State) waits() bool { return s == Incomplete || s == Delay || s == Probe }

// Next returns when the next event is due that time brings about, ok false if none is.
func (t *Table) Next() (next time.Duration, ok bool) {
	for i := range t.entries {
		e := &t.entries[i]
		if e.state.waits() && (!ok || e.due < next) {
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

// Gone ends the probing of a row: whoever wants the neighbour next resolves it anew (RFC 4861 7.3.3).
func (t *Table) Gone(i int) { t.entries[i].state = Free }
