package posix

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
)

// check is Check with the calls that are blocked.
func (h *host) check() invariant.Violation {
	var ops []*Op
	for _, c := range h.calls {
		ops = append(ops, &c.op)
	}
	return h.Check(ops)
}

// TestCheck: each thing that nobody gives back, or that two have.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		want   invariant.Violation
		damage func(h *host)
	}{
		"nothing":              {invariant.Violation{}, func(*host) {}},
		"a reference":          {invariant.FaceRefs.At(0), func(h *host) { h.files[0].refs++ }},
		"a file":               {invariant.FaceRefs.At(5), func(h *host) { h.files[5].refs++ }},
		"a descriptor":         {invariant.FaceRefs.At(1), func(h *host) { h.fds[1].file = 0 }},
		"a file of two":        {invariant.FaceRefs.At(0), func(h *host) { h.fds[3].file = 1 }},
		"no file":              {invariant.FaceRow.At(3), func(h *host) { h.fds[3].file = -1 }},
		"a call":               {invariant.FaceRefs.At(1), func(h *host) { h.calls = nil }},
		"a socket of two":      {invariant.FaceRow.At(1), func(h *host) { h.files[1].sock = h.files[0].sock }},
		"a socket that is not": {invariant.FaceRow.At(1), func(h *host) { h.table.Close(0, int(h.files[1].sock)) }},
		"the core":             {invariant.SocketUse.At(1), func(h *host) { h.stack.UDPClose(0) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, IPv4)
			w.b.socket(Stream)
			s := w.b.socket(Datagram)
			w.b.bind(s, w.b.at(7))
			w.b.recv(s, 100, 0).blocks()
			c.damage(w.b)
			require.Equal(t, c.want, w.b.check())
		})
	}
}

// TestCancelOfNothing: giving up a call that was never made, or is done, takes no reference away that others have.
func TestCancelOfNothing(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.b.socket(Stream) // in the first row
	var op Op
	for range 2 {
		w.b.Cancel(w.now, &op)
		require.Equal(t, invariant.Violation{}, w.b.check())
		require.True(t, w.b.Poll(w.now, &op, nil, 0))
	}
	w.b.close(s).ret(0)
}
