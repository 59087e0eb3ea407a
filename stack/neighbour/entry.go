package neighbour

import (
	"time"

	"stackproof/stack/wire"
)

// Protocol constants (RFC 4861 10); ARP uses the same, which keeps it to the one request per second and destination of
// RFC 1122 2.3.2.1.
const (
	// Tries is how many solicitations go unanswered before resolution fails (MAX_MULTICAST_SOLICIT).
	Tries = 3
	// RetransTime is the time between them (RETRANS_TIMER).
	RetransTime = time.Second
	// ReachableTime is how long a confirmation lasts (REACHABLE_TIME); a neighbour that our own traffic has not used for
	// as long counts as not in use.
	ReachableTime = 30 * time.Second
	// HoldTime is how long after a failure packets are refused before the neighbour is asked for again.
	HoldTime = time.Second
	// Lifetime is when an address that nothing has confirmed is forgotten (RFC 1122 2.3.2.1 asks for a way to flush).
	Lifetime = 20 * time.Minute
)

// State is the state of an entry.
type State uint8

const (
	Free       State = iota // the row is not in use
	Incomplete              // address resolution is under way
	Reachable               // the neighbour was heard of within ReachableTime
	Stale                   // it was not, or its address came unsolicited; packets are sent to it all the same
	Failed                  // nobody answered; packets are refused until HoldTime is over
)

// Entry is one row of the table. Its zero value is free.
type Entry struct {
	addr   wire.Addr // the neighbour
	source wire.Addr // our address, the source of solicitations
	mac    wire.MAC
	state  State // as of the last event; stateAt tells what time has made of it
	router bool  // it says that it is a router (RFC 4861 5.1, IsRouter)
	wanted bool  // our own traffic wants the neighbour, or did at used
	tries  uint8 // solicitations sent

	slot       uint16 // where a packet of waiting bytes waits
	waiting    uint16 // 0: none does
	waitingOwn bool   // it is our own traffic and not an answer to a stranger

	due   time.Duration // Incomplete: when to ask again or to give up; Failed: when HoldTime is over
	heard time.Duration // resolved: when the neighbour was last heard of
	used  time.Duration // when our own traffic last went to it
}

// stateAt returns the state at a time.
func (e *Entry) stateAt(now time.Duration) State {
	switch e.state {
	case Reachable, Stale:
		if now-e.heard >= Lifetime {
			return Free
		}
		if now-e.heard >= ReachableTime {
			return Stale
		}
	case Failed:
		if now >= e.due {
			return Free
		}
	}
	return e.state
}

// resolved reports whether the entry holds an address at all.
func (e *Entry) resolved() bool { return e.state == Reachable || e.state == Stale }

// learn takes the neighbour's address.
func (e *Entry) learn(now time.Duration, mac wire.MAC, state State) {
	e.mac, e.state, e.heard = mac, state, now
}

// reset makes the row one for another neighbour.
func (e *Entry) reset(addr wire.Addr, state State) { *e = Entry{addr: addr, state: state} }
