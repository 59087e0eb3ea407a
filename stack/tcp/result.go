package tcp

// Result is what the owner of a connection has to do about a segment that arrived, in this order: send the reset, drop
// what was acknowledged from the send queue, put the data in the receive queue.
type Result struct {
	Drop  Drop // why the segment, or a part of it, was not taken
	Reset bool // answer with Reset(segment), not on behalf of the connection

	Acked int // so many bytes at the front of the send queue were acknowledged: Ring.Discard

	Skip   int // of the segment's data the first Skip bytes are old;
	Len    int // the next Len bytes are to be put
	Offset int // so far behind the last contiguous byte of the receive queue: Ring.Place.
	Ready  int // Then so many more bytes are contiguous: Ring.Commit
}

// Drop says why a segment was dropped, in whole or in part.
type Drop uint8

const (
	DropNone    Drop = iota
	DropClosed       // there is no connection
	DropWindow       // it, or its end, lies outside the receive window
	DropRST          // a reset that is not to be believed, or no longer matters
	DropSYN          // a SYN inside a connection (RFC 5961 4)
	DropNoAck        // it has no ACK bit
	DropBadAck       // it acknowledges what was never sent, or what is long past (RFC 5961 5)
	DropText         // data behind the peer's FIN, or for an application that has closed
	DropHoles        // data behind one hole more than the connection can remember
	DropIgnored      // neither SYN nor RST where only these mean something
	NumDrops    int  = iota
)

var dropNames = [NumDrops]string{
	"none", "no-connection", "outside-window", "reset-refused", "syn-in-connection", "no-ack", "bad-ack",
	"unexpected-data", "too-many-holes", "ignored",
}

// String returns the name of a counter for it.
func (d Drop) String() string {
	if int(d) >= NumDrops {
		return "unknown"
	}
	return dropNames[d]
}
