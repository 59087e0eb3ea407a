package oracle

import (
	"math"
	"time"
)

// curve is CUBIC's growth (RFC 9438). It reckons in bytes.
type curve struct {
	running      bool
	epoch, last  time.Duration
	k            float64 // seconds
	full, before float64 // W_max, and the flight at the last reduction
	reno, cwnd   float64 // W_est, and the window with its fraction
}

// curveSlack is how many bytes a window may differ by: RFC 9438 does not say in what units a sender reckons.
const curveSlack = 10

// lower is 4.6 and 4.7.
func (b *curve) lower(flight int) int {
	w := float64(flight)
	b.before = w
	if w < b.full {
		b.full = math.Floor(w * 0.85)
	} else {
		b.full = w
	}
	b.running = false
	return flight * 7 / 10
}

// forget is 4.8: after a time-out the window before it tells nothing.
func (b *curve) forget() { b.full = 0 }

// pause stops the clock while the window is not made use of (5.8).
func (b *curve) pause(now time.Duration) {
	if b.running {
		b.epoch += now - b.last
		b.last = now
	}
}

// begin is 4.2.
func (b *curve) begin(s *Sender, now time.Duration) {
	b.running, b.epoch, b.last, b.reno, b.cwnd = true, now, now, float64(s.cwnd), float64(s.cwnd)
	b.full = max(b.full, b.reno)
	b.k = math.Cbrt((b.full - b.reno) / float64(s.MSS) / 0.4)
}

// at is W_cubic.
func (b *curve) at(t time.Duration, mss int) float64 {
	d := t.Seconds() - b.k
	return 0.4*d*d*d*float64(mss) + b.full
}

// grow is 4.3 to 4.5.
func (b *curve) grow(s *Sender, now time.Duration, n int) int {
	if !b.running {
		b.begin(s, now)
	}
	b.last = now
	alpha := 1.0
	if b.reno < b.before {
		alpha = 9.0 / 17
	}
	share := float64(n*s.MSS) / b.cwnd
	b.reno += alpha * share
	cubic := b.at(now-b.epoch, s.MSS)
	s.vague = s.vague || math.Abs(cubic-b.reno) < curveSlack
	if cubic < b.reno {
		b.cwnd = max(b.cwnd, b.reno)
	} else {
		target := min(max(b.at(now-b.epoch+s.rtt.SRTT, s.MSS), b.cwnd), 1.5*b.cwnd)
		b.cwnd += float64(n) * (target - b.cwnd) / b.cwnd
	}
	return int(b.cwnd)
}
