package neighbour

import (
	"time"

	"stackproof/stack/wire"
)

// Protocol constants (RFC 4861 10). ARP's are the same but for the reachable time, which keeps it to the one request per
// second and destination of RFC 1122 2.3.2.1.
const (
	// Tries is how many solicitations go unanswered before resolution fails (MAX_MULTICAST_SOLICIT), and how many probes
	// before a neighbour is given up (MAX_UNICAST_SOLICIT).
	Tries = 3
	// RetransTime is the time between them (RETRANS_TIMER).
	RetransTime = time.Second
	// ReachableTime is how long a confirmation lasts by NDP, before its random factor (REACHABLE_TIME).
	ReachableTime = 30 * time.Second
	// ARPReachableTime is the same for ARP: on the order of a minute (RFC 1122 2.3.2.1).
	ARPReachableTime = time.Minute
	// DelayTime is how long a neighbour that is doubtful and in use has to be confirmed by the layers above before it is
	// probed (DELAY_FIRST_PROBE_TIME).
	DelayTime = 5 * time.Second
	// UseTime is how long a neighbour counts as in use after our own traffic went to it.
	UseTime = 30 * time.Second
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
	Reachable               // the neighbour is known to have heard us within the reachable time
	Stale                   // it is not, or its address came unsolicited; packets are sent to it all the same
	Delay                   // one was: unless something confirms the neighbour within DelayTime, it is probed
	Probe                   // it is being asked, by itself, whether it is still there
	Failed                  // nobody answered; packets are refused until HoldTime is over
)

// Resolved reports whether packets are sent in this state.
func (s State) Resolved() bool { return s >= Reachable && s <= Probe }

// Entry is one row of the table. Its zero value is free.
type Entry struct {
	addr   wire.Addr // the neighbour
	source wire.Addr // our address that the latest packet came from, the source of solicitations
	mac    wire.MAC
	state  State // as of the last event; stateAt tells what time has made of it
	router bool  // it says that it is a router (RFC 4861 5.1, IsRouter)
	wanted bool  // our own traffic wants the neighbour, or did at used
	tries  uint8 // solicitations or probes sent

	slot       uint16 // where a packet of waiting bytes waits
	waiting    uint16 // 0: none does
	waitingOwn bool   // it is our own traffic and not an answer to a stranger

	due   time.Duration // Incomplete, Delay, Probe: when to ask or to give up; Reachable, Failed: when that is over
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
		if e.state == Reachable && now >= e.due {
			return Stale
		}
	case Failed:
		if now >= e.due {
			return Free
		}
	}
	return e.state
}

// doubt takes the neighbour's address from what does not prove that the neighbour hears us.
func (e *Entry) doubt(now time.Duration, mac wire.MAC) { e.mac, e.state, e.heard = mac, Stale, now }

// reset makes the row one for another neighbour.
func (e *Entry) reset(addr wire.Addr, state State) { *e = Entry{addr: addr, state: state} }
