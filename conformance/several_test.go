package conformance

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
)

// TestSeveral: several executors give what one gives, told in the same order; a known-good case that fails blocks what they
// all have, and a run that is interrupted ends.
func TestSeveral(t *testing.T) {
	scripts := []string{goodARP}
	files, err := filepath.Glob("cases/tcp/close/*.pkt")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		scripts = append(scripts, string(text))
	}
	suite := suiteOf(t, scripts...)
	results := func(more int) (*report.Results, []string) {
		var told []string
		r := Runner{Suite: suite, Stack: "x", Exec: NewLocal(large.New()), Done: func(n, of int, v *report.Verdict, _ []*report.Failure) {
			require.Equal(t, len(told)+1, n)
			told = append(told, v.ID)
		}}
		for range more {
			r.More = append(r.More, NewLocal(large.New()))
		}
		res := r.Run(t.Context(), Pattern{})
		res.Summary.WallSeconds = 0
		return res, told
	}
	want, order := results(0)
	got, same := results(3)
	require.Greater(t, want.Summary.Counts[report.Pass], 10)
	require.Equal(t, want, got)
	require.Equal(t, order, same)

	s := suiteOf(t, goodARP, variant("arp/other", "The stack", "It"), variant("arp/third", "The stack", "Who"))
	r := Runner{Suite: s, Stack: "deaf", Exec: NewLocal(&deaf{large.New()}), More: []Executor{NewLocal(&deaf{large.New()})}}
	res := r.Run(t.Context(), Pattern{})
	require.Equal(t, report.Fail, res.Verdicts[0].Outcome)
	require.Equal(t, report.Blocked, res.Verdicts[1].Outcome)
	require.Equal(t, report.Blocked, res.Verdicts[2].Outcome)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, v := range r.Run(ctx, Pattern{}).Verdicts {
		require.Equal(t, report.NotRun, v.Outcome)
	}
}
