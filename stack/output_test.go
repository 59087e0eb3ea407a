package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestNoTransmitBufferChangesNothing: whatever is to be sent, without a buffer the stack is as it was, but for the
// counters of what it had to drop.
func TestNoTransmitBufferChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(h *host, id int)
		do     func(h *host, id int)
	}{
		{
			"datagram to a neighbour that is known",
			func(h *host, id int) { h.meetPeers() },
			func(h *host, id int) { require.Equal(h.t, WouldBlock, h.sendUDP(id, "x")) },
		}, {
			"datagram to one that is not",
			func(h *host, id int) {},
			func(h *host, id int) { require.Equal(h.t, WouldBlock, h.sendUDP(id, "x")) },
		}, {
			"datagram to all",
			func(h *host, id int) {},
			func(h *host, id int) { require.Equal(h.t, WouldBlock, h.UDPSend(h.now, id, all4, 7, nil)) },
		}, {
			"question that is due",
			func(h *host, id int) { h.sendUDP(id, "x") },
			func(h *host, id int) { h.advance(time.Second) },
		}, {
			"packet that may go",
			func(h *host, id int) { h.sendUDP(id, "x"); h.slots(0); h.receive(resolutions[0].answer) },
			func(h *host, id int) { h.advance(time.Second) },
		}, {
			"echo", func(h *host, id int) { h.meetPeers() }, func(h *host, id int) { h.receive(goodEcho4, goodEcho6) },
		}, {
			"echo from one who is not known", func(h *host, id int) {}, func(h *host, id int) { h.receive(goodEcho4, goodEcho6) },
		}, {
			"error", func(h *host, id int) { h.meetPeers() },
			func(h *host, id int) { h.receive(udpFrame(peer4, me4, 1, 9, ""), udpFrame(peer6, me6, 1, 9, "")) },
		}, {
			"fragments that are staged",
			func(h *host, id int) { h.meetPeers(); h.slots(1); h.UDPSend(h.now, id, peer4, 7, make([]byte, 3000)) },
			func(h *host, id int) { h.advance(time.Second) },
		}, {
			"ARP", func(h *host, id int) { h.meetPeers() }, func(h *host, id int) { h.receive(goodARP) },
		}, {
			"NDP", func(h *host, id int) { h.meetPeers() }, func(h *host, id int) { h.receive(goodNS) },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			id := h.connect(4000, peer4, 7)
			c.before(h, id)
			h.slots(0)
			before := h.snapshot()
			c.do(h, id)
			after := h.snapshot()
			before.counts, after.counts = [NumCounters]uint64{}, [NumCounters]uint64{}
			require.Equal(t, before, after)
		})
	}
}

// snapshot returns a copy of the stack in storage of its own, without a device.
func (h *host) snapshot() *Stack {
	h.t.Helper()
	c, st := testConfig(), testStorage()
	s := &Stack{}
	require.Equal(h.t, InitOK, s.Init(&c, &st, nil))
	require.True(h.t, s.CopyFrom(&h.Stack))
	s.tcp.polled = 0 // that time passes is no change
	return s
}

// TestIPv4Identification: it does not repeat, and shows an onlooker of two flows no common counter.
func TestIPv4Identification(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.open(wire.Addr{}, 4000)
	seen := map[uint16]bool{}
	for range 1000 {
		require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, nil))
		v := wire.IPv4Packet(h.dev.Sent()[14:]).ID()
		require.False(t, seen[v])
		seen[v] = true
		h.dev.Done()
	}
}

// TestWritersOfIP is the service that transports build on: its answers, and a packet that is given up.
func TestWritersOfIP(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	o := outgoing{dst: peer4, proto: wire.ProtoTCP, n: 20, df: true, hops: 3, tos: 8}
	require.Equal(t, OK, h.beginIP(h.now, &o))
	require.Equal(t, me4, o.src)
	require.Len(t, o.payload, 20)
	h.wantSent()
	require.Equal(t, OK, h.beginIP(h.now, &o), "the first is given up")
	wire.TCPFields{SrcPort: 1, DstPort: 2}.Put(o.payload)
	wire.TCP(o.payload).SetChecksum(o.src, o.dst)
	h.commitIP(&o)
	p := wire.IPv4Packet(h.dev.Sent()[14:])
	require.True(t, p.DF())
	require.Zero(t, p.ID(), "RFC 6864 4.1")
	require.Equal(t, uint8(8), p.TOS())
	h.wantSent(`peer: 192.0.2.1 > 192.0.2.2 ttl 3 tcp 1 > 2 ""`)

	for _, c := range []struct {
		name string
		o    outgoing
		want Cause
	}{
		{"not held", outgoing{dst: other4}, InProgress},
		{"too long", outgoing{dst: peer4, n: 1481}, TooLong},
		{"not our address", outgoing{dst: peer4, src: other4}, AddrNotAvailable},
		{"no route", outgoing{dst: wire.Loopback4}, NetUnreachable},
		{"not our IPv6 address", outgoing{dst: peer6, src: far6}, AddrNotAvailable},
		{"no address at all", outgoing{}, NetUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, h.beginIP(h.now, &c.o))
			require.Nil(t, c.o.payload)
		})
	}
}

// TestResolvingSenderTriesAgain: who keeps its packet hears InProgress until the address is known.
func TestResolvingSenderTriesAgain(t *testing.T) {
	h := newHost(t, nil)
	o := outgoing{dst: peer6, n: 20}
	require.Equal(t, InProgress, h.beginIP(h.now, &o))
	require.Equal(t, InProgress, h.beginIP(h.now, &o))
	h.wantSent(resolutions[1].ask)
	h.receive(goodNA)
	require.Equal(t, OK, h.beginIP(h.now, &o))
}
