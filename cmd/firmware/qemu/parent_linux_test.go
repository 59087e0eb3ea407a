package qemu

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDiesWithParent: a parent that is killed has no time to clean up, and its machine ends all the same. The test
// binary starts itself as that parent. The machine holds a FIFO open for writing; its reader sees the end.
func TestDiesWithParent(t *testing.T) {
	if fifo := os.Getenv("STACKPROOF_FIFO"); fifo != "" {
		_, err := Start(t.Context(), pretend(t, "exec 3>"+fifo+"; echo up >&3; trap '' PIPE; "+forever), "")
		require.NoError(t, err)
		select {}
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o666))
	self, err := os.Executable()
	require.NoError(t, err)
	parent := exec.Command(self, "-test.run=^TestDiesWithParent$")
	parent.Env = append(os.Environ(), "STACKPROOF_FIFO="+fifo, "TMPDIR="+filepath.Dir(fifo))
	require.NoError(t, parent.Start())
	end, err := os.Open(fifo)
	require.NoError(t, err)
	defer end.Close()
	up := make([]byte, 3)
	_, err = io.ReadFull(end, up)
	require.NoError(t, err)
	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	rest, err := io.ReadAll(end)
	require.NoError(t, err)
	require.Empty(t, rest)
}
