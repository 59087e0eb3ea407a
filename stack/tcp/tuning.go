package tcp

import "time"

// Tuning is what RFCs leave to a sender, or let it do otherwise for a reason. What is 0 means the default, which is what
// they recommend; Fill puts it there.
type Tuning struct {
	// ABC is how many full segments the congestion window grows at most by for one acknowledgment in slow start: L of RFC
	// 3465 2.2. 1 is RFC 5681's 3.1; Unlimited counts all bytes, also after a timeout.
	ABC uint8

	InitialWindow uint8 // full segments of the initial window; 0: as many as RFC 6928 2 allows, ten
	NoRestart     bool  // a sender that was idle goes on with the congestion window that it had (against RFC 5681 4.1)
	Reno          bool  // NewReno's congestion control instead of CUBIC's (RFC 9438); what is said when the connection begins holds
	NoRACK        bool  // losses are found by RFC 6675 alone, without times and probes (RFC 8985)
	LaxTimestamps bool  // a segment without the timestamps that were agreed is taken (RFC 7323 3.2 has it dropped)

	// The retransmission timeout of RFC 6298: before the first measurement, and the least and the most later. RTOSlack is G
	// of its section 2, the least by which it is above the round-trip time.
	InitialRTO, MinRTO, MaxRTO, RTOSlack time.Duration
}

// Unlimited is Tuning.ABC without a limit.
const Unlimited = 255

// Fill gives what is not set its default.
func (t *Tuning) Fill() {
	if t.ABC == 0 {
		t.ABC = 1
	}
	if t.InitialRTO == 0 {
		t.InitialRTO = initialRTO
	}
	if t.MinRTO == 0 {
		t.MinRTO = minRTO
	}
	if t.MaxRTO == 0 {
		t.MaxRTO = maxRTO
	}
	if t.RTOSlack == 0 {
		t.RTOSlack = granularity
	}
}

// Valid reports whether all is in its range.
func (t *Tuning) Valid() bool {
	return t.InitialRTO >= 0 && t.MinRTO >= 0 && t.MaxRTO >= 0 && t.RTOSlack >= 0
}

// initialCwnd returns the initial window: ten segments, if they are not very large (RFC 6928 2), or as many as are set.
func (t *Tuning) initialCwnd(mss int) int {
	if t.InitialWindow > 0 {
		return int(t.InitialWindow) * mss
	}
	return min(10*mss, max(2*mss, 14600))
}
