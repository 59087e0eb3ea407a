package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

var (
	goodNS     = nsFrame(peer6, meGroup6, me6, peerMAC)
	solicited  = wire.NeighborAdvertFields{Solicited: true, Override: true, Target: peer6}
	goodNA     = naFrame(peer6, me6, solicited, peerMAC)
	otherGroup = wire.SolicitedNode(peer6)
)

// ndp returns an NDP frame from the peer whose message is changed before its checksum is computed.
func ndp(src, dst wire.Addr, msg []byte, change func([]byte)) []byte {
	change(msg)
	return ndpFrame(src, dst, msg)
}

// ndpIn is a solicitation in a packet with another hop limit, or with extension headers.
func ndpIn(hops, next uint8, ext []byte) []byte {
	msg := nsBytes(me6, peerMAC)
	wire.ICMPv6(msg).SetChecksum(peer6, me6)
	return ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, ip6Packet(peer6, me6, hops, next, ext, msg))
}

var atomicFragment = []byte{wire.ProtoICMPv6, 0, 0, 0, 0, 0, 0, 1}

var ndpDrops = []drop{
	{"hop limit 254", ndpIn(254, wire.ProtoICMPv6, nil), DropNDPHopLimit},
	{"in a fragment, though it is the only one (RFC 6980)", ndpIn(255, wire.ProtoFragment, atomicFragment), DropNDPInvalid},
	{"code 1", ndp(peer6, me6, nsBytes(me6, peerMAC), func(b []byte) { b[1] = 1 }), DropNDPInvalid},
	{"cut short", ndp(peer6, me6, nsBytes(me6, wire.MAC{})[:23], func([]byte) {}), DropNDPInvalid},
	{"option of length 0", ndp(peer6, me6, nsBytes(me6, peerMAC), func(b []byte) { b[25] = 0 }), DropNDPInvalid},
	{"option beyond the end", ndp(peer6, me6, nsBytes(me6, peerMAC), func(b []byte) { b[25] = 2 }), DropNDPInvalid},
	{"source link-layer address of another length", ndp(peer6, me6, append(nsBytes(me6, peerMAC), make([]byte, 8)...), func(b []byte) { b[25] = 2 }), DropNDPInvalid},
	{"source link-layer address of a group", ndp(peer6, me6, nsBytes(me6, peerMAC), func(b []byte) { b[26] |= 1 }), DropNDPInvalid},
	{"source link-layer address zero", ndp(peer6, me6, nsBytes(me6, peerMAC), func(b []byte) { clear(b[26:]) }), DropNDPInvalid},
	{"target is a group", nsFrame(peer6, me6, meGroup6, peerMAC), DropNDPInvalid},
	{"probe to one host", nsFrame(wire.Any6, me6, me6, wire.MAC{}), DropNDPInvalid},
	{"probe with a source link-layer address", nsFrame(wire.Any6, meGroup6, me6, peerMAC), DropNDPInvalid},
	{"target is another host", nsFrame(peer6, meGroup6, addr("2001:db8:1::ff00:1"), peerMAC), DropNDPOther},
	{"advertisement to a group with S", naFrame(peer6, wire.AllNodes6, solicited, peerMAC), DropNDPInvalid},
	{"advertisement of a group", naFrame(peer6, me6, wire.NeighborAdvertFields{Target: otherGroup}, peerMAC), DropNDPInvalid},
	{"target link-layer address of a group", naFrame(peer6, me6, solicited, wire.MAC{3}), DropNDPInvalid},
	{"advertisement of an unknown neighbour", naFrame(peer6, me6, wire.NeighborAdvertFields{Target: addr("2001:db8::99")}, peerMAC), DropNDPOther},
	{"advertisement of our address", naFrame(peer6, me6, wire.NeighborAdvertFields{Target: me6}, peerMAC), DropNDPConflict},
	{"router solicitation with another hop limit", icmpFrame(peer6, me6, wire.ICMPFields{Type: wire.ICMPv6RouterSolicit}, nil), DropNDPHopLimit},
	{"redirect with another hop limit", icmpFrame(peerLL6, me6, wire.ICMPFields{Type: wire.ICMPv6Redirect}, make([]byte, 32)), DropNDPHopLimit},
	{"redirect to a group", redirectFrame(router6, otherGroup, otherGroup, wire.MAC{}), DropNDPInvalid},
	{"redirect to our own link-layer address", redirectFrame(router6, peerLL6, far6, meMAC), DropNDPInvalid},
	{"redirect of a neighbour by itself", redirectFrame(peerLL6, router6, peerLL6, wire.MAC{}), DropRedirect},
	{"redirect of another than the gateway", redirectFrame(peerLL6, peerLL6, far6, wire.MAC{}), DropRedirect},
	{"redirect to ourselves", redirectFrame(router6, meLink6, far6, wire.MAC{}), DropRedirect},
	{"redirect of a destination on the link", redirectFrame(router6, peerLL6, peer6, wire.MAC{}), DropRedirect},
	{"router solicitation", ndp(peer6, me6, make([]byte, 8), func(b []byte) { b[0] = wire.ICMPv6RouterSolicit }), DropICMPIgnored},
}

