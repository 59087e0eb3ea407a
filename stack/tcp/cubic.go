package tcp

import "time"

// cubic is the growth of the congestion window by RFC 9438: as a cubic function of the time since the last reduction, which
// is flat about the window that was too much, or as NewReno's, whichever is more. Bytes, and milliseconds.
type cubic struct {
	running         bool          // congestion avoidance has begun since the last reduction:
	epoch           time.Duration // at this time,
	last            time.Duration // and the last acknowledgment came at this
	k               int           // K: how long it takes to wMax
	wMax            int           // the window before the last reduction, or less (RFC 9438 4.7)
	prior           int           // the window before the last reduction
	est             int           // W_est: what NewReno's window would be
	credit, estCred int           // of the window's growth and of est's, in bytes times the window
}

// RFC 9438 4.6, 4.3: the factor of a reduction, and by how much W_est then grows a round trip to be as fast on average.
const (
	betaNum, betaDen   = 7, 10
	alphaNum, alphaDen = 9, 17 // 3 (1-beta)/(1+beta)
)

// lost is for a reduction with so much in flight; it returns how much may be in flight afterwards.
func (b *cubic) lost(flight int) int {
	b.prior = flight
	if flight < b.wMax { // fast convergence (RFC 9438 4.7)
		b.wMax = int(int64(flight) * (betaDen + betaNum) / (2 * betaDen))
	} else {
		b.wMax = flight
	}
	b.running = false
	return int(int64(flight) * betaNum / betaDen)
}

// pause is for acknowledgments by which the window does not grow, as it is not made use of: the time does not count (RFC 9438
// 5.8).
func (b *cubic) pause(now time.Duration) {
	if b.running {
		b.epoch += now - b.last
		b.last = now
	}
}

// begin begins congestion avoidance (RFC 9438 4.2).
func (b *cubic) begin(cwnd int, now time.Duration, mss int) {
	b.running, b.epoch, b.last, b.est = true, now, now, cwnd // what is left of a byte may count on
	b.wMax = max(b.wMax, cwnd)
	b.k = int(cubeRoot(uint64(b.wMax-cwnd) * 2_500_000_000 / uint64(mss))) // C is 0.4
}

// grow returns the window after n more bytes were acknowledged in congestion avoidance.
func (b *cubic) grow(cwnd int, now, srtt time.Duration, n, mss int) int {
	if !b.running {
		b.begin(cwnd, now, mss)
	}
	b.last = now
	more := int64(n) * int64(mss)
	if b.est < b.prior {
		more = more * alphaNum / alphaDen
	}
	b.est += share(more, cwnd, &b.estCred)
	if t := now - b.epoch; b.at(t, mss) < b.est {
		return max(cwnd, b.est) // the Reno-friendly region (RFC 9438 4.3)
	}
	target := min(max(b.at(now-b.epoch+srtt, mss), cwnd), cwnd+cwnd/2) // RFC 9438 4.4, 4.5
	return cwnd + share(int64(n)*int64(target-cwnd), cwnd, &b.credit)
}

// share returns a cwnd-th of x, and leaves what remains for the next time.
func share(x int64, cwnd int, rest *int) int {
	x += int64(*rest)
	*rest = int(x % int64(cwnd))
	return int(x / int64(cwnd))
}

// at is W_cubic(t) of RFC 9438 4.2.
func (b *cubic) at(t time.Duration, mss int) int {
	d := min(int64(t/time.Millisecond)-int64(b.k), 1_000_000) // longer, and the cube would be too much for 64 bits
	return int(min(int64(b.wMax)+d*d*d/1_000_000*int64(mss)*4/10_000, Infinite))
}

// cubeRoot returns the cube root of x, which is less than 2^63, rounded down.
func cubeRoot(x uint64) (r uint64) {
	for bit := uint64(1) << 20; bit > 0; bit >>= 1 {
		if y := r | bit; y*y*y <= x {
			r = y
		}
	}
	return r
}
