package tcp

// congestion is the congestion control of RFC 5681 and RFC 6582: how much may be in flight. Bytes throughout.
type congestion struct {
	cwnd     int
	ssthresh int
	credit   int // acknowledged in congestion avoidance since cwnd last grew
}

// initialCwnd is the initial window: ten segments (RFC 6928 2).
func initialCwnd(mss int) int { return min(10*mss, max(2*mss, 14600)) }

// init sets the initial window, or one segment if the SYN was lost (RFC 5681 3.1).
func (g *congestion) init(mss int, synLost bool) {
	*g = congestion{cwnd: initialCwnd(mss), ssthresh: Infinite}
	if synLost {
		g.cwnd = mss
	}
}

// acked grows the window for an acknowledgment of new data outside of recovery (RFC 5681 3.1).
func (g *congestion) acked(n, mss int) {
	if g.cwnd < g.ssthresh {
		g.cwnd += min(n, mss)
		return
	}
	if g.credit += n; g.credit >= g.cwnd {
		g.credit -= g.cwnd
		g.cwnd += mss
	}
	g.cwnd = min(g.cwnd, 1<<30)
}

// restart is for a sender that was idle: what it learnt of the network is out of date (RFC 5681 4.1).
func (g *congestion) restart(mss int) { g.cwnd = min(g.cwnd, initialCwnd(mss)) }

// lost halves what may be in flight (RFC 5681 3.1, equation 4).
func (g *congestion) lost(flight, mss int) {
	g.ssthresh = max(flight/2, 2*mss)
	g.credit = 0
}
