package tcp

import (
	"math"
	"time"
)

const (
	r1     = 3                 // RFC 9293 3.8.3, SHLD-10
	r2Data = 100 * time.Second // RFC 9293 3.8.3, SHLD-11
	r2SYN  = 3 * time.Minute   // RFC 9293 3.8.3, MUST-23
	// RFC 9293 3.8.6.2.1: 0.1 to 1 s. It is no longer than the retransmission timeout.
	overrideTimeout, leastOverride = 500 * time.Millisecond, 100 * time.Millisecond
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
	timerHold                 // the network carries less than a segment at a time (RFC 3168 6.1.2)
	timerKeepAlive            // nothing is outstanding, and the peer shall show that it is there (RFC 9293 3.8.4)
)

// Deadline returns when Tick has something to do; ok is false if never.
func (c *Conn) Deadline() (at time.Duration, ok bool) {
	d := c.rtx
	d.sooner(c.wait)
	d.sooner(c.delayedAck)
	d.sooner(c.rack.early)
	return d.at, d.on
}

// Tick does what is due at now.
func (c *Conn) Tick(now time.Duration) {
	c.ts.clock = now
	if c.wait.expired(now) {
		c.over(NoFailure)
	}
	if c.rack.early.expired(now) {
		c.earlyExpired(now) // before the other: a probe starts that anew
	}
	if c.rtx.expired(now) {
		c.rtxExpired(now)
	}
	if c.delayedAck.expired(now) {
		c.delayedAck.stop()
		c.ackNow = true
	}
	if c.idle() && now-c.since > c.rtt.rto && !c.tuning().NoRestart {
		c.cong.restart(c.tuning().initialCwnd(c.sndMSS))
	}
	c.schedule(now)
}

// idle reports whether nothing is outstanding, nor held back by the peer's window.
func (c *Conn) idle() bool { return c.mode == timerOff || c.mode == timerKeepAlive }

func (c *Conn) rtxExpired(now time.Duration) {
	// The next timeout begins when the segment is really sent; until then only R2 runs on.
	c.rtx.stop()
	c.hold = false
	if c.awaited() {
		if now >= c.giveUp() {
			c.over(FailTimedOut)
			return
		}
		c.rtx.start(c.giveUp())
		switch { // if R2 was put off meanwhile:
		case now < c.due:
			c.rtx.start(min(c.due, c.giveUp()))
			return
		case c.overdue || c.probing: // it is still to be sent
			return
		}
	}
	switch c.mode {
	case timerKeepAlive:
		c.keepAliveExpired(now)
	case timerOverride, timerPersist:
		c.probing = true
	case timerRetransmit:
		c.synLost = c.synLost || !c.synAcked
		c.overdue = true
		c.countTimeout()
		c.rtt.backoff(c.tuning())
		c.resendAll(now)
	}
}

func (c *Conn) countTimeout() {
	if c.timeouts < math.MaxUint8 {
		c.timeouts++
	}
}

// awaited reports whether the peer owes an answer: R2 runs. A peer whose window is zero owes none between the probes
// (MUST-37).
func (c *Conn) awaited() bool {
	return c.mode == timerRetransmit || c.mode == timerPersist && c.timeouts > 0
}

// giveUp returns when R2 ends (RFC 9293 3.8.3).
func (c *Conn) giveUp() time.Duration {
	switch {
	case c.cfg.Settings.UserTimeout > 0:
		return c.since + c.cfg.Settings.UserTimeout // MUST-21
	case !c.synAcked:
		return c.since + r2SYN
	}
	return c.since + r2Data
}

// startRetransmit (re)starts the retransmission timer after progress.
func (c *Conn) startRetransmit(now time.Duration) {
	c.since, c.timeouts = now, 0
	c.restartRetransmit(now)
}

// Timeouts returns how often in a row the retransmission timer has expired without progress.
func (c *Conn) Timeouts() int { return int(c.timeouts) }

// InTrouble reports whether the same segment has been sent again R1 times, so that IP should look for the reason (RFC
// 9293 3.8.3, MUST-20).
func (c *Conn) InTrouble() bool { return c.timeouts >= r1 }

// restartRetransmit starts it after a retransmission: R2 runs on.
func (c *Conn) restartRetransmit(now time.Duration) {
	c.overdue, c.due = false, now+c.rtt.rto
	c.rtx.start(min(c.due, c.giveUp()))
}

// schedule makes the timer fit the state.
func (c *Conn) schedule(now time.Duration) {
	if c.forsaken && c.state == FinWait2 && !c.wait.on {
		c.wait.start(now + orphanTimeout)
	}
	if mode := c.wantedMode(); mode != c.mode {
		c.enterMode(now, mode)
	}
	if c.rack.rearm && c.racks() {
		c.armProbe(now)
	}
}

// enterMode starts the timer for what mode says.
func (c *Conn) enterMode(now time.Duration, mode timerMode) {
	c.mode = mode
	c.probing, c.overdue = false, false
	c.rack.early.stop()
	c.rack.probing, c.rack.probeDue = false, false
	switch mode {
	case timerOff:
		c.rtx.stop()
	case timerRetransmit:
		c.startRetransmit(now)
	case timerPersist:
		c.timeouts, c.probeWait = 0, c.rtt.rto // SHLD-29: the first probe after one timeout
		c.due = now + c.probeWait
		c.rtx.start(c.due)
	case timerOverride:
		c.rtx.start(now + max(min(overrideTimeout, c.rtt.rto), leastOverride))
	case timerHold:
		c.rtx.start(now + c.rtt.rto)
	case timerKeepAlive:
		c.startKeepAlive(now)
	}
}

func (c *Conn) wantedMode() timerMode {
	outstanding := c.sndUna != c.sndNxt
	waiting := c.synAcked && c.sndUna != c.sndLimit() && c.sends()
	switch {
	case c.state == Closed || c.state == Listen:
		return timerOff
	case outstanding && (!c.synAcked || c.sndWnd > 0):
		return timerRetransmit
	case waiting && c.sndWnd == 0:
		return timerPersist
	case c.hold:
		return timerHold
	case waiting && c.sillyWindow():
		return timerOverride
	case c.keepsAlive():
		return timerKeepAlive
	}
	return timerOff
}

// enterTimeWait enters TIME-WAIT and turns the other timers off (RFC 9293 3.10.7.4).
func (c *Conn) enterTimeWait(now time.Duration) {
	c.state = TimeWait
	c.startTimeWait(now)
}

func (c *Conn) startTimeWait(now time.Duration) { c.wait.start(now + 2*c.cfg.MSL) }
