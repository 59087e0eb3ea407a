package port

import (
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
)

// TestOpenRights: a port that somebody else has open, and one that is not for everybody. Root may do both, so the thread
// that asks becomes somebody else, and ends.
func TestOpenRights(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		notrun.Skip(t, "serial line", "no pseudo-terminals here: "+err.Error())
	}
	defer master.Close()
	defer tty.Close()
	attempt := func() error {
		done := make(chan error)
		go func() {
			runtime.LockOSThread() // and never unlocked
			if os.Getuid() == 0 {
				const nobody = 65534
				_, _, _ = syscall.RawSyscall(syscall.SYS_SETRESUID, nobody, nobody, nobody)
			}
			p, err := Open(tty.Name(), Baud)
			if err == nil {
				p.Close()
			}
			done <- err
		}()
		return <-done
	}
	require.NoError(t, os.Chmod(tty.Name(), 0o666))
	require.NoError(t, attempt())
	p, err := Open(tty.Name(), Baud)
	require.NoError(t, err)
	require.EqualError(t, attempt(), "port: "+tty.Name()+": another program has this port open")
	require.NoError(t, p.Close())
	require.NoError(t, os.Chmod(tty.Name(), 0))
	require.EqualError(t, attempt(), "port: "+tty.Name()+": permission denied: on Debian, members of the group dialout may use serial ports")
}
