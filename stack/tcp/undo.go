package tcp

// undo is what a loss has changed that may prove to have been none (RFC 9438 4.9, RFC 3522).
type undo struct {
	cwnd, ssthresh, wMax, prior int // before the reduction

	able bool
	sent bool   // there was a retransmission since:
	ts   uint32 // the first one's timestamp,
	end  Seq    // and its end
}

// note remembers what is about to be reduced.
func (u *undo) note(g *congestion) {
	*u = undo{cwnd: g.cwnd, ssthresh: g.ssthresh, wMax: g.cubic.wMax, prior: g.cubic.prior, able: true}
}

// sentAgain takes note of a retransmission.
func (u *undo) sentAgain(p *Plan) {
	if u.able && !u.sent && p.HasTS {
		u.sent, u.ts, u.end = true, p.TSVal, p.end()
	}
}

// undoACK takes back a reduction if what was sent again first is acknowledged because of what was sent before that, as the
// echo tells (RFC 3522 3.2): it was late, and not lost.
func (c *Conn) undoACK(g *Segment) {
	u := &c.rack.undo
	if !u.able || !u.sent || !g.HasTS || g.Ack.Less(u.end) {
		return
	}
	u.able = false
	if !tsBefore(g.TSEcr, u.ts) {
		return
	}
	c.cong.cwnd, c.cong.ssthresh = max(c.cong.cwnd, u.cwnd), u.ssthresh
	c.cong.cubic.wMax, c.cong.cubic.prior = u.wMax, u.prior
	c.board.forgetAll(runLost)
	c.board.rack.reordered = true
	c.recovering, c.recoverAt, c.dupAcks = false, c.sndUna.Add(-1), 0
	c.reducedAt = c.sndUna // the next loss reduces again: ssthresh may be Infinite, which no recovery may end with
}
