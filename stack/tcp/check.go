package tcp

import (
	"time"

	"stackproof/stack/invariant"
)

// Check looks whether the state of the connection is one that can be, together with its queues, whose memory is rxLen and
// txLen bytes long. A listener's is not looked at, nor anything that a connection in the state LISTEN does not have yet.
func (c *Conn) Check(now time.Duration, rx, tx *Ring, rxLen, txLen int) invariant.Rule {
	unread := c.rcvUser
	if c.state == Closed && c.forsaken {
		unread = rx.n // what came last was thrown away, and nobody asks
	}
	for _, r := range [...]invariant.Rule{
		checkQueue(rx, rxLen, unread, invariant.ReceiveQueue), c.checkTimers(), c.checkBounds(now),
	} {
		if r != invariant.OK {
			return r
		}
	}
	if c.state == Closed || c.state == Listen {
		return invariant.OK
	}
	for _, r := range [...]invariant.Rule{
		checkQueue(tx, txLen, c.sndEnd.Sub(c.sndBase()), invariant.SendQueue), c.checkSend(), c.checkStates(), c.checkBoard(),
		c.checkCongestion(),
	} {
		if r != invariant.OK {
			return r
		}
	}
	if c.state == SynSent {
		return invariant.OK
	}
	if r := c.checkReceive(rxLen); r != invariant.OK {
		return r
	}
	return c.checkBlocks()
}

// checkQueue looks at a queue that is to hold n bytes.
func checkQueue(q *Ring, memory, n int, rule invariant.Rule) invariant.Rule {
	if q.n != n || n < 0 || n > memory || q.head < 0 || memory > 0 && q.head >= memory {
		return rule
	}
	return invariant.OK
}

// between reports whether lo =< q =< hi.
func between(lo, q, hi Seq) bool { return lo.LessEq(q) && q.LessEq(hi) }

func (c *Conn) checkSend() invariant.Rule {
	una, nxt, limit := c.sndUna, c.sndNxt, c.sndLimit()
	switch {
	case !between(una, nxt, limit):
		return invariant.SendOrder
	case !between(una, c.rtxNxt, nxt), !c.rtxEnd.LessEq(nxt), !between(una, c.sndUp, limit), !between(c.sndBase(), c.pushed, limit),
		!c.recoverAt.LessEq(nxt), !c.reducedAt.LessEq(nxt), c.recovering && !una.Less(c.recoverAt),
		c.timing && !(una.Less(c.timedEnd) && c.timedEnd.LessEq(nxt)):
		return invariant.SendMarks
	case c.sndWnd < 0, c.sndWnd > c.maxSndWnd, c.maxSndWnd > maxWindow<<MaxWindowShift, c.sndShift > MaxWindowShift:
		return invariant.SendWindow
	case c.maxSeg < MinMaxSeg, c.maxSeg > max(c.cfg.MSS, MinMaxSeg), c.sndMSS > c.maxSeg, c.sndMSS < MinMaxSeg-timestampsLen:
		return invariant.SegmentSize
	}
	return invariant.OK
}

// checkStates looks whether the state is the one that the two FINs and our SYN make (RFC 9293 3.3.2).
func (c *Conn) checkStates() invariant.Rule {
	finAcked := c.finQueued && c.sndUna == c.sndEnd.Add(1)
	var closed, acked, taken bool // by this side; the peer knows; by the peer
	switch c.state {
	case SynSent, SynReceived:
		closed = c.finQueued // the state follows when the FIN goes out
	case FinWait1:
		closed = true
	case FinWait2:
		closed, acked = true, true
	case CloseWait:
		taken = true
	case Closing, LastAck:
		closed, taken = true, true
	case TimeWait:
		closed, acked, taken = true, true, true
	}
	switch {
	case closed != c.finQueued, acked != finAcked:
		return invariant.FINState
	case taken != c.finTaken:
		return invariant.PeerFIN
	case c.synAcked && (c.state == SynSent || c.state == SynReceived), !c.synAcked && c.sndUna != c.cfg.ISS,
		!c.synAcked && (c.state == Established || c.state == CloseWait || finAcked):
		return invariant.SYNState
	}
	return invariant.OK
}

func (c *Conn) checkReceive(rxLen int) invariant.Rule {
	wnd := c.rcvWnd()
	switch {
	case wnd < 0:
		return invariant.ReceiveOrder
	case rxLen > 0 && c.rcvUser+wnd > rxLen: // a handshake may have no memory yet
		return invariant.ReceiveRoom
	case c.finTaken && (!c.finSeen || c.rcvNxt != c.finAt.Add(1)),
		c.finSeen && !c.finTaken && !(between(c.rcvNxt, c.finAt, c.rcvAdv) && c.finAt != c.rcvAdv),
		c.finSeen && !c.finTaken && c.delivers() && c.finAt == c.rcvNxt:
		return invariant.PeerFIN
	case !c.lastAckSent.LessEq(c.rcvNxt), c.rcvUp.Less(c.unread()), c.dup.hi.Less(c.dup.lo), c.rcvShift > MaxWindowShift,
		c.rcvMSS > max(c.cfg.MSS, 0), c.quick > maxQuick:
		return invariant.ReceiveMarks
	}
	return invariant.OK
}

