package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// resolution is what resolving the peer's address looks like in one family.
type resolution struct {
	name          string
	peer          wire.Addr
	ask, datagram string // datagram lacks its data
	answer        []byte
	routerAsk     string
	far           wire.Addr
}

var resolutions = []resolution{
	{
		"ARP", peer4,
		"all: arp request 192.0.2.1 is me, 192.0.2.2 is 00:00:00:00:00:00",
		"peer: 192.0.2.1 > 192.0.2.2 ttl 64 udp 4000 > 7 ",
		arpFrame(meMAC, wire.ARPReply, peerMAC, peer4, meMAC, me4),
		"all: arp request 192.0.2.1 is me, 192.0.2.254 is 00:00:00:00:00:00",
		far4,
	}, {
		"NDP", peer6,
		"33:33:ff:00:00:02: 2001:db8::1 > ff02::1:ff00:2 hops 255 who is 2001:db8::2, option 1 me",
		"peer: 2001:db8::1 > 2001:db8::2 hops 64 udp 4000 > 7 ",
		goodNA,
		"33:33:ff:00:00:fe: 2001:db8::1 > ff02::1:ff00:fe hops 255 who is fe80::fe, option 1 me",
		far6,
	},
}

// each runs a test in both families, with an endpoint connected to the peer.
func each(t *testing.T, test func(t *testing.T, r resolution, h *host, id int)) {
	for _, r := range resolutions {
		t.Run(r.name, func(t *testing.T) {
			h := newHost(t, nil)
			test(t, r, h, h.connect(4000, r.peer, 7))
		})
	}
}

func (h *host) sendUDP(id int, data string) Cause {
	return h.UDPSend(h.now, id, wire.Addr{}, 0, []byte(data))
}

// wantNext polls and checks what Poll says.
func (h *host) wantNext(want time.Duration) {
	h.t.Helper()
	next, ok := h.Poll(h.now)
	require.True(h.t, ok)
	require.Equal(h.t, want, next-h.now)
}

func (h *host) wantIdle() {
	h.t.Helper()
	_, ok := h.Poll(h.now)
	require.False(h.t, ok)
}

// TestResolutionFails: three questions, one second apart, then the sender is told; for another second it is told at once,
// then the neighbour is asked for again.
func TestResolutionFails(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.wantSent(r.ask)
		for range 2 {
			h.wantNext(time.Second)
			h.advance(time.Second - 1)
			h.wantSent()
			h.advance(1)
			h.wantSent(r.ask)
		}
		h.wantNext(time.Second)
		h.advance(time.Second)
		h.wantSent()
		h.wantCount(DropWaitingFailed)
		require.Equal(t, uint64(1), h.Counter(NeighbourFailures))
		require.Equal(t, HostUnreachable, h.UDPError(id))
		h.wantIdle()

		require.Equal(t, HostUnreachable, h.sendUDP(id, "y"))
		h.advance(time.Second - 1)
		require.Equal(t, HostUnreachable, h.sendUDP(id, "y"))
		h.wantSent()
		h.advance(1)
		require.Equal(t, OK, h.sendUDP(id, "y"))
		h.wantSent(r.ask)
	})
}

// TestLateAnswer: what was given up stays given up.
func TestLateAnswer(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		require.Equal(t, OK, h.sendUDP(id, "x"))
		for range 3 {
			h.advance(time.Second)
		}
		h.sent()
		h.receive(r.answer)
		h.wantSent()
		h.wantIdle()
	})
}

// TestResolution: one datagram waits, the latest (RFC 1122 2.3.2.2), and the question is not repeated for each.
func TestResolution(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		require.Equal(t, OK, h.UDPSend(h.now, id, r.far, 7, nil), "another neighbour is being resolved as well")
		h.wantSent(r.routerAsk)
		require.Equal(t, OK, h.sendUDP(id, "first"))
		require.Equal(t, OK, h.sendUDP(id, "second"))
		h.wantSent(r.ask)
		h.wantCount(DropWaitingReplaced)
		h.advance(500 * time.Millisecond)
		h.wantSent()
		h.receive(r.answer)
		h.wantSent(r.datagram + `"second"`)
		require.Equal(t, OK, h.sendUDP(id, "third"))
		h.wantSent(r.datagram + `"third"`)
	})
}

