package stack

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

// pattern is n bytes, each of which shows its place.
func pattern(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i/8%26)
	}
	return string(b)
}

// bigPacket is a packet, without a frame, that may be longer than one can carry.
func bigPacket(src, dst wire.Addr, proto uint8, payload []byte) []byte {
	if src.Is6() {
		return ip6Packet(src, dst, 64, proto, nil, payload)
	}
	return ip4Packet(wire.IPv4Fields{Protocol: proto, Src: src, Dst: dst}, nil, payload)
}

func bigEcho(src, dst wire.Addr, n int) []byte {
	f := wire.ICMPFields{Type: wire.ICMPv4Echo, Rest: wire.EchoRest(7, 9)}
	if src.Is6() {
		f.Type = wire.ICMPv6Echo
	}
	return bigPacket(src, dst, icmpProto(src), icmpBytes(src, dst, f, []byte(pattern(n))))
}

func bigUDP(src, dst wire.Addr, data string) []byte {
	return bigPacket(src, dst, wire.ProtoUDP, udpBytes(src, dst, 4000, 7, data))
}

// fragment is a frame with the part of a packet's payload from lo up to but not including hi.
func fragment(packet []byte, id uint32, lo, hi int, more bool) []byte {
	if isIPv6(packet) {
		p := wire.IPv6Packet(packet)
		var h [8]byte
		wire.Fragment{NextHeader: p.NextHeader(), Offset: uint16(lo), More: more, ID: id}.Put(h[:])
		return ethFrame(macOf(p.Dst()), peerMAC, wire.EtherTypeIPv6,
			ip6Packet(p.Src(), p.Dst(), p.HopLimit(), wire.ProtoFragment, h[:], p.Payload()[lo:hi]))
	}
	p := wire.IPv4Packet(packet)
	f := p.Fields()
	f.ID, f.FragOffset, f.MF = uint16(id), uint16(lo), more
	return ethFrame(macOf(p.Dst()), peerMAC, wire.EtherTypeIPv4, ip4Packet(f, nil, p.Payload()[lo:hi]))
}

// fragments cuts a packet at these places of its payload.
func fragments(packet []byte, id uint32, cuts ...int) (frames [][]byte) {
	n, lo := len(packet)-wire.IPv4HeaderLen, 0
	if isIPv6(packet) {
		n = len(packet) - wire.IPv6HeaderLen
	}
	for _, hi := range append(cuts, n) {
		frames = append(frames, fragment(packet, id, lo, hi, hi < n))
		lo = hi
	}
	return frames
}

// of4 and of6 are fragments of nothing in particular.
func of4(f wire.IPv4Fields, n int) []byte {
	f.Src, f.Dst, f.Protocol = peer4, me4, wire.ProtoUDP
	return ethFrame(meMAC, peerMAC, wire.EtherTypeIPv4, ip4Packet(f, nil, make([]byte, n)))
}

func of6(offset uint16, more bool, n int) []byte {
	return fragment6(wire.Fragment{NextHeader: wire.ProtoUDP, Offset: offset, More: more}, make([]byte, n))
}

func fragment6(f wire.Fragment, data []byte) []byte {
	var h [8]byte
	f.Put(h[:])
	return ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, ip6Packet(peer6, me6, 64, wire.ProtoFragment, h[:], data))
}

var fragmentDrops = []drop{
	{"without data", of4(wire.IPv4Fields{MF: true}, 0), DropFragmentLength},
	{"last without data", of4(wire.IPv4Fields{FragOffset: 8}, 0), DropFragmentLength},
	{"not a multiple of eight", of4(wire.IPv4Fields{MF: true}, 9), DropFragmentLength},
	{"beyond 65535 (ping of death)", of4(wire.IPv4Fields{FragOffset: 65528}, 100), DropFragmentTooLong},
	{"beyond what there is storage for", of4(wire.IPv4Fields{FragOffset: 4000}, 8), DropFragmentTooLong},
	{"IPv6 without data", of6(0, true, 0), DropFragmentLength},
	{"IPv6 beyond what there is storage for", of6(4000, false, 8), DropFragmentTooLong},
	{"a fragment of an atomic fragment", fragment6(wire.Fragment{NextHeader: wire.ProtoFragment}, []byte{17, 0, 0, 1, 0, 0, 0, 0}), DropIPv6Ext},
}

