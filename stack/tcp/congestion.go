package tcp

import "time"

// congestion is congestion control: how much may be in flight (RFC 5681), by CUBIC (RFC 9438) or as NewReno has it. Bytes
// throughout.
type congestion struct {
	cwnd     int
	ssthresh int
	credit   int // acknowledged in congestion avoidance since cwnd last grew
	cubic    cubic
	reno     bool

	peak    int // the most that was in flight in the round trip
	peakEnd Seq // that ends when this is acknowledged
}

// init sets the initial window.
func (g *congestion) init(cwnd int, reno bool) {
	*g = congestion{cwnd: cwnd, ssthresh: Infinite, reno: reno}
}

// sent takes note that what lies between una and nxt is in flight.
func (g *congestion) sent(una, nxt Seq) {
	if flight := nxt.Sub(una); flight > g.peak || !una.Less(g.peakEnd) {
		g.peak, g.peakEnd = flight, nxt
	}
}

// used reports whether the window is made use of. One that is less than half full tells nothing of what the network can
// carry beyond it, so it does not grow (RFC 7661 4.1).
func (g *congestion) used() bool { return 2*g.peak > g.cwnd }

// acked grows the window for an acknowledgment of n new bytes outside of recovery, in slow start by up to limit (RFC 5681
// 3.1, RFC 3465 2).
func (g *congestion) acked(now, srtt time.Duration, n, limit, mss int) {
	switch {
	case !g.used():
		g.cubic.pause(now)
	case g.cwnd < g.ssthresh:
		g.cwnd += min(n, limit, max(g.ssthresh-g.cwnd, mss))
	case !g.reno:
		g.cwnd = g.cubic.grow(g.cwnd, now, srtt, n, mss)
	default:
		if g.credit += n; g.credit >= g.cwnd {
			g.credit -= g.cwnd
			g.cwnd += mss
		}
	}
	g.cwnd = min(g.cwnd, Infinite)
}

// restart is for a sender that was idle: what it learnt of the network is out of date (RFC 5681 4.1).
func (g *congestion) restart(initial int) {
	if g.cwnd > initial {
		g.cwnd = initial
		g.cubic.running = false
	}
}

// lost lowers what may be in flight: to 0.7 of it (RFC 9438 4.6), or to half (RFC 5681 3.1, equation 4).
func (g *congestion) lost(flight, mss int) {
	part := flight / 2
	if !g.reno {
		part = g.cubic.lost(flight)
	}
	g.ssthresh = max(part, 2*mss)
	g.credit = 0
}
