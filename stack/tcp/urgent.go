package tcp

// The urgent mechanism (RFC 9293 3.8.5, RFC 6093) names a place in the stream: all before it is urgent, and stays where it
// is. Nothing is ever taken out of the stream.

// maxUrgent is the most that an urgent pointer can say. What lies further on is named by later segments.
const maxUrgent = 1<<16 - 1

// Urgent says that all that was written is urgent (MUST-30), however much that is (MUST-31). The peer learns of it at
// once, even if its window is closed.
func (c *Conn) Urgent() {
	if c.Writable() {
		c.sndUp, c.ackNow = c.sndEnd, true
	}
}

// UrgentLeft returns how many bytes the application has still to read up to the end of the urgent data, those that have
// not come yet included; 0: none is urgent (RFC 9293 3.8.5, MUST-32, MUST-33).
func (c *Conn) UrgentLeft() int {
	left := c.rcvUp.Sub(c.unread())
	if c.finTaken {
		left = min(left, c.rcvUser) // nothing more comes, whatever the peer has said
	}
	return max(left, 0)
}

// unread returns the sequence number of the byte that the application reads next.
func (c *Conn) unread() Seq {
	n := c.rcvNxt.Add(-c.rcvUser)
	if c.finTaken {
		n--
	}
	return n
}

// noteUrgent is the sixth step of RFC 9293 3.10.7.4, also where the window is closed (MUST-66). The pointer counts from the
// segment's own sequence number (MUST-62) and need not lie within the segment; one that names what was read says nothing.
func (c *Conn) noteUrgent(g *Segment, r *Result) {
	if g.Flags.Has(URG) && c.state.receives() {
		c.rcvUp = latest(c.rcvUp, g.Seq.Add(int(g.Urg)-r.skip))
	}
}
