package tcp

// congestion is the congestion control of RFC 5681 and RFC 6582: how much may be in flight. Bytes throughout.
type congestion struct {
	cwnd     int
	ssthresh int
	credit   int // acknowledged in congestion avoidance since cwnd last grew

	peak    int // the most that was in flight in the round trip
	peakEnd Seq // that ends when this is acknowledged
}

// init sets the initial window.
func (g *congestion) init(cwnd int) { *g = congestion{cwnd: cwnd, ssthresh: Infinite} }

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
func (g *congestion) acked(n, limit, mss int) {
	if !g.used() {
		return
	}
	if g.cwnd < g.ssthresh {
		g.cwnd += min(n, limit, max(g.ssthresh-g.cwnd, mss))
		return
	}
	if g.credit += n; g.credit >= g.cwnd {
		g.credit -= g.cwnd
		g.cwnd += mss
	}
	g.cwnd = min(g.cwnd, 1<<30)
}

// restart is for a sender that was idle: what it learnt of the network is out of date (RFC 5681 4.1).
func (g *congestion) restart(initial int) { g.cwnd = min(g.cwnd, initial) }

// lost halves what may be in flight (RFC 5681 3.1, equation 4).
func (g *congestion) lost(flight, mss int) {
	g.ssthresh = max(flight/2, 2*mss)
	g.credit = 0
}
