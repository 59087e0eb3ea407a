package tcp

import (
	"math/bits"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSACKRecovery holds each rule of RFC 6675 to its letter. Ten segments of 1000 bytes are the initial window.
func TestSACKRecovery(t *testing.T) {
	ten := sackEstablished + `
		write 10000
		` + full(1, 10)
	more := sackEstablished + `
		write 30000
		` + segments(1, 10) + "> nothing\n"
	scripts(t, []scriptCase{
		{name: "5 (1) three duplicates; (C) the window halves, and what is on its way does not exceed it", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001
			< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:4001
			< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:4001,5001:6001
			> . 1:1001(1000) ack 1
			# on their way: 1 again, 2001, 4001 and 6001 to 10001, 7 segments
			> nothing
			# 2001 is lost, too; 1 again, 4001 and 7001 to 10001 make 5
			< . 1:1(0) ack 1 win 60000 sack 5001:7001
			> nothing
			# and 4001: 3 are on their way
			< . 1:1(0) ack 1 win 60000 sack 5001:8001
			> . 2001:3001(1000) ack 1
			> . 4001:5001(1000) ack 1
			> nothing
		`},
		{name: "5 (2) IsLost by bytes: more than two segments' worth in one acknowledgment", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:3001
			> . 10001:11001(1000) ack 1
			> . 11001:12001(1000) ack 1
			< . 1:1(0) ack 1 win 60000 sack 1001:3002
			> . 1:1001(1000) ack 1
			> nothing
		`},
		{name: "4 IsLost by stretches: three, however small", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:1002,2001:2002,3001:3002
			> . 1:1001(1000) ack 1
			> nothing
		`},
		{name: "5 (3) limited transmit: what SACK says has left makes room, a segment at a time", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:1501
			> nothing
			< . 1:1(0) ack 1 win 60000 sack 1001:2001
			> . 10001:11001(1000) ack 1
			> nothing
		`},
		{name: "5 (3.3) and not less than a segment, even without Nagle's algorithm", text: sackEstablished + `
			nodelay
			write 30000
			` + segments(1, 10) + `
			< . 1:1(0) ack 1 win 60000 sack 1001:1501
			> nothing
		`},
		{name: "RFC 3042 2 a duplicate without news of SACK is none", text: more + repeat(5, `
			< . 1:1(0) ack 1 win 60000
			> nothing`) + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001
			> . 10001:11001(1000) ack 1` + repeat(5, `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001
			> nothing`)},
		{name: "2 an acknowledgment with news is a duplicate, whatever else it does", text: more + `
			# slow start: the window is 11
			< . 1:11(10) ack 1001 win 60000 sack 2001:3001
			> . 10001:11001(1000) ack 11
			> . 11001:12001(1000) ack 11
			> . 12001:13001(1000) ack 11
			> nothing
			< . 11:11(0) ack 1001 win 50000 sack 2001:3001,4001:5001
			> . 13001:14001(1000) ack 11
			> nothing
			< . 11:21(10) ack 1001 win 40000 sack 2001:3001,4001:5001,6001:7001
			> . 1001:2001(1000) ack 21
			> nothing
		`},
		{name: "4 NextSeg rule 1 before rule 2: first what is lost, then what is new", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:10001
			# pipe is 0 and grows to 5; 1 and 2001 are lost
			> . 1:1001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> . 10001:11001(1000) ack 1
			> . 11001:12001(1000) ack 1
			> . 12001:13001(1000) ack 1
			> nothing
			< . 1:1(0) ack 10001 win 60000
			# (A) the loss is repaired; the window stays
			> . 13001:14001(1000) ack 1
			> . 14001:15001(1000) ack 1
			> nothing
			< . 1:1(0) ack 15001 win 60000
			` + segments(15001, 6)},
		{name: "4 NextSeg rule 3: when nothing is new, what may be lost, too", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:8001,9001:10001
			> . 1:1001(1000) ack 1
			> . 2001:3001(1000) ack 1
			# 8001 has one stretch with one segment's worth behind it: not lost
			> . 8001:9001(1000) ack 1
			> nothing
			< . 1:1(0) ack 10001
		`},
		{name: "4 NextSeg rule 2 before rule 3", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:8001,9001:10001
			> . 1:1001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> . 10001:11001(1000) ack 1
			> . 11001:12001(1000) ack 1
			> nothing
		`},
		{name: "4 NextSeg rule 4: once, the end of what is outstanding", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 1001:7001
			> . 1:1001(1000) ack 1
			# RescueRxt is not acknowledged
			> nothing
			< . 1:1(0) ack 7001 win 60000
			> P. 9001:10001(1000) ack 1
			> nothing
			# HighRxt did not move: rule 3
			< . 1:1(0) ack 7001 win 60000 sack 9001:10001
			> . 7001:8001(1000) ack 1
			> . 8001:9001(1000) ack 1
			> nothing
			< . 1:1(0) ack 8001 win 60000 sack 9001:10001
			> nothing
			< . 1:1(0) ack 10001 win 60000
		`},
		{name: "4 NextSeg rule 4: not before more than the first retransmission is acknowledged", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 2001:9001
			> . 1:1001(1000) ack 1
			> . 1001:2001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1001 win 60000
			> nothing
			< . 1:1(0) ack 1002 win 60000
			> P. 9001:10001(1000) ack 1
			> nothing
		`},
		{name: "5 (A) a partial acknowledgment does not end it, and leaves the window", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001,3001:6001,7001:10001
			> . 1:1001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> . 6001:7001(1000) ack 1
			> . 10001:11001(1000) ack 1
			> . 11001:12001(1000) ack 1
			> nothing
			< . 1:1(0) ack 2001 win 60000
			> . 12001:13001(1000) ack 1
			> nothing
			< . 1:1(0) ack 6001 win 60000
			> . 13001:14001(1000) ack 1
			> nothing
		`},
		{name: "5 (A) what lies behind the end of the recovery is not forgotten", text: more + `
			< . 1:1(0) ack 1 win 60000 sack 1001:10001
			> . 1:1001(1000) ack 1
			` + segments(10001, 4) + `
			> nothing
			< . 1:1(0) ack 1 win 60000 sack 1001:10001,11001:13001
			> . 14001:15001(1000) ack 1
			> . 15001:16001(1000) ack 1
			> nothing
			# one segment's worth more, and 10001 is lost
			< . 1:1(0) ack 10001 win 60000
			> nothing
			< . 1:1(0) ack 10001 win 60000 sack 13001:14001
			> . 10001:11001(1000) ack 1
			> nothing
		`},
		{name: "5.1, RFC 2018 8 a timeout: what SACK has told is forgotten, what it tells then counts", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 2001:3001
			+1s
			> . 1:1001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1001 win 60000
			> . 1001:2001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> nothing
			< . 1:1(0) ack 3001 win 60000 sack 4001:9001
			> . 3001:4001(1000) ack 1
			> nothing
			< . 1:1(0) ack 9001 win 60000
			> P. 9001:10001(1000) ack 1
			< . 1:1(0) ack 10001 win 60000
		`},
		{name: "5.1 no recovery before all is acknowledged that was outstanding at the timeout", text: ten + `
			+1s
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 1 win 60000 sack 1001:2001
			< . 1:1(0) ack 1 win 60000 sack 1001:3001
			< . 1:1(0) ack 1 win 60000 sack 1001:5001
			> nothing
			# then there can be one at once
			write 10000
			< . 1:1(0) ack 10001 win 60000
			> . 10001:11001(1000) ack 1
			> . 11001:12001(1000) ack 1
			> nothing
			< . 1:1(0) ack 12001 win 60000
			` + segments(12001, 3) + `
			< . 1:1(0) ack 12001 win 60000 sack 13001:15001
			` + segments(15001, 2) + `
			< . 1:1(0) ack 12001 win 60000 sack 13001:17001
			> . 12001:13001(1000) ack 1
			> . 17001:18001(1000) ack 1
			> nothing
		`},
		{name: "2018 8 a peer that has thrown away what it had: nothing that it said is believed", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 1001:2001
			< . 1:1(0) ack 1001 win 60000
			+1s
			> . 1001:2001(1000) ack 1
			< . 1:1(0) ack 10001 win 60000
		`},
		{name: "2018 8 what is acknowledged by SACK alone stays in the send queue", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 1001:10001
			unsent 10000
			> . 1:1001(1000) ack 1
		`},
		{name: "blocks that cannot be true, and reports of duplicates, tell nothing", text: ten + `
			# empty, upside down, not sent, old, from SND.UNA on, half
			< . 1:1(0) ack 2001 win 60000 sack 3001:3001,5001:4001,9001:10002,1:1001
			< . 1:1(0) ack 2001 win 60000 sack 1001:2001,2001:3001,1501:2501,10001:11001
			< . 1:1(0) ack 2001 win 60000 sack 0:2001,2000:2001,-5:-1
			> nothing
		`},
		{name: "RFC 2883 4 a report of a duplicate behind the acknowledgment is part of the next block", text: ten + `
			< . 1:1(0) ack 1 win 60000 sack 2001:3001
			< . 1:1(0) ack 1 win 60000 sack 2001:3001,2001:3001
			< . 1:1(0) ack 1 win 60000 sack 2001:2501,2001:3001
			> nothing
		`},
		{name: "2018 2 without agreement blocks tell nothing", text: established + `
			write 10000
			` + full(1, 10) + `
			< . 1:1(0) ack 1 win 9000 sack 1001:10001
			< . 1:1(0) ack 1 win 9000 sack 1001:10001
			> nothing
		`},
		{name: "the peer's window bounds what is sent again, too (RFC 9293 3.8.6)", text: ten + `
			< . 1:1(0) ack 1 win 500 sack 1001:4001
			> . 1:501(500) ack 1
			> nothing
		`},
		{name: "FIN is lost with what was last: the rescue has it", text: sackEstablished + `
			write 9500
			shutdown
			` + segments(1, 9) + `
			> FP. 9001:9501(500) ack 1
			< . 1:1(0) ack 1 win 60000 sack 1001:8001
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 8001 win 60000
			> FP. 8502:9501(999) ack 1
			< . 1:1(0) ack 8001 win 60000 sack 8502:9502
			> . 8001:8502(501) ack 1
			< . 1:1(0) ack 9502 win 60000
			= FIN-WAIT-2
		`},
	})
}

// TestLimitedTransmit: RFC 3042 without SACK.
func TestLimitedTransmit(t *testing.T) {
	more := established + `
		< . 1:1(0) ack 1 win 60000
		write 30000
		` + segments(1, 10) + "> nothing\n"
	scripts(t, []scriptCase{
		{name: "2 a segment for each of the first two duplicates; the third halves the window without them", text: more + `
			< . 1:1(0) ack 1 win 60000
			> . 10001:11001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1 win 60000
			> . 11001:12001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1 win 60000
			> . 1:1001(1000) ack 1
			> nothing
			# ssthresh 5, window 8; four more inflate it beyond the twelve that are outstanding
			` + repeat(4, "< . 1:1(0) ack 1 win 60000\n> nothing\n") + `
			< . 1:1(0) ack 1 win 60000
			> . 12001:13001(1000) ack 1
		`},
		{name: "2 the congestion window itself stays", text: more + `
			< . 1:1(0) ack 1 win 60000
			> . 10001:11001(1000) ack 1
			< . 1:1(0) ack 1001 win 60000
			> . 11001:12001(1000) ack 1
			> nothing
		`},
		{name: "2 not beyond the peer's window", text: established + `
			write 20000
			` + segments(1, 10) + repeat(2, `
			< . 1:1(0) ack 1
			> nothing
		`)},
	})
}

// pair joins two connections by a wire that keeps the order and takes no time. a sends to b; every segment that arrives
// is acknowledged before the next does, and a sends what that allows.
type pair struct {
	t         require.TestingT
	a, b      Conn
	now       time.Duration
	wire      []Plan      // from a to b
	again     map[Seq]int // how often what begins there was sent again
	recovered int         // how often a recovery began
	lost      func(Plan) bool
}

func newPair(t require.TestingT, cfg Config, lost func(Plan) bool) *pair {
	cfg.Settings.Tuning = Tuning{Reno: true, NoRACK: true}
	p := &pair{t: t, now: time.Hour, again: map[Seq]int{}, lost: lost}
	cfg.MSS, cfg.DefaultMSS, cfg.RcvBuf, cfg.Settings.QuickAck = 1000, 536, 60000, true
	cfg.Without = Timestamps // so that segments have a round number of bytes
	p.a.Connect(cfg)
	p.b.Listen(cfg)
	p.run()
	require.Equal(t, Established, p.b.State())
	return p
}

// run goes on until a has nothing to send.
func (p *pair) run() {
	for p.send(); len(p.wire) > 0; p.send() {
		g := p.wire[0]
		p.wire = p.wire[1:]
		if g.Len > 0 && p.lost(g) {
			continue
		}
		p.b.Read(p.b.Arrive(p.now, g.Segment).Ready)
		for {
			ack, ok := p.b.Next()
			if !ok {
				break
			}
			p.b.Sent(p.now, &ack)
			was := p.a.recovering
			if p.a.Arrive(p.now, ack.Segment); p.a.recovering && !was {
				p.recovered++
			}
		}
	}
}

// send has a send all that it may.
func (p *pair) send() {
	for {
		g, ok := p.a.Next()
		if !ok {
			return
		}
		if !g.Again && g.Len > 0 {
			require.LessOrEqual(p.t, p.a.onItsWay()+g.Len, p.a.cong.cwnd, "beyond the congestion window")
		}
		p.a.Sent(p.now, &g)
		require.Less(p.t, len(p.wire), 1000, "it comes to an end")
		if p.wire = append(p.wire, g); g.Again && g.Len > 0 {
			p.again[g.Seq]++
		}
	}
}

// onItsWay returns pipe.
func (c *Conn) onItsWay() int {
	if c.recovering {
		return c.board.pipe(c.sndNxt.Sub(c.sndUna), c.rtxNxt.Sub(c.sndUna), c.sndMSS)
	}
	return c.board.pipe(c.sndNxt.Sub(c.sndUna), 0, c.sndMSS)
}

// TestEveryLoss drops every set of segments out of a window of ten, with and without more to follow: what was lost is
// sent again once, nothing else is, in one recovery and without a timeout, if anything behind the first loss can tell.
// The timer is left with what RFC 6675 leaves it: the window that is halved is full of what is not known to be lost.
func TestEveryLoss(t *testing.T) {
	stuck, through := 0, 0
	for _, segments := range []int{10, 40} {
		for set := range 1 << 10 {
			first := bits.TrailingZeros(uint(set))
			told := 10 - first - bits.OnesCount(uint(set)) // how many behind the first loss arrive
			if segments == 10 && told < dupThreshold || segments > 10 && told == 0 && first == 0 {
				continue // nobody can know
			}
			gone := map[Seq]bool{}
			iss := Seq(1<<32 - 3000)
			p := newPair(t, Config{ISS: iss}, func(g Plan) bool {
				k := g.Seq.Sub(iss.Add(1)) / 1000
				if k >= 10 || set>>k&1 == 0 || gone[g.Seq] {
					return false
				}
				gone[g.Seq] = true
				return true
			})
			p.a.Write(1000 * segments)
			p.run()
			if p.a.sndUna != p.a.sndEnd {
				require.Less(t, p.a.cong.cwnd-p.a.onItsWay(), p.a.sndMSS, "segments %b of %d: only the window holds it up", set, segments)
				require.True(t, segments == 10 || set>>5 == 1<<5-1, "segments %b of %d: half the window is not known to be lost", set, segments)
				stuck++
				continue
			}
			require.Equal(t, p.a.sndEnd, p.a.sndUna, "segments %b of %d: all is acknowledged without a timeout", set, segments)
			through++
			total := 0
			for at, times := range p.again {
				require.True(t, gone[at], "segments %b of %d: %v sent again", set, segments, p.again)
				total += times
			}
			if segments == 10 && total == len(gone)+1 {
				total-- // the rescue: NextSeg's rule 4 does not ask whether that segment is on its way again
			}
			require.Equal(t, len(gone), total, "segments %b of %d: %v sent again", set, segments, p.again)
			if set != 0 {
				require.Equal(t, 1, p.recovered, "segments %b of %d: recoveries", set, segments)
			}
		}
	}
	t.Logf("%d repaired, %d wait for the timer", through, stuck)
}

// TestThreeOfTwenty: of a window of twenty segments the second, the fifth and the seventh are lost; they are sent again,
// in this order, and nothing else.
func TestThreeOfTwenty(t *testing.T) {
	const iss = Seq(1<<31 - 5000)
	var order []int
	gone := map[Seq]bool{}
	p := newPair(t, Config{ISS: iss}, func(g Plan) bool {
		k := g.Seq.Sub(iss.Add(1))/1000 - 10 // of the window that follows the first ten
		if g.Again {
			order = append(order, k)
			return false
		}
		gone[g.Seq] = k == 2 || k == 5 || k == 7
		return gone[g.Seq]
	})
	p.a.Write(10000)
	p.run()
	require.Equal(t, 20000, p.a.cong.cwnd)
	p.a.Write(40000) // with nothing new to send the seventh would be the rescue, too
	p.run()
	require.Equal(t, []int{2, 5, 7}, order)
	require.Equal(t, p.a.sndEnd, p.a.sndUna)
	require.Equal(t, 1, p.recovered)
}