// TestNobodyWaits: a question that nobody's packet waits for ends quietly.
func TestNobodyWaits(t *testing.T) {
	h := newHost(t, nil)
	require.Equal(t, InProgress, h.beginIP(h.now, &outgoing{dst: peer4}))
	for range 3 {
		h.advance(time.Second)
	}
	require.Equal(t, HostUnreachable, h.beginIP(h.now, &outgoing{dst: peer4}))
	require.Equal(t, uint64(1), h.Counter(NeighbourFailures))
	require.Empty(t, h.drops())
}

// TestRouter: what is not on the link goes to the router.
func TestRouter(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		require.Equal(t, OK, h.UDPSend(h.now, id, r.far, 7, nil))
		h.wantSent(r.routerAsk)
	})
}

func TestNoRouter(t *testing.T) {
	h := newHost(t, func(c *Config, _ *Storage) { c.Gateway4, c.Gateway6 = wire.Addr{}, wire.Addr{} })
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, NetUnreachable, h.UDPSend(h.now, id, far4, 7, nil))
	require.Equal(t, NetUnreachable, h.UDPSend(h.now, id, far6, 7, nil))
	require.Equal(t, OK, h.UDPSend(h.now, id, addr("169.254.1.1"), 7, nil), "a link-local address is on the link")
	h.wantSent("all: arp request 192.0.2.1 is me, 169.254.1.1 is 00:00:00:00:00:00")
	h.receive(echoFrame(far4, me4, 7, 9, ""))
	h.wantSent()
	h.wantCount(DropReplyUnreachable)
}

// TestQuestionWaitsForATransmitBuffer: a question that could not be sent is not one that was (RFC 1122 2.3.2.1 allows
// one a second; none of them must be lost on a full ring).
func TestQuestionWaitsForATransmitBuffer(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		h.slots(0)
		require.Equal(t, WouldBlock, h.sendUDP(id, "x"))
		h.wantIdle()
		h.slots(8)
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.wantSent(r.ask)

		h.slots(0)
		h.advance(time.Second)
		h.wantNext(transmitRetry)
		h.advance(5 * time.Second)
		h.wantNext(transmitRetry)
		h.slots(8)
		h.advance(0)
		h.wantSent(r.ask)
		h.wantNext(time.Second)
	})
}

// TestWaitingPacketWaitsForATransmitBuffer likewise.
func TestWaitingPacketWaitsForATransmitBuffer(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.slots(0)
		h.receive(r.answer)
		h.wantNext(transmitRetry)
		h.slots(8)
		h.now += transmitRetry
		h.wantIdle()
		h.wantSent(r.datagram + `"x"`)
	})
}

func TestSlotsForWaitingPackets(t *testing.T) {
	h := newHost(t, nil) // two slots
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, nil))
	require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 7, nil))
	require.Equal(t, NoBuffers, h.UDPSend(h.now, id, other4, 7, nil))
	require.Len(t, h.sent(), 3, "the third neighbour is asked for all the same")
	require.Empty(t, h.drops(), "the sender knows")
	for range 4 {
		h.advance(time.Second)
	}
	require.Equal(t, OK, h.UDPSend(h.now, id, other4, 7, nil), "a failure gives the slot back")
	require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 7, nil))
}

