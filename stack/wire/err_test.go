package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrTexts(t *testing.T) {
	seen := map[string]Err{}
	for e := range Err(NumErr) {
		require.NotEmpty(t, e.String(), "error %d has no text", uint8(e))
		require.NotContains(t, seen, e.String(), "two errors, one text")
		seen[e.String()] = e
	}
	require.Equal(t, "ok", Err(0).String())
	require.Equal(t, "unknown error", Err(NumErr).String())
	require.Equal(t, "unknown error", Err(255).String())
}