func TestFragmentDrops(t *testing.T) { testDrops(t, fragmentDrops) }

// TestFragmentsWithoutStorage: who gives none takes none.
func TestFragmentsWithoutStorage(t *testing.T) {
	h := newHost(t, func(_ *Config, st *Storage) { st.Reassembly, st.ReassemblyBuffer = nil, nil })
	for _, src := range []wire.Addr{peer4, peer6} {
		h.receive(fragments(bigEcho(src, h.other(src), 100), 7, 48)...)
	}
	h.wantSent()
	require.Equal(t, map[string]uint64{"drop-ipv4-fragment": 2, "drop-ipv6-fragment": 2}, h.drops())
}

// other is our address of the same family.
func (h *host) other(peer wire.Addr) wire.Addr {
	if peer.Is6() {
		return me6
	}
	return me4
}

// TestReassembly: the ways in which fragments may come.
func TestReassembly(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		data := pattern(3000)
		whole := fmt.Sprintf("%v:4000 > %v %s", peer, me, data[:100])
		for _, c := range []struct {
			name  string
			order []int
		}{
			{"in order", []int{0, 1, 2}}, {"the other way round", []int{2, 1, 0}}, {"middle last", []int{0, 2, 1}},
			{"each twice", []int{0, 0, 1, 1, 2}},
		} {
			t.Run(c.name, func(t *testing.T) {
				h := newHost(t, nil)
				h.open(wire.Addr{}, 9)
				id := h.open(wire.Addr{}, 7)
				f := fragments(bigUDP(peer, me, data[:1900]), 7, 8, 1200)
				for i, k := range c.order {
					require.Empty(t, h.receiveUDP(id), i)
					h.receive(f[k])
				}
				require.Equal(t, whole, h.receiveUDP(id))
				require.EqualValues(t, 1, h.Counter(Reassembled))
				require.EqualValues(t, len(c.order)-3, h.Counter(DropFragmentDuplicate))
				h.wantSent()
			})
		}
		t.Run("two at the same time", func(t *testing.T) {
			h := newHost(t, nil)
			id := h.open(wire.Addr{}, 7)
			a, b := fragments(bigUDP(peer, me, strings.Repeat("a", 90)), 7, 48), fragments(bigUDP(peer, me, strings.Repeat("b", 90)), 8, 48)
			h.receive(a[0], b[1], b[0], a[1])
			require.Equal(t, fmt.Sprintf("%v:4000 > %v %s", peer, me, strings.Repeat("b", 90)), h.receiveUDP(id))
			require.Equal(t, fmt.Sprintf("%v:4000 > %v %s", peer, me, strings.Repeat("a", 90)), h.receiveUDP(id))
		})
		t.Run("of two hosts", func(t *testing.T) {
			h := newHost(t, nil)
			id := h.open(wire.Addr{}, 7)
			far := map[bool]wire.Addr{false: far4, true: far6}[me.Is6()]
			h.receive(fragments(bigUDP(peer, me, "0123456789"), 7, 8)[0], fragments(bigUDP(far, me, "0123456789"), 7, 8)[1])
			require.Empty(t, h.receiveUDP(id))
		})
		t.Run("overlap", func(t *testing.T) {
			h := newHost(t, nil)
			id := h.open(wire.Addr{}, 7)
			p := bigUDP(peer, me, data[:192])
			h.receive(fragment(p, 7, 0, 104, true), fragment(p, 7, 96, 200, false), fragment(p, 7, 104, 200, false))
			require.Empty(t, h.receiveUDP(id))
			require.Equal(t, map[string]uint64{"drop-fragment-overlap": 2}, h.drops())
			h.advance(reassembly.Timeout)
			h.wantSent()
		})
		t.Run("segment", func(t *testing.T) {
			h := newTCPHost(t, me, peer)
			id := h.accepted()
			f := h.segment(wire.FlagACK|wire.FlagPSH, 1, 1, data[:200])
			n := map[bool]int{false: 20, true: 40}[me.Is6()]
			h.receive(fragments(f[14:14+n+20+200], 7, 64)...)
			h.wantTCP(". 1 ack 201")
			h.reads(id, data[:200])
		})
	})
}

