package tcp

import "time"

const (
	initialRTO  = time.Second            // RFC 6298 2.1
	minRTO      = time.Second            // RFC 6298 2.4
	maxRTO      = 60 * time.Second       // RFC 6298 2.5
	synLostRTO  = 3 * time.Second        // RFC 6298 5.7
	granularity = 100 * time.Millisecond // G of RFC 6298: how late the owner may be to look at the deadline
)

// rttEstimator computes the retransmission timeout from round-trip times (RFC 6298 2).
type rttEstimator struct {
	srtt, rttvar time.Duration
	rto          time.Duration
	sampled      bool
}

func (e *rttEstimator) init(t *Tuning) { *e = rttEstimator{rto: t.InitialRTO} }

// sample takes one measurement of n that a round trip brings, which weighs as much less (RFC 7323 appendix G). That it is
// not one of a retransmitted segment (Karn) is the caller's care.
func (e *rttEstimator) sample(t *Tuning, r time.Duration, n int) {
	if e.sampled {
		e.rttvar += (abs(e.srtt-r) - e.rttvar) / time.Duration(4*n)
		e.srtt += (r - e.srtt) / time.Duration(8*n)
	} else {
		e.srtt, e.rttvar, e.sampled = r, r>>1, true
	}
	e.rto = min(max(e.srtt+max(t.RTOSlack, 4*e.rttvar), t.MinRTO), t.MaxRTO)
}

// backoff doubles the timeout (RFC 6298 5.5). It stays so until the next sample.
func (e *rttEstimator) backoff(t *Tuning) { e.rto = min(2*e.rto, t.MaxRTO) }

func abs(d time.Duration) time.Duration {
	if d < 0 {
		return -d
	}
	return d
}
