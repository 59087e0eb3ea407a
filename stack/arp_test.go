package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

var goodARP = arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, peer4, wire.MAC{}, me4)

var arpDrops = []drop{
	{"cut short", goodARP[:14+27], DropARPShort},
	{"hardware is not Ethernet", spoil(goodARP, 14+1, set(6)), DropARPHardware},
	{"hardware address length", spoil(goodARP, 14+4, set(8)), DropARPHardware},
	{"protocol is not IPv4", spoil(goodARP, 14+3, set(1)), DropARPProtocol},
	{"protocol address length", spoil(goodARP, 14+5, set(16)), DropARPProtocol},
	{"sender is at a group's address", spoil(goodARP, 14+8, set(3)), DropARPSender},
	{"sender is at the broadcast address", arpFrom(wire.Broadcast, peer4), DropARPSender},
	{"sender is at the zero address", arpFrom(wire.MAC{}, peer4), DropARPSender},
	{"sender is at our address", arpFrom(meMAC, peer4), DropARPSender},
	{"sender is a group", arpFrom(peerMAC, wire.AllHosts4), DropARPSender},
	{"sender is the limited broadcast", arpFrom(peerMAC, wire.Broadcast4), DropARPSender},
	{"sender is the directed broadcast", arpFrom(peerMAC, all4), DropARPSender},
	{"sender is loopback", arpFrom(peerMAC, wire.Loopback4), DropARPSender},
	{"sender uses our address", arpFrom(peerMAC, me4), DropARPConflict},
	{"between others", arpFrame(wire.Broadcast, wire.ARPRequest, otherMAC, other4, wire.MAC{}, router4), DropARPOther},
	{"probe for another's address", arpFrame(wire.Broadcast, wire.ARPRequest, otherMAC, wire.Any4, wire.MAC{}, other4), DropARPOther},
	{"reverse request", spoil(goodARP, 14+7, set(3)), DropARPOp},
	{"operation 0", spoil(goodARP, 14+7, set(0)), DropARPOp},
}

// arpFrom is goodARP in an honest frame, but with these sender addresses in the message.
func arpFrom(mac wire.MAC, ip wire.Addr) []byte {
	f := arpFrame(wire.Broadcast, wire.ARPRequest, mac, ip, wire.MAC{}, me4)
	peerMAC.Put(f[6:])
	return f
}

func TestARPDrops(t *testing.T) { testDrops(t, arpDrops) }

func TestARPReply(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"to a broadcast request", goodARP, "peer: arp reply 192.0.2.1 is me, 192.0.2.2 is peer"},
		{
			"to a request for us alone", arpFrame(meMAC, wire.ARPRequest, peerMAC, peer4, meMAC, me4),
			"peer: arp reply 192.0.2.1 is me, 192.0.2.2 is peer",
		},
		{
			"to a probe (RFC 5227)", arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, wire.Any4, wire.MAC{}, me4),
			"peer: arp reply 192.0.2.1 is me, 0.0.0.0 is peer",
		},
		{
			"to a host that is not in our network", arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, far4, wire.MAC{}, me4),
			"peer: arp reply 192.0.2.1 is me, 198.51.100.7 is peer",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.receive(c.frame)
			h.wantSent(c.want)
			require.Empty(t, h.drops())
		})
	}
}

// TestARPMerge is RFC 826's rule: a sender who has a row is updated by any message, and gets one only from a message to
// us. Where the peer is known shows in where a datagram to it goes.
func TestARPMerge(t *testing.T) {
	const ask = "all: arp request 192.0.2.1 is me, 192.0.2.2 is 00:00:00:00:00:00"
	datagram := func(to string) string { return to + `: 192.0.2.1 > 192.0.2.2 ttl 64 udp 4000 > 7 "x"` }
	request := func(tpa wire.Addr) []byte {
		return arpFrame(wire.Broadcast, wire.ARPRequest, otherMAC, peer4, wire.MAC{}, tpa)
	}
	for _, c := range []struct {
		name  string
		known bool // the peer is, at its own address
		frame []byte
		want  string
	}{
		{"request to us, unknown", false, request(me4), datagram("other")},
		{"request to us, known", true, request(me4), datagram("other")},
		{"request to another, unknown", false, request(router4), ask},
		{"request to another, known", true, request(router4), datagram("other")},
		{"announcement, unknown (RFC 5227 3)", false, request(peer4), ask},
		{"announcement, known", true, request(peer4), datagram("other")},
		{"reply to us, unasked, unknown", false, arpFrame(meMAC, wire.ARPReply, otherMAC, peer4, meMAC, me4), datagram("other")},
		{"reply to another, known", true, arpFrame(routerMAC, wire.ARPReply, otherMAC, peer4, routerMAC, router4), datagram("peer")},
		{"reply to all, known", true, arpFrame(wire.Broadcast, wire.ARPReply, otherMAC, peer4, routerMAC, router4), datagram("other")},
		{"unknown operation to us, known", true, spoil(request(me4), 14+7, set(9)), datagram("other")},
		{"probe for another's address, known", true, arpFrame(wire.Broadcast, wire.ARPRequest, otherMAC, wire.Any4, wire.MAC{}, router4), datagram("peer")},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			id := h.open(wire.Addr{}, 4000)
			if c.known {
				h.meetPeers()
			}
			h.receive(c.frame)
			h.sent()
			require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, []byte("x")))
			h.wantSent(c.want)
		})
	}
}

// TestARPOffLink: who is not in our network is answered, but takes no row.
func TestARPOffLink(t *testing.T) {
	h := newHost(t, nil)
	id := h.open(wire.Addr{}, 4000)
	h.receive(arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, far4, wire.MAC{}, me4))
	h.sent()
	require.Equal(t, OK, h.UDPSend(h.now, id, far4, 7, []byte("x")))
	h.wantSent("all: arp request 192.0.2.1 is me, 192.0.2.254 is 00:00:00:00:00:00")
}
