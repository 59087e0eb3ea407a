package conformance

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases"
	"stackproof/conformance/cases/grid"
	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
)

// TestDrawn: the oracle of recoveries and the stack agree on networks that nobody has chosen, too: of each kind a few, or with
// STACKPROOF_LONG=1 ten thousand that chance draws. STACKPROOF_SEED is the first of them, to see a failure again.
func TestDrawn(t *testing.T) {
	n, first := uint64(20), uint64(1000)
	if os.Getenv("STACKPROOF_LONG") != "" {
		n, first = 10_000, rand.Uint64N(1<<40)
	}
	if v := os.Getenv("STACKPROOF_SEED"); v != "" {
		var err error
		first, err = strconv.ParseUint(v, 10, 64)
		require.NoError(t, err)
	}
	r := Runner{Stack: OwnStack, Link: "direct", Exec: NewLocal(large.New())}
	ran := uint64(0)
	for seed := first; seed < first+n; seed++ {
		scripts, err := grid.Drawn(seed)
		require.NoError(t, err)
		for _, s := range scripts {
			c, err := cases.FromScript(s)
			require.NoError(t, err, "seed %d", seed)
			suite, err := NewSuite([]*cases.Case{c})
			if err != nil {
				continue // too long for a board
			}
			r.Suite = suite
			res := r.Run(context.Background(), Pattern{})
			ran++
			for _, f := range res.Failures {
				var b bytes.Buffer
				f.Text(&b)
				t.Errorf("seed %d: %s", seed, &b)
			}
			require.Len(t, res.Verdicts, 1)
			if res.Verdicts[0].Outcome != report.Pass && len(res.Failures) == 0 {
				t.Errorf("seed %d: %s: %s", seed, c.ID, res.Verdicts[0].Outcome)
			}
		}
	}
	t.Logf("%d runs from seed %d on", ran, first)
	require.Greater(t, ran, n)
}
