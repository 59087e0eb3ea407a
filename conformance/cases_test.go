package conformance

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases"
	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
)

// TestCases is the engine: every case on this project's own stack, with its negative twin. Choose some with
// go test ./conformance -run 'TestCases/tcp/close'.
func TestCases(t *testing.T) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	r := Runner{Stack: OwnStack, Link: "direct", Exec: NewLocal(large.New())}
	for _, forms := range planned(suite.Cases(Pattern{})) {
		t.Run(forms[0].Case.ID, func(t *testing.T) {
			r.Suite = &Suite{}
			for _, p := range forms {
				r.Suite.Programs = append(r.Suite.Programs, *p)
			}
			res := r.Run(context.Background(), Pattern{})
			for _, f := range res.Failures {
				var b bytes.Buffer
				f.Text(&b)
				t.Error(b.String())
			}
			require.Equal(t, report.Pass, res.Verdicts[0].Outcome)
			require.Equal(t, res.Summary.TwinsTotal, res.Summary.TwinsRed)
			require.Equal(t, res.Summary.WrapsTotal, res.Summary.Wraps, "the stack's numbers do not lie where they were to be")
		})
	}
}

// TestSeeds: no case depends on what the seed makes of chance. The generated cases take turns.
func TestSeeds(t *testing.T) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	r := Runner{Stack: OwnStack, Exec: NewLocal(large.New())}
	for seed := uint64(1); seed <= 20; seed++ {
		r.Seed = seed
		r.Suite = suite.Only(func(id string) bool { return cases.Sampled(id, 10, uint32(seed)) })
		res := r.Run(context.Background(), Pattern{})
		for _, f := range res.Failures {
			var b bytes.Buffer
			f.Text(&b)
			t.Errorf("seed %d: %s", seed, &b)
		}
	}
}

// TestKnownGood: the known-good cases exist, and each topic has one.
func TestKnownGood(t *testing.T) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	for topic, id := range knownGood {
		require.NotNil(t, suite.Find(id), "%s: %s", topic, id)
	}
	for i := range suite.Programs {
		require.Contains(t, knownGood, topic(suite.Programs[i].Case.ID))
	}
}
