package tcp

import "time"

// take is the seventh and the eighth step of RFC 9293 3.10.7.4: text and FIN. The segment is cut to the window. What
// comes before the connection is established waits like what comes out of order.
func (c *Conn) take(now time.Duration, g Segment, r Result) Result {
	inOrder := 0
	if c.state.receives() || c.state == SynReceived {
		if g.Len > 0 {
			r, inOrder = c.takeText(g, r)
			if c.state == Closed {
				return r
			}
		}
		if g.Flags.Has(FIN) {
			c.noteFIN(g.Seq.Add(g.Len))
		}
	} else if g.Len > 0 {
		r.Drop = DropText // the peer's FIN was before it
	}
	if c.state.receives() {
		r.Ready = c.advance(now, inOrder)
	}
	return r
}

// takeText decides where the segment's text belongs. What begins at RCV.NXT needs no place among the ranges: inOrder is
// its length.
func (c *Conn) takeText(g Segment, r Result) (_ Result, inOrder int) {
	c.ackNow = c.state.synchronized()
	if c.forsaken {
		// RFC 9293 3.6.1: the data cannot be delivered, and only a reset says so.
		c.Abort()
		r.Drop = DropText
		return r, 0
	}
	if c.finSeen && c.finAt.Less(g.Seq.Add(g.Len)) {
		r.Drop = DropText // the peer contradicts its own FIN
		return r, 0
	}
	off := g.Seq.Sub(c.rcvNxt)
	switch {
	case off == 0 && c.state.receives():
		inOrder = g.Len
	case !c.arrived.Add(uint32(off), uint32(off+g.Len)):
		r.Drop = DropHoles
		return r, 0
	}
	r.Len, r.Offset = g.Len, off
	return r, inOrder
}

// noteFIN remembers where the peer's FIN stands, which may be behind a hole.
func (c *Conn) noteFIN(at Seq) {
	c.ackNow = c.state.synchronized()
	if n := c.arrived.Len(); n > 0 {
		if _, end := c.arrived.At(n - 1); at.Less(c.rcvNxt.Add(int(end))) {
			return // the peer has sent text behind it
		}
	}
	if !c.finSeen {
		c.finSeen, c.finAt = true, at
	}
}

// advance moves RCV.NXT over what is contiguous, and over the peer's FIN once nothing before it is missing. inOrder
// bytes have come at RCV.NXT. It returns how many bytes became contiguous.
func (c *Conn) advance(now time.Duration, inOrder int) int {
	n := int(c.arrived.Take(uint32(inOrder)))
	c.rcvNxt = c.rcvNxt.Add(n)
	c.rcvUser += n
	c.ackNow = c.ackNow || n > 0
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
