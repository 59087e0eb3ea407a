package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetransmit(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 6298 5.4 to 5.6: the oldest segment, twice the timeout each time; RFC 9293 3.8.3 R2, SHLD-11",
			text: established + `
			write 2000
			> . 1:1001(1000) ack 1
			> P. 1001:2001(1000) ack 1
			+1s
			> . 1:1001(1000) ack 1
			> nothing
			+2s
			> . 1:1001(1000) ack 1
			+4s
			> . 1:1001(1000) ack 1
			+8s
			> . 1:1001(1000) ack 1
			+16s
			> . 1:1001(1000) ack 1
			+32s
			> . 1:1001(1000) ack 1
			+37s
			= CLOSED timed-out
			deadline none
		`},
		{name: "RFC 9293 3.8.3 R2 of SYN, MUST-23", text: `
			connect
			> S 0:0(0)
			+1s
			> S 0:0(0)
			+2s
			> S 0:0(0)
			+4s
			> S 0:0(0)
			+8s
			> S 0:0(0)
			+16s
			> S 0:0(0)
			+32s
			> S 0:0(0)
			+1m
			> S 0:0(0)
			+57s
			= CLOSED timed-out
		`},
		{name: "RFC 6298 5.6 SYN-ACK", text: `
			listen
			< S 0:0(0)
			> S. 0:0(0) ack 1
			+1s
			> S. 0:0(0) ack 1
			+2s
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1
			= ESTABLISHED
			deadline none
		`},
		{name: "RFC 6298 5.7 after a lost SYN data starts with 3 s, and RFC 5681 3.1 with one segment", text: `
			connect
			> S 0:0(0)
			+1s
			> S 0:0(0)
			< S. 0:0(0) ack 1 win 10000 mss 1000
			> . 1:1(0) ack 1
			write 2000
			> . 1:1001(1000) ack 1
			> nothing
			deadline 3s
		`},
		{name: "RFC 6298 5.7 holds for a FIN that did not wait for the handshake", text: `
			listen
			< S 0:0(0) win 10000 mss 1000
			> S. 0:0(0) ack 1
			close
			> F. 1:1(0) ack 1
			+1s
			> S. 0:0(0) ack 1
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 1
			deadline 3s
			+3s
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
		`},
		{name: "RFC 5681 4.1 who was idle begins with the initial window", text: established + `
			write 10000
			` + full(1, 10) + `
			< . 1:1(0) ack 5001 win 20000
			< . 1:1(0) ack 10001 win 20000
			+1s idle
			write 12000
			` + full(10001, 12) + `
			< . 1:1(0) ack 16001 win 20000
			< . 1:1(0) ack 22001 win 20000
			+1001ms idle
			write 12000
			` + segments(22001, 10) + `
			> nothing
			< . 1:1(0) ack 32001 win 20000
			` + full(32001, 2) + `
			< . 1:1(0) ack 34001 win 20000
		`},
		{name: "RFC 6298 5.3 an ACK of new data restarts the timer, a duplicate does not", text: established + `
			write 2000
			> . 1:1001(1000) ack 1
			> P. 1001:2001(1000) ack 1
			+800ms idle
			< . 1:1(0) ack 1
			deadline 200ms
			< . 1:1(0) ack 1001
			deadline 1s
			< . 1:1(0) ack 2001
			deadline none
		`},
		{name: "RFC 6298 3 Karn: the timeout stays backed off until a segment was not sent twice", text: established + `
			write 100
			> P. 1:101(100) ack 1
			+1s
			> P. 1:101(100) ack 1
			+2s
			> P. 1:101(100) ack 1
			< . 1:1(0) ack 101
			write 100
			> P. 101:201(100) ack 1
			deadline 4s
			< . 1:1(0) ack 201
			write 100
			> P. 201:301(100) ack 1
			deadline 1s
			< . 1:1(0) ack 301
		`},
		{name: "a timeout whose segment cannot be sent waits for it", text: established + `
			write 100
			> P. 1:101(100) ack 1
			+1s
			+5s idle
			> P. 1:101(100) ack 1
			deadline 2s
		`},
		{name: "R2 runs on when nothing can be sent", text: established + `
			write 100
			> P. 1:101(100) ack 1
			+1s
			+99s
			= CLOSED timed-out
		`},
		{name: "after a timeout all that was outstanding goes again, as the window grows", text: established + `
			write 4000
			> . 1:1001(1000) ack 1
			> . 1001:2001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> P. 3001:4001(1000) ack 1
			+1s
			> . 1:1001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1001
			> . 1001:2001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> nothing
			# the last two had arrived
			< . 1:1(0) ack 4001
			deadline none
		`},
		{name: "small segments are sent again as one", text: established + `
			nodelay
			write 10
			> P. 1:11(10) ack 1
			write 10
			> P. 11:21(10) ack 1
			+1s
			> P. 1:21(20) ack 1
			< . 1:1(0) ack 21
		`},
	})
}

