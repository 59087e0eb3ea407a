package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestPollIsBounded: a flood does not hold the caller for ever, and Poll says that there is more.
func TestPollIsBounded(t *testing.T) {
	h := newHost(t, nil)
	for range receiveBudget + 1 {
		require.True(t, h.dev.Put(goodUDP4))
	}
	next, ok := h.Poll(5)
	require.True(t, ok)
	require.Equal(t, time.Duration(5), next)
	require.Equal(t, uint64(receiveBudget), h.Counter(FramesReceived))
	next, ok = h.Poll(5)
	require.True(t, ok, "the last answer waits for its neighbour")
	require.Greater(t, next, time.Duration(5))
	require.Equal(t, uint64(receiveBudget+1), h.Counter(FramesReceived))
}

// TestPollTwice: the second time at the same moment nothing is left to do.
func TestPollTwice(t *testing.T) {
	h := newHost(t, nil)
	id := h.connect(4000, peer4, 7)
	for _, do := range []func(){
		func() {},
		func() { h.sendUDP(id, "x") },
		func() { h.receive(goodEcho6, goodUDP6) },
		func() { h.now += time.Second },
		func() { h.receive(resolutions[0].answer) },
		func() { h.now += time.Hour },
		func() { h.SetLink(h.now, false) },
		func() { h.SetLink(h.now, true) },
	} {
		do()
		next, ok := h.Poll(h.now)
		require.True(t, !ok || next > h.now)
		h.sent()
		before := h.snapshot()
		again, okAgain := h.Poll(h.now)
		require.Equal(t, ok, okAgain)
		require.Equal(t, next, again)
		require.Equal(t, before, h.snapshot())
		h.wantSent()
	}
}

func TestReceivedCounters(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.open(wire.Addr{}, 7)
	h.receive(goodEcho4, goodEcho6, goodUDP4, udpFrame(peer4, me4, 1, 9, ""), quote4(3, 3, 0, ours4(wire.IPv4Fields{})))
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 9, nil))
	require.Equal(t, OK, h.UDPSend(h.now, id, other4, 9, nil))
	require.Equal(t, OK, h.UDPSend(h.now, id, addr("2001:db8::9"), 9, nil))
	for c, want := range map[Counter]uint64{
		FramesReceived: 8, FramesSent: 9, ARPRepliesSent: 1, ARPRequestsSent: 1, NDPAdvertsSent: 2, NDPSolicitsSent: 1,
		EchoRepliesSent: 2, ICMPErrorsSent: 1, ICMPErrorsReceived: 1, UDPReceived: 1, UDPSent: 3, DropUDPNoPort: 1,
	} {
		require.Equal(t, want, h.Counter(c), c.String())
	}
}

// TestNoAllocation: none of the ways through the stack allocates.
func TestNoAllocation(t *testing.T) {
	h := newHost(t, nil)
	other := newHost(t, nil)
	h.meetPeers()
	id := h.open(wire.Addr{}, 7)
	buf := make([]byte, 100)
	frames := [][]byte{
		goodARP, goodNS, goodNA, goodEcho4, goodEcho6, goodUDP4, goodUDP6, udpFrame(peer4, me4, 4000, 9, "x"),
		udpFrame(peer6, me6, 4000, 9, "x"), quote4(3, 3, 0, ours4(wire.IPv4Fields{})), quote6(1, 4, 0, ours6()),
		ip6Frame(peer6, me6, 200, make([]byte, 8)), ext6(me6, opts, chain(8)...), ip4With(wire.IPv4Fields{}, make([]byte, 40)...),
		echoFrame(other4, me4, 7, 9, ""), ip4Frame(peer4, me4, wire.ProtoTCP, make([]byte, 20)),
	}
	for _, table := range [][]drop{ethernetDrops, arpDrops, ip4Drops, ip6Drops, icmpDrops, ndpDrops, udpDrops, fragmentDrops} {
		for _, d := range table {
			frames = append(frames, d.frame)
		}
	}
	for _, long := range [][]byte{bigEcho(peer4, me4, 3000), bigEcho(peer6, me6, 3000)} {
		frames = append(frames, fragments(long, 7, 1000, 2000, 2000, 2500)...)
	}
	buf3 := make([]byte, 3000)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		for _, f := range frames {
			h.dev.Put(f)
			h.Poll(h.now)
			for h.dev.Sent() != nil {
				h.dev.Done()
			}
			h.now += 100 * time.Millisecond
		}
		ephemeral, _ := h.UDPOpen(wire.Addr{}, 0)
		h.UDPConnect(ephemeral, peer6, 7)
		h.UDPSend(h.now, ephemeral, wire.Addr{}, 0, buf)
		h.UDPSend(h.now, id, far4, 7, buf)
		h.UDPSend(h.now, id, peer4, 7, buf3)
		h.UDPReceive(id, buf, false)
		h.UDPError(ephemeral)
		h.UDPReady(id)
		h.UDPClose(ephemeral)
		other.CopyFrom(&h.Stack)
		h.SetLink(h.now, false)
		h.SetLink(h.now, true)
	}))
}
