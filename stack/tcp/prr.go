package tcp

// prr is proportional rate reduction (RFC 9937): over a recovery the congestion window comes down to the slow start
// threshold in proportion to what arrives, instead of at once.
type prr struct {
	delivered, out int // bytes that have arrived, that were sent, since the recovery began
	fs             int // RecoverFS: what was in flight then
}

// window returns the congestion window after an acknowledgment that tells of delivered bytes, with pipe bytes on their way. safe:
// it makes progress, and tells of no further loss (RFC 9937 6.2).
func (p *prr) window(pipe, ssthresh, delivered, mss int, safe bool) int {
	p.delivered += delivered
	n := 0
	if pipe > ssthresh {
		n = int((int64(p.delivered)*int64(ssthresh)+int64(p.fs)-1)/int64(p.fs)) - p.out
	} else {
		n = max(p.delivered-p.out, delivered)
		if safe {
			n += mss
		}
		n = min(ssthresh-pipe, n)
	}
	if p.out == 0 {
		n = max(n, mss) // the fast retransmission
	}
	return pipe + max(n, 0)
}
