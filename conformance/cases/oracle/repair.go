package oracle

import "time"

// Estimate is the retransmission time-out and what it is made of (RFC 6298 2), with a clock granularity of 100 ms.
type Estimate struct{ SRTT, RTTVar, RTO time.Duration }

// Sample takes one of n measurements of a round trip (RFC 7323 appendix G).
func (e *Estimate) Sample(r time.Duration, n int) {
	if e.SRTT == 0 {
		e.SRTT, e.RTTVar = r, r/2
	} else {
		d := e.SRTT - r
		if d < 0 {
			d = -d
		}
		e.RTTVar += (d - e.RTTVar) / time.Duration(4*n)
		e.SRTT += (r - e.SRTT) / time.Duration(8*n)
	}
	e.RTO = min(max(e.SRTT+max(100*time.Millisecond, 4*e.RTTVar), time.Second), 60*time.Second)
}

// rack is RFC 8985 6.
type rack struct {
	known     bool
	at0       time.Duration // RACK.xmit_ts
	segment   int           // RACK.end_seq
	rtt       time.Duration
	least     time.Duration // RACK.min_RTT
	fack      int
	reordered bool
	delivered int

	mult, persist int
	inRound       bool
	round         int

	close bool // whether something is late was a matter of less than a sender's clock need tell

	waiting bool
	at      time.Duration
}

func (k *rack) begin(time.Duration) { k.delivered = 0 }

// arrived is steps 1 to 3 for a segment that was not known to have arrived.
func (k *rack) arrived(s *Sender, i int, now, echoed time.Duration) {
	x := &s.segs[i]
	k.delivered += s.MSS
	if x.told {
		return // it arrived long ago
	}
	if !x.again && i+1 < k.fack {
		k.reordered = true
	}
	k.fack = max(k.fack, i+1)
	rtt := now - x.at
	if x.again {
		s.vague = s.vague || x.loose && (rtt-k.least).Abs() < resolution
		if rtt < k.least || s.Stamps && now.Truncate(time.Millisecond)-echoed.Truncate(time.Millisecond) > rtt+time.Millisecond {
			return // it is what was sent first that has arrived
		}
	} else if k.least == 0 || rtt < k.least {
		k.least = rtt
	}
	k.rtt = rtt
	if !k.known || k.at0 < x.at || k.at0 == x.at && k.segment < i {
		k.known, k.at0, k.segment = true, x.at, i
	}
}

// duplicate is the part of step 4 about DSACK.
func (k *rack) duplicate(s *Sender, dsack bool) {
	if k.inRound && s.una >= k.round {
		k.inRound = false
	}
	if dsack && !k.inRound {
		k.inRound, k.round, k.persist = true, s.next(), 16
		k.mult++
	}
}

// recovered is the end of a recovery: after sixteen the window is what it was.
func (k *rack) recovered() {
	if k.persist > 0 {
		if k.persist--; k.persist == 0 {
			k.mult = 0
		}
	}
}

// window is RACK.reo_wnd of step 4.
func (k *rack) window(s *Sender) time.Duration {
	if !k.reordered && (s.settling() || s.sacked() >= 3*s.MSS) {
		return 0
	}
	return min(k.least*time.Duration(1+k.mult)/4, s.rtt.SRTT)
}

// detect is step 5.
func (k *rack) detect(s *Sender, now time.Duration) (found bool) {
	if !k.known {
		return false
	}
	wnd, wait := k.window(s), time.Duration(0)
	for i := s.una; i < s.next(); i++ {
		x := &s.segs[i]
		if x.sacked || x.lost || k.at0 < x.at || k.at0 == x.at && k.segment < i {
			continue
		}
		left := x.at + k.rtt + wnd - now
		k.close = k.close || wnd > 0 && left.Abs() < resolution
		if left > 0 {
			wait = max(wait, left)
		} else {
			x.lost, found = true, true
		}
	}
	k.waiting = wait > 0
	if k.waiting {
		k.at = now + wait
		s.tlp.armed = false
	}
	if found && !s.settling() {
		s.enterRecovery(k.delivered)
	}
	return found
}

// tlp is RFC 8985 7.
type tlp struct {
	measured bool // the round-trip time, since the last probe
	armed    bool
	at       time.Duration
	due      bool
	probed   bool
	again    bool
	end      int
}

func (t *tlp) stop() { t.armed, t.due = false, false }

// armProbe is 7.2.
func (s *Sender) armProbe(now time.Duration) {
	t := &s.tlp
	if t.due {
		return
	}
	if s.una == s.next() || !t.measured || t.probed || s.settling() || s.sacked()+s.lost() > 0 || s.overdue {
		t.stop()
		return
	}
	pto := max(2*s.rtt.SRTT+2*time.Millisecond, 10*time.Millisecond)
	if s.next()-s.una == 1 {
		pto += 200 * time.Millisecond
	}
	t.armed, t.at = true, min(now+pto, s.due)
	s.rack.waiting = false
}

// answered is 7.4.2: n bytes are acknowledged.
func (s *Sender) answered(n, una int, blocks, dsack bool) {
	t := &s.tlp
	switch {
	case !t.probed || una < t.end:
	case !t.again || dsack:
		t.probed = false
	case una > t.end:
		t.probed = false
		s.reduce(s.cwnd)
		s.cwnd = min(s.cwnd, s.ssthresh)
	case n == 0 && !blocks:
		t.probed = false
	}
}

// prr is RFC 9937.
type prr struct{ delivered, out, fs int }

func (p *prr) window(pipe, ssthresh, delivered, mss int, safe bool) int {
	p.delivered += delivered
	n := 0
	if pipe > ssthresh {
		n = (p.delivered*ssthresh+p.fs-1)/p.fs - p.out
	} else {
		n = max(p.delivered-p.out, delivered)
		if safe {
			n += mss
		}
		n = min(ssthresh-pipe, n)
	}
	if p.out == 0 {
		n = max(n, mss)
	}
	return pipe + max(n, 0)
}

// undo is what RFC 3522 and RFC 9438 4.9 take back.
type undo struct {
	able, sent     bool
	loose          bool
	at             time.Duration
	segment        int
	cwnd, ssthresh int
	curve          curve
}

func (u *undo) note(s *Sender) {
	*u = undo{able: true, cwnd: s.cwnd, ssthresh: s.ssthresh, curve: s.curve}
}

// takeBack takes a reduction back if what was sent again first is acknowledged for what was sent before.
func (s *Sender) takeBack(echoed time.Duration) {
	u := &s.undo
	if !u.able || !u.sent || s.una <= u.segment {
		return
	}
	u.able = false
	s.vague = s.vague || u.loose && (echoed-u.at).Abs() < 2*time.Millisecond
	if echoed.Truncate(time.Millisecond) >= u.at.Truncate(time.Millisecond) {
		return
	}
	s.cwnd, s.ssthresh = max(s.cwnd, u.cwnd), u.ssthresh
	s.curve.full, s.curve.before = u.curve.full, u.curve.before
	for i := s.una; i < s.next(); i++ {
		s.segs[i].lost = false
	}
	s.rack.reordered = true
	s.recovering, s.recover, s.reduced = false, s.una, s.una
}
