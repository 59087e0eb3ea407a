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

// stamp returns a timestamps option.
func stamp(val, ecr uint32) []byte {
	b := make([]byte, 12)
	return b[:wire.PutTCPOptions(b, &wire.TCPOpts{HasTS: true, TSVal: val, TSEcr: ecr})]
}

// TestTCPTimestampDrops: RFC 7323 3.2 and 5.3.
func TestTCPTimestampDrops(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.listen(1)
		h.gets(syn, 0, 0, "", stamp(100, 0)...)
		first := h.sentOptions()
		require.True(t, first.HasTS)
		require.EqualValues(t, 100, first.TSEcr)
		h.gets(ack, 1, 1, "", stamp(101, first.TSVal)...)
		h.wantTCP()

		h.gets(psh|ack, 1, 1, "x")
		h.wantTCP()
		h.wantCount(DropTCPNoStamp)
		h.gets(psh|ack, 1, 1, "x", stamp(99, first.TSVal)...)
		h.wantTCP(". 1 ack 1")
		require.EqualValues(t, 1, h.Counter(DropTCPOutdated))
		h.gets(psh|ack, 1, 1, "x", stamp(102, first.TSVal)...)
		require.EqualValues(t, 102, h.sentOptions().TSEcr)
	})
}

// TestTCPTimestampOffset: RFC 7323 7.1; the clock of one connection tells nothing about that of another, but between the
// same ends it goes on (RFC 6191).
func TestTCPTimestampOffset(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	at := h.timestampOffset(me4, 80, peer4, 40000)
	require.Equal(t, at, h.timestampOffset(me4, 80, peer4, 40000))
	require.NotEqual(t, at, h.timestampOffset(me4, 80, peer4, 40001))
	require.NotEqual(t, at, h.timestampOffset(me4, 81, peer4, 40000))
	require.NotEqual(t, at, h.timestampOffset(me4, 80, addr("192.0.2.77"), 40000))
	require.NotEqual(t, at, h.isn(0, me4, 80, peer4, 40000), "each use has a function of its own")
}

// TestTCPScaleTooLarge: RFC 7323 2.3; it is no reason not to talk.
func TestTCPScaleTooLarge(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.listen(2)
	h.gets(syn, 0, 0, "", 1, wire.TCPOptWScale, 3, 14)
	h.wantTCP("S. 0 ack 1" + mssText(me4))
	require.Zero(t, h.Counter(TCPBadScale))
	h.peerPort, h.issKnown = h.peerPort+1, false
	h.gets(syn, 0, 0, "", 1, wire.TCPOptWScale, 3, 15)
	h.wantTCP("S. 0 ack 1" + mssText(me4))
	require.EqualValues(t, 1, h.Counter(TCPBadScale))
}
