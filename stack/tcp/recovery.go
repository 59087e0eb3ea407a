package tcp

import "time"

// dupThreshold is how many duplicate acknowledgments tell of a loss (RFC 5681 3.2).
const dupThreshold = 3

// duplicate reports whether g is a duplicate acknowledgment (RFC 5681 2): data is outstanding; g has no data, no SYN and
// no FIN; it acknowledges no more than is known and offers the same window. A segment that is none does not end a
// series of them. The answer to a probe of a zero window is none: nothing is waiting to be acknowledged.
func (c *Conn) duplicate(g *Segment) bool {
	return c.mode == timerRetransmit && g.seqLen() == 0 && g.Ack == c.sndUna && g.wnd == c.sndWnd
}

// isDuplicate reports whether g is a duplicate acknowledgment. With SACK it is one if it brings news of what has arrived,
// whatever else it does (RFC 6675 2).
func (c *Conn) isDuplicate(g *Segment, progress bool, why Drop) bool {
	if c.agreed.Has(SACK) {
		first := 0
		if c.duplicateReport(g) {
			first = 1 // the second block says it as well, in the order of the numbers (RFC 2883 4)
		}
		return c.board.update(g.SACK[first:g.NSACK])
	}
	return !progress && why == DropNone && c.duplicate(g)
}

// duplicateACK counts one and recovers fast from the loss that three tell of (RFC 5681 3.2, RFC 6582 3.2, RFC 6675 5).
func (c *Conn) duplicateACK() {
	sack := c.agreed.Has(SACK)
	if c.recovering {
		if !sack {
			c.cong.cwnd += c.sndMSS // a segment has left the network
		}
		return
	}
	if c.unsettled() {
		return
	}
	if c.dupAcks++; c.dupAcks < dupThreshold && !(sack && c.board.lostBehind(0, c.sndMSS)) {
		return
	}
	// RFC 5681 3.2, step 2: what limited transmit has sent beyond the congestion window does not count as in flight.
	c.reduce(min(c.sndNxt.Sub(c.sndUna), c.cong.cwnd))
	c.cong.cwnd = c.cong.ssthresh
	if !sack {
		c.cong.cwnd += dupThreshold * c.sndMSS
	}
	c.dupAcks = 0
	c.recovering, c.recoverAt = true, c.sndNxt
	c.resendFirst()
}

// unsettled reports whether what was outstanding at the last loss is not acknowledged. Until then duplicate
// acknowledgments tell nothing new (RFC 6582 3.2, step 1: and one byte more; RFC 6675 5.1).
func (c *Conn) unsettled() bool {
	if c.agreed.Has(SACK) {
		return c.sndUna.Less(c.recoverAt)
	}
	return c.sndUna.LessEq(c.recoverAt)
}

// settleACK keeps what is compared with sndUna from falling 2^31 behind.
func (c *Conn) settleACK() {
	if c.recoverAt.Less(c.sndUna) {
		c.recoverAt = c.sndUna.Add(-1)
	}
	if c.reducedAt.Less(c.sndUna) {
		c.reducedAt = c.sndUna.Add(-1)
	}
}

// recoverACK takes note of n newly acknowledged bytes, of which SACK had told known before; sndUna is already the new one.
// An acknowledgment that tells of a mark is no reason to send more (RFC 3168 6.1.2).
func (c *Conn) recoverACK(now time.Duration, n, known int, marked bool) {
	switch {
	case !c.recovering:
		if !marked {
			c.grow(now, n, known)
		}
	case c.agreed.Has(SACK):
		c.recovering = c.sndUna.Less(c.recoverAt) // RFC 6675 5, (A); the window is what it is to be already
	case c.sndUna.Less(c.recoverAt): // a partial acknowledgment: the next segment is lost too
		c.cong.cwnd = max(c.cong.cwnd-n, 0)
		if n >= c.sndMSS {
			c.cong.cwnd += c.sndMSS
		}
		c.resendFirst()
	default:
		c.recovering = false
		c.cong.cwnd = min(c.cong.ssthresh, max(c.sndNxt.Sub(c.sndUna), c.sndMSS)+c.sndMSS)
	}
}

// resendFirst has the first outstanding segment sent again, as long as one can be now.
func (c *Conn) resendFirst() { c.rtxNxt, c.rtxEnd = c.sndUna, c.sndUna.Add(1) }

// resendAll has everything outstanding sent again, one segment at first (RFC 5681 3.1, RFC 6582 3.2 step 4). What SACK
// has told is forgotten, as the peer may have thrown it away (RFC 2018 8); what it tells from now on counts.
func (c *Conn) resendAll(now time.Duration) {
	c.board.forgetAll(runSacked)
	if c.racks() {
		c.board.expire(ticks(now), c.reoWnd(), c.sndMSS)
		c.rack.early.stop()
		c.rack.probed, c.rack.probeDue = false, false
	} else {
		c.rtxNxt, c.rtxEnd = c.sndUna, c.sndNxt
	}
	if c.timeouts <= 1 { // not if the timer has had it sent again before (RFC 5681 3.1)
		c.rack.undo.note(&c.cong)
		c.cong.lost(c.sndNxt.Sub(c.sndUna), c.sndMSS)
	}
	c.cong.cubic.wMax = 0 // RFC 9438 4.8
	c.recovering, c.recoverAt, c.dupAcks = false, c.sndNxt, 0
	c.cong.cwnd = c.sndMSS
	c.noteReduction()
}

// resendOutstanding has everything outstanding sent again that SACK does not tell of, for another reason than congestion.
func (c *Conn) resendOutstanding() {
	if c.racks() {
		c.board.loseAll()
		return
	}
	c.rtxNxt, c.rtxEnd = c.sndUna, c.sndNxt
}

// initCwnd sets the initial window.
func (c *Conn) initCwnd(cwnd int) { c.cong.init(cwnd, c.tuning().Reno) }

// grow has n acknowledged bytes make the congestion window grow (RFC 5681 3.1, RFC 3465 2). What a timeout has had sent
// again may be acknowledged all at once, which tells nothing of how much the network took at once (RFC 3465 2.3). Where
// there is no limit, what SACK had told of, known bytes, does not count: it left the network one by one, long ago.
func (c *Conn) grow(now time.Duration, n, known int) {
	limit := c.sndMSS
	switch l := c.tuning().ABC; {
	case l == Unlimited:
		n, limit = n-known, Infinite
	case c.recoverAt.Less(c.sndUna):
		limit *= int(l)
	}
	c.cong.acked(now, c.rtt.srtt, n, limit, c.sndMSS)
}
