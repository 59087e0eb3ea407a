package tcp

import "time"

// Arrive takes a segment (RFC 9293 3.10.7). The result says what the owner has to do about it at once; what there is to
// send comes from Next.
func (c *Conn) Arrive(now time.Duration, g Segment) (r Result) {
	c.ArriveTo(now, &g, &r)
	return r
}

// ArriveTo is Arrive without copies. It changes g, as far as it takes less than all of it, and sets r.
func (c *Conn) ArriveTo(now time.Duration, g *Segment, r *Result) {
	g.wnd = c.windowOf(g)
	c.ts.clock = now
	switch c.state {
	case Closed:
		*r = Result{Drop: DropClosed, Reset: true}
	case Listen:
		*r = c.arriveListen(now, g)
	case SynSent:
		*r = c.arriveSynSent(now, g)
	default:
		*r = Result{}
		c.arriveOther(now, g, r)
	}
	c.schedule(now)
}

// arriveListen is RFC 9293 3.10.7.2.
func (c *Conn) arriveListen(now time.Duration, g *Segment) Result {
	r, syn := OnListen(g)
	if !syn {
		return r
	}
	c.takeSYN(now, g)
	c.state = SynReceived
	afterSYN(g)
	c.tailor(g, &r)
	c.take(now, g, &r)
	return r
}

// arriveSynSent is RFC 9293 3.10.7.3.
func (c *Conn) arriveSynSent(now time.Duration, g *Segment) (r Result) {
	if g.Flags.Has(ACK) && !c.acksNew(g.Ack) {
		return Result{Drop: DropBadAck, Reset: true}
	}
	switch {
	case g.Flags.Has(RST | ACK):
		c.over(FailRefused)
		return Result{}
	case g.Flags.Has(RST):
		return Result{Drop: DropRST} // RFC 5961 3.2: without an acknowledgment of our SYN anybody could have sent it
	case !g.Flags.Has(SYN):
		return Result{Drop: DropIgnored}
	}
	c.takeSYN(now, g)
	afterSYN(g)
	c.tailor(g, &r)
	if g.Flags.Has(ACK) {
		c.acked(now, g)
		c.hear(now)
		c.establish()
		c.ackNow = true
	} else {
		c.state = SynReceived
		c.rtxNxt, c.rtxEnd = c.cfg.ISS, c.sndNxt // the next segment is our SYN once more, now with ACK
	}
	c.take(now, g, &r)
	return r
}

// afterSYN leaves of a segment what is behind its SYN, which is taken, and with it what the flags of ECN say beside one. An
// urgent pointer beside one is nothing that the RFC has.
func afterSYN(g *Segment) { g.Seq, g.Flags = g.Seq.Add(1), g.Flags&^(SYN|ECE|CWR|URG) }

// takeSYN begins the receive sequence space.
func (c *Conn) takeSYN(now time.Duration, g *Segment) {
	c.irs = g.Seq
	c.rcvNxt = g.Seq.Add(1)
	c.rcvUp = c.rcvNxt
	c.rcvAdv = c.rcvNxt.Add(c.initialWindow())
	c.beginAcks()
	c.setSndWnd(g)
	c.agree(&g.Options)
	c.agreeECN(g.Flags)
	c.ts.recent, c.ts.recentAt = g.TSVal, now
	c.initCwnd(c.tuning().initialCwnd(c.sndMSS))
}

// establish enters ESTABLISHED, or FIN-WAIT-1 if the application has closed meanwhile.
func (c *Conn) establish() {
	c.state = Established
	if c.finQueued {
		c.state = FinWait1
	}
}

// arriveOther is RFC 9293 3.10.7.4: the states from SYN-RECEIVED on. r is zero.
func (c *Conn) arriveOther(now time.Duration, g *Segment, r *Result) {
	if c.state == SynReceived && g.Seq == c.irs && g.Flags.Has(SYN) && !g.Flags.Has(RST) {
		c.agreeECN(g.Flags)
		if !g.Flags.Has(ACK) {
			// The peer sends its SYN again, so it lacks ours. By the letter a bare ACK answers, which says less.
			c.noteTimestamp(g.Seq, g)
			c.rtxNxt, c.rtxEnd = c.cfg.ISS, c.sndNxt
			r.Drop = DropSYN
			return
		}
		if !c.passive {
			afterSYN(g) // simultaneous open (RFC 9293 3.5, figure 7)
		}
	}
	switch {
	case g.Flags.Has(RST):
		r.Drop = c.arriveRST(now, g)
	case c.lacksTimestamp(g):
		r.Drop = DropNoTimestamp // without a word (RFC 7323 3.2)
	case c.outdated(g):
		r.Drop = c.unacceptable(now, g, DropOutdated)
	case !c.acceptable(g):
		r.Drop = c.unacceptable(now, g, DropWindow)
	case g.Flags.Has(SYN):
		r.Drop = c.arriveSYN(now)
	case !g.Flags.Has(ACK):
		r.Drop = DropNoAck
	default:
		c.tailor(g, r)
		if c.arriveACK(now, g, r) {
			c.take(now, g, r)
		}
	}
}

