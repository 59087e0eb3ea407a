package planted

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/mutants"
	"stackproof/conformance/peers/lwip"
)

// TestPlaces: each fault has its place, and the set is as large as it is meant to be.
func TestPlaces(t *testing.T) {
	ctx := context.Background()
	root, err := mutants.Root(ctx)
	require.NoError(t, err)
	all, err := conformance.ParsePattern("")
	require.NoError(t, err)
	places := Target
	places.Judge = func(_ context.Context, p *mutants.Planted, found func(*mutants.Fault, string)) error {
		for _, f := range p.Faults {
			require.True(t, strings.HasPrefix(f.ID, "sockets/"), f.ID)
			found(f, "nobody")
		}
		return nil
	}
	r, err := mutants.Run(ctx, root, &places, &mutants.Options{Pattern: all}, func(*mutants.Verdict) {})
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(r.Verdicts), 20)
}

// TestJudge: the tool with the faults in it is built, and lwIP tells one of them.
func TestJudge(t *testing.T) {
	ctx := context.Background()
	if err := Available(ctx); errors.Is(err, lwip.ErrUnavailable) {
		t.Skipf("NOTRUN faults in the sockets: %v", err)
	} else {
		require.NoError(t, err)
	}
	root, err := mutants.Root(ctx)
	require.NoError(t, err)
	one, err := conformance.ParsePattern("sockets/control/ioctl-never-blocks-again")
	require.NoError(t, err)
	r, err := mutants.Run(ctx, root, &Target, &mutants.Options{Pattern: one}, func(*mutants.Verdict) {})
	require.NoError(t, err)
	require.Len(t, r.Verdicts, 1)
	require.Equal(t, mutants.Killed, r.Verdicts[0].Outcome)
	require.Contains(t, r.Verdicts[0].Test, "lwIP")
	require.NotContains(t, os.Environ(), variable)
}
