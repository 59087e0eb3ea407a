package tcp

import "time"

// Tail loss probes (RFC 8985 7): when acknowledgments do not come, one more segment asks for one, so that what is lost at the
// end of a flight need not wait for the retransmission timer.

const (
	// maxAckDelay is TLP.max_ack_delay: how long a peer may wait with the acknowledgment of a single segment.
	maxAckDelay = 200 * time.Millisecond
	// minPTO is the least timeout: the owner may be as late to look at the deadline, and the peer to answer.
	minPTO = 10 * time.Millisecond
	// ptoSlack is what timers and links may be late by.
	ptoSlack = 2 * time.Millisecond
)

// armProbe starts the timer for a probe, if one may be sent: never for a flight in which something is known to be missing
// (RFC 8985 7.2), not while a probe is under way, and not before the round-trip time was measured since the last one
// (7.3), so that a path that has become longer does not bring one after the other.
func (c *Conn) armProbe(now time.Duration) {
	r := &c.rack
	r.rearm = false
	if r.probeDue {
		return
	}
	if c.mode != timerRetransmit || !r.sampled || r.probed || c.settling() || c.board.sacked+c.board.lost > 0 {
		c.stopProbe()
		return
	}
	pto := max(2*c.rtt.srtt+ptoSlack, minPTO)
	if c.sndNxt.Sub(c.sndUna) <= c.sndMSS {
		pto += maxAckDelay
	}
	r.early.start(min(now+pto, c.due))
	r.probing = true
}

// stopProbe has none sent.
func (c *Conn) stopProbe() {
	c.rack.probeDue = false
	if c.rack.probing {
		c.rack.early.stop()
		c.rack.probing = false
	}
}

// earlyExpired is for the reordering timer (RFC 8985 6.2, step 5) and the probe's.
func (c *Conn) earlyExpired(now time.Duration) {
	r := &c.rack
	r.early.stop()
	if !r.probing {
		c.board.rack.begin(now, 0)
		if c.detectLoss(now) && c.recovering {
			c.cong.cwnd = c.rack.prr.window(c.board.inFlight(), c.cong.ssthresh, 0, c.sndMSS, false)
		}
		return
	}
	r.probing = false
	var p Plan
	r.probeDue = c.probe(&p)
	c.restartRetransmit(now) // whether or not there is one to be sent (RFC 8985 7.3)
}

// probe makes p the probe: what is new, if there is any and the peer's window lets it, or else the last segment once more
// (RFC 8985 7.3).
func (c *Conn) probe(p *Plan) bool {
	if c.newText(p, min(c.textMSS(), c.sndRoom(c.sndNxt))) {
		return true
	}
	*p = Plan{}
	from := latest(c.sndUna, c.sndNxt.Add(-c.textMSS()))
	return c.text(p, from, min(c.sndNxt.Sub(from), c.sndRoom(from)))
}

// sentProbe takes note of the probe.
func (c *Conn) sentProbe(now time.Duration, p *Plan) {
	r := &c.rack
	r.probeDue, r.sampled = false, false
	r.probed, r.probeAgain, r.probeEnd = true, p.Again, c.sndNxt
	c.restartRetransmit(now) // RFC 8985 7.3
}

// probeACK is TLP_process_ack of RFC 8985 7.4.2: where the probe repeated what was sent before, and only one of the two has
// arrived, one was lost, which is a sign of congestion though nothing need be sent.
func (c *Conn) probeACK(g *Segment, n int, dsack bool) {
	r := &c.rack
	if !r.probed || g.Ack.Less(r.probeEnd) {
		return
	}
	switch {
	case !r.probeAgain, dsack:
		r.probed = false
	case r.probeEnd.Less(g.Ack):
		r.probed = false
		c.reduce(c.cong.cwnd)
		c.cong.cwnd = min(c.cong.cwnd, c.cong.ssthresh)
	case n == 0 && g.seqLen() == 0 && g.NSACK == 0:
		r.probed = false // it has arrived twice
	}
}