// acceptable is the first check of RFC 9293 3.10.7.4: a part of the segment is in the window. When the window is zero
// a segment at its edge still is, for the sake of its acknowledgment; tailor takes the data away.
func (c *Conn) acceptable(g *Segment) bool {
	wnd, n, from := c.rcvWnd(), g.seqLen(), g.Seq.Sub(c.rcvNxt)
	switch {
	case wnd == 0:
		return from == 0
	case n == 0:
		return 0 <= from && from < wnd
	}
	return from < wnd && 0 < from+n
}

// unacceptable answers a segment outside of the window, or of the past, with an acknowledgment.
func (c *Conn) unacceptable(now time.Duration, g *Segment, why Drop) Drop {
	if why == DropWindow && c.state == TimeWait && g.Flags.Has(FIN) && g.end() == c.rcvNxt {
		c.startTimeWait(now) // the peer lacks our last ACK (RFC 9293 3.10.7.4, eighth)
	}
	if g.Flags.Has(ACK) {
		c.refused = g.Ack
	}
	if g.Len > 0 || g.Flags.Has(FIN) {
		c.noteOld(g.Seq, g.Seq.Add(g.Len))
		c.ackNow = true
	} else {
		// A segment without text may be the answer to an ACK of ours: two hosts that disagree would answer each other
		// for ever, so this is throttled like a challenge.
		c.challenge(now)
	}
	return why
}

// arriveRST is the second check (RFC 9293 3.10.7.4, RFC 5961 3). It holds at window zero too (MUST-66).
func (c *Conn) arriveRST(now time.Duration, g *Segment) Drop {
	switch {
	case c.state == TimeWait:
		return DropRST // RFC 1337 3, fix F1
	case g.Seq == c.rcvNxt:
		c.reset()
		return DropNone
	case g.Seq.InWindow(c.rcvNxt, c.rcvWnd()):
		c.challenge(now)
	}
	return DropRST
}

// reset obeys a valid reset.
func (c *Conn) reset() {
	switch c.state {
	case SynReceived:
		if c.passive {
			c.Listen(c.cfg) // MUST-11
			return
		}
		c.over(FailRefused)
	case Closing, LastAck:
		// RFC 9293 3.10.7.4 tells nobody: both sides have closed. But that text was lost is not to be kept from its writer.
		if c.sndUna.Less(c.sndEnd) {
			c.over(FailReset)
			return
		}
		c.over(NoFailure)
	default:
		c.over(FailReset)
	}
}

// arriveSYN is the fourth check: a SYN in the window (RFC 9293 3.10.7.4, RFC 5961 4).
func (c *Conn) arriveSYN(now time.Duration) Drop {
	if c.state == SynReceived && c.passive {
		c.Listen(c.cfg)
	} else {
		c.challenge(now)
	}
	return DropSYN
}

// challenge asks for an acknowledgment if the limit of RFC 5961 7 allows one.
//
//go:noinline
func (c *Conn) challenge(now time.Duration) {
	if c.challenges.allows(now) {
		c.challengeNow = true
	}
}

// tailor cuts the segment to the window: after that it begins at RCV.NXT or later and does not exceed the right edge.
func (c *Conn) tailor(g *Segment, r *Result) {
	if old := c.rcvNxt.Sub(g.Seq); old > 0 {
		r.skip = old
		g.Seq, g.Len = c.rcvNxt, g.Len-old
	}
	if over := g.end().Sub(c.rcvNxt.Add(c.rcvWnd())); over > 0 {
		if g.Flags.Has(FIN) {
			g.Flags &^= FIN
			over--
		}
		g.Len -= over
		r.Drop = DropWindow
		c.ackNow = c.ackNow || c.state.receives() // where text is ignored it is not answered either
	}
}
