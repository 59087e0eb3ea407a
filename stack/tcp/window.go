package tcp

const (
	// maxWindow is the most that the header's field can say.
	maxWindow = 1<<16 - 1
	// MaxWindowShift is the largest shift of RFC 7323 2.3. An offer of a larger one counts as this.
	MaxWindowShift = 14
)

// windowShift returns the least shift with which a window can say that a whole buffer of n bytes is free (RFC 7323 2.3).
func windowShift(n int) (shift uint8) {
	for n>>shift > maxWindow && shift < MaxWindowShift {
		shift++
	}
	return shift
}

// windowOf returns the window that an arriving segment offers, in bytes. That of a SYN is never scaled (RFC 7323 2.2).
func (c *Conn) windowOf(g *Segment) int {
	if g.Flags.Has(SYN) {
		return int(g.Wnd)
	}
	return int(g.Wnd) << c.sndShift
}

// advertised returns the window that a segment of ours offers.
func (c *Conn) advertised(g *Segment) int {
	if g.Flags.Has(SYN) {
		return int(g.Wnd)
	}
	return int(g.Wnd) << c.rcvShift
}

// rcvWnd returns RCV.WND: how much the peer may send by the most that was advertised.
func (c *Conn) rcvWnd() int { return c.rcvAdv.Sub(c.rcvNxt) }

// initialWindow returns the window of our SYN, which does not say less when it is sent again.
func (c *Conn) initialWindow() int { return max(min(c.cfg.RcvBuf, maxWindow), int(c.synWnd)) }

// nextWindow returns the window to advertise, in steps of the scale: the right edge stays where it is, never retreats
// (SHLD-14), and moves on only when it can move far enough (RFC 9293 3.8.6.2.2, MUST-39). If it does not lie on a step, it
// moves on to the next one; unless the buffer has no room for that, when it seems to retreat by less than a step (RFC 7323
// 2.4).
func (c *Conn) nextWindow() int {
	now, step := c.rcvWnd(), 1<<c.rcvShift
	free := min(c.cfg.RcvBuf-c.rcvUser, maxWindow<<c.rcvShift)
	if open := free &^ (step - 1); open-now >= c.worthOpening() {
		return open
	}
	if up := (now + step - 1) &^ (step - 1); up <= free {
		return up
	}
	return now &^ (step - 1)
}

// worthOpening returns by how much the window has to grow before it is opened (RFC 9293 3.8.6.2.2).
func (c *Conn) worthOpening() int { return min(c.cfg.RcvBuf/2, c.sndMSS) }

// windowUpdateDue reports whether the window has grown enough to say so in a segment of its own. While the peer can
// still send, two segments' worth are waited for, so that reading does not double the number of acknowledgments; and
// that our SYN could not say all of a scaled window can wait for the first acknowledgment.
func (c *Conn) windowUpdateDue() bool {
	if !c.state.receives() || c.rcvNxt == c.irs.Add(1) {
		return false
	}
	now := c.rcvWnd()
	grown := c.nextWindow() - now
	return grown > 0 && grown >= c.worthOpening() && (now < c.sndMSS || grown >= min(c.cfg.RcvBuf/2, 2*c.sndMSS))
}
