package port

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"go.bug.st/serial"

	"stackproof/conformance/notrun"
)

// TestOpenErrors: what is wrong with a port, in words.
func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for name, want := range map[string]string{
		"/dev/no-such-port": "there is no such port: stackproof device list names those that are",
		file:                "it is no serial port, or none that can do 9600 baud",
		t.TempDir():         "it is no serial port, or none that can do 9600 baud",
	} {
		_, err := Open(name, 9600)
		require.EqualError(t, err, "port: "+name+": "+want)
	}
}

// TestOpen: bytes of all values pass both ways, and a port without lines says so when it is to reset a board.
func TestOpen(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		notrun.Skip(t, "serial line", "no pseudo-terminals here: "+err.Error())
	}
	defer master.Close()
	defer tty.Close()
	p, err := Open(tty.Name(), Baud)
	require.NoError(t, err)
	defer p.Close()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, way := range []struct {
		from, to interface {
			Read([]byte) (int, error)
			Write([]byte) (int, error)
		}
	}{{p, master}, {master, p}} {
		_, err = way.from.Write(all)
		require.NoError(t, err)
		got := make([]byte, 0, len(all))
		for len(got) < len(all) {
			n, err := way.to.Read(got[len(got):cap(got)])
			require.NoError(t, err)
			got = got[:len(got)+n]
		}
		require.Equal(t, all, got)
	}
	l := Line(p)
	_, err = l.Write([]byte("x"))
	require.NoError(t, err)
	require.ErrorContains(t, Lines.Restart(p), "port: it has no lines that reset a board (")
	require.NoError(t, None.Restart(p))
	require.NoError(t, l.Close())
	_, err = l.Write([]byte("x"))
	require.ErrorIs(t, err, os.ErrClosed)
	_, err = l.Read(all)
	require.Error(t, err)
}

// recorder is a port that notes what is done with its lines.
type recorder struct {
	serial.Port
	did   []string
	fails string
}

func (r *recorder) do(what string) error {
	r.did = append(r.did, what)
	if what == r.fails {
		return errors.New("no")
	}
	return nil
}

func (r *recorder) SetDTR(on bool) error {
	return r.do(map[bool]string{true: "DTR", false: "no DTR"}[on])
}
func (r *recorder) SetRTS(on bool) error {
	return r.do(map[bool]string{true: "RTS", false: "no RTS"}[on])
}
func (r *recorder) ResetInputBuffer() error { return r.do("forget") }

// TestRestart: the chip is held in reset, without asking for download mode, and what it said before is forgotten.
func TestRestart(t *testing.T) {
	r := &recorder{}
	require.NoError(t, Lines.Restart(r))
	require.Equal(t, []string{"no DTR", "RTS", "forget", "no RTS"}, r.did)
	for _, fails := range r.did {
		require.ErrorContains(t, Lines.Restart(&recorder{fails: fails}), "port: ")
	}
}

func TestParseReset(t *testing.T) {
	for _, r := range Resets {
		got, err := ParseReset(string(r))
		require.NoError(t, err)
		require.Equal(t, r, got)
	}
	_, err := ParseReset("")
	require.EqualError(t, err, `port: no way to reset is called "": it is one of lines, usb, none`)
}
