package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// marked has a router mark a packet.
func marked(frame []byte) []byte {
	p := frame[wire.EthernetHeaderLen:]
	if p[0]>>4 == 6 {
		p[1] |= wire.ECNCE << 4
		return frame
	}
	p[1] |= wire.ECNCE
	p[10], p[11] = 0, 0
	sum := wire.Checksum(p[:wire.IPv4HeaderLen], 0)
	p[10], p[11] = byte(sum>>8), byte(sum)
	return frame
}

// wantTOS checks what the next segment is, and the type of service, or traffic class, of its packet.
func (h *tcpHost) wantTOS(want string, tos uint8) {
	h.t.Helper()
	f := h.dev.Sent()
	require.NotNil(h.t, f)
	require.Equal(h.t, want, h.text(f))
	p := f[wire.EthernetHeaderLen:]
	got := wire.IPv6Packet(p).TrafficClass()
	if h.peer.Is4() {
		got = wire.IPv4Packet(p).TOS()
	}
	require.Equal(h.t, tos, got, want)
	h.dev.Done()
}

// TestTCPCongestion: marks pass between TCP and the headers of IP, beside the type of service that the application wants.
func TestTCPCongestion(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		listener := h.listen(1)
		require.Equal(t, OK, h.TCPSetIP(listener, &IPSettings{TOS: 0xb9}))
		h.gets(syn|tcp.ECE|tcp.CWR, 0, 0, "")
		h.wantTOS("SE. 0 ack 1"+mssText(me), 0xb8)
		h.gets(ack, 1, 1, "")
		id, c := h.TCPAccept(listener)
		require.Equal(t, OK, c)

		h.receive(marked(h.segment(psh|ack, 1, 1, "hello")))
		h.wantTOS("E. 1 ack 6", 0xb8)
		require.EqualValues(t, 1, h.Counter(TCPMarked))
		h.writes(id, "world")
		h.Poll(h.now)
		h.wantTOS(`PE. 1 ack 6 "world"`, 0xb8|wire.ECNECT0)
		h.gets(ack|tcp.ECE, 6, 6, "")
		require.EqualValues(t, 1, h.Counter(TCPSlowed))
	})
}

// TestTCPCongestionAsked: a host asks for ECN when it is told to.
func TestTCPCongestionAsked(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	v := h.TCPDefaults()
	v.OfferECN = true
	require.Equal(t, OK, h.TCPSetDefaults(&v))
	h.connecting()
	h.wantTCP("SEW 0" + mssText(me4))
}
