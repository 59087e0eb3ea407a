package simulate

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/golden/capture"
)

// TestSeeds: some seeds, all of which pass, and are the same the second time. Many things happen in them.
func TestSeeds(t *testing.T) {
	n := 16
	if testing.Short() {
		n = 6
	}
	b := Batch{Count: n, Jobs: 2}
	s := b.Run(context.Background(), func(r *Result) {
		require.NoError(t, r.Err, "seed %d: again: go run ./cmd/stackproof %s", r.Seed, b.Arguments(r.Seed))
	})
	require.Equal(t, n, s.Pass)
	require.NotZero(t, s.Repeated)
	hit, all := s.Goals()
	t.Logf("%d of %d goals; not: %q", hit, all, s.Unmet())
	if n == 16 {
		require.GreaterOrEqual(t, hit, 20)
	}
}

// TestGoals: there are as many as have names, and a batch that is large enough fails for one that was missed.
func TestGoals(t *testing.T) {
	require.GreaterOrEqual(t, int(goals), 25)
	for i, n := range goalNames {
		require.NotEmpty(t, n, "%d", i)
	}
	var s Summary
	s.Seeds, s.Pass = Enough, Enough
	for i := range s.hits {
		s.hits[i] = 1
	}
	require.NoError(t, s.Err())
	s.hits[goalTimeWait] = 0
	require.ErrorContains(t, s.Err(), "TIME-WAIT reused")
	require.Equal(t, []string{"TIME-WAIT reused"}, s.Unmet())
	s.Seeds = Enough - 1
	require.NoError(t, s.Err(), "that may be chance")
}

// TestConcerns: leaving something out of a plan changes nothing else in it.
func TestConcerns(t *testing.T) {
	for seed := range uint64(200) {
		var whole, less bytes.Buffer
		p := NewPlan(seed, 0, false)
		p.Print(&whole)
		gone := p.Names()[int(seed)%len(p.Names())]
		require.NoError(t, p.Without(gone))
		p.Print(&less)
		for line := range bytes.Lines(less.Bytes()) {
			require.Contains(t, whole.String(), string(line))
		}
		require.Less(t, less.Len(), whole.Len())
		require.NotContains(t, less.String(), gone+" ")
		require.ErrorContains(t, p.Without("app99"), `has no "app99" to leave out`)
	}
}

// TestPlansDiffer: swarms are swarms: in some seeds a kind of fault is there, in others it is not.
func TestPlansDiffer(t *testing.T) {
	with := map[string]int{}
	const n = 500
	for seed := range uint64(n) {
		for _, k := range NewPlan(seed, 0, false).Swarm {
			with[k]++
		}
	}
	for _, k := range faultKinds {
		require.InDelta(t, n*.4, with[k], n*.15, k)
	}
}

// TestShrink: a failure becomes smaller, stays what it was, and its frames can be read.
func TestShrink(t *testing.T) {
	s := Setting{lies: lies{send: flipByte}}
	var r Result
	for seed := uint64(0); r.Err == nil; seed++ {
		if p := NewPlan(seed, 0, false); len(p.Faults) > 4 && len(p.Hosts) > 2 {
			r = s.Play(seed)
		}
	}
	smaller, result := s.Shrink(&r, time.Minute)
	require.True(t, same(r.Err, result.Err), "%v, and it was %v", result.Err, r.Err)
	require.Less(t, result.Faults, 3)
	require.LessOrEqual(t, result.Hosts, 2)
	require.Equal(t, 1, result.Apps)
	require.Regexp(t, `^simulate --seed \d+ (--minutes [0-9.]+ )?--without `, smaller.Arguments(r.Seed))
	var out bytes.Buffer
	again, err := smaller.Capture(r.Seed, &out)
	require.NoError(t, err)
	require.Equal(t, result.Trace, again.Trace)
	frames := 0
	c, err := capture.NewReader(&out, "shrunk")
	require.NoError(t, err)
	for ; err == nil; frames++ {
		_, err = c.Next()
	}
	require.Greater(t, frames, 10)
}

// TestStopped: what was begun is ended, and nothing else.
func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	b := Batch{Count: 1000, Jobs: 1}
	s := b.Run(ctx, func(*Result) { stop() })
	require.Positive(t, s.Seeds)
	require.Less(t, s.Seeds, 10)
}
