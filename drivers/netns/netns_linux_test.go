package netns

import (
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/tap"
)

// TestInside: what is opened inside is there and not here, and the thread comes back.
func TestInside(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("making a network namespace needs root") // the live tests, which also need it, say it aloud
	}
	n, err := New()
	require.NoError(t, err)
	defer n.Close()
	before, err := os.Readlink("/proc/thread-self/ns/net")
	require.NoError(t, err)
	var within string
	require.NoError(t, n.Inside(func() error {
		d, err := tap.Open("inner0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = d.Close() })
		within, err = os.Readlink("/proc/thread-self/ns/net")
		require.NoError(t, err)
		_, err = net.InterfaceByName("inner0")
		return err
	}))
	require.NotEqual(t, before, within)
	path, err := os.Readlink(n.Path())
	require.NoError(t, err)
	require.Equal(t, within, path)
	_, err = net.InterfaceByName("inner0")
	require.Error(t, err, "it is not here")
	after, err := os.Readlink("/proc/thread-self/ns/net")
	require.NoError(t, err)
	require.Equal(t, before, after)
}
