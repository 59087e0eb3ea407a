package stack

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/ip4defrag"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// link is how the frames of a family begin in describe's lines.
func (h *host) link(peer wire.Addr) string {
	if peer.Is6() {
		return "peer: 2001:db8::1 > 2001:db8::2 hops 64 "
	}
	return "peer: 192.0.2.1 > 192.0.2.2 ttl 64 "
}

// takeFragments takes the fragments that were sent, checks that they are of one datagram, and puts their data together.
func (h *host) takeFragments() (text []string, data []byte) {
	h.t.Helper()
	ids := map[uint32]bool{}
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		text = append(text, describe(h.t, f))
		p := decode(h.t, f)
		if l, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment); ok {
			ids[l.Identification] = true
			data = append(data, l.Payload...)
		} else {
			l := p.NetworkLayer().(*layers.IPv4)
			ids[uint32(l.Id)] = true
			data = append(data, l.Payload...)
		}
		h.dev.Done()
	}
	require.Len(h.t, ids, 1)
	return text, data
}

// TestEchoInFragments: it is answered in fragments, all but the last of them full.
func TestEchoInFragments(t *testing.T) {
	for _, c := range []struct {
		name     string
		me, peer wire.Addr
		n        int
		want     []string
	}{
		{"IPv4", me4, peer4, 2800, []string{"fragment 0 (1480)+", "fragment 1480 (1328)"}},
		{"IPv4, one byte too many", me4, peer4, 1473, []string{"fragment 0 (1480)+", "fragment 1480 (1)"}},
		{"IPv6", me6, peer6, 2800, []string{"fragment 0 (1448)+", "fragment 1448 (1360)"}},
		{"IPv6, one byte too many", me6, peer6, 1453, []string{"fragment 0 (1448)+", "fragment 1448 (13)"}},
		{"IPv6, an odd end", me6, peer6, 2884, []string{"fragment 0 (1448)+", "fragment 1448 (1444)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			echo := bigEcho(c.peer, c.me, c.n)
			h.receive(fragments(echo, 7, 400, 1440)...)
			text, data := h.takeFragments()
			for i := range c.want {
				c.want[i] = h.link(c.peer) + c.want[i]
			}
			require.Equal(t, c.want, text)
			require.Equal(t, pattern(c.n), string(data[8:]))
			reply := wire.ICMPFields{Type: wire.ICMPv4EchoReply, Rest: wire.EchoRest(7, 9)}
			if c.me.Is6() {
				reply.Type = wire.ICMPv6EchoReply
			}
			require.Equal(t, icmpBytes(c.me, c.peer, reply, []byte(pattern(c.n))), data)
			require.EqualValues(t, len(text), h.Counter(FragmentsSent))
		})
	}
}

// TestFragmentsTypeOfService: each has it.
func TestFragmentsTypeOfService(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	p := bigEcho(peer4, me4, 2000)
	f := wire.IPv4Packet(p).Fields()
	f.TOS = 0xb8
	f.Put(p)
	h.receive(fragments(p, 7, 1000)...)
	for range 2 {
		require.Equal(t, byte(0xb8), h.dev.Sent()[14+1])
		h.dev.Done()
	}
	h.wantSent()
}

// TestFragmentsThirdOpinion: gopacket puts our IPv4 fragments together.
func TestFragmentsThirdOpinion(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	require.Equal(t, OK, h.UDPSend(h.now, h.open(wire.Addr{}, 4000), peer4, 7, []byte(pattern(3900))))
	d := ip4defrag.NewIPv4Defragmenter()
	var whole *layers.IPv4
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		p := gopacket.NewPacket(append([]byte(nil), f...), layers.LayerTypeEthernet, gopacket.Default)
		h.dev.Done()
		var err error
		whole, err = d.DefragIPv4(p.NetworkLayer().(*layers.IPv4))
		require.NoError(t, err)
	}
	require.NotNil(t, whole)
	require.Equal(t, udpBytes(me4, peer4, 4000, 7, pattern(3900)), whole.Payload)
}

// TestFragmentsOneByOne: they go as there are transmit buffers, and nothing else long goes meanwhile.
func TestFragmentsOneByOne(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.slots(1)
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, []byte(pattern(2980))))
	h.wantSent(h.link(peer4) + "fragment 0 (1480)+")
	require.Equal(t, WouldBlock, h.UDPSend(h.now, id, peer4, 7, []byte(pattern(2000))))
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, []byte("short")))
	h.wantSent(h.link(peer4) + `udp 4000 > 7 "short"`)
	next, ok := h.Poll(h.now)
	require.True(t, ok)
	require.Equal(t, h.now+transmitRetry, next)
	h.wantSent(h.link(peer4) + "fragment 1480 (1480)+")
	h.receive(fragments(bigEcho(peer4, me4, 1500), 7, 1400)...)
	h.wantSent(h.link(peer4) + "fragment 2960 (28)")
	h.wantCount(DropReplyNoBuffer)
	h.Poll(h.now)
	h.wantSent()
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, []byte(pattern(2000))))
}

