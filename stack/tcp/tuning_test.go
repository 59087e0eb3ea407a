package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInitialCwnd: RFC 6928 2.
func TestInitialCwnd(t *testing.T) {
	for _, c := range []struct {
		set       uint8
		mss, want int
	}{{0, 1000, 10000}, {0, 1460, 14600}, {0, 9000, 18000}, {0, 536, 5360}, {4, 9000, 36000}, {1, 1460, 1460}} {
		u := Tuning{InitialWindow: c.set}
		require.Equal(t, c.want, u.initialCwnd(c.mss), "%d segments of %d", c.set, c.mss)
	}
}

// tuned is a connection with these settings that has sent six segments of its window of ten.
func tuned(t *testing.T, u Tuning, then string) *script {
	return runScript(t, `
listen
< S 0:0(0) win 60000 mss 1000
> S. 0:0(0) ack 1
< . 1:1(0) ack 1 win 60000
write 6000
> . 1:1001(1000) ack 1
> . 1001:2001(1000) ack 1
> . 2001:3001(1000) ack 1
> . 3001:4001(1000) ack 1
> . 4001:5001(1000) ack 1
> P. 5001:6001(1000) ack 1
`+then, func(c *Config) { c.Settings.Tuning = u })
}

// TestABC: by how much one acknowledgment of three segments makes the window grow (RFC 3465 2.2), which stays as it is once
// the application uses no more than half of it (RFC 7661 4.1).
func TestABC(t *testing.T) {
	for _, c := range []struct {
		limit uint8
		want  int
	}{{0, 11}, {1, 11}, {2, 12}, {Unlimited, 13}} {
		s := tuned(t, Tuning{ABC: c.limit}, "< . 1:1(0) ack 3001 win 60000\n> nothing")
		require.Equal(t, c.want*1000, s.c.Info().Cwnd, "L is %d", c.limit)
	}
	s := tuned(t, Tuning{ABC: Unlimited}, "< . 1:1(0) ack 3001 win 60000\n< . 1:1(0) ack 6001 win 60000")
	require.Equal(t, 13000, s.c.Info().Cwnd, "13 is more than twice 6")
}

// TestABCOfSACK: without a limit, what SACK had told of does not count again.
func TestABCOfSACK(t *testing.T) {
	const text = `
listen
< S 0:0(0) win 60000 mss 1000 sackOK
> S. 0:0(0) ack 1
< . 1:1(0) ack 1 win 60000
write 6000
> . 1:1001(1000) ack 1
> . 1001:2001(1000) ack 1
> . 2001:3001(1000) ack 1
> . 3001:4001(1000) ack 1
> . 4001:5001(1000) ack 1
> P. 5001:6001(1000) ack 1
< . 1:1(0) ack 1 win 60000 sack 1001:3001
< . 1:1(0) ack 4001 win 60000`
	for limit, want := range map[uint8]int{4: 14000, Unlimited: 12000} {
		s := runScript(t, text, func(c *Config) { c.Settings.Tuning.ABC = limit })
		require.Equal(t, want, s.c.Info().Cwnd, "L is %d", limit)
	}
}

// TestRcvMost: the window is scaled for what the queue can become.
func TestRcvMost(t *testing.T) {
	for most, want := range map[int32]uint8{0: 0, 4000: 0, 65536: 1, 15 << 20: 8, 1 << 30: 14} {
		c := Conn{}
		c.Connect(Config{ISS: 1, MSS: 1460, DefaultMSS: 536, RcvBuf: 4000, Settings: Settings{RcvMost: most}})
		p, _ := c.Next()
		require.Equal(t, want, p.WScale, most)
	}
}

// TestABCAfterTimeout: what a timeout has had sent again counts one segment (RFC 3465 2.3), unless there is no limit.
func TestABCAfterTimeout(t *testing.T) {
	for limit, want := range map[uint8]int{2: 2000, Unlimited: 4000} {
		s := tuned(t, Tuning{ABC: limit, Reno: true, NoRACK: true}, "+1s\n> . 1:1001(1000) ack 1\n< . 1:1(0) ack 6001 win 60000")
		require.Equal(t, 3000, s.c.Info().SSThresh)
		require.Equal(t, min(want, 3000), s.c.Info().Cwnd, "L is %d", limit)
	}
}

// TestRestart: RFC 5681 4.1, or not.
func TestRestart(t *testing.T) {
	for stays, want := range map[bool]int{false: 10000, true: 16000} {
		s := tuned(t, Tuning{ABC: Unlimited, NoRestart: stays}, `
< . 1:1(0) ack 6001 win 60000
+5s idle
write 1
> P. 6001:6002(1) ack 1
< . 1:1(0) ack 6002 win 60000`)
		require.Equal(t, want, s.c.Info().Cwnd)
	}
}

// TestRTOBounds: the timeouts of the initial segment and of what follows are within what is set.
func TestRTOBounds(t *testing.T) {
	u := Tuning{InitialRTO: 300 * time.Millisecond, MinRTO: 200 * time.Millisecond, MaxRTO: 700 * time.Millisecond, RTOSlack: 150 * time.Millisecond}
	runScript(t, `
connect
> S 0:0(0)
deadline 300ms
+300ms
> S 0:0(0)
deadline 600ms
+600ms
> S 0:0(0)
deadline 700ms
`, func(c *Config) { c.Settings.Tuning = u })
	tuned(t, u, `
< . 1:1(0) ack 6001 win 60000
write 1
> P. 6001:6002(1) ack 1
deadline 200ms`)
}

// TestLaxTimestamps: a segment without the timestamps that were agreed is dropped (RFC 7323 3.2), or taken.
func TestLaxTimestamps(t *testing.T) {
	for lax, then := range map[bool]string{false: "> nothing\ndrop no-timestamp\nunread 0", true: "> . 1:1(0) ack 11\nunread 10"} {
		runScript(t, `
listen
< S 0:0(0) win 1000 mss 1000 ts 5:0
> S. 0:0(0) ack 1
< . 1:1(0) ack 1 win 1000 ts 5:0
< . 1:11(10) ack 1 win 1000
`+then, func(c *Config) { c.Settings.Tuning.LaxTimestamps, c.Settings.QuickAck = lax, true })
	}
}

func TestTuningValid(t *testing.T) {
	u := Tuning{}
	require.True(t, u.Valid())
	u.Fill()
	require.True(t, u.Valid())
	u.MaxRTO = -1
	require.False(t, u.Valid())
}

// TestLaxTimestampsMeasured: the first acknowledgment without a timestamp does not measure what others have measured long
// before: the round trip of the SYN, or of any segment that they have acknowledged (RFC 6298 3).
func TestLaxTimestampsMeasured(t *testing.T) {
	s := runScript(t, `
listen
< S 0:0(0) win 60000 mss 1000 ts 1:0
> S. 0:0(0) ack 1
< . 1:1(0) ack 1 win 60000 ts 1:3600000
+40s idle
write 10
> P. 1:11(10) ack 1
< . 1:1(0) ack 11 win 60000
+40s idle
write 10
> P. 11:21(10) ack 1
< . 1:1(0) ack 21 win 60000`, func(c *Config) { c.Settings.Tuning.LaxTimestamps = true })
	require.Equal(t, time.Second, s.c.Info().RTO)
}
