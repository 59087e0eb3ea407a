package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReopens: RFC 9293 3.6.1, MAY-2.
func TestReopens(t *testing.T) {
	c := Conn{state: TimeWait, rcvNxt: 1<<32 - 1, sndNxt: 100}
	for _, g := range []struct {
		name  string
		state State
		seq   Seq
		flags Flags
		want  bool
	}{
		{"a later SYN", TimeWait, 0, SYN, true},
		{"a SYN that could be old", TimeWait, 1<<32 - 1, SYN, false},
		{"no SYN", TimeWait, 0, FIN, false},
		{"a SYN that answers one", TimeWait, 0, SYN | ACK, false},
		{"a reset", TimeWait, 0, SYN | RST, false},
		{"a connection that is open", Established, 0, SYN, false},
	} {
		t.Run(g.name, func(t *testing.T) {
			c.state = g.state
			require.Equal(t, g.want, c.Reopens(&Segment{Seq: g.seq, Flags: g.flags}))
		})
	}
	for iss, want := range map[Seq]Seq{99: 100 + 1<<16, 100: 100 + 1<<16, 1 << 20: 1 << 20} {
		c.state = TimeWait
		require.Equal(t, want, c.Succeed(iss), "beyond what may still be under way")
		require.Equal(t, Closed, c.State())
		require.True(t, c.Done())
	}
}

// TestInFlight: RFC 5927 4.1.
func TestInFlight(t *testing.T) {
	c := Conn{state: Established, sndUna: 1<<32 - 2, sndNxt: 3}
	for seq, want := range map[Seq]bool{1<<32 - 3: false, 1<<32 - 2: true, 0: true, 2: true, 3: false, 1 << 31: false} {
		require.Equal(t, want, c.InFlight(seq), "%d", seq)
	}
	c.state = Closed
	require.False(t, c.InFlight(0))
}

// TestReadTooMuch: who takes more out of the queue than was in it opens the window no further.
func TestReadTooMuch(t *testing.T) {
	c := Conn{state: Established, rcvUser: 5, sndMSS: 1, cfg: Config{RcvBuf: 10}}
	c.Read(6)
	require.Equal(t, 10, c.nextWindow())
}

// TestLimiter: RFC 5961 7.
func TestLimiter(t *testing.T) {
	var l limiter
	now := time.Second
	for range challengeLimit {
		require.True(t, l.allows(now))
		l.spend(now)
	}
	require.False(t, l.allows(now))
	require.False(t, l.allows(challengePeriod), "the period begins with the first")
	now += challengePeriod
	require.True(t, l.allows(now))
	l.spend(now)
	require.True(t, l.allows(now))
}

func TestNames(t *testing.T) {
	for s := range NumStates {
		require.NotEmpty(t, State(s).String())
	}
	for d := range NumDrops {
		require.NotEmpty(t, Drop(d).String())
	}
	require.Equal(t, "unknown state", State(NumStates).String())
	require.Equal(t, "unknown", Drop(NumDrops).String())
}