func TestFastRetransmit(t *testing.T) {
	flight := established + `
		write 5000
		> . 1:1001(1000) ack 1
		> . 1001:2001(1000) ack 1
		> . 2001:3001(1000) ack 1
		> . 3001:4001(1000) ack 1
		> P. 4001:5001(1000) ack 1
	`
	scripts(t, []scriptCase{
		{name: "RFC 5681 3.2 three duplicates", text: flight + `
			< . 1:1(0) ack 1
			> nothing
			< . 1:1(0) ack 1
			> nothing
			< . 1:1(0) ack 1
			> . 1:1001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1
			> nothing
			< . 1:1(0) ack 5001
			deadline none
		`},
		{name: "RFC 5681 2 a window update is no duplicate", text: flight + `
			< . 1:1(0) ack 1 win 9000
			< . 1:1(0) ack 1 win 8000
			< . 1:1(0) ack 1 win 7000
			> nothing
		`},
		{name: "RFC 5681 2 text is no duplicate, and does not end the count", text: flight + `
			< . 1:1(0) ack 1
			< . 1:11(10) ack 1
			> . 5001:5001(0) ack 11
			< . 11:11(0) ack 1
			< . 11:21(10) ack 1
			> . 5001:5001(0) ack 21
			< . 21:21(0) ack 1
			> . 1:1001(1000) ack 21
		`},
		{name: "RFC 5681 2 what does not fit into our window is text all the same", text: flight + `
			< . 1:4001(4000) ack 1
			> . 5001:5001(0) ack 4001 win 0
		` + repeat(4, "< . 4001:4002(1) ack 1\n> . 5001:5001(0) ack 4001\n")},
		{name: "RFC 5681 2 new data begins the count again", text: flight + `
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1001
			< . 1:1(0) ack 1001
			< . 1:1(0) ack 1001
			> nothing
			< . 1:1(0) ack 1001
			> . 1001:2001(1000) ack 1
		`},
		{name: "RFC 6582 3.2 the window in recovery and behind it", text: established + `
			< . 1:1(0) ack 1 win 60000
			write 40000
		` + segments(1, 10) + `
			> nothing
			< . 1:1(0) ack 1 win 60000
			< . 1:1(0) ack 1 win 60000
			< . 1:1(0) ack 1 win 60000
			> . 1:1001(1000) ack 1
			# ssthresh 5, window 8 segments; each further duplicate adds one, from the third on there is room
			< . 1:1(0) ack 1 win 60000
			< . 1:1(0) ack 1 win 60000
			> nothing
			< . 1:1(0) ack 1 win 60000
			> . 10001:11001(1000) ack 1
			> nothing
			# step 3, full acknowledgment: no burst
			< . 1:1(0) ack 11001 win 60000
			> . 11001:12001(1000) ack 1
			> . 12001:13001(1000) ack 1
			> nothing
			# slow start up to ssthresh
			< . 1:1(0) ack 13001 win 60000
		` + segments(13001, 3) + `
			> nothing
			< . 1:1(0) ack 16001 win 60000
		` + segments(16001, 4) + `
			> nothing
			< . 1:1(0) ack 20001 win 60000
		` + segments(20001, 5) + `
			> nothing
			# congestion avoidance: a segment per window
			< . 1:1(0) ack 22001 win 60000
		` + segments(25001, 2) + `
			> nothing
			< . 1:1(0) ack 25001 win 60000
		` + segments(27001, 4)},
		{name: "RFC 5681 2 nothing outstanding, no duplicate", text: established + `
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			> nothing
		`},
		{name: "RFC 6582 3.2 step 3: a partial acknowledgment tells of the next loss", text: flight + `
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 2001
			> . 2001:3001(1000) ack 1
			< . 1:1(0) ack 5001
			deadline none
		`},
		{name: "RFC 6582 3.2 step 1: duplicates after a timeout tell nothing", text: flight + `
			+1s
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 2001
			> . 2001:3001(1000) ack 1
			> . 3001:4001(1000) ack 1
			< . 1:1(0) ack 2001
			< . 1:1(0) ack 2001
			< . 1:1(0) ack 2001
			> nothing
		`},
		{name: "three hundred duplicates", text: flight + `
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			< . 1:1(0) ack 1
			> . 1:1001(1000) ack 1
		` + repeat(300, "< . 1:1(0) ack 1\n> nothing\n") + `
			< . 1:1(0) ack 5001
			deadline none
		`},
	})
}