// TestFragmentsWait: for the neighbour's address, and not in vain for ever.
func TestFragmentsWait(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newHost(t, nil)
		id := h.connect(4000, peer, 7)
		send := func() Cause { return h.UDPSend(h.now, id, wire.Addr{}, 0, []byte(pattern(2000))) }
		require.Equal(t, OK, send())
		require.Len(t, h.sent(), 1, "a question")
		require.Equal(t, WouldBlock, send())
		answer := map[bool][]byte{false: resolutions[0].answer, true: resolutions[1].answer}[me.Is6()]
		h.receive(answer)
		text, data := h.takeFragments()
		require.Len(t, text, 2)
		require.Equal(t, udpBytes(me, peer, 4000, 7, pattern(2000)), data)

		h = newHost(t, nil)
		id = h.connect(4000, peer, 7)
		require.Equal(t, OK, send())
		for range 3 {
			h.advance(time.Second)
		}
		h.Poll(h.now)
		require.Len(t, h.sent(), 3, "questions")
		require.Equal(t, HostUnreachable, h.UDPError(id))
		h.wantCount(DropStaged)
		require.Equal(t, HostUnreachable, send())

		h = newHost(t, nil)
		id = h.connect(4000, peer, 7)
		require.Equal(t, OK, send())
		h.SetLink(h.now, false)
		h.Poll(h.now)
		h.wantCount(DropStaged)
		require.Equal(t, OK, h.UDPError(id))
	})
}

// TestStrangersDoNotBlockFragments: an answer that waits gives way to a datagram of our own.
func TestStrangersDoNotBlockFragments(t *testing.T) {
	h := newHost(t, nil)
	h.receive(fragments(bigEcho(other4, me4, 2000), 7, 1000)...)
	require.Len(t, h.sent(), 1, "a question: who is the stranger?")
	h.receive(fragments(bigEcho(other4, me4, 2000), 8, 1000)...)
	h.wantCount(DropReplyNoBuffer)
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, OK, h.UDPSend(h.now, id, all4, 7, []byte(pattern(2000))))
	require.Len(t, h.sent(), 2)
	require.Equal(t, map[string]uint64{"drop-reply-no-buffer": 1, "drop-staged": 1}, h.drops())
}

// TestFragmentsToNobody: where there is no row for the neighbour, the sender hears of it at once.
func TestFragmentsToNobody(t *testing.T) {
	h := newHost(t, func(_ *Config, st *Storage) { st.Neighbours = st.Neighbours[:1] })
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, OK, h.UDPSend(h.now, id, other4, 7, nil))
	require.Equal(t, NoBuffers, h.UDPSend(h.now, id, peer4, 7, []byte(pattern(2000))))
	require.Empty(t, h.drops())
}

// TestFragmentIDs: those of IPv6 tell nothing of the next (RFC 7739); over IPv4 they do not repeat soon.
func TestFragmentIDs(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newHost(t, nil)
		h.meetPeers()
		id := h.open(wire.Addr{}, 4000)
		seen := map[uint32]bool{}
		steps := map[uint32]bool{}
		last := uint32(0)
		for range 200 {
			require.Equal(t, OK, h.UDPSend(h.now, id, peer, 7, []byte(pattern(1500))))
			p := decode(t, h.dev.Sent())
			var v uint32
			if l, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment); ok {
				v = l.Identification
			} else {
				v = uint32(p.NetworkLayer().(*layers.IPv4).Id)
			}
			require.False(t, seen[v])
			seen[v], steps[v-last], last = true, true, v
			h.sent()
		}
		require.Equal(t, me.Is6(), len(steps) > 190, fmt.Sprint(len(steps)))
	})
}

// TestNotFragmented: what may not be.
func TestNotFragmented(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	for _, c := range []struct {
		name string
		o    outgoing
		want Cause
	}{
		{"DF", outgoing{dst: peer4, n: 1481, fragment: true, df: true}, TooLong},
		{"who does not ask for it", outgoing{dst: peer4, n: 1481}, TooLong},
		{"more than the storage takes", outgoing{dst: peer4, n: 4001, fragment: true}, TooLong},
		{"no route", outgoing{dst: wire.Loopback4, n: 1481, fragment: true}, NetUnreachable},
		{"all that the storage takes", outgoing{dst: peer4, n: 4000, fragment: true}, OK},
		{"DF says nothing over IPv6", outgoing{dst: peer6, n: 1461, fragment: true, df: true}, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, h.beginIP(h.now, &c.o))
			require.Len(t, c.o.payload, map[bool]int{true: c.o.n}[c.want == OK])
		})
	}
	h.wantSent()
	require.Zero(t, h.staged, "what is begun and not committed leaves no trace")
}

// TestFragmentsToOurselvesNeedNoNeighbour: a long datagram to ourselves asks for no row in a table without room.
func TestFragmentsToOurselvesNeedNoNeighbour(t *testing.T) {
	h := newHost(t, func(_ *Config, st *Storage) {
		st.Neighbours = st.Neighbours[:1]
		st.Loop = make([]byte, 3*(1500+loopLength))
	})
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, nil)) // its address is being asked for
	require.Equal(t, NoBuffers, h.UDPSend(h.now, h.open(wire.Addr{}, 4001), other4, 7, make([]byte, 2000)))
	require.Equal(t, OK, h.UDPSend(h.now, id, me4, 4000, []byte(pattern(2000))))
	require.EqualValues(t, 2, h.Counter(PacketsLooped))
}