// TestReplies: answers to strangers whose address is not known wait as well, but never at our own traffic's cost.
func TestReplies(t *testing.T) {
	ask := func(a string) string {
		return "all: arp request 192.0.2.1 is me, " + a + " is 00:00:00:00:00:00"
	}
	t.Run("the first echo is answered", func(t *testing.T) {
		h := newHost(t, nil)
		h.receive(goodEcho4)
		h.wantSent(ask("192.0.2.2"))
		h.receive(resolutions[0].answer)
		h.wantSent(`peer: 192.0.2.1 > 192.0.2.2 ttl 64 echo reply 7/9 "abc"`)
	})
	t.Run("not in the place of a datagram", func(t *testing.T) {
		h := newHost(t, nil)
		id := h.connect(4000, peer4, 7)
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.receive(goodEcho4)
		h.wantCount(DropReplyNoRoom)
		h.wantSent(ask("192.0.2.2"))
		h.receive(resolutions[0].answer)
		h.wantSent(resolutions[0].datagram + `"x"`)
	})
	t.Run("many strangers do not push out the peer", func(t *testing.T) {
		h := newHost(t, nil) // four rows
		h.slots(40)
		h.meetPeers()
		id := h.connect(4000, peer4, 7)
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.sent()
		for n := range byte(20) {
			h.receive(echoFrame(wire.IPv4(192, 0, 2, 100+n), me4, 7, 9, ""))
			h.receive(nsFrame(wire.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 15: 100 + n}), meLink6, meLink6, wire.MAC{}))
		}
		require.Len(t, h.sent(), 3, "three rows are left for them")
		require.Equal(t, map[string]uint64{"drop-reply-no-room": 38}, h.drops(), "two answers wait, one found no slot, 37 no row")
		require.Equal(t, OK, h.sendUDP(id, "y"))
		h.wantSent(resolutions[0].datagram + `"y"`)
	})
	t.Run("nor who asks for our address", func(t *testing.T) {
		h := newHost(t, nil)
		h.slots(40)
		id := h.open(wire.Addr{}, 4000)
		for n := range 4 {
			a := wire.IPv4(192, 0, 2, 50+byte(n))
			h.receive(arpFrame(wire.Broadcast, wire.ARPRequest, otherMAC, a, wire.MAC{}, me4))
			require.Equal(t, OK, h.UDPSend(h.now, id, a, 7, nil))
		}
		require.Len(t, h.sent(), 8)
		h.receive(goodARP, goodNS)
		h.wantSent(
			"peer: arp reply 192.0.2.1 is me, 192.0.2.2 is peer",
			"peer: 2001:db8::1 > 2001:db8::2 hops 255 2001:db8::1 is here, flags 011, option 2 me",
		)
		require.Equal(t, map[string]uint64{"drop-neighbour-no-room": 2}, h.drops(), "they are answered all the same")
	})
	t.Run("who asks pushes out a stranger, and what waits for it", func(t *testing.T) {
		h := newHost(t, func(_ *Config, st *Storage) { st.Neighbours = st.Neighbours[:1] })
		h.receive(goodEcho4)
		h.slots(0)
		h.receive(resolutions[0].answer) // the answer may go, but cannot
		h.slots(8)
		require.True(t, h.dev.Put(goodNS))
		h.Poll(h.now)
		require.Equal(t, uint64(1), h.Counter(DropWaitingReplaced))
		h.wantSent("peer: 2001:db8::1 > 2001:db8::2 hops 255 2001:db8::1 is here, flags 011, option 2 me")
	})
	t.Run("our own question pushes out a stranger's, and what waits for it", func(t *testing.T) {
		h := newHost(t, func(_ *Config, st *Storage) { st.Neighbours = st.Neighbours[:1] })
		id := h.connect(4000, peer6, 7)
		h.receive(goodEcho4)
		h.sent()
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.wantSent(resolutions[1].ask)
		h.wantCount(DropWaitingReplaced)
	})
	t.Run("an answer gives way to a datagram", func(t *testing.T) {
		h := newHost(t, nil) // two slots
		id := h.open(wire.Addr{}, 4000)
		h.receive(goodEcho4, echoFrame(other4, me4, 7, 9, ""))
		require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 7, nil))
		h.wantCount(DropWaitingReplaced)
	})
	t.Run("no transmit buffer", func(t *testing.T) {
		for _, f := range [][]byte{goodARP, goodNS, goodEcho4, goodEcho6, udpFrame(peer4, me4, 4000, 9, "")} {
			h := newHost(t, nil)
			h.meetPeers()
			h.slots(0)
			h.receive(f)
			require.Equal(t, uint64(1), h.Counter(DropReplyNoBuffer))
		}
	})
}

// TestLinkDown: nothing goes in or out, and what was known of neighbours is gone.
func TestLinkDown(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.connect(4000, peer4, 7)
	h.SetLink(h.now, true)
	require.Equal(t, OK, h.UDPSend(h.now, id, other4, 7, nil))
	h.sent()
	h.SetLink(h.now, false)
	h.wantCount(DropWaitingLinkDown)
	h.wantIdle()
	require.Equal(t, NetDown, h.sendUDP(id, "x"))
	h.receive(goodEcho4)
	require.Equal(t, uint64(1), h.Counter(DropLinkDown))
	h.advance(time.Minute)
	h.wantSent()
	h.SetLink(h.now, true)
	require.Equal(t, OK, h.sendUDP(id, "x"))
	h.wantSent(resolutions[0].ask)
}
