package tcp

// rcvWnd returns RCV.WND: how much the peer may send by what was last advertised.
func (c *Conn) rcvWnd() int { return c.rcvAdv.Sub(c.rcvNxt) }

// initialWindow returns the window of our SYN.
func (c *Conn) initialWindow() int { return min(c.cfg.RcvBuf, maxWindow) }

// nextWindow returns the window to advertise: the right edge stays where it is, never retreats (SHLD-14), and moves on
// only when it can move far enough (RFC 9293 3.8.6.2.2, MUST-39).
func (c *Conn) nextWindow() int {
	now := c.rcvWnd()
	free := min(c.cfg.RcvBuf-c.rcvUser, maxWindow)
	if free-now >= min(c.cfg.RcvBuf/2, c.sndMSS) {
		return free
	}
	return now
}

// windowUpdateDue reports whether the window has grown enough to say so in a segment of its own. While the peer can
// still send, two segments' worth are waited for, so that reading does not double the number of acknowledgments.
func (c *Conn) windowUpdateDue() bool {
	if !c.state.receives() {
		return false
	}
	now, next := c.rcvWnd(), c.nextWindow()
	return next > now && (now < c.sndMSS || next-now >= min(c.cfg.RcvBuf/2, 2*c.sndMSS))
}
