package neighbour

import (
	"time"

	"stackproof/stack/wire"
)

// State is the state of an entry.
type State uint8

const (
	Free       State = iota // the entry is not in use
	Incomplete              // address resolution is under way (RFC 4861 7.3.2)
	Reachable               // the neighbour was heard of within ReachableTime
	Stale                   // it was not, or its address came unsolicited; it is used all the same
	Failed                  // nobody answered; packets are refused until HoldTime is over
)

// Entry is one row of the table. Its zero value is free.
type Entry struct {
	addr    wire.Addr // the neighbour
	source  wire.Addr // our address, the source of solicitations
	mac     wire.MAC
	state   State
	router  bool          // it says that it is a router (RFC 4861 5.1, IsRouter)
	own     bool          // our own traffic wants it, not only answers to strangers
	wasUsed bool          // used holds a time
	tries   uint8         // solicitations sent
	slot    uint16        // 1 + index of the slot in which a packet waits; 0: none
	waiting uint16        // bytes of that packet
	due     time.Duration // Incomplete: when to solicit again or to give up. Failed: when to forget
	heard   time.Duration // resolved: when the neighbour was last confirmed
	used    time.Duration // when a packet was last wanted to go to it
}
