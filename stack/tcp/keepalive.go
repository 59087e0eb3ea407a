package tcp

import "time"

// keepsAlive reports whether the peer is to be asked for a sign of life if it is silent for long.
func (c *Conn) keepsAlive() bool {
	return c.cfg.Settings.KeepAlive && (c.state == Established || c.state == CloseWait || c.state == FinWait2)
}

// hear takes note of a sign of life, which answers all probes. What is to be sent again needs more than that.
func (c *Conn) hear(now time.Duration) {
	c.heard = now
	if c.mode == timerRetransmit {
		return
	}
	if c.mode == timerKeepAlive && c.timeouts > 0 {
		c.rtx.start(now + c.cfg.Settings.KeepIdle) // no longer to wait for the answer
	}
	c.timeouts = 0
	if c.mode == timerPersist && c.rtx.on {
		c.rtx.start(c.due) // no longer to give up before
	}
}

// startKeepAlive is for a connection of which nothing is outstanding.
func (c *Conn) startKeepAlive(now time.Duration) {
	c.timeouts = 0
	at := c.heard + c.cfg.Settings.KeepIdle
	if at <= now {
		at = now + c.cfg.Settings.KeepIdle // keep-alives have just been switched on
	}
	c.rtx.start(at)
}

// keepAliveExpired sends a probe if nothing has come for long enough (RFC 9293 3.8.4, MUST-26), and gives up if several
// had no answer (MUST-29).
func (c *Conn) keepAliveExpired(now time.Duration) {
	v := &c.cfg.Settings
	switch due := c.heard + v.KeepIdle; {
	case now < due:
		c.rtx.start(due)
	case c.timeouts >= v.KeepCount:
		c.over(FailTimedOut)
	default:
		c.probing = true
	}
}

// keepAlive makes p a probe. It repeats what was acknowledged long ago, which the peer must answer (SHLD-12).
func (c *Conn) keepAlive(p *Plan) {
	c.segment(p, c.sndNxt.Add(-1), ACK)
	if c.cfg.Settings.KeepGarbage {
		p.Len = 1
	}
}

// sentKeepAlive waits for the answer.
func (c *Conn) sentKeepAlive(now time.Duration) {
	c.probing = false
	c.countTimeout()
	c.rtx.start(now + c.cfg.Settings.KeepInterval)
}
