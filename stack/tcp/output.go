package tcp

import "time"

// Plan is a segment to be sent.
type Plan struct {
	Segment
	Offset int  // its data begins so far behind the front of the send queue: Ring.Peek
	Again  bool // it was sent before, at least in part
	rescue bool // it is RFC 6675's rescue retransmission
}

// Next returns the segment to be sent now; ok is false if there is none. It changes nothing: if the segment cannot be
// sent, Next returns it again later. If it was sent, call Sent before anything else.
func (c *Conn) Next() (p Plan, ok bool) {
	ok = c.NextTo(&p)
	return p, ok
}

// NextTo is Next without a copy. It may change p also if there is nothing to be sent.
func (c *Conn) NextTo(p *Plan) bool {
	*p = Plan{}
	return c.next(p)
}

// next fills in p, which is zero.
func (c *Conn) next(p *Plan) bool {
	switch {
	case c.resetNow:
		p.Segment = Segment{Seq: c.ackSeq(), Ack: c.rcvNxt, Flags: RST | ACK, Options: c.options(RST | ACK)}
		return true
	case c.state == Closed || c.state == Listen:
		return false
	case !c.synAcked && c.sendFrom() == c.cfg.ISS:
		c.syn(p)
		return true
	}
	if c.probing && c.mode == timerKeepAlive {
		c.keepAlive(p)
		return true
	}
	if c.nextText(p) {
		return true
	}
	*p = Plan{}
	if c.ackNow || c.challengeNow || c.windowUpdateDue() {
		c.segment(p, c.ackSeq(), ACK)
		return true
	}
	return false
}

// Sent says that p, the last answer of Next, was sent.
func (c *Conn) Sent(now time.Duration, p *Plan) {
	if p.Flags.Has(RST) {
		c.resetNow = false
		return
	}
	if p.Flags.Has(ACK) {
		c.rcvAdv = latest(c.rcvAdv, p.Ack.Add(c.advertised(&p.Segment)))
		if c.challengeNow {
			c.challenges.spend(now)
		}
		c.ackNow, c.challengeNow, c.dup = false, false, block{}
		c.lastAckSent = p.Ack
		c.delayedAck.stop()
	}
	switch {
	case c.probing && c.mode == timerKeepAlive:
		c.sentKeepAlive(now)
	case p.seqLen() > 0:
		c.sentText(now, p)
	}
	c.schedule(now)
}

// sentText moves the send sequence space on.
func (c *Conn) sentText(now time.Duration, p *Plan) {
	if p.Flags.Has(SYN) {
		c.synWnd = p.Wnd
		if !p.Again {
			c.ts.first = p.TSVal
		}
	}
	c.sndNxt = latest(c.sndNxt, p.end())
	if c.agreed.Has(SACK) {
		c.board.sent(p.Seq, p.end(), ticks(now))
	}
	c.cong.sent(c.sndUna, c.sndNxt)
	c.cwrDue = c.cwrDue && !p.Flags.Has(CWR)
	if p.Flags.Has(FIN) && c.state == SynReceived {
		c.state = FinWait1
	}
	if c.probing && c.mode == timerPersist {
		// The peer need not take what a probe carries: when the window opens, it is sent as if it had been lost.
		c.probing, c.timing = false, false
		c.resendOutstanding()
		c.probeWait = min(2*c.probeWait, c.tuning().MaxRTO) // SHLD-30
		c.due = now + c.probeWait
		if c.timeouts == 0 {
			c.since = now
		}
		c.countTimeout()
		c.rtx.start(min(c.due, c.giveUp()))
		return
	}
	switch {
	case p.Again:
		if !c.racks() {
			c.sentAgain(p)
		}
		c.rack.undo.sentAgain(p)
		c.timing = false // Karn's algorithm (RFC 6298 3)
	case !c.timing:
		c.timing, c.timedEnd, c.timedAt = true, p.end(), now
	}
	if c.recovering {
		c.rack.prr.out += p.seqLen()
	}
	if c.overdue {
		c.restartRetransmit(now) // RFC 6298 5.6
	}
	if c.rack.probeDue {
		c.sentProbe(now, p)
	} else if !p.Again {
		c.rack.rearm = true
	}
}

// segment makes p an empty segment that acknowledges what has arrived.
func (c *Conn) segment(p *Plan, seq Seq, flags Flags) {
	if c.echo {
		flags |= ECE
	}
	if up := c.sndUp.Sub(seq); up > 0 && c.sndUna.Less(c.sndUp) {
		flags |= URG
		p.Urg = uint16(min(up, maxUrgent))
	}
	p.Seq, p.Ack, p.Flags, p.Wnd = seq, c.rcvNxt, flags, uint16(c.nextWindow()>>c.rcvShift)
	c.putOptions(&p.Options, flags)
}

// syn makes p our SYN, which acknowledges the peer's if that is there. Its window is not scaled (RFC 7323 2.2).
func (c *Conn) syn(p *Plan) {
	flags, wnd := SYN, c.initialWindow()
	if c.state != SynSent {
		flags, wnd = SYN|ACK, min(c.nextWindow(), maxWindow)
	}
	p.Segment = Segment{Seq: c.cfg.ISS, Ack: c.rcvNxt, Flags: flags | c.synECN(), Wnd: uint16(wnd), Options: c.options(flags)}
	p.Again = c.sndNxt != c.cfg.ISS
}

