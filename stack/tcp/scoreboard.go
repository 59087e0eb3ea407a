package tcp

import "stackproof/stack/wire"

// scoreboard is what SACK has told of the outstanding bytes (RFC 6675 3), as offsets from SND.UNA. It is advice only:
// what it has no room for counts as not received, so at worst some bytes are sent once more than they need be, and
// nothing leaves the send queue because of it (RFC 2018 8).
type scoreboard struct{ sacked Ranges }

// update notes the blocks of an acknowledgment, by which una and nxt are SND.UNA and SND.NXT. It reports whether they
// name bytes that were outstanding and not known to have arrived, which is what RFC 6675 2 calls a duplicate
// acknowledgment. What does not lie between una and nxt, with something missing before it, cannot be true or is a report
// of duplicates (RFC 2883 4), and is passed over.
func (s *scoreboard) update(una, nxt Seq, blocks []wire.SACKBlock) (news bool) {
	flight := nxt.Sub(una)
	for _, b := range blocks {
		lo, hi := Seq(b.Left).Sub(una), Seq(b.Right).Sub(una)
		if lo <= 0 || hi <= lo || flight < hi || s.covers(uint32(lo), uint32(hi)) {
			continue
		}
		if s.sacked.Add(uint32(lo), uint32(hi)) {
			news = true
		}
	}
	return news
}

// covers reports whether all from lo up to hi is known to have arrived.
func (s *scoreboard) covers(lo, hi uint32) bool {
	for _, x := range s.sacked.at[:s.sacked.n] {
		if x.lo <= lo && hi <= x.hi {
			return true
		}
	}
	return false
}

// advance moves SND.UNA on by n. If it comes to lie where SACK says that the next byte has arrived, the peer has thrown
// away what it had (RFC 2018 8), or has lied: nothing that it said is believed any longer.
func (s *scoreboard) advance(n int) {
	s.sacked.Drop(uint32(n))
	if s.sacked.n > 0 && s.sacked.at[0].lo == 0 {
		s.clear()
	}
}

// within returns how many of the first n bytes are known to have arrived.
func (s *scoreboard) within(n int) (known int) {
	for _, x := range s.sacked.at[:s.sacked.n] {
		known += max(min(int(x.hi), n)-int(x.lo), 0)
	}
	return known
}

// clear forgets all.
func (s *scoreboard) clear() { s.sacked.n = 0 }

// top returns the end of what has arrived.
func (s *scoreboard) top() int {
	if s.sacked.n == 0 {
		return 0
	}
	return int(s.sacked.at[s.sacked.n-1].hi)
}

// hole returns the first stretch from offset from on that has not arrived, of flight outstanding bytes; it is empty if
// all has.
func (s *scoreboard) hole(from, flight int) (lo, hi int) {
	for _, x := range s.sacked.at[:s.sacked.n] {
		if from < int(x.lo) {
			return from, int(x.lo)
		}
		from = max(from, int(x.hi))
	}
	return min(from, flight), flight
}

// lastHole returns the last stretch that has not arrived: as nothing at SND.UNA has, there is one.
func (s *scoreboard) lastHole(flight int) (lo, hi int) {
	hi = flight
	for i := s.sacked.n - 1; i >= 0; i-- {
		x := s.sacked.at[i]
		if int(x.hi) < hi {
			return int(x.hi), hi
		}
		hi = int(x.lo)
	}
	return 0, hi
}

// lost is IsLost of RFC 6675 4: what is at offset at has not arrived, but dupThreshold stretches behind it have, or more
// than dupThreshold - 1 segments' worth.
func (s *scoreboard) lost(at, mss int) bool {
	stretches, bytes := 0, 0
	for _, x := range s.sacked.at[:s.sacked.n] {
		if at < int(x.lo) {
			stretches++
			bytes += int(x.hi - x.lo)
		}
	}
	return stretches >= dupThreshold || bytes > (dupThreshold-1)*mss
}

// pipe is SetPipe of RFC 6675 4: of flight outstanding bytes, how many are on their way. Those before offset again were
// sent once more, and so can be on their way twice. All of a hole is lost, or nothing.
func (s *scoreboard) pipe(flight, again, mss int) (n int) {
	for at := 0; ; {
		lo, hi := s.hole(at, flight)
		if lo == hi {
			return n
		}
		if !s.lost(lo, mss) {
			n += hi - lo
		}
		n += max(min(again, hi)-lo, 0)
		at = hi
	}
}
