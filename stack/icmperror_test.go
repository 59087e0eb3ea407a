package stack

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// quote4 is an ICMP error from the router about a packet.
func quote4(typ, code uint8, rest uint32, packet []byte) []byte {
	return icmpFrame(router4, me4, wire.ICMPFields{Type: typ, Code: code, Rest: rest}, packet)
}

func quote6(typ, code uint8, rest uint32, packet []byte) []byte {
	return icmpFrame(router6, me6, wire.ICMPFields{Type: typ, Code: code, Rest: rest}, packet)
}

// ours4 is the start of a datagram that an endpoint of ours may have sent.
func ours4(f wire.IPv4Fields) []byte {
	f.Protocol, f.Src, f.Dst = wire.ProtoUDP, me4, peer4
	return ip4Packet(f, nil, udpBytes(me4, peer4, 4000, 7, "x"))
}

func ours6() []byte {
	return ip6Packet(me6, peer6, 64, wire.ProtoUDP, nil, udpBytes(me6, peer6, 4000, 7, "x"))
}

var icmpDrops = []drop{
	{"cut short", ip4Frame(peer4, me4, wire.ProtoICMP, make([]byte, 7)), DropICMPShort},
	{"ICMPv6 cut short", ip6Frame(peer6, me6, icmp6, make([]byte, 7)), DropICMPShort},
	{"checksum", spoil(goodEcho4, 14+20+2, flip), DropICMPChecksum},
	{"ICMPv6 checksum", spoil(goodEcho6, 14+40+2, flip), DropICMPChecksum},
	{"ICMPv6 checksum without the addresses", ip6Frame(peer6, me6, icmp6, icmpBytes(peer4, me4, wire.ICMPFields{Type: wire.ICMPv6Echo}, nil)), DropICMPChecksum},
	{"echo to a group", echoFrame(peer4, wire.AllHosts4, 7, 9, ""), DropICMPGroup},
	{"echo reply that nobody waits for", icmpFrame(peer4, me4, wire.ICMPFields{Type: wire.ICMPv4EchoReply}, nil), DropICMPIgnored},
	{"ICMPv6 echo reply that nobody waits for", icmpFrame(peer6, me6, wire.ICMPFields{Type: wire.ICMPv6EchoReply}, nil), DropICMPIgnored},
	{"source quench (RFC 6633)", quote4(wire.ICMPv4SourceQuench, 0, 0, ours4(wire.IPv4Fields{})), DropICMPIgnored},
	{"redirect of what was not sent", quote4(wire.ICMPv4Redirect, 1, 0, ours4(wire.IPv4Fields{})), DropICMPQuote},
	{"unknown type", icmpFrame(peer4, me4, wire.ICMPFields{Type: 200}, nil), DropICMPIgnored},
	{"unknown ICMPv6 error", icmpFrame(peer6, me6, wire.ICMPFields{Type: 100}, nil), DropICMPIgnored},
	{"unknown ICMPv6 information", icmpFrame(peer6, me6, wire.ICMPFields{Type: 200}, nil), DropICMPIgnored},
	{"error about nothing", quote4(wire.ICMPv4Unreachable, 3, 0, nil), DropICMPQuote},
	{"error about a header cut short", quote4(wire.ICMPv4Unreachable, 3, 0, ours4(wire.IPv4Fields{})[:19]), DropICMPQuote},
	{"error about seven bytes", quote4(wire.ICMPv4Unreachable, 3, 0, ours4(wire.IPv4Fields{})[:27]), DropICMPQuote},
	{"error about a later fragment", quote4(wire.ICMPv4Unreachable, 3, 0, ours4(wire.IPv4Fields{FragOffset: 8})), DropICMPQuote},
	{"error about another's packet", quote4(wire.ICMPv4Unreachable, 3, 0, goodUDP4[14:]), DropICMPQuote},
	{"ICMPv6 error about nothing", quote6(wire.ICMPv6Unreachable, 4, 0, nil), DropICMPQuote},
	{"ICMPv6 error about another's packet", quote6(wire.ICMPv6Unreachable, 4, 0, udpFrame(peer6, me6, 4000, 7, "x")[14:]), DropICMPQuote},
	{"ICMPv6 error about an extension header cut short", quote6(wire.ICMPv6Unreachable, 4, 0, ip6Packet(me6, peer6, 64, opts, nil, []byte{17, 0, 1})), DropICMPQuote},
}

