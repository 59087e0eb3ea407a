package tcp

import "time"

// Loss detection by time (RFC 8985 6): what was sent before something that has arrived, and longer ago than that took and a
// little more, is lost.

const (
	// rackPersist is for how many recoveries a window that duplicates have widened stays so (RFC 8985 6.2, step 4).
	rackPersist = 16
	// minRTTWindow is for how long a measurement can be the least round-trip time: paths become longer (RFC 8985 6.2, step 1).
	minRTTWindow = 5 * time.Minute
)

// rackSegment is the segment that was sent last of those that have arrived, and what the last acknowledgment told.
type rackSegment struct {
	first, last tick // when it was sent, as far as known
	end         Seq
	rtt         tick
	valid       bool
	again       bool // it had been sent before

	fack      Seq  // the end of what has arrived
	reordered bool // something arrived behind what was sent later, once (RFC 8985 6.2, step 3)

	// Of the acknowledgment that arrives:
	now       tick
	echoed    tick // what it echoes is so old; 0 without timestamps
	delivered int  // bytes that it tells of for the first time

	minRTT, nextMin tick // least round-trip times, of now and of the window after this
	minUntil        time.Duration
}

// begin is for each acknowledgment, whose echo, if it has one, is so old.
func (k *rackSegment) begin(now, echoed time.Duration) {
	k.now, k.echoed, k.delivered = ticks(now), ticks(echoed), 0
	if now >= k.minUntil {
		k.minRTT, k.nextMin, k.minUntil = k.nextMin, 0, now+minRTTWindow
	}
}

// deliver takes note that run i has arrived, up to end (RFC 8985 6.2, steps 1 to 3).
func (s *scoreboard) deliver(i int, end Seq) {
	k, x := &s.rack, &s.at[i]
	k.delivered += end.Sub(s.start(i))
	if x.is&runAgain == 0 && end.Less(k.fack) {
		k.reordered = true
	}
	k.fack = latest(k.fack, end)
	if x.is&runMixed != 0 {
		return
	}
	first := x.first()
	rtt := k.now - first
	if x.is&runAgain != 0 {
		// It may be what was sent first that has arrived; timestamps, to a millisecond, tell for sure. Two equal times may
		// differ by a tick.
		if rtt+1 < k.minRTT || k.echoed > rtt+ticks(tsTick) {
			return
		}
	} else {
		rtt = max(rtt, 1)
		k.minRTT, k.nextMin = least(k.minRTT, rtt), least(k.nextMin, rtt)
	}
	k.rtt = rtt
	if !k.valid || k.last.before(x.at) || k.last == x.at && k.end.Less(end) {
		k.first, k.last, k.end, k.valid, k.again = first, x.at, end, true, x.is&runAgain != 0
	}
}

// least returns the lesser of two that are not 0, as far as they are not.
func least(a, b tick) tick {
	if a == 0 || b < a {
		return b
	}
	return a
}

// sentBefore reports whether run x was sent before the segment that has arrived (RFC 8985 6.2, step 5).
func (k *rackSegment) sentBefore(x *run) bool {
	return x.at.before(k.first) || (x.at == k.first || x.at == k.last) && x.end.LessEq(k.end)
}

// detect marks what is lost (RFC 8985 6.2, step 5), if reordering can be by wnd. It returns how long to wait for what may
// be lost, 0 if there is nothing to wait for.
func (s *scoreboard) detect(now, wnd tick) (found bool, wait tick) {
	k := &s.rack
	if wnd > 0 {
		wnd++ // for what the shift has lost
	}
	for i := range s.n {
		x := &s.at[i]
		if x.is&(runSacked|runLost) != 0 || !k.sentBefore(x) {
			continue
		}
		if left := int32(x.at + k.rtt + wnd - now); left > 0 {
			wait = max(wait, tick(left))
			continue
		}
		s.lose(i)
		found = true
	}
	return found, wait
}

// expire marks what is lost when the retransmission timer has run out (RFC 8985 6.3): the first segment, of mss bytes at
// most, and what was sent longer ago than a round trip and a little more.
func (s *scoreboard) expire(now, wnd tick, mss int) {
	if s.room(1) {
		s.cut(s.una.Add(mss))
	}
	for i := range s.n {
		x := &s.at[i]
		if i == 0 || int32(x.at+s.rack.rtt+wnd-now) <= 0 {
			s.forget(i, runLost)
			s.lose(i)
		}
	}
}

// firstLost returns the first run that is lost.
func (s *scoreboard) firstLost() (from, end Seq, ok bool) {
	for i := range s.n {
		if s.at[i].is&runLost != 0 {
			return s.start(i), s.at[i].end, true
		}
	}
	return 0, 0, false
}

// inFlight returns how many bytes are on their way.
func (s *scoreboard) inFlight() int { return s.top().Sub(s.una) - s.sacked - s.lost }

// rackState is what a connection adds.
type rackState struct {
	mult, persist uint8 // RACK.reo_wnd_mult less one, RACK.reo_wnd_persist
	inRound       bool
	round         Seq // RACK.dsack_round
	early         timer
	sampled       bool // the round-trip time was measured since the last probe
	probing       bool // the early timer is for a probe
	rearm         bool // it is to be set for one
	probeDue      bool
	probed        bool // there is a probe under way:
	probeAgain    bool // it repeated what was sent before
	probeEnd      Seq

	prr  prr
	undo undo
}

