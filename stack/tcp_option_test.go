package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// sentOptions returns the options of the next segment that was sent.
func (h *tcpHost) sentOptions() wire.TCPOpts {
	h.t.Helper()
	f := h.dev.Sent()
	require.NotNil(h.t, f)
	h.text(f) // it is well formed
	p := f[wire.EthernetHeaderLen+headerLen(h.peer):]
	h.dev.Done()
	return wire.ParseTCPOptions(wire.TCP(p).Options())
}

// TestTCPSetWithout: connections made from now on do without an option.
func TestTCPSetWithout(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.connecting()
		require.True(t, h.sentOptions().SACKPermitted)
		h.issKnown = false
		h.TCPSetWithout(tcp.SACK)
		h.connecting()
		require.False(t, h.sentOptions().SACKPermitted)
	})
}

// TestTCPOptionsArrive: what a SYN carries reaches the connection.
func TestTCPOptionsArrive(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.listen(1)
	h.gets(wire.FlagSYN, 0, 0, "", wire.TCPOptSACKPermitted, 2, 1, 1)
	require.True(t, h.sentOptions().SACKPermitted)
}
