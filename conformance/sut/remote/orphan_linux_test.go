package remote

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

// TestNoOrphan: when the tester is killed, its child dies too, though it reads nothing.
func TestNoOrphan(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), childVar+"=parent="+l.Addr().String())
	require.NoError(t, parent.Start())
	defer parent.Wait()
	defer parent.Process.Kill()
	l.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second))
	orphan, err := l.Accept()
	require.NoError(t, err)
	defer orphan.Close()
	require.NoError(t, parent.Process.Kill())
	orphan.SetDeadline(time.Now().Add(30 * time.Second))
	_, err = orphan.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the child goes on living")
}

// TestNoneLeftBehind: what a child has started dies when the child ends by itself.
func TestNoneLeftBehind(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	s := New(spawn("leave orphan="+l.Addr().String()), 0)
	defer s.Close()
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
	require.Equal(t, sut.Crashed, deliver(s))
	l.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second))
	orphan, err := l.Accept()
	require.NoError(t, err)
	defer orphan.Close()
	orphan.SetDeadline(time.Now().Add(30 * time.Second))
	_, err = orphan.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the grandchild goes on living")
}
