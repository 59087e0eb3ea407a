package invariant

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNames: every rule has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]Rule{}
	for r := range Rules() + 1 {
		require.NotEmpty(t, r.String(), "%d", r)
		require.NotContains(t, seen, r.String())
		seen[r.String()] = r
	}
	require.Equal(t, "unknown", Rules().String())
}

func TestAt(t *testing.T) {
	require.True(t, OK.At(7).Holds())
	require.Equal(t, Violation{TCPHeap, 7}, TCPHeap.At(7))
	require.False(t, TCPHeap.At(0).Holds())
}
