package image

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/cases"
)

// TestSmall: it fits, whole cases only, what others need first, and nothing that is generated or that no board has.
func TestSmall(t *testing.T) {
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	for _, room := range []int{100, 5_000, 16_000} {
		small, err := Small(suite, room)
		require.NoError(t, err)
		require.LessOrEqual(t, len(small.Blob()), room)
		for _, forms := range small.Cases(conformance.Pattern{}) {
			require.Len(t, forms, len(suite.Find(forms[0].Case.ID)))
		}
	}
	hand, err := Small(suite, len(suite.Blob()))
	require.NoError(t, err)
	written := 0
	for i := range suite.Programs {
		if p := &suite.Programs[i]; cases.Family(p.Case.ID) == "" && p.Form.Program.Personalities == 0 {
			written++
		}
	}
	require.Len(t, hand.Programs, written)
	first, err := Small(suite, 5_000)
	require.NoError(t, err)
	require.NotNil(t, first.Find("tcp/handshake/passive-open"), "the case without which no other of TCP says anything")
}
