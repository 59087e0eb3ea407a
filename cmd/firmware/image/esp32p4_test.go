package image

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
)

// TestSmall: it fits, whole cases only, and from many folders.
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
	all, err := Small(suite, len(suite.Blob()))
	require.NoError(t, err)
	require.Equal(t, suite.Blob(), all.Blob())
}
