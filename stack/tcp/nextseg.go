package tcp

// newRoom returns how much text that was not sent yet may go out, outside of recovery.
func (c *Conn) newRoom() int {
	mss, wnd := c.sndMSS, c.sndRoom(c.sndNxt)
	flight := c.sndNxt.Sub(c.sndBase())
	switch {
	case c.racks():
		room := c.rackRoom()
		if room < mss && (c.recovering || c.board.sacked > 0) {
			return 0
		}
		return min(wnd, room)
	case c.dupAcks == 0:
		return min(wnd, c.cong.cwnd-flight)
	case c.agreed.Has(SACK):
		// RFC 6675 5, (3.3): a segment, if what has left the network makes room for it.
		room := c.cong.cwnd - c.board.pipe(flight, 0, mss)
		if room < mss {
			return 0
		}
		return min(wnd, room)
	}
	// RFC 3042 2: a segment for each of the first two duplicates.
	return min(wnd, c.cong.cwnd+int(c.dupAcks)*mss-flight)
}

// nextSeg is NextSeg of RFC 6675 4, as section 5, (C), has it called while a loss is recovered from: if the congestion
// window has room for a segment beside what is on its way, p is that segment.
func (c *Conn) nextSeg(p *Plan) bool {
	flight, high := c.sndNxt.Sub(c.sndUna), c.rtxNxt.Sub(c.sndUna)
	room := c.cong.cwnd - c.board.pipe(flight, high, c.sndMSS)
	if room < c.sndMSS {
		return false
	}
	lo, hi := c.board.hole(high, flight)
	behind := lo < c.board.sackedTop() // something behind the hole has arrived
	if behind && c.board.lostBehind(lo, c.sndMSS) {
		return c.fill(p, lo, hi) // rule 1
	}
	if c.newText(p, min(room, c.sndRoom(c.sndNxt))) {
		return true // rule 2
	}
	if behind {
		return c.fill(p, lo, hi) // rule 3
	}
	if !c.rescueRxt.Less(c.sndUna) {
		return false
	}
	lo, hi = c.board.lastHole(flight) // rule 4
	p.rescue = true
	return c.fill(p, max(lo, hi-c.textMSS()), hi)
}

// fill makes p a segment of what lies from offset lo to hi behind SND.UNA.
func (c *Conn) fill(p *Plan, lo, hi int) bool {
	from := c.sndUna.Add(lo)
	return c.text(p, from, min(hi-lo, c.sndRoom(from)))
}

// sentAgain takes note of a retransmission (RFC 6675 5, (4.3), (C.2) and rule 4).
func (c *Conn) sentAgain(p *Plan) {
	switch {
	case p.rescue:
		c.rescueRxt = c.recoverAt
		return
	case c.rtxNxt.Less(c.rtxEnd): // the first of this recovery
		c.rescueRxt = p.end()
	}
	c.rtxNxt = p.end()
}
