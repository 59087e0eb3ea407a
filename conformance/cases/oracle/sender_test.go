package oracle

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const roundTrip = 100 * time.Millisecond

// numbers are the segments that were sent.
func numbers(all []Sent) (n []int) {
	for _, x := range all {
		n = append(n, x.Segment)
	}
	return n
}

// TestSenderRepairs: the first of ten segments is lost. Three that have arrived tell of it, and while it is repaired one goes
// out for two that arrive.
func TestSenderRepairs(t *testing.T) {
	s := NewSender(20, 100, 10, roundTrip, false, false)
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, numbers(s.Send(0)))
	var sent [][]int
	for i := range uint32(9) {
		s.Acknowledge(roundTrip, 0, []Range{{1, 2 + i}}, false, 0)
		sent = append(sent, numbers(s.Send(roundTrip)))
	}
	require.Equal(t, [][]int{{10}, {11}, {0}, nil, nil, {12}, nil, nil, {13}}, sent)
	f := s.Figures()
	require.Equal(t, 3, f.State)
	require.Equal(t, 5, f.SSThresh)
	require.Equal(t, 1, f.Retransmitted)
	s.Acknowledge(2*roundTrip, 12, nil, false, 0)
	require.Equal(t, 5, s.Figures().Cwnd, "the threshold, when it is over")
}

// TestSenderProbes: of two segments nothing is heard; a probe goes out, then the timer runs out and is doubled.
func TestSenderProbes(t *testing.T) {
	s := NewSender(2, 100, 10, roundTrip, true, false)
	s.Send(0)
	for _, want := range []struct {
		at   time.Duration
		sent []int
	}{{202 * time.Millisecond, []int{1}}, {1202 * time.Millisecond, []int{0}}, {3202 * time.Millisecond, []int{0}}} {
		at, ok := s.Timer()
		require.True(t, ok)
		require.Equal(t, want.at, at)
		require.False(t, s.Expire(at))
		require.Equal(t, want.sent, numbers(s.Send(at)))
	}
	require.Equal(t, 4*time.Second, s.Figures().RTO)
	require.Equal(t, 2, s.Figures().Timeouts)
	require.Equal(t, 2, s.Figures().SSThresh)
}

// TestCurve: half a second after a loss of ten segments the window is on its way to 0.4 (0.5-1.957)^3+10.
func TestCurve(t *testing.T) {
	s := &Sender{MSS: 1000, cwnd: 7000}
	require.Equal(t, 7000, s.curve.lower(10_000))
	s.curve.begin(s, 0)
	require.InDelta(t, 1.957, s.curve.k, 0.001)
	require.InDelta(t, 8762, s.curve.at(time.Second/2, 1000), 1)
	require.InDelta(t, 10_000, s.curve.at(1957*time.Millisecond, 1000), 1)
}