// TestLongStream: after more than 2^31 bytes without a loss duplicates are still understood.
func TestLongStream(t *testing.T) {
	var c Conn
	now := time.Hour
	iss := Seq(1<<32 - 9)
	c.Connect(Config{ISS: iss, MSS: 60000, DefaultMSS: 536, RcvBuf: 1000})
	send := func() Plan {
		p, ok := c.Next()
		require.True(t, ok)
		c.Sent(now, &p)
		return p
	}
	send()
	c.Arrive(now, Segment{Seq: 7, Ack: iss + 1, Flags: SYN | ACK, Wnd: 65535, Options: Options{HasMSS: true, MSS: 60000}})
	send()
	peer := Segment{Seq: 8, Ack: iss + 1, Flags: ACK, Wnd: 65535}
	for total := int64(0); total < 5<<30/2; total += 60000 {
		c.Write(60000)
		sent := send()
		peer.Ack = sent.end()
		if c.Arrive(now, peer).Acked != 60000 {
			require.Fail(t, "not acknowledged", "after %d bytes", total)
		}
	}
	c.Write(60000)
	first := send()
	for range dupThreshold {
		c.Arrive(now, peer)
	}
	again := send()
	require.True(t, again.Again)
	require.Equal(t, first.Segment, again.Segment)
}

// TestRTT holds the estimator to RFC 6298 2.
func TestRTT(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	var e rttEstimator
	var u Tuning
	u.Fill()
	e.init(&u)
	require.Equal(t, time.Second, e.rto, "2.1")
	e.sample(&u, ms(2000), 1)
	require.Equal(t, ms(2000+4*1000), e.rto, "2.2")
	e.sample(&u, ms(4000), 1) // RTTVAR 3/4*1000+1/4*2000 = 1250, SRTT 7/8*2000+1/8*4000 = 2250
	require.Equal(t, ms(2250+4*1250), e.rto, "2.3")
	e.backoff(&u)
	require.Equal(t, ms(14500), e.rto, "5.5")
	for range 10 {
		e.backoff(&u)
	}
	require.Equal(t, 60*time.Second, e.rto, "2.5")
	e.init(&u)
	e.sample(&u, 0, 1)
	require.Equal(t, time.Second, e.rto, "2.4")
	for range 100 {
		e.sample(&u, ms(3000), 1)
	}
	require.InDelta(t, float64(ms(3100)), float64(e.rto), float64(ms(2)), "2.3: G")
}

// TestCongestion: RFC 5681 3.1.
func TestCongestion(t *testing.T) {
	var g congestion
	g.init(1000, true)
	g.sent(1, 1001)
	g.acked(0, 0, 700, 1000, 1000)
	require.Equal(t, 1700, g.cwnd, "slow start: by what was acknowledged")
	g.acked(0, 0, 5000, 1000, 1000)
	require.Equal(t, 2700, g.cwnd, "but a segment at most")
	g.acked(0, 0, 5000, 1000, 1000)
	require.Equal(t, 2700, g.cwnd, "not while less than half of it is used (RFC 7661 4.1)")
	g.lost(10000, 1000)
	require.Equal(t, 5000, g.ssthresh)
	g.lost(100, 1000)
	require.Equal(t, 2000, g.ssthresh, "two segments at least")
	g.sent(1, 3001)
	g.acked(0, 0, 2000, 1000, 1000)
	require.Equal(t, 2700, g.cwnd, "congestion avoidance: a segment per window")
	g.acked(0, 0, 700, 1000, 1000)
	require.Equal(t, 3700, g.cwnd)
}
