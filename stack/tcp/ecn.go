package tcp

import "stackproof/stack/wire"

// Explicit congestion notification (RFC 3168 6.1): routers mark what both ends say they understand, where they would
// drop it else. It is agreed on like the options, by two flags of the SYNs.

// The flags of RFC 3168 6.1.
const (
	ECE = wire.FlagECE
	CWR = wire.FlagCWR
)

// agreeECN takes note of whether a SYN of the peer takes part: by both flags, or if it answers ours by the first only.
// One with both would be our own, reflected (RFC 3168 6.1.1.2). What one SYN refuses the next does not bring back.
func (c *Conn) agreeECN(flags Flags) {
	want := ECE | CWR
	if flags.Has(ACK) {
		want = ECE
	}
	if flags&(ECE|CWR) != want {
		c.agreed &^= ECN
	}
}

// marksSent reports whether our SYNs, and what follows them, take part. If there was no answer to our first SYN, the flags
// can be the reason, so the others go without, and so does all that we send then (RFC 3168 6.1.1, 6.1.1.1).
func (c *Conn) marksSent() bool { return c.agreed.Has(ECN) && (c.passive || !c.synLost) }

// synECN returns the flags for our SYN, or for the one that answers the peer's.
func (c *Conn) synECN() Flags {
	switch {
	case !c.marksSent():
		return 0
	case c.state == SynSent:
		return ECE | CWR
	}
	return ECE
}

// newTextECN is for text that was never sent: only this can be marked. An acknowledgment, a retransmission or a probe that
// a router drops would not be missed (RFC 3168 6.1.4 to 6.1.6). The first after a reduction of the window says so, which
// a lost one does not: its loss is a reason for another (RFC 3168 6.1.2).
func (c *Conn) newTextECN(p *Plan) {
	if p.Len > 0 && c.marksSent() {
		p.ECN = wire.ECNECT0
		if c.cwrDue {
			p.Flags |= CWR
		}
	}
}

// noteMark takes note of what text in the window says of congestion on its way. Of a mark every acknowledgment tells until
// the peer says that it has slowed down (RFC 3168 6.1.3); news goes at once, as its window can be very small then.
func (c *Conn) noteMark(g *Segment) {
	if !c.agreed.Has(ECN) {
		return
	}
	echo := g.ECN == wire.ECNCE || c.echo && !g.Flags.Has(CWR)
	if echo != c.echo {
		c.echo, c.ackNow = echo, c.ackNow || c.state.synchronized()
	}
}

// echoes reports whether an acknowledgment tells of a mark on what we have sent.
func (c *Conn) echoes(g *Segment) bool { return g.Flags.Has(ECE) && c.marksSent() }

// arriveECE slows down for an acknowledgment that tells of a mark, as for a loss, but nothing is sent again. There is one
// reduction for all the losses and marks of a window: what is on its way when it is made, and CWR behind that, comes first
// (RFC 3168 6.1.2). It reports whether it slowed down.
func (c *Conn) arriveECE(g *Segment) bool {
	if !c.echoes(g) || c.recovering || g.Ack.Less(c.sndUna) || !c.reducedAt.Less(g.Ack) {
		return false
	}
	c.hold = c.cong.cwnd <= c.sndMSS
	c.reduce(c.cong.cwnd)
	c.rack.undo.able = false
	c.cong.cwnd = min(c.cong.cwnd, c.cong.ssthresh)
	return true
}

// noteReduction is for whatever has reduced the congestion window.
func (c *Conn) noteReduction() { c.reducedAt, c.cwrDue = c.sndNxt, c.synAcked }

// reduced reports whether the window was reduced since the oldest outstanding segment was sent.
func (c *Conn) reduced() bool { return c.sndUna.Less(c.reducedAt) }
