package tcp

// dupThreshold is how many duplicate acknowledgments tell of a loss (RFC 5681 3.2).
const dupThreshold = 3

// duplicate reports whether g is a duplicate acknowledgment (RFC 5681 2): data is outstanding; g has no data, no SYN and
// no FIN; it acknowledges no more than is known and offers the same window. A segment that is none does not end a
// series of them. The answer to a probe of a zero window is none: nothing is waiting to be acknowledged.
func (c *Conn) duplicate(g Segment) bool {
	return c.mode == timerRetransmit && g.seqLen() == 0 && g.Ack == c.sndUna && int(g.Wnd) == c.sndWnd
}

// duplicateACK counts one and recovers fast from the loss that three tell of (RFC 5681 3.2, RFC 6582 3.2).
func (c *Conn) duplicateACK() {
	if c.recovering {
		c.cong.cwnd += c.sndMSS // a segment has left the network
		return
	}
	if c.dupAcks < dupThreshold {
		c.dupAcks++
	}
	// RFC 6582 3.2, step 1: while what was outstanding at the last loss is not acknowledged, they tell nothing new.
	if c.dupAcks < dupThreshold || !c.recoverAt.Less(c.sndUna) {
		return
	}
	c.dupAcks = 0
	c.recovering, c.recoverAt = true, c.sndNxt
	c.cong.lost(c.sndNxt.Sub(c.sndUna), c.sndMSS)
	c.cong.cwnd = c.cong.ssthresh + dupThreshold*c.sndMSS
	c.resendFirst()
}

// recoverACK takes note of n newly acknowledged bytes; sndUna is already the new one.
func (c *Conn) recoverACK(n int) {
	switch {
	case !c.recovering:
		c.cong.acked(n, c.sndMSS)
		if c.recoverAt.Less(c.sndUna) {
			c.recoverAt = c.sndUna.Add(-1) // so that it never falls 2^31 behind
		}
	case c.sndUna.Less(c.recoverAt): // a partial acknowledgment: the next segment is lost too
		c.cong.cwnd = max(c.cong.cwnd-n, 0) + min(n, c.sndMSS)
		c.resendFirst()
	default:
		c.recovering = false
		c.cong.cwnd = min(c.cong.ssthresh, max(c.sndNxt.Sub(c.sndUna), c.sndMSS)+c.sndMSS)
	}
}

// resendFirst has the first outstanding segment sent again.
func (c *Conn) resendFirst() {
	c.rtxNxt, c.rtxEnd = c.sndUna, c.sndNxt
	if end := c.sndUna.Add(c.sndMSS); end.Less(c.rtxEnd) {
		c.rtxEnd = end
	}
}

// resendAll has everything outstanding sent again, one segment at first (RFC 5681 3.1, RFC 6582 3.2 step 4).
func (c *Conn) resendAll() {
	c.rtxNxt, c.rtxEnd = c.sndUna, c.sndNxt
	c.recovering, c.recoverAt, c.dupAcks = false, c.sndNxt, 0
	c.cong.lost(c.sndNxt.Sub(c.sndUna), c.sndMSS)
	c.cong.cwnd = c.sndMSS
}
