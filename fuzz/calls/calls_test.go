package calls

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
)

func FuzzPosix(f *testing.F) {
	for _, b := range Seeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { Posix(b) })
}

func FuzzLwip(f *testing.F) {
	for _, b := range Seeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { Lwip(b) })
}

// TestNothingToDo: an input that has no step is none worth keeping.
func TestNothingToDo(t *testing.T) {
	require.Zero(t, Posix(nil))
	require.Zero(t, Lwip([]byte{1, 2, 3, 4}))
	require.Equal(t, 1, Lwip([]byte{0, 0, 0, 0, 0}))
}

// liar is a face with one fault.
type liar struct {
	face
	fault string
}

func (l *liar) begin(c *call, a, b byte) bool {
	if l.fault == "close does nothing" && c.what == doClose {
		return true
	}
	return l.of(c, l.face.begin(c, a, b))
}

func (l *liar) step(c *call) bool { return l.of(c, l.face.step(c)) }

func (l *liar) of(c *call, done bool) bool {
	switch got := done && c.what == doRecv && c.ret > 0; {
	case l.fault == "a byte is another" && got:
		c.buf[c.ret-1]++
	case l.fault == "a byte is missing" && got:
		copy(c.buf, c.buf[1:c.ret])
		c.ret--
	case l.fault == "more is received than there is" && got:
		c.ret = len(c.buf) + 1
	case l.fault == "an error that is none of the call's" && done && c.err != "":
		c.err = "EXDEV"
	case l.fault == "a connection is not there" && done && c.what == doAccept && c.err == "":
		c.ret += sockets
	}
	return done
}

func (l *liar) cancel(c *call) {
	if l.fault != "cancel does nothing" {
		l.face.cancel(c)
	}
}

func (l *liar) check(busy []*call) invariant.Violation {
	if l.fault == "a call that waits is forgotten" {
		busy = nil
	}
	return l.face.check(busy)
}

// TestLiars: with each face the seeds find each of these faults, and find none where there is none.
func TestLiars(t *testing.T) {
	finds := func(fault string, lwip bool, build func(*world, *socket.Table) face) (found bool) {
		defer func() {
			if p := recover(); p != nil {
				require.Contains(t, fmt.Sprint(p), "calls: step ")
				found = true
			}
		}()
		for _, b := range Seeds() {
			try(b, lwip, func(w *world, core *socket.Table) face { return &liar{face: build(w, core), fault: fault} })
		}
		return false
	}
	for name, build := range map[string]func(*world, *socket.Table) face{"posix": newPosix, "lwip": newLwip} {
		require.False(t, finds("", name == "lwip", build))
		for _, fault := range []string{
			"close does nothing", "a byte is another", "a byte is missing", "more is received than there is", "an error that is none of the call's",
			"a connection is not there", "cancel does nothing", "a call that waits is forgotten",
		} {
			t.Run(name+"/"+fault, func(t *testing.T) { require.True(t, finds(fault, name == "lwip", build)) })
		}
	}
}