func TestNDPDrops(t *testing.T) { testDrops(t, ndpDrops) }

func TestNeighborAdvertisement(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{
			"to a solicitation of the group", goodNS,
			"peer: 2001:db8::1 > 2001:db8::2 hops 255 2001:db8::1 is here, flags 011, option 2 me",
		}, {
			"to a solicitation of us alone", nsFrame(peer6, me6, me6, peerMAC),
			"peer: 2001:db8::1 > 2001:db8::2 hops 255 2001:db8::1 is here, flags 011, option 2 me",
		}, {
			"for the link-local address", nsFrame(peerLL6, meGroup6, meLink6, peerMAC),
			"peer: fe80::ff:fe00:1 > fe80::2 hops 255 fe80::ff:fe00:1 is here, flags 011, option 2 me",
		}, {
			"to a probe for duplicates: all nodes hear it", nsFrame(wire.Any6, meGroup6, me6, wire.MAC{}),
			"33:33:00:00:00:01: 2001:db8::1 > ff02::1 hops 255 2001:db8::1 is here, flags 001, option 2 me",
		}, {
			"to one who does not say where it is: it is asked", nsFrame(peer6, me6, me6, wire.MAC{}),
			"33:33:ff:00:00:02: 2001:db8::1 > ff02::1:ff00:2 hops 255 who is 2001:db8::2, option 1 me",
		}, {
			"with an option that we do not know", ndp(peer6, me6, append(nsBytes(me6, peerMAC), 14, 1, 0, 0, 0, 0, 0, 0), func([]byte) {}),
			"peer: 2001:db8::1 > 2001:db8::2 hops 255 2001:db8::1 is here, flags 011, option 2 me",
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

// TestAnswerWaits: the advertisement goes out once the one who asked has said where it is.
func TestAnswerWaits(t *testing.T) {
	h := newHost(t, nil)
	h.receive(nsFrame(peer6, me6, me6, wire.MAC{}))
	h.sent()
	h.receive(goodNA)
	h.wantSent("peer: 2001:db8::1 > 2001:db8::2 hops 255 2001:db8::1 is here, flags 011, option 2 me")
}

// TestSolicitationFromAfar: one who asks in the name of a host that is not on the link is answered, but is not believed
// to be that host.
func TestSolicitationFromAfar(t *testing.T) {
	h := newHost(t, nil)
	id := h.open(wire.Addr{}, 4000)
	h.receive(nsFrame(far6, me6, me6, peerMAC))
	h.wantSent("peer: 2001:db8::1 > 2001:db8:ffff::7 hops 255 2001:db8::1 is here, flags 011, option 2 me")
	require.Equal(t, OK, h.UDPSend(h.now, id, far6, 7, []byte("x")))
	h.wantSent("33:33:ff:00:00:fe: 2001:db8::1 > ff02::1:ff00:fe hops 255 who is fe80::fe, option 1 me")
}

// TestOurOwnLinkAddress: nobody else has it, whatever a message says.
func TestOurOwnLinkAddress(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.receive(naFrame(peer6, me6, wire.NeighborAdvertFields{Solicited: true, Override: true, Target: peer6}, meMAC))
	h.wantCount(DropNDPInvalid)
	require.Equal(t, OK, h.UDPSend(h.now, h.open(wire.Addr{}, 4000), peer6, 7, nil))
	require.Contains(t, h.sent()[0], "peer: ")
}
