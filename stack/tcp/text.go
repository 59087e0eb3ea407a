package tcp

import "time"

// take is the seventh and the eighth step of RFC 9293 3.10.7.4: text and FIN. The segment is cut to the window. What
// comes before the connection is established waits like what comes out of order.
func (c *Conn) take(now time.Duration, g *Segment, r *Result) {
	next := c.rcvNxt
	c.noteUrgent(g, r)
	if c.state.receives() || c.state == SynReceived {
		c.noteOld(g.Seq.Add(-r.skip), g.Seq)
		if g.Len > 0 {
			next = c.takeText(g, r)
			if c.state == Closed {
				return
			}
		}
		if g.Flags.Has(FIN) {
			c.noteFIN(g.Seq.Add(g.Len))
		}
	} else if g.Len > 0 {
		r.Drop = DropText // the peer's FIN was before it
	}
	if c.state.receives() {
		r.Ready = c.advance(now, next)
	}
}

// takeText decides where the segment's text belongs. What begins at RCV.NXT needs no place among the blocks: next is its
// end, else RCV.NXT.
func (c *Conn) takeText(g *Segment, r *Result) (next Seq) {
	c.noteMark(g)
	end := g.Seq.Add(g.Len)
	inOrder := g.Seq == c.rcvNxt && c.state.receives()
	if !inOrder {
		c.ackNow = c.state.synchronized() // RFC 5681 4.2
	}
	if c.forsaken {
		// RFC 9293 3.6.1: the data cannot be delivered, and only a reset says so.
		c.Abort()
		r.Drop = DropText
		return c.rcvNxt
	}
	if c.finSeen && c.finAt.Less(end) {
		r.Drop = DropText // the peer contradicts its own FIN
		c.ackNow = true
		return c.rcvNxt
	}
	c.rcvMSS = max(c.rcvMSS, min(g.Len, c.cfg.MSS))
	if r.skip == 0 {
		c.dup = c.arrived.held(g.Seq, end)
	}
	r.off = g.Seq.Sub(c.rcvNxt) - r.skip
	for at := g.Seq; ; {
		gap := c.arrived.missing(at, end)
		if gap.lo == gap.hi {
			break
		}
		at = gap.hi
		lo, hi := r.skip+gap.lo.Sub(g.Seq), r.skip+gap.hi.Sub(g.Seq)
		r.new[r.n] = part{uint16(lo), uint16(hi)}
		r.n++
		r.Len += hi - lo
	}
	switch {
	case inOrder:
		return end
	case !c.arrived.add(g.Seq, end):
		*r = Result{Drop: DropHoles, Acked: r.Acked}
	}
	return c.rcvNxt
}

// noteOld remembers that what lies from lo up to hi has come once more, to tell the peer (RFC 2883 4).
func (c *Conn) noteOld(lo, hi Seq) {
	if hi = earliest(hi, c.rcvNxt); lo.Less(hi) {
		c.dup = block{lo, hi}
	}
}

// noteFIN remembers where the peer's FIN stands, which may be behind a hole.
func (c *Conn) noteFIN(at Seq) {
	c.ackNow = c.state.synchronized()
	if at.Less(c.arrived.end(c.rcvNxt)) {
		return // the peer has sent text behind it
	}
	if !c.finSeen {
		c.finSeen, c.finAt = true, at
	}
}

// advance moves RCV.NXT to next and over what is contiguous with it, and over the peer's FIN once nothing before it is
// missing. It returns how many bytes became contiguous.
func (c *Conn) advance(now time.Duration, next Seq) int {
	inOrder := next
	next = c.arrived.take(next)
	n := next.Sub(c.rcvNxt)
	c.rcvNxt = next
	c.rcvUser += n
	if c.forsaken && n > 0 {
		c.Abort() // it came with the SYN and waited; see takeText
		return 0
	}
	switch {
	case n == 0:
	case next == inOrder && c.arrived.n == 0 && c.dup.lo == c.dup.hi:
		c.ackText(now)
	default:
		c.ackNow = true // RFC 5681 4.2: it fills a gap, or a part of one; RFC 2883 4: a part of it has come twice
	}
	if c.finSeen && c.rcvNxt == c.finAt {
		c.takeFIN(now)
	}
	return n
}

// takeFIN is the eighth step of RFC 9293 3.10.7.4.
func (c *Conn) takeFIN(now time.Duration) {
	c.rcvNxt++
	c.finTaken = true
	c.ackNow = true
	switch c.state {
	case Established:
		c.state = CloseWait
	case FinWait1: // our FIN is not acknowledged, or this would be FIN-WAIT-2
		c.state = Closing
	case FinWait2:
		c.enterTimeWait(now)
	}
}