// racks reports whether losses are found by RFC 8985.
func (c *Conn) racks() bool { return c.synAcked && c.agreed.Has(SACK) && !c.tuning().NoRACK }

// settling reports whether a loss is being repaired.
func (c *Conn) settling() bool { return c.recovering || c.unsettled() }

// reoWnd returns for how long a segment may be late (RFC 8985 6.2, step 4).
func (c *Conn) reoWnd() tick {
	k := &c.board.rack
	if !k.reordered && (c.settling() || c.dupAcks >= dupThreshold || c.board.lostBehind(0, c.sndMSS)) {
		return 0
	}
	return min(k.minRTT*tick(1+c.rack.mult)/4, ticks(c.rtt.srtt))
}

// noteDSACK widens the window when the peer has got something twice, once in a round trip.
func (c *Conn) noteDSACK(dsack bool) {
	r := &c.rack
	if r.inRound && r.round.LessEq(c.sndUna) {
		r.inRound = false
	}
	if dsack && !r.inRound {
		r.inRound, r.round, r.persist = true, c.sndNxt, rackPersist
		r.mult = min(r.mult+1, 250)
	}
}

// duplicateReport reports whether the first block tells of what had come before (RFC 2883 4).
func (c *Conn) duplicateReport(g *Segment) bool {
	if g.NSACK == 0 {
		return false
	}
	b := g.SACK[0]
	left, right := Seq(b.Left), Seq(b.Right)
	if !left.Less(right) {
		return false
	}
	if right.LessEq(g.Ack) {
		return g.Ack.Sub(left) <= c.maxSndWnd
	}
	return g.NSACK > 1 && Seq(g.SACK[1].Left).LessEq(left) && right.LessEq(Seq(g.SACK[1].Right))
}

// detectLoss marks what is lost and waits for what may be.
func (c *Conn) detectLoss(now time.Duration) (found bool) {
	if !c.board.rack.valid {
		return false
	}
	found, wait := c.board.detect(ticks(now), c.reoWnd())
	if r := &c.rack; wait > 0 {
		r.early.start(now + wait.duration())
		r.probing = false
	} else if !r.probing {
		r.early.stop()
	}
	if found && !c.settling() {
		c.enterRecovery()
	}
	return found
}

// enterRecovery reduces what may be in flight for a loss.
func (c *Conn) enterRecovery() {
	flight := c.sndNxt.Sub(c.sndUna)
	c.reduce(min(flight, c.cong.cwnd))
	c.rack.prr = prr{fs: max(flight-c.board.sacked+c.board.rack.delivered, 1)}
	c.rack.probed, c.rack.probeDue = false, false
	c.dupAcks = 0
	c.recovering, c.recoverAt = true, c.sndNxt
}

// reduce lowers the slow start threshold for a loss of which flight bytes were in flight, once in a round trip.
func (c *Conn) reduce(flight int) {
	if c.reduced() {
		return
	}
	c.rack.undo.note(&c.cong)
	c.cong.lost(flight, c.sndMSS)
	c.noteReduction()
}

// rackACK does what an acknowledgment means: it is of n new bytes, and news if SACK has told something.
func (c *Conn) rackACK(now time.Duration, g *Segment, n int, news bool) {
	if g.NSACK == 0 && c.smooth() {
		if n > 0 && !c.echoes(g) {
			c.grow(now, n, 0)
		}
		return
	}
	dsack := c.duplicateReport(g)
	c.noteDSACK(dsack)
	c.probeACK(g, n, dsack)
	repaired := false
	if n > 0 {
		c.undoACK(g)
		if c.recovering && c.recoverAt.LessEq(c.sndUna) {
			c.recovering, repaired = false, true
			c.cong.cwnd = c.cong.ssthresh
			c.cong.cubic.begin(c.cong.cwnd, now, c.sndMSS)
			if c.rack.persist > 0 {
				if c.rack.persist--; c.rack.persist == 0 {
					c.rack.mult = 0
				}
			}
		}
	}
	if news {
		c.stopProbe() // something is missing
		c.dupAcks = min(c.dupAcks+1, dupThreshold)
	}
	found := c.detectLoss(now)
	switch {
	case c.recovering:
		safe := n > 0 && !found
		c.cong.cwnd = c.rack.prr.window(c.board.inFlight(), c.cong.ssthresh, c.board.rack.delivered, c.sndMSS, safe)
	case n > 0 && !repaired && !c.echoes(g):
		c.grow(now, n, max(n-c.board.rack.delivered, 0))
	}
	if !c.settling() {
		c.rack.undo.able = false // it was a loss
	}
}

// smooth reports whether nothing is missing, late or doubtful, so that an acknowledgment has nothing else to say.
func (c *Conn) smooth() bool {
	r, b := &c.rack, &c.board
	return b.sacked+b.lost == 0 && !b.rack.again && !r.probed && !r.inRound && !r.undo.able && !c.settling() &&
		(r.probing || !r.early.on)
}

// rackRoom is how much may go out, of what is lost and of what is new.
func (c *Conn) rackRoom() int { return c.cong.cwnd - c.board.inFlight() }

// nextLost makes p the first segment that is lost, if there is room for it; any is false if none is.
func (c *Conn) nextLost(p *Plan) (ok, any bool) {
	from, end, any := c.board.firstLost()
	if !any {
		return false, false
	}
	n := min(end.Sub(from), c.textMSS(), c.sndRoom(from))
	if n > c.rackRoom() && !c.overdue { // for the timer one goes in any case
		return false, true
	}
	return c.text(p, from, n), true
}