// TestFragmentsOfTwoProtocols: over IPv4 they have nothing to do with each other.
func TestFragmentsOfTwoProtocols(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.open(wire.Addr{}, 7)
	a, b := fragments(bigUDP(peer4, me4, "0123456789abcdef"), 7, 16), fragments(bigEcho(peer4, me4, 16), 7, 16)
	h.receive(a[0], b[0], a[1], b[1])
	require.Equal(t, "192.0.2.2:4000 > 192.0.2.1 0123456789abcdef", h.receiveUDP(id))
	h.wantSent(`peer: 192.0.2.1 > 192.0.2.2 ttl 64 echo reply 7/9 "aaaaaaaabbbbbbbb"`)
}

// TestFragmentProblems: which faults of an IPv6 fragment are answered, and where the answer points (RFC 8200 4.5, RFC 7112
// 5).
func TestFragmentProblems(t *testing.T) {
	const head = "peer: 2001:db8::1 > 2001:db8::2 hops 64 parameter problem "
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
		drop  Counter
	}{
		{"not a multiple of eight", of6(0, true, 12), head + "0 at 4 quoting 60", DropFragmentLength},
		{"beyond 65535", of6(65528, false, 8), head + "0 at 42 quoting 56", DropFragmentTooLong},
		{"first without the UDP header", fragment6(wire.Fragment{NextHeader: opts, More: true}, []byte{17, 0, 1, 4, 0, 0, 0, 0}), head + "3 at 0 quoting 56", DropFragmentHeaders},
		{"first without a whole ICMPv6 header", fragment6(wire.Fragment{NextHeader: opts, More: true}, []byte{icmp6, 0, 1, 4, 0, 0, 0, 0}), "", DropFragmentHeaders}, // it may be an error, which none may answer
		{"first without a whole TCP header", fragment6(wire.Fragment{NextHeader: wire.ProtoTCP, More: true}, make([]byte, 16)), head + "3 at 0 quoting 64", DropFragmentHeaders},
		{"first without a whole extension header", fragment6(wire.Fragment{NextHeader: opts, More: true}, []byte{17, 1, 1, 12, 0, 0, 0, 0}), head + "3 at 0 quoting 56", DropFragmentHeaders},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			h.receive(c.frame)
			if c.want == "" {
				h.wantSent()
			} else {
				h.wantSent(c.want)
			}
			h.wantCount(c.drop)
		})
	}
}

// TestReassembledHeaders: what stands before and behind the fragment header is obeyed, and pointed to where it stands in
// the packet as it was before it was cut.
func TestReassembledHeaders(t *testing.T) {
	hop := []byte{wire.ProtoFragment, 0, 1, 4, 0, 0, 0, 0}
	frame := func(f wire.Fragment, data []byte) []byte {
		var h [8]byte
		f.Put(h[:])
		return ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, ip6Packet(peer6, me6, 64, 0, append(hop[:8:8], h[:]...), data))
	}
	h := newHost(t, nil)
	h.meetPeers()
	h.receive(
		frame(wire.Fragment{NextHeader: opts, More: true}, []byte{200, 0, 1, 4, 0, 0, 0, 0}),
		frame(wire.Fragment{NextHeader: opts, Offset: 8}, make([]byte, 20)),
	)
	h.wantSent("peer: 2001:db8::1 > 2001:db8::2 hops 64 parameter problem 1 at 48 quoting 76")

	// A fragment within a fragment.
	h.receive(
		frame(wire.Fragment{NextHeader: wire.ProtoFragment, More: true}, []byte{17, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 7, 0, 8, 0, 0}),
		frame(wire.Fragment{NextHeader: wire.ProtoFragment, Offset: 16}, make([]byte, 20)),
	)
	h.wantSent()
	require.EqualValues(t, 1, h.Counter(DropIPv6Ext))
}