// sends reports whether text or FIN may go out in this state.
func (c *Conn) sends() bool {
	switch c.state {
	case Established, CloseWait, FinWait1, Closing, LastAck:
		return true
	case SynReceived:
		return c.finQueued // RFC 9293 3.10.4: FIN need not wait for the handshake
	}
	return false
}

// sendFrom returns where the next segment begins: at what was lost, else at what is new.
func (c *Conn) sendFrom() Seq {
	if c.rtxNxt.Less(c.rtxEnd) {
		return c.rtxNxt
	}
	return c.sndNxt
}

// sndLimit returns the end of what can be sent: FIN, or the last byte written.
func (c *Conn) sndLimit() Seq {
	if c.finQueued {
		return c.sndEnd.Add(1)
	}
	return c.sndEnd
}

// ackSeq returns the sequence number of a segment without text. It is SND.NXT, but not beyond the peer's window, where
// the peer would refuse it: after a probe of a zero window two peers would refuse each other's ACKs for ever. Nor is it
// before what the peer says to have received in a segment that is refused here, where the windows of both have shrunk
// and either's segments are of the other's past.
func (c *Conn) ackSeq() Seq {
	edge := c.sndUna.Add(c.sndWnd)
	switch {
	case !c.synAcked || !edge.Less(c.sndNxt):
		return c.sndNxt
	case edge.Less(c.refused) && !c.sndNxt.Less(c.refused):
		return c.refused
	}
	return edge
}

// nextText makes p the next segment that carries text or FIN, if there is one.
func (c *Conn) nextText(p *Plan) bool {
	switch {
	case !c.sends():
		return false
	case c.probing:
		return c.text(p, c.sndUna, max(c.sndWnd, 1))
	}
	if c.racks() {
		if c.rack.probeDue {
			return c.probe(p)
		}
		if ok, any := c.nextLost(p); any {
			return ok
		}
		return c.newText(p, c.newRoom())
	}
	if from, room, any := c.resend(); any {
		return c.text(p, from, room)
	}
	if c.recovering && c.agreed.Has(SACK) {
		return c.nextSeg(p)
	}
	return c.newText(p, c.newRoom())
}

// sndRoom returns how far the peer's window reaches behind from.
func (c *Conn) sndRoom(from Seq) int { return c.sndBase().Add(c.sndWnd).Sub(from) }

// resend returns where what is to be sent again begins, and how much of it may be sent now; any is false if there is
// nothing. What SACK says has arrived is left out.
func (c *Conn) resend() (from Seq, room int, any bool) {
	if !c.rtxNxt.Less(c.rtxEnd) {
		return 0, 0, false
	}
	flight := c.sndNxt.Sub(c.sndUna)
	lo, hi := c.board.hole(c.rtxNxt.Sub(c.sndUna), flight)
	from = c.sndUna.Add(lo)
	room = min(c.sndRoom(from), c.sndBase().Add(c.cong.cwnd).Sub(from))
	if hi < flight {
		room = min(room, hi-lo)
	}
	return from, room, from.Less(c.rtxEnd)
}

// newText makes p a segment of what was not sent yet, of up to room bytes, if one is worth sending.
func (c *Conn) newText(p *Plan, room int) bool {
	if c.hold || !c.text(p, c.sndNxt, room) ||
		!c.worthSending(p.Len, c.sndEnd.Sub(c.sndNxt), c.textMSS(), p.Flags.Has(FIN)) {
		return false
	}
	c.newTextECN(p)
	return true
}

// text makes p a segment that begins at from and takes up at most room numbers, if there is anything for it.
func (c *Conn) text(p *Plan, from Seq, room int) bool {
	queued := c.sndEnd.Sub(from) // -1 if even FIN was sent
	n := min(queued, room, c.textMSS())
	fin := c.finQueued && n == queued && n < room
	if n < 0 || n == 0 && !fin {
		return false
	}
	c.segment(p, from, ACK)
	p.Offset, p.Again, p.Len = from.Sub(c.sndBase()), from.Less(c.sndNxt), n
	if n > 0 && n == queued {
		p.Flags |= PSH // MUST-61
	}
	if fin {
		p.Flags |= FIN
	}
	return true
}

// worthSending avoids the silly window syndrome (RFC 9293 3.8.6.2.1, MUST-38) and, unless switched off, small segments
// while others are unacknowledged (Nagle's algorithm, RFC 9293 3.7.4, SHLD-7). All data counts as pushed, unless the
// application says otherwise.
func (c *Conn) worthSending(n, queued, mss int, fin bool) bool {
	mayBeSmall := c.cfg.Settings.NoDelay || c.sndUna == c.sndNxt
	switch {
	case n >= mss, fin:
		return true
	case c.pushed.Less(c.sndEnd):
		return false
	case n == queued:
		return mayBeSmall
	}
	return mayBeSmall && 2*n >= c.maxSndWnd
}

// sillyWindow reports whether the peer's window, or that the application wants to write more, is what holds text back though
// nothing is outstanding.
func (c *Conn) sillyWindow() bool {
	queued := c.sndEnd.Sub(c.sndNxt)
	mss := c.textMSS()
	n := min(queued, c.sndWnd, mss)
	return !c.worthSending(n, queued, mss, c.finQueued && n == queued && n < c.sndWnd)
}