// delivers reports whether what is contiguous was taken. What came in SYN-RECEIVED waits for the end of the handshake, also
// where FIN has gone out before (RFC 9293 3.10.4).
func (c *Conn) delivers() bool { return c.state.receives() && c.synAcked }

func (c *Conn) checkBlocks() invariant.Rule {
	if int(c.arrived.n) > MaxRanges || c.finTaken && c.arrived.n > 0 {
		return invariant.ReceiveBlocks
	}
	for i, x := range c.arrived.all() {
		first := c.rcvNxt
		if c.delivers() {
			first = first.Add(1)
		}
		if !x.lo.Less(x.hi) || x.lo.Less(first) || c.rcvAdv.Less(x.hi) || c.finSeen && c.finAt.Less(x.hi) {
			return invariant.ReceiveBlocks
		}
		for _, y := range c.arrived.all()[:i] {
			if x.lo.LessEq(y.hi) && y.lo.LessEq(x.hi) {
				return invariant.ReceiveBlocks
			}
		}
	}
	return invariant.OK
}

// checkBoard looks at the scoreboard, which is kept where the peer tells of what has arrived (RFC 6675 3, RFC 8985 5.2).
func (c *Conn) checkBoard() invariant.Rule {
	s := &c.board
	if !c.agreed.Has(SACK) {
		return invariant.OK
	}
	if s.una != c.sndUna || s.n < 0 || s.n > maxRuns || s.top() != c.sndNxt || c.sndNxt.Less(s.rack.fack) {
		return invariant.BoardRuns
	}
	sacked, lost := 0, 0
	for i := range s.n {
		n := s.at[i].end.Sub(s.start(i))
		if n <= 0 {
			return invariant.BoardRuns
		}
		switch s.at[i].is & (runSacked | runLost) {
		case runSacked:
			sacked += n
			if i == 0 {
				return invariant.BoardSums // RFC 2018 8: what the peer acknowledges begins before what it has told of
			}
		case runLost:
			lost += n
		case runSacked | runLost:
			return invariant.BoardSums
		}
	}
	if sacked != s.sacked || lost != s.lost {
		return invariant.BoardSums
	}
	return invariant.OK
}

func (c *Conn) checkCongestion() invariant.Rule {
	g, t := &c.cong, c.tuning()
	switch {
	case g.cwnd < 0, g.cwnd > Infinite, g.ssthresh < 0, g.ssthresh > Infinite, c.dupAcks > dupThreshold:
		return invariant.Congestion
	case c.rtt.rto <= 0, c.rtt.rto > max(t.MaxRTO, t.InitialRTO, synLostRTO), c.rtt.srtt < 0, c.rtt.rttvar < 0:
		return invariant.RTOBounds
	}
	return invariant.OK
}

// checkTimers looks whether the timers that run are those of the state.
func (c *Conn) checkTimers() invariant.Rule {
	wait := c.state == TimeWait || c.state == FinWait2 && c.forsaken
	switch {
	case c.mode == timerOff && c.rtx.on, c.mode > timerKeepAlive,
		c.mode != timerOff && !c.rtx.on && !c.overdue && !c.probing, // until the segment goes out that is due
		c.wait.on && !wait, c.state == TimeWait && !c.wait.on,
		c.resetNow && c.state != Closed:
		return invariant.TimerMode
	case c.state == Closed && (c.mode != timerOff || c.wait.on || c.delayedAck.on || c.rack.early.on):
		return invariant.TimerMode
	case c.state != Closed && c.rack.probing && !c.rack.early.on:
		return invariant.TimerMode
	}
	return invariant.OK
}

// checkBounds looks whether no timer runs for longer than what it is for.
func (c *Conn) checkBounds(now time.Duration) invariant.Rule {
	v := &c.cfg.Settings
	longest := max(r2Data, r2SYN, v.UserTimeout, v.KeepIdle, v.KeepInterval, v.Tuning.MaxRTO, v.Tuning.InitialRTO, synLostRTO)
	switch {
	case c.rtx.on && c.rtx.at-now > longest, c.wait.on && c.wait.at-now > max(2*c.cfg.MSL, orphanTimeout),
		c.delayedAck.on && c.delayedAck.at-now >= MaxAckDelay, c.rack.early.on && c.rack.early.at-now > longest:
		return invariant.TimerBounds
	}
	return invariant.OK
}