// TestReassembledIPv4: the header is that of the first fragment, made whole.
func TestReassembledIPv4(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	p := ip4Packet(wire.IPv4Fields{Protocol: 200, Src: peer4, Dst: me4, TOS: 0x20, TTL: 9}, nil, []byte(pattern(48)))
	f := fragments(p, 7, 24)
	h.receive(f[1], f[0])
	frame := h.dev.Sent()
	wire.IPv4Fields{Protocol: 200, Src: peer4, Dst: me4, TOS: 0x20, TTL: 9, ID: 7, TotalLen: 68}.Put(p)
	require.Equal(t, p, []byte(wire.IPv4Packet(frame[14:]).Payload()[8:]), "quoted in a protocol unreachable")
	require.Equal(t, byte(wire.ICMPv4ProtoUnreachable), frame[14+20+1])
}

// TestReassemblyTimeout: a minute, and who sent the first fragment hears of it.
func TestReassemblyTimeout(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		udp, header := bigUDP(peer, me, pattern(100)), map[bool]int{false: 20, true: 48}[me.Is6()]
		group := map[bool]wire.Addr{false: all4, true: wire.AllNodes6}[me.Is6()]
		icmpError := icmpBytes(peer, me, wire.ICMPFields{Type: 3}, make([]byte, 60))
		said := fmt.Sprintf("time exceeded 1 quoting %d", header+48)
		for _, c := range []struct {
			name  string
			frame []byte
			want  string
		}{
			{"the first", fragment(udp, 7, 0, 48, true), said},
			{"another", fragment(udp, 7, 48, 96, true), ""},
			{"the last", fragment(udp, 7, 48, 108, false), ""},
			{"the first of an echo", fragment(bigEcho(peer, me, 100), 7, 0, 48, true), said},
			{"the first of an ICMP error", fragment(bigPacket(peer, me, icmpProto(me), icmpError), 7, 0, 48, true), ""},
			{"the first of a datagram to a group", fragment(bigUDP(peer, group, pattern(100)), 7, 0, 48, true), ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				h := newHost(t, nil)
				h.meetPeers()
				h.receive(c.frame)
				next, ok := h.Poll(h.now)
				require.True(t, ok)
				require.Equal(t, h.now+reassembly.Timeout, next)
				h.advance(reassembly.Timeout - 1)
				h.wantSent()
				require.Empty(t, h.drops())
				h.meetPeers() // they are forgotten by now
				h.advance(1)
				got := h.sent()
				if c.want == "" {
					require.Empty(t, got)
				} else {
					require.Len(t, got, 1)
					require.Contains(t, got[0], c.want)
				}
				h.wantCount(DropReassemblyTimeout)
				_, ok = h.reassembly.Next()
				require.False(t, ok)
			})
		}
	})
}

// TestFragmentEviction: many beginnings (the Rose attack) do not keep others out.
func TestFragmentEviction(t *testing.T) {
	h := newHost(t, nil)
	id := h.open(wire.Addr{}, 7)
	p := bigUDP(peer4, me4, pattern(100))
	for i := range uint32(50) {
		h.now++
		h.receive(fragment(p, 100+i, 0, 48, true))
	}
	require.EqualValues(t, 48, h.Counter(DropReassemblyEvicted))
	h.receive(fragments(p, 7, 48)...)
	require.NotEmpty(t, h.receiveUDP(id))
}

// TestFragmentedNeighbourDiscovery: RFC 6980 5.
func TestFragmentedNeighbourDiscovery(t *testing.T) {
	h := newHost(t, nil)
	p := nsFrame(peer6, meGroup6, me6, peerMAC)[14:]
	h.receive(fragments(p, 7, 24)...)
	h.wantSent()
	h.wantCount(DropNDPInvalid)
}

// largePair is a host that sends the largest datagrams by an endpoint, and one that receives them at another.
func largePair(t rapid.TB) (a, b *host, from, to int) {
	big := func(_ *Config, st *Storage) {
		st.ReassemblyBuffer, st.Staging = make([]byte, 2*reassembly.MaxMemory), make([]byte, 65535)
		st.UDPBuffer = make([]byte, 3*66000)
	}
	a, b = newHost(t, big), newHost(t, func(c *Config, st *Storage) {
		big(c, st)
		c.MAC, c.IPv4.Addr, c.IPv6.Addr = peerMAC, peer4, peer6
	})
	a.slots(80)
	a.meetPeers()
	return a, b, a.open(wire.Addr{}, 4000), b.open(wire.Addr{}, 7)
}

