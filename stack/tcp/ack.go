package tcp

import "time"

// arriveACK is the fifth check of RFC 9293 3.10.7.4: the acknowledgment. goOn is false if the segment ends here.
func (c *Conn) arriveACK(now time.Duration, g *Segment, r *Result) (goOn bool) {
	if c.state == SynReceived {
		if !c.acksNew(g.Ack) {
			*r = Result{Drop: DropBadAck, Reset: true}
			return false
		}
		c.establish()
	} else if !c.acksSent(g.Ack) {
		c.challenge(now) // RFC 5961 5
		*r = Result{Drop: DropBadAck}
		return false
	}
	c.noteTimestamp(g.Seq.Add(-r.skip), g)
	progress := c.sndUna.Less(g.Ack)
	n, racks := g.Ack.Sub(c.sndUna), c.racks()
	if c.agreed.Has(SACK) {
		c.board.rack.begin(now, c.echoAge(g))
	}
	if progress {
		r.Acked = c.acked(now, g)
	}
	duplicate := c.isDuplicate(g, progress, r.Drop)
	if racks {
		c.rackACK(now, g, max(n, 0), duplicate)
	} else if duplicate {
		c.duplicateACK()
	}
	r.Slowed = c.arriveECE(g)
	c.updateSndWnd(now, g, progress)
	switch c.state {
	case FinWait1:
		if c.finAcked() {
			c.state = FinWait2
		}
	case Closing:
		if c.finAcked() {
			c.enterTimeWait(now)
		}
		return false
	case LastAck:
		if c.finAcked() {
			c.over(NoFailure)
		}
		return false
	case TimeWait:
		return false
	}
	return true
}

// acksNew reports whether SND.UNA < ack =< SND.NXT. Two comparisons would not do: a number that is 2^31 away is both before
// and behind.
func (c *Conn) acksNew(ack Seq) bool { return ack.InWindow(c.sndUna+1, c.sndNxt.Sub(c.sndUna)) }

// acksSent reports whether SND.UNA - MAX.SND.WND =< ack =< SND.NXT.
func (c *Conn) acksSent(ack Seq) bool {
	first := c.sndUna.Add(-c.maxSndWnd)
	return ack.InWindow(first, c.sndNxt.Sub(first)+1)
}

// acked moves SND.UNA to what g acknowledges, which is ahead of it, and returns how many bytes leave the send queue.
func (c *Conn) acked(now time.Duration, g *Segment) int {
	c.measure(now, g)
	ack := g.Ack
	base, n := c.sndBase(), ack.Sub(c.sndUna)
	c.sndUna = ack
	c.sndUp = latest(c.sndUp, ack)
	c.rtxNxt, c.rtxEnd = latest(c.rtxNxt, ack), latest(c.rtxEnd, ack)
	c.dupAcks = 0
	known := 0
	if c.agreed.Has(SACK) {
		c.board.advance(ack)
		known = n - c.board.rack.delivered
	}
	c.rack.rearm, c.rack.probeDue = true, false
	if c.synAcked {
		c.settleACK()
		if !c.racks() {
			c.recoverACK(now, n, known, c.echoes(g))
		}
	} else if c.synLost {
		c.rtt.rto = max(c.rtt.rto, synLostRTO) // RFC 6298 5.7
		c.initCwnd(c.sndMSS)                   // one segment (RFC 5681 3.1)
	}
	c.synAcked = true
	c.pushed = latest(c.pushed, ack)
	if !c.cfg.Settings.Cork {
		c.pushed = c.sndEnd
	}
	if c.mode == timerRetransmit {
		c.startRetransmit(now) // RFC 6298 5.3
	}
	return c.sndBase().Sub(base)
}

// measure takes the round-trip time that an acknowledgment of new data tells: of what it echoes, or else of the segment
// that is being timed. An acknowledgment that reports a duplicate comes because of that, and the echo is of what was sent
// long before.
func (c *Conn) measure(now time.Duration, g *Segment) {
	timed := c.timing && c.timedEnd.LessEq(g.Ack)
	if timed {
		c.timing = false // also if a timestamp tells: it is over
	}
	if c.agreed.Has(Timestamps) && g.HasTS {
		if d, ok := c.roundTrip(g); ok && !(c.agreed.Has(SACK) && c.duplicateReport(g)) {
			c.sampleRTT(d, c.expectedSamples(c.sndNxt.Sub(c.sndUna)))
		}
		return
	}
	if timed {
		c.sampleRTT(now-c.timedAt, 1)
	}
}

// sampleRTT takes one measurement of n that a round trip brings.
func (c *Conn) sampleRTT(d time.Duration, n int) {
	c.rtt.sample(c.tuning(), d, n)
	c.rack.sampled = true
}

// sndBase returns the sequence number of the first byte of the send queue.
func (c *Conn) sndBase() Seq {
	switch {
	case !c.synAcked:
		return c.cfg.ISS.Add(1)
	case c.sndEnd.Less(c.sndUna):
		return c.sndEnd // our FIN is acknowledged
	}
	return c.sndUna
}

// updateSndWnd takes the peer's window, unless a newer segment overtook this one: its acknowledgment or SND.WL1 tells
// (SND.WL2, never ahead of SND.UNA, has nothing to add). SND.WL1 would also refuse a retransmission, whose sequence
// number is old; but one that acknowledges new data is newer than all before.
func (c *Conn) updateSndWnd(now time.Duration, g *Segment, progress bool) {
	if g.Ack.Less(c.sndUna) {
		return
	}
	c.hear(now)
	if progress || c.sndWl1.LessEq(g.Seq) {
		c.setSndWnd(g)
	}
}

func (c *Conn) setSndWnd(g *Segment) {
	c.sndWnd = g.wnd
	c.maxSndWnd = max(c.maxSndWnd, c.sndWnd)
	c.sndWl1 = g.Seq
}
