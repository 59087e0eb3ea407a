package remote

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"golang.org/x/sys/unix"

	"stackproof/conformance/notrun"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/shim"
)

// board is a toy stack behind a pseudo-terminal, which goes on running when the terminal is opened anew, and a line to
// it that does harm on demand.
type board struct {
	*os.File
	device string
	mu     sync.Mutex
	out    func([]byte) []byte // what becomes of an answer
	in     func([]byte) []byte // what becomes of a request
}

func newBoard(t *testing.T) *board {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		notrun.Skip(t, "serial line", "no pseudo-terminals here: "+err.Error())
	}
	conn, err := master.SyscallConn()
	require.NoError(t, err)
	var n uint32
	var failed error
	require.NoError(t, conn.Control(func(fd uintptr) {
		if failed = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); failed == nil {
			n, failed = unix.IoctlGetUint32(int(fd), unix.TIOCGPTN)
		}
	}))
	require.NoError(t, failed)
	device := fmt.Sprintf("/dev/pts/%d", n)
	keep, err := os.OpenFile(device, os.O_RDWR|unix.O_NOCTTY, 0) // as long as nobody has it open, reading it fails
	require.NoError(t, err)
	b := &board{File: master, device: device}
	ended := make(chan struct{})
	t.Cleanup(func() {
		master.Close()
		keep.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		shim.Run(&toy{}, b, b, message.Line)
	}()
	return b
}

// harm sets what becomes of the requests and answers from now on; nil leaves them as they are.
func (b *board) harm(in, out func([]byte) []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.in, b.out = in, out
}

func (b *board) Read(p []byte) (int, error) {
	n, err := b.File.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.in != nil && n > 0 {
		n = copy(p, b.in(p[:n]))
	}
	return n, err
}

func (b *board) Write(p []byte) (int, error) {
	b.mu.Lock()
	q := p
	if b.out != nil {
		q = b.out(p)
	}
	b.mu.Unlock()
	if _, err := b.File.Write(q); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (b *board) stack(t *testing.T) *Stack {
	transport, err := Parse("serial:" + b.device + "@115200")
	require.NoError(t, err)
	s := New(transport, 0)
	t.Cleanup(func() { s.Close() })
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
	return s
}

// TestSerial: all that a terminal could take for control characters passes.
func TestSerial(t *testing.T) {
	s := newBoard(t).stack(t)
	all := make([]byte, 1500)
	for i := range all {
		all[i] = byte(i)
	}
	var got record
	require.Equal(t, sut.OK, s.Deliver(all, &got), s.Err())
	assert.Equal(t, fmt.Sprintf("0s frame %x\n", all), got.String())
}

// TestSerialNoise: what a board's loader and log say between messages does no harm.
func TestSerialNoise(t *testing.T) {
	b := newBoard(t)
	chatter := func(p []byte) []byte { return append([]byte("I (31) boot: chip revision: v1.0\r\n"), p...) }
	b.harm(chatter, chatter)
	s := b.stack(t)
	for range 10 {
		require.Equal(t, sut.OK, deliver(s), s.Err())
	}
	assert.EqualValues(t, 11, s.wire.split.Damaged-1, "each answer came after noise")
}

// TestSerialLoss: a message that loses a byte is not taken for another one, nor is it missed, whichever byte; it costs
// the operation, and a reset on the same line, to the same board, goes on.
func TestSerialLoss(t *testing.T) {
	b := newBoard(t)
	s := b.stack(t)
	lose := func(at int) func([]byte) []byte {
		return func(p []byte) []byte {
			if at < 0 {
				return p[:len(p)+at]
			}
			return append(p[:at:at], p[at+1:]...)
		}
	}
	for _, c := range []struct {
		name    string
		in, out func([]byte) []byte
		st      sut.Status
		want    string
	}{
		{"request", lose(5), nil, sut.Hung, "remote: no answer to deliver within 100ms"},
		{"event", nil, lose(5), sut.Malformed, "remote: stack counts 1 events during deliver, 0 came (1 damaged messages on the line)"},
		{"final answer", nil, lose(-4), sut.Hung, "remote: no answer to deliver within 100ms, but the beginning of a message"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, sut.OK, deliver(s), s.Err())
			b.harm(c.in, c.out)
			s.limit = short
			require.Equal(t, c.st, deliver(s))
			assert.EqualError(t, s.Err(), c.want)
			b.harm(nil, nil)
			s.limit = DefaultLimit
			require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
		})
	}
}

// TestSerialStale: an answer that comes after it was given up is not taken for the answer to another request.
func TestSerialStale(t *testing.T) {
	b := newBoard(t)
	s := b.stack(t)
	var held []byte
	b.harm(nil, func(p []byte) []byte {
		held = append(held, p...)
		return nil
	})
	s.limit = short
	require.Equal(t, sut.Hung, deliver(s))
	b.harm(nil, func(p []byte) []byte {
		p = append(held, p...)
		held = nil
		return p
	})
	s.limit = DefaultLimit
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
	require.Equal(t, sut.OK, deliver(s), s.Err())
	require.Equal(t, sut.OK, s.Advance(time.Second, discard{}), s.Err())
}

func TestNoSuchDevice(t *testing.T) {
	s := New(&Serial{Device: "/dev/no-such-device", Baud: 115200}, 0)
	assert.Equal(t, sut.Crashed, s.Reset(&sut.Config{}))
	assert.ErrorContains(t, s.Err(), "remote: cannot start the stack: ")
}