// TestReassemblyOfWhatWeSend: whatever one stack sends in fragments, another puts together, in any order, with copies.
func TestReassemblyOfWhatWeSend(t *testing.T) {
	a, b, from, to := largePair(t)
	all, buf := pattern(65535), make([]byte, 65535)
	require.Equal(t, TooLong, a.UDPSend(a.now, from, peer4, 7, []byte(all[:65508])))
	require.Equal(t, TooLong, a.UDPSend(a.now, from, peer6, 7, []byte(all[:65528])))
	for n := range 4500 { // every length about which one can be mistaken
		for _, dst := range []wire.Addr{peer4, peer6} {
			require.Equal(t, OK, a.UDPSend(a.now, from, dst, 7, []byte(all[:n])))
			for f := a.dev.Sent(); f != nil; f = a.dev.Sent() {
				b.receive(f)
				a.dev.Done()
			}
			d, c := b.UDPReceive(to, buf, false)
			require.True(t, c == OK && d.Full == n && string(buf[:n]) == all[:n], "%d bytes to %v", n, dst)
		}
	}
	rapid.Check(t, propertyReassemblyOfWhatWeSend)
}

func FuzzReassemblyOfWhatWeSend(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(propertyReassemblyOfWhatWeSend))
}

func propertyReassemblyOfWhatWeSend(t *rapid.T) {
	a, b, from, to := largePair(t)
	all, buf := pattern(65535), make([]byte, 65535)
	dst, most := peer4, 65507
	if rapid.Bool().Draw(t, "IPv6") {
		dst, most = peer6, 65527
	}
	n := rapid.OneOf(rapid.IntRange(0, most), rapid.IntRange(most-20, most), rapid.IntRange(1440, 3000)).Draw(t, "length")
	data := all[:n]
	require.Equal(t, OK, a.UDPSend(a.now, from, dst, 7, []byte(data)))
	var frames [][]byte
	for f := a.dev.Sent(); f != nil; f = a.dev.Sent() {
		decode(t, f)
		frames = append(frames, append([]byte(nil), f...))
		a.dev.Done()
	}
	frames = rapid.Permutation(frames).Draw(t, "order")
	for _, f := range frames {
		b.receive(f)
		if len(frames) > 1 && rapid.IntRange(0, 9).Draw(t, "copy") == 0 && b.UDPReady(to)&Readable == 0 {
			b.receive(f)
		}
	}
	d, c := b.UDPReceive(to, buf, false)
	require.Equal(t, OK, c)
	require.Equal(t, n, d.Full)
	require.True(t, string(buf[:n]) == data)
	require.Equal(t, WouldBlock, func() Cause { _, c := b.UDPReceive(to, buf, false); return c }())
}

// withECN returns the frame with these bits of its type of service or traffic class.
func withECN(frame []byte, ecn byte) []byte {
	if isIPv6(frame[14:]) {
		return spoil(frame, 15, func(b byte) byte { return b | ecn<<4 })
	}
	return resum(spoil(frame, 15, func(b byte) byte { return b | ecn }))
}

// TestFragmentECN: fragments that disagree on whether marks of congestion are understood make no datagram if there is one
// (RFC 3168 5.3).
func TestFragmentECN(t *testing.T) {
	for _, a := range []struct{ me, peer wire.Addr }{{me4, peer4}, {me6, peer6}} {
		for _, c := range []struct {
			ecn  [2]byte
			want int
		}{{[2]byte{0, 0}, 1}, {[2]byte{2, 3}, 1}, {[2]byte{3, 3}, 1}, {[2]byte{0, 3}, 0}, {[2]byte{3, 0}, 0}} {
			h := newHost(t, nil)
			h.meetPeers()
			for n, f := range fragments(bigEcho(a.peer, a.me, 200), 7, 96) {
				h.receive(withECN(f, c.ecn[n]))
			}
			require.Len(t, h.sent(), c.want)
			if c.want == 0 {
				h.wantCount(DropFragmentECN)
			}
		}
	}
}
