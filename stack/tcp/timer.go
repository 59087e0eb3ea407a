package tcp

import "time"

const (
	r1              = 3                      // RFC 9293 3.8.3, SHLD-10
	r2Data          = 100 * time.Second      // RFC 9293 3.8.3, SHLD-11
	r2SYN           = 3 * time.Minute        // RFC 9293 3.8.3, MUST-23
	overrideTimeout = 500 * time.Millisecond // RFC 9293 3.8.6.2.1: 0.1 to 1 s
	// orphanTimeout ends FIN-WAIT-2 when the application has closed: the peer has nobody to send to and may never close.
	orphanTimeout = 60 * time.Second
)

// timer is a deadline that may be set.
type timer struct {
	at time.Duration
	on bool
}

func (t *timer) start(at time.Duration) { *t = timer{at, true} }

func (t *timer) stop() { t.on = false }

// sooner makes t the earlier one of two.
func (t *timer) sooner(o timer) {
	if o.on && (!t.on || o.at < t.at) {
		*t = o
	}
}

func (t *timer) expired(now time.Duration) bool { return t.on && t.at <= now }

// timerMode says what the one timer of the sending side is for.
type timerMode uint8

const (
	timerOff        timerMode = iota
	timerRetransmit           // data, SYN or FIN is outstanding (RFC 6298 5)
	timerPersist              // the peer's window is zero and there is something to send (RFC 9293 3.8.6.1)
	timerOverride             // the peer's window is small and nothing is outstanding (RFC 9293 3.8.6.2.1, (4))
)

// Deadline returns when Tick has something to do; ok is false if never.
func (c *Conn) Deadline() (at time.Duration, ok bool) {
	d := c.rtx
	d.sooner(c.wait)
	d.sooner(c.delayedAck)
	return d.at, d.on
}

// Tick does what is due at now.
func (c *Conn) Tick(now time.Duration) {
	if c.wait.expired(now) {
		c.over(NoFailure)
	}
	if c.rtx.expired(now) {
		c.rtxExpired(now)
	}
	if c.delayedAck.expired(now) {
		c.delayedAck.stop()
		c.ackNow = true
	}
	if c.mode == timerOff && now-c.since > c.rtt.rto {
		c.cong.restart(c.sndMSS)
	}
	c.schedule(now)
}

func (c *Conn) rtxExpired(now time.Duration) {
	giveUp := c.since + c.r2()
	switch {
	case c.mode == timerOverride:
		c.probing = true
		c.rtx.stop()
		return
	case now >= giveUp:
		c.over(FailTimedOut)
		return
	case c.mode == timerPersist:
		c.probing = true
	case c.mode == timerRetransmit:
		c.synLost = c.synLost || !c.synAcked
		c.overdue = true
		c.timeouts++
		c.rtt.backoff()
		c.resendAll()
	}
	// The next timeout begins when the segment is really sent; until then only R2 runs on.
	c.rtx.start(giveUp)
}

// r2 returns how long the peer may not answer (RFC 9293 3.8.3).
func (c *Conn) r2() time.Duration {
	if !c.synAcked {
		return r2SYN
	}
	return r2Data
}

// startRetransmit (re)starts the retransmission timer after progress.
func (c *Conn) startRetransmit(now time.Duration) {
	c.since, c.timeouts = now, 0
	c.overdue = false
	c.rtx.start(now + c.rtt.rto)
}

// InTrouble reports whether the same segment has been sent again R1 times, so that IP should look for the reason (RFC
// 9293 3.8.3, MUST-20).
func (c *Conn) InTrouble() bool { return c.timeouts >= r1 }

// restartRetransmit starts it after a retransmission: R2 runs on.
func (c *Conn) restartRetransmit(now time.Duration) {
	c.overdue = false
	c.rtx.start(min(now+c.rtt.rto, c.since+c.r2()))
}

// schedule makes the timer fit the state.
func (c *Conn) schedule(now time.Duration) {
	if c.forsaken && c.state == FinWait2 && !c.wait.on {
		c.wait.start(now + orphanTimeout)
	}
	mode := c.wantedMode()
	if mode == c.mode {
		return
	}
	c.mode = mode
	c.probing, c.overdue = false, false
	switch mode {
	case timerOff:
		c.rtx.stop()
	case timerRetransmit:
		c.startRetransmit(now)
	case timerPersist:
		c.since, c.probeWait = now, c.rtt.rto // SHLD-29: the first probe after one timeout
		c.rtx.start(now + c.probeWait)
	case timerOverride:
		c.rtx.start(now + overrideTimeout)
	}
}

func (c *Conn) wantedMode() timerMode {
	outstanding := c.sndUna != c.sndNxt
	switch {
	case c.state == Closed || c.state == Listen:
		return timerOff
	case outstanding && (!c.synAcked || c.sndWnd > 0):
		return timerRetransmit
	case !c.synAcked || c.sndUna == c.sndLimit() || !c.sends():
		return timerOff
	case c.sndWnd == 0:
		return timerPersist
	case c.sillyWindow():
		return timerOverride
	}
	return timerOff
}

// enterTimeWait enters TIME-WAIT and turns the other timers off (RFC 9293 3.10.7.4).
func (c *Conn) enterTimeWait(now time.Duration) {
	c.state = TimeWait
	c.startTimeWait(now)
}

func (c *Conn) startTimeWait(now time.Duration) { c.wait.start(now + 2*c.cfg.MSL) }
