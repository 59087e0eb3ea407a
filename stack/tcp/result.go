package tcp

// Result is what the owner of a connection has to do about a segment that arrived, in this order: send the reset, drop
// what was acknowledged from the send queue, put the data in the receive queue with Store.
type Result struct {
	Drop  Drop // why the segment, or a part of it, was not taken
	Reset bool // answer with Reset(segment), not on behalf of the connection

	Acked int // so many bytes at the front of the send queue were acknowledged: Ring.Discard

	Slowed bool // it told of a mark of congestion, and we send less for that

	Len   int // so many of the segment's bytes are new
	Ready int // and so many more are contiguous with them

	skip int                 // of the segment's data the first skip bytes are old
	off  int                 // its first byte belongs so far behind the end of the receive queue
	new  [MaxRanges + 1]part // the new parts of its data, in order
	n    uint8
}

// part is a part of a segment's data: from lo up to but not including hi.
type part struct{ lo, hi uint16 }

// Store puts what is new of the segment's data where it belongs in the receive queue q, whose memory is buf. What has
// come before stays as it was. It returns how many bytes found room: Len, if the queue is as long as the window that was
// offered allows for.
func (r *Result) Store(q *Ring, buf, data []byte) (n int) {
	for _, p := range r.new[:r.n] {
		n += q.Place(buf, r.off+int(p.lo), data[p.lo:p.hi])
	}
	q.Commit(buf, r.Ready)
	return n
}

// Drop says why a segment was dropped, in whole or in part.
type Drop uint8

const (
	DropNone        Drop = iota
	DropClosed           // there is no connection
	DropWindow           // it, or its end, lies outside the receive window
	DropRST              // a reset that is not to be believed, or no longer matters
	DropSYN              // a SYN inside a connection (RFC 5961 4)
	DropNoAck            // it has no ACK bit
	DropBadAck           // it acknowledges what was never sent, or what is long past (RFC 5961 5)
	DropText             // data behind the peer's FIN, or for an application that has closed
	DropHoles            // data behind one hole more than the connection can remember
	DropIgnored          // neither SYN nor RST where only these mean something
	DropNoTimestamp      // it has no timestamps though they were agreed on (RFC 7323 3.2)
	DropOutdated         // its timestamp is of the past (RFC 7323 5.3, R1)
	NumDrops        int  = iota
)

var dropNames = [NumDrops]string{
	"none", "no-connection", "outside-window", "reset-refused", "syn-in-connection", "no-ack", "bad-ack",
	"unexpected-data", "too-many-holes", "ignored", "no-timestamp", "outdated",
}

// String returns the name of a counter for it.
func (d Drop) String() string {
	if int(d) >= NumDrops {
		return "unknown"
	}
	return dropNames[d]
}
