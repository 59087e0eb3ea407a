package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// proto is a protocol that the stack does not know.
const proto = 253

// raw opens a raw endpoint.
func (h *host) raw(local wire.Addr, proto uint8) int {
	h.t.Helper()
	id, c := h.RawOpen(local, proto)
	require.Equal(h.t, OK, c)
	return id
}

// TestRawReceive: each raw endpoint of the protocol gets the packet, with its header, and nobody is told that there is none.
func TestRawReceive(t *testing.T) {
	for _, from := range []wire.Addr{peer4, peer6} {
		me := me4
		if from.Is6() {
			me = me6
		}
		h := newHost(t, nil)
		h.meetPeers()
		one, two, other := h.raw(wire.Addr{}, proto), h.raw(me, proto), h.raw(wire.Addr{}, proto+1)
		frame := ipFrame(from, me, proto, []byte("abc"))
		h.receive(frame)
		require.Empty(t, h.sent())
		for _, id := range []int{one, two} {
			b := make([]byte, 100)
			d, c := h.UDPReceive(id, b, false)
			require.Equal(t, OK, c)
			require.Equal(t, Datagram{N: headerLen(me) + 3, Full: headerLen(me) + 3, Src: from, Dst: me}, d)
			require.Equal(t, frame[wire.EthernetHeaderLen:][:d.N], b[:d.N])
		}
		require.Zero(t, h.UDPReady(other)&Readable)
	}
}

// TestRawPeer: one with a peer hears nobody else, and one on an address nothing that goes elsewhere.
func TestRawPeer(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.raw(wire.Any4, proto)
	require.Equal(t, OK, h.UDPConnect(id, peer4, 0))
	h.receive(ip4Frame(other4, me4, proto, []byte("abc")))
	h.receive(ip6Frame(peer6, me6, proto, []byte("abc")))
	require.Zero(t, h.UDPReady(id)&Readable)
	h.receive(ip4Frame(peer4, me4, proto, []byte("abc")))
	require.NotZero(t, h.UDPReady(id)&Readable)
}

// TestRawBesideTheStack: an echo request is answered, and a raw endpoint sees it.
func TestRawBesideTheStack(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.raw(wire.Any4, wire.ProtoICMP)
	h.receive(echoFrame(peer4, me4, 7, 1, "abc"))
	require.Len(t, h.sent(), 1)
	require.NotZero(t, h.UDPReady(id)&Readable)
	h.receive(udpFrame(peer4, me4, 0, 0, "")) // its port is 0, and it takes no datagrams
	h.wantCount(DropUDPNoPort)
}

// TestRawSend: what a raw endpoint sends gets an IP header, and over IPv6 a checksum where it wants one.
func TestRawSend(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.raw(wire.Addr{}, wire.ProtoICMPv6)
	require.Equal(t, OK, h.RawSetChecksum(id, 2))
	message := []byte{128, 0, 1, 1, 0, 7, 0, 1, 'a'}
	require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 0, message))
	frame := h.dev.Sent()
	p, err := wire.CheckIPv6(frame[wire.EthernetHeaderLen:])
	require.Equal(t, wire.OK, err)
	require.Equal(t, uint8(wire.ProtoICMPv6), p.NextHeader())
	require.Equal(t, wire.OK, wire.ICMPv6(p.Payload()).VerifyChecksum(me6, peer6))
	require.Equal(t, message[4:], p.Payload()[4:])
	h.dev.Done()

	require.Equal(t, OK, h.RawSetChecksum(id, -1))
	require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 0, message))
	require.Equal(t, message, h.dev.Sent()[wire.EthernetHeaderLen+wire.IPv6HeaderLen:][:len(message)])
	h.dev.Done()
	require.Equal(t, OK, h.RawSetChecksum(id, 100), "beyond the packet: there is no room for it")
	require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 0, message))
	for _, offset := range []int{-2, 1, maxDatagram} {
		require.Equal(t, Invalid, h.RawSetChecksum(id, offset))
	}
	require.Equal(t, Invalid, h.RawSetChecksum(h.open(wire.Addr{}, 7), 2), "UDP's is where it is")
}

// TestUDPShared: a port that all share can be opened again; what goes to all goes to each, and the rest to the one that
// fits best.
func TestUDPShared(t *testing.T) {
	h := newHost(t, func(_ *Config, st *Storage) { st.UDP, st.UDPBuffer = make([]UDPEndpoint, 6), make([]byte, 6000) })
	open := func(local wire.Addr) int {
		id, c := h.UDPOpenShared(local, 7)
		require.Equal(t, OK, c)
		return id
	}
	any4, mine := open(wire.Any4), open(me4)
	connected := open(wire.Any4)
	require.Equal(t, OK, h.UDPConnect(connected, peer4, 4000))
	_, c := h.UDPOpen(wire.Any4, 7)
	require.Equal(t, AddrInUse, c, "who does not share cannot have it")

	h.receive(udpFrame(peer4, me4, 4000, 7, "to the peer's"), udpFrame(peer4, me4, 4001, 7, "to the address"))
	require.Equal(t, "192.0.2.2:4000 > 192.0.2.1 to the peer's", h.receiveUDP(connected))
	require.Equal(t, "192.0.2.2:4001 > 192.0.2.1 to the address", h.receiveUDP(mine))
	require.Empty(t, h.receiveUDP(any4))

	more := open(wire.Any4)
	h.receive(udpFrame(peer4, all4, 4001, 7, "to all"))
	for _, id := range []int{any4, more} {
		require.Equal(t, "192.0.2.2:4001 > 192.0.2.255 to all", h.receiveUDP(id))
	}
	require.Equal(t, OK, h.UDPSetShared(any4, false))
	_, c = h.UDPOpenShared(wire.Any4, 7)
	require.Equal(t, AddrInUse, c, "now one of them does not share")
	require.Equal(t, Invalid, h.UDPSetShared(99, true))
}

// TestBindAnywhere: with Config.BindAnywhere an address need not be ours, and can then neither send nor receive.
func TestBindAnywhere(t *testing.T) {
	h := newHost(t, func(cfg *Config, st *Storage) {
		cfg.BindAnywhere = true
		st.TCP, st.TCPBuffer = make([]TCPConn, 2), make([]byte, 8192)
	})
	id := h.open(other4, 7)
	require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, peer4, 7, nil))
	h.receive(udpFrame(peer4, me4, 4000, 7, "x"))
	h.wantCount(DropUDPNoPort)
	_, c := h.TCPListen(other4, 80, 1)
	require.Equal(t, OK, c)
	_, c = h.TCPConnect(h.now, other4, 81, peer4, 80)
	require.Equal(t, AddrNotAvailable, c)
}
