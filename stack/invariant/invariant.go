// Package invariant names what must always be true of the stack's state. Each part of the stack has a method that looks at
// its own state and answers with the first rule that does not hold; stack.Stack.Check asks them all. Nothing of it is in a
// program that does not call it.
package invariant

// Rule is something that is always true between two calls. The zero value, [OK], is no rule: all of them hold.
type Rule uint8

const (
	OK Rule = iota

	// One connection of TCP (RFC 9293 3.3.1, 3.4).
	SendOrder     // SND.UNA =< SND.NXT =< the end of what was written, with the FIN
	SendMarks     // what else points into the send sequence space lies in it
	SendQueue     // the send queue holds what is written and not acknowledged
	SendWindow    // the peer's window is one that a header can say, and no more than the largest so far
	SegmentSize   // the size of segments is between the least and what the link carries
	FINState      // the state tells whether this side has closed, and whether the peer knows
	SYNState      // the state tells whether our SYN is acknowledged
	PeerFIN       // the peer's FIN is taken in the states that say so, stands at the end of what it sent, and nothing behind it
	ReceiveOrder  // RCV.NXT is not beyond the window's right edge
	ReceiveRoom   // what was not read and what the peer may send fit into the receive queue
	ReceiveQueue  // the receive queue holds what was received in order and not read
	ReceiveMarks  // what else points into the receive sequence space lies in it
	ReceiveBlocks // what came out of order is in blocks that are in the window and neither overlap nor touch
	BoardRuns     // the scoreboard's runs are in order, within what is outstanding, and cover all of it
	BoardSums     // the scoreboard's sums are those of its runs; none is both there and lost
	Congestion    // the congestion window and the threshold are in their ranges
	RTOBounds     // the retransmission timeout is within its bounds
	TimerMode     // a timer runs if something waits for it, and not otherwise
	TimerBounds   // no timer runs for longer than what it is for

	// The table of TCP.
	TCPList    // every row is in the list of those with its hash, or of the listeners, once
	TCPHeap    // the heap is one, and has each row once that has a deadline
	TCPQueue   // the queue of rows to look at has each row once that says so
	TCPIdle    // a row that is not to be looked at has nothing to send, and its deadline is in the heap
	TCPSlot    // every slot is with one row, and who needs one has one
	TCPUse     // the row's use and its connection's state fit
	TCPPending // a connection that is not accepted has a listener
	TCPPorts   // no two connections have the same ends, and no two listeners the same port

	// UDP.
	UDPQueue // the queue holds whole datagrams, in its memory
	UDPUse   // an endpoint that is open has a port, and a peer with one

	// Neighbours.
	NeighbourRow     // no neighbour has two rows, and each has what its state needs
	NeighbourWaiting // a packet that waits is in a slot of its own, and somebody is asked for whom it is
	NeighbourTime    // nothing is due later than the state allows, and nothing was heard in the future

	// Reassembly.
	FragmentRow   // no datagram has two rows, and none is complete or expires too late
	FragmentUnits // what has arrived is counted right and lies in the row's memory

	// The host.
	GroupRow     // no group has two rows, and one that nobody wants has something to tell
	PathRow      // no destination has two rows, and the path's MTU is in its range
	StagedBounds // the datagram that goes out in fragments lies in its memory
	LoopBounds   // the packets on their way to ourselves lie in their memory
	ClaimState   // an address that is being claimed has had no more probes than it needs
	ErrorTokens  // no more tokens are owed for errors than the bucket holds

	// Sockets.
	SocketUse   // a socket's row and what it has in the stack fit, and nothing is had by two
	SocketGroup // a membership is of an open socket, in a group of the interface
	FaceRow     // a descriptor's row has a socket of its own that fits it, and a free one has nothing
	FaceRefs    // a descriptor's row is referred to by who has it open and by the calls that are blocked on it, and by no other

	numRules
)

// Violation is a rule that does not hold, and where.
type Violation struct {
	Rule Rule
	Row  int // of the table that the rule is about, from 0
}

// Holds reports whether there is no violation.
func (v Violation) Holds() bool { return v.Rule == OK }

// At is a violation in a row, or none if r is OK.
func (r Rule) At(row int) Violation {
	if r == OK {
		return Violation{}
	}
	return Violation{r, row}
}
