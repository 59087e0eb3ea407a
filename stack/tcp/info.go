package tcp

import "time"

// Info is what a connection tells of itself, as tcp_info does elsewhere. Counts of segments are bytes in full segments,
// rounded up.
type Info struct {
	CA             CAState
	Unacked        int // segments sent and not acknowledged
	Sacked, Lost   int // of those, what SACK says has arrived, and what it implies is lost
	Retrans        int // of those, what was sent again since the last loss was found
	RTO            time.Duration
	SRTT, RTTVar   time.Duration // 0 before the first measurement
	Cwnd, SSThresh int           // bytes; SSThresh is Infinite before the first loss
	SndMSS, RcvMSS int           // text of a full segment; of the largest that came, or what it is taken for
	AdvMSS         int           // what the MSS option says
	SndWnd, RcvWnd int           // bytes that the peer, that this side takes
	Agreed         OptionSet

	SndShift, RcvShift uint8 // of the peer's window, of ours (RFC 7323 2.2)
}

// Infinite is the slow start threshold of a connection that has lost nothing.
const Infinite = 1 << 30

// DupThreshold is how many duplicate acknowledgments mean a loss (RFC 5681 3.2).
const DupThreshold = dupThreshold

// CAState says what congestion control is about.
type CAState uint8

const (
	CAOpen     CAState = iota
	CADisorder         // SACK or duplicates have told of something that may only be late
	CACWR              // less is sent for a mark of congestion, which tells of no loss
	CARecovery         // a loss is being repaired that acknowledgments told of
	CALoss             // a loss is being repaired that the timer told of
)

// Info tells of the connection.
func (c *Conn) Info() (i Info) {
	i = Info{
		RTO: c.rtt.rto, SRTT: c.rtt.srtt, RTTVar: c.rtt.rttvar,
		Cwnd: c.cong.cwnd, SSThresh: c.cong.ssthresh, SndMSS: c.sndMSS, RcvMSS: c.rcvMSS, AdvMSS: c.cfg.MSS,
		SndWnd: c.sndWnd, RcvWnd: c.rcvWnd(), Agreed: c.agreed,
		SndShift: c.sndShift, RcvShift: c.rcvShift,
	}
	flight := c.sndNxt.Sub(c.sndUna)
	i.Unacked = c.segments(flight)
	again := 0 // what lies before this was sent once more
	if c.recovering || c.timeouts > 0 {
		again = c.rtxNxt.Sub(c.sndUna)
	}
	sacked, lost, retrans := 0, 0, 0
	for at := 0; at < flight; {
		lo, hi := c.board.hole(at, flight)
		sacked += lo - at
		if c.timeouts > 0 || c.board.lostBehind(lo, max(c.sndMSS, 1)) { // the timer says it of all
			lost += hi - lo
		}
		retrans += max(min(again, hi)-lo, 0)
		at = hi
	}
	if c.racks() {
		lost, retrans = c.board.lost, c.board.again()
	}
	i.Sacked, i.Lost, i.Retrans = c.segments(sacked), c.segments(lost), c.segments(retrans)
	switch {
	case c.timeouts > 0:
		i.CA = CALoss
	case c.recovering:
		i.CA = CARecovery
	case c.reduced() && c.recoverAt.Less(c.reducedAt):
		i.CA = CACWR
	case sacked > 0 || c.dupAcks > 0:
		i.CA = CADisorder
	}
	return i
}

// segments is n bytes in full segments.
func (c *Conn) segments(n int) int {
	mss := max(c.sndMSS, 1)
	return (max(n, 0) + mss - 1) / mss
}
