package tcp

// What RFC 6675 asks the scoreboard, in offsets from SND.UNA.

// offset returns the offset of where run i ends.
func (s *scoreboard) offset(i int) int { return s.at[i].end.Sub(s.una) }

// sackedTop returns the end of what has arrived.
func (s *scoreboard) sackedTop() (top int) {
	for i := range s.n {
		if s.at[i].is&runSacked != 0 {
			top = s.offset(i)
		}
	}
	return top
}

// hole returns the first stretch from offset from on that has not arrived, of flight outstanding bytes; it is empty if
// all has.
func (s *scoreboard) hole(from, flight int) (lo, hi int) {
	at := 0
	for i := range s.n {
		end := s.offset(i)
		if s.at[i].is&runSacked != 0 {
			if from < at {
				return from, at
			}
			from = max(from, end)
		}
		at = end
	}
	return min(from, flight), flight
}

// lastHole returns the last stretch that has not arrived: as nothing at SND.UNA has, there is one.
func (s *scoreboard) lastHole(flight int) (lo, hi int) {
	for at := 0; at < flight; at = hi {
		l, h := s.hole(at, flight)
		if l == h {
			break
		}
		lo, hi = l, h
	}
	return lo, hi
}

// lostBehind is IsLost of RFC 6675 4: what is at offset at has not arrived, but dupThreshold stretches behind it have, or more
// than dupThreshold - 1 segments' worth.
func (s *scoreboard) lostBehind(at, mss int) bool {
	stretches, bytes, from := 0, 0, 0
	for i := range s.n {
		end := s.offset(i)
		if s.at[i].is&runSacked != 0 && at < from {
			stretches++
			bytes += end - from
		}
		from = end
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
		if !s.lostBehind(lo, mss) {
			n += hi - lo
		}
		n += max(min(again, hi)-lo, 0)
		at = hi
	}
}
