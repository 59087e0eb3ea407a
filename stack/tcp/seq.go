package tcp

// Seq is a sequence number. All arithmetic is modulo 2^32, and of two numbers the later is the one that is less than
// 2^31 ahead (RFC 9293 3.4).
type Seq uint32

// Add returns the number n further on, or back if n is negative.
func (s Seq) Add(n int) Seq { return s + Seq(n) }

// Sub returns how far s is ahead of t, negative if it is behind.
func (s Seq) Sub(t Seq) int { return int(int32(s - t)) }

// Less reports whether s is before t.
func (s Seq) Less(t Seq) bool { return int32(s-t) < 0 }

// LessEq reports whether s is before t, or the same.
func (s Seq) LessEq(t Seq) bool { return int32(s-t) <= 0 }

// InWindow reports whether s is one of the n numbers from start on.
func (s Seq) InWindow(start Seq, n int) bool { return uint32(s-start) < uint32(n) }

// latest returns the later one.
func latest(a, b Seq) Seq {
	if a.Less(b) {
		return b
	}
	return a
}

// earliest returns the earlier one.
func earliest(a, b Seq) Seq {
	if a.Less(b) {
		return a
	}
	return b
}
