package unforeseen

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
)

// TestFaults: there are some, for each of the parts.
func TestFaults(t *testing.T) {
	for _, part := range []string{"reassembly", "ip", "udp", "neighbour", "wire", "tcp", "sockets", "emac"} {
		p, err := conformance.ParsePattern("unforeseen/" + part)
		require.NoError(t, err)
		has, err := Target.Has(p)
		require.NoError(t, err)
		require.True(t, has, part)
	}
}

// TestDrawing: the properties of a package are found by their form, and nothing else is.
func TestDrawing(t *testing.T) {
	names, err := drawing(filepath.FromSlash("../../stack/neighbour"))
	require.NoError(t, err)
	require.Regexp(t, names, "TestInvariants")
	require.NotRegexp(t, regexp.MustCompile(names), "TestAdvertisement")
	names, err = drawing(t.TempDir())
	require.NoError(t, err)
	require.Empty(t, names)
}
