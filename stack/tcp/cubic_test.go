package tcp

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCubeRoot: r is the greatest number of which the cube is not more.
func TestCubeRoot(t *testing.T) { rapid.Check(t, propertyCubeRoot) }

func FuzzCubeRoot(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyCubeRoot)) }

func propertyCubeRoot(t *rapid.T) {
	x := rapid.Uint64Range(0, 1<<63-1).Draw(t, "x")
	r := cubeRoot(x)
	require.LessOrEqual(t, r*r*r, x)
	require.True(t, r == 1<<21-1 || (r+1)*(r+1)*(r+1) > x)
}

// cubicSights counts how often each side of RFC 9438 4.3's comparison was the window.
type cubicSights struct{ reno, cubic int }

// TestCubic compares the window, acknowledgment by acknowledgment, with RFC 9438's formulas in real numbers.
func TestCubic(t *testing.T) {
	var seen cubicSights
	rapid.Check(t, seen.propertyCubic)
	require.NotZero(t, seen.reno)
	require.NotZero(t, seen.cubic)
}

func FuzzCubic(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(cubicSights).propertyCubic)) }

func (seen *cubicSights) propertyCubic(t *rapid.T) {
	const mss = 1460
	rtt := time.Duration(rapid.IntRange(1, 300).Draw(t, "rtt")) * time.Millisecond
	full := rapid.IntRange(4, 2000).Draw(t, "window") * mss
	g := congestion{cwnd: full, ssthresh: Infinite}
	g.lost(full, mss)
	require.InDelta(t, 0.7*float64(full), float64(g.ssthresh), 1, "RFC 9438 4.6")
	g.cwnd = g.ssthresh
	begin := float64(g.cwnd) / mss
	wMax, est := float64(full)/mss, begin
	k := math.Cbrt((wMax - begin) / 0.4)
	now, start := time.Hour, time.Hour
	for range 2000 {
		g.peak = g.cwnd
		cwnd := float64(g.cwnd) / mss
		alpha := 9.0 / 17
		if est >= wMax {
			alpha = 1
		}
		est += alpha / cwnd
		w := func(at time.Duration) float64 { return 0.4*math.Pow(at.Seconds()-k, 3) + wMax }
		curve := cwnd + (min(max(w(now-start+rtt), cwnd), 1.5*cwnd)-cwnd)/cwnd
		g.acked(now, rtt, mss, mss, mss)
		got := float64(g.cwnd) / mss
		// t and K are whole milliseconds in cubic, so that their difference is off by less than one, and W_cubic and W_est are
		// whole bytes: where the two cross, either side of 4.3's comparison is right. The window's next step is not the same.
		const resolution, bytes = time.Millisecond, 3.0 / mss
		friendly := w(now-start-resolution) < est+bytes && within(max(cwnd, est), got)
		if friendly {
			seen.reno++
		} else {
			require.GreaterOrEqual(t, w(now-start+resolution)+bytes, est, "after %v: the window is %v", now-start, got)
			require.InEpsilon(t, curve, got, 0.01, "after %v", now-start)
			seen.cubic++
		}
		now += rtt * mss / time.Duration(g.cwnd)
	}
}

// within reports whether got is want, but for a hundredth.
func within(want, got float64) bool { return math.Abs(want-got) <= 0.01*want }

// TestCubicFastConvergence: RFC 9438 4.7.
func TestCubicFastConvergence(t *testing.T) {
	g := congestion{}
	g.lost(100000, 1000)
	require.Equal(t, 100000, g.cubic.wMax)
	g.lost(80000, 1000)
	require.Equal(t, 68000, g.cubic.wMax, "80000 (1 + beta) / 2")
	g.lost(2000, 1000)
	require.Equal(t, 2000, g.ssthresh, "not less than two segments")
}