func TestICMPDrops(t *testing.T) { testDrops(t, icmpDrops) }

// TestICMPErrorsSent: about what, and how much of it is quoted.
func TestICMPErrorsSent(t *testing.T) {
	long := string(make([]byte, 1400))
	fromNobody4 := ethFrame(wire.Broadcast, peerMAC, wire.EtherTypeIPv4, goodUDP4[14:])
	for _, c := range []struct {
		name  string
		frame []byte
		want  string // "": silence
		drop  Counter
	}{
		{"no such port", udpFrame(peer4, me4, 4000, 9, "abc"), "peer: 192.0.2.1 > 192.0.2.2 ttl 64 unreachable 3 quoting 31", DropUDPNoPort},
		{"no such port, from far away", udpFrame(far4, me4, 4000, 9, "abc"), "all: arp request 192.0.2.1 is me, 192.0.2.254 is 00:00:00:00:00:00", DropUDPNoPort},
		{"no such protocol", ip4Frame(peer4, me4, 200, []byte("abc")), "peer: 192.0.2.1 > 192.0.2.2 ttl 64 unreachable 2 quoting 23", DropIPv4Protocol},
		{"576 bytes at most (RFC 1812 4.3.2.3)", udpFrame(peer4, me4, 4000, 9, long), "peer: 192.0.2.1 > 192.0.2.2 ttl 64 unreachable 3 quoting 548", DropUDPNoPort},
		{"no such port, ICMPv6", udpFrame(peer6, me6, 4000, 9, "abc"), "peer: 2001:db8::1 > 2001:db8::2 hops 64 unreachable 4 quoting 51", DropUDPNoPort},
		{"no such port, at the link-local address", udpFrame(peerLL6, meLink6, 4000, 9, "abc"), "peer: fe80::ff:fe00:1 > fe80::2 hops 64 unreachable 4 quoting 51", DropUDPNoPort},
		{"no such port, at the other address", udpFrame(peer6, meLink6, 4000, 9, "abc"), "peer: fe80::ff:fe00:1 > 2001:db8::2 hops 64 unreachable 4 quoting 51", DropUDPNoPort},
		{"1280 bytes at most (RFC 4443 2.4 c)", udpFrame(peer6, me6, 4000, 9, long), "peer: 2001:db8::1 > 2001:db8::2 hops 64 unreachable 4 quoting 1232", DropUDPNoPort},

		{"not about the limited broadcast", udpFrame(peer4, wire.Broadcast4, 4000, 9, "abc"), "", DropUDPNoPort},
		{"not about the directed broadcast", udpFrame(peer4, all4, 4000, 9, "abc"), "", DropUDPNoPort},
		{"not about a group", udpFrame(peer4, wire.AllHosts4, 4000, 9, "abc"), "", DropUDPNoPort},
		{"not about a protocol to all", ip4Frame(peer4, all4, 200, nil), "", DropIPv4Protocol},
		{"not about a broadcast frame", fromNobody4, "", DropIPv4LinkGroup},
		{"not about an IPv6 group", udpFrame(peer6, wire.AllNodes6, 4000, 9, "abc"), "", DropUDPNoPort},
		{"not about an IPv6 packet in a frame to a group", ethFrame(wire.MAC{0x33, 0x33, 0, 0, 0, 1}, peerMAC, wire.EtherTypeIPv6, udpFrame(peer6, me6, 4000, 9, "")[14:]), "", DropUDPNoPort},
		{"not to a host without an address", udpFrame(wire.Any4, all4, 4000, 9, "abc"), "", DropUDPNoPort},
		{"not about an ICMPv6 error", icmpBehind(wire.ICMPv6Unreachable), "", DropIPv6Option},
		{"not about an ICMPv6 redirect", icmpBehind(wire.ICMPv6Redirect), "", DropIPv6Option},
		{"but about an ICMPv6 echo", icmpBehind(wire.ICMPv6Echo), "peer: 2001:db8::1 > 2001:db8::2 hops 64 parameter problem 2 at 42 quoting 56", DropIPv6Option},
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

// TestErrorsQuote: what is quoted is the packet, from its header on.
func TestErrorsQuote(t *testing.T) {
	for _, src := range []wire.Addr{peer4, peer6} {
		h := newHost(t, nil)
		h.meetPeers()
		dst := me4
		if src.Is6() {
			dst = me6
		}
		f := udpFrame(src, dst, 4000, 9, "data enough to need no padding")
		h.receive(f)
		require.Equal(t, f[14:], h.dev.Sent()[14+headerLen(src)+wire.ICMPHeaderLen:])
	}
}

// icmpBehind is a message of this type behind an option that is to be answered with a parameter problem.
func icmpBehind(typ uint8) []byte {
	b := icmpBytes(peer6, me6, wire.ICMPFields{Type: typ}, nil)
	return ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, ip6Packet(peer6, me6, 64, opts, []byte{icmp6, 0, 0x81, 4, 0, 0, 0, 0}, b))
}

// TestErrorRateLimit: ten errors at once, then ten a second (RFC 4443 2.4 f).
func TestErrorRateLimit(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	flood := func(n int) (sent int) {
		h.slots(40)
		for range n {
			h.receive(udpFrame(peer4, me4, 4000, 9, ""))
		}
		return len(h.sent())
	}
	require.Equal(t, 10, flood(30))
	require.Equal(t, uint64(20), h.Counter(DropICMPLimited))
	require.Zero(t, flood(5))
	h.now += 99 * time.Millisecond
	require.Zero(t, flood(5))
	h.now += time.Millisecond
	require.Equal(t, 1, flood(5))
	h.now += 300 * time.Millisecond
	require.Equal(t, 3, flood(5))
	h.now += 10 * time.Second
	require.Equal(t, 10, flood(30), "no more than ten are saved up")
}

// TestErrorsDoNotTell: errors to one host cost another none of its own, so that nobody learns from how many it gets how many
// another one was sent (CVE-2020-25705, "SAD DNS"); all together have a limit as well, which is no round number.
func TestErrorsDoNotTell(t *testing.T) {
	for _, spoofed := range []int{0, 1, 9, 10, 30} {
		h := newHost(t, nil)
		h.meetPeers()
		flood := func(src, dst wire.Addr, n int) (sent int) {
			h.slots(80)
			for range n {
				h.receive(udpFrame(src, dst, 4000, 9, ""))
			}
			return len(h.sent())
		}
		require.Equal(t, min(spoofed, 10), flood(peer6, me6, spoofed))
		require.Equal(t, 10, flood(peer4, me4, 30), "after %d about another's", spoofed)
	}
	totals := map[int]bool{}
	for seed := range 20 {
		h := newHost(t, func(_ *Config, st *Storage) { st.Neighbours = make([]neighbour.Entry, 16) })
		hosts := make([]wire.Addr, 8)
		for i := range hosts {
			hosts[i] = addr(fmt.Sprint("192.0.2.", 100+i))
			h.receive(arpFrame(wire.Broadcast, wire.ARPRequest, wire.MAC{2, 0, 0, 0, 1, byte(i)}, hosts[i], wire.MAC{}, me4))
		}
		h.sent()
		h.slots(200)
		for range seed { // draws
			h.random()
		}
		for i := range 100 {
			h.receive(udpFrame(hosts[i%len(hosts)], me4, 4000, 9, ""))
		}
		totals[len(h.sent())] = true
	}
	for n := range totals {
		require.GreaterOrEqual(t, n, 20)
		require.LessOrEqual(t, n, 60)
	}
	require.Greater(t, len(totals), 3, "the limit for all is always the same")
}

// TestErrorsReachTheEndpoint: what a router says of a datagram, its sender hears (RFC 1122 4.1.3.3).
func TestErrorsReachTheEndpoint(t *testing.T) {
	extended := append(ours4(wire.IPv4Fields{}), make([]byte, 128)...)
	for _, c := range []struct {
		name  string
		peer  wire.Addr
		frame []byte
		want  Cause
	}{
		{"network", peer4, quote4(3, 0, 0, ours4(wire.IPv4Fields{})), NetUnreachable},
		{"host", peer4, quote4(3, 1, 0, ours4(wire.IPv4Fields{})), HostUnreachable},
		{"protocol", peer4, quote4(3, 2, 0, ours4(wire.IPv4Fields{})), ProtoUnreachable},
		{"port", peer4, quote4(3, 3, 0, ours4(wire.IPv4Fields{})), PortUnreachable},
		{"port, eight bytes quoted", peer4, quote4(3, 3, 0, ours4(wire.IPv4Fields{})[:28]), PortUnreachable},
		{"port, with extensions behind (RFC 4884)", peer4, quote4(3, 3, 32/4<<16, extended), PortUnreachable},
		{"fragmentation needed", peer4, quote4(3, 4, 1300, ours4(wire.IPv4Fields{})), TooLong},
		{"source route failed", peer4, quote4(3, 5, 0, ours4(wire.IPv4Fields{})), HostUnreachable},
		{"prohibited", peer4, quote4(3, 13, 0, ours4(wire.IPv4Fields{})), HostUnreachable},
		{"TTL exceeded", peer4, quote4(11, 0, 0, ours4(wire.IPv4Fields{})), HostUnreachable},
		{"parameter problem", peer4, quote4(12, 0, 0, ours4(wire.IPv4Fields{})), HostUnreachable},
		{"no route, ICMPv6", peer6, quote6(1, 0, 0, ours6()), NetUnreachable},
		{"address, ICMPv6", peer6, quote6(1, 3, 0, ours6()), HostUnreachable},
		{"port, ICMPv6", peer6, quote6(1, 4, 0, ours6()), PortUnreachable},
		{"prohibited, ICMPv6", peer6, quote6(1, 1, 0, ours6()), Prohibited},
		{"too big, ICMPv6", peer6, quote6(2, 0, 1280, ours6()), TooLong},
		{"hop limit, ICMPv6", peer6, quote6(3, 0, 0, ours6()), HostUnreachable},
		{"next header, ICMPv6", peer6, quote6(4, 1, 6, ours6()), ProtoUnreachable},
		{"option, ICMPv6", peer6, quote6(4, 2, 6, ours6()), HostUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			id := h.connect(4000, c.peer, 7)
			h.receive(c.frame)
			require.Empty(t, h.drops())
			require.Equal(t, uint64(1), h.Counter(ICMPErrorsReceived))
			require.Equal(t, Writable|Error, h.UDPReady(id))
			require.Equal(t, c.want, h.UDPError(id))
			require.Equal(t, OK, h.UDPError(id), "it is told once")
			require.Equal(t, Writable, h.UDPReady(id))
		})
	}
}

// TestErrorsOfOthers: an endpoint hears only of its own datagrams.
func TestErrorsOfOthers(t *testing.T) {
	quoted := quote4(3, 3, 0, ours4(wire.IPv4Fields{}))
	for _, c := range []struct {
		name string
		open func(h *host) int
	}{
		{"without a peer", func(h *host) int { return h.open(wire.Addr{}, 4000) }},
		{"another port", func(h *host) int { return h.connect(4001, peer4, 7) }},
		{"another peer", func(h *host) int { return h.connect(4000, other4, 7) }},
		{"another port of the peer", func(h *host) int { return h.connect(4000, peer4, 8) }},
		{"the other family", func(h *host) int { return h.connect(4000, peer6, 7) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			id := c.open(h)
			h.receive(quoted)
			require.Equal(t, OK, h.UDPError(id))
		})
	}
}
