package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

var goodEcho6 = echoFrame(peer6, me6, 7, 9, "abc")

// ext6 returns an echo behind extension headers, of which next is the first.
func ext6(dst wire.Addr, next uint8, ext ...byte) []byte {
	echo := icmpBytes(peer6, dst, wire.ICMPFields{Type: wire.ICMPv6Echo}, nil)
	return ethFrame(macOf(dst), peerMAC, wire.EtherTypeIPv6, ip6Packet(peer6, dst, 64, next, ext, echo))
}

// chain returns n destination options headers, the last before ICMPv6.
func chain(n int) (b []byte) {
	for i := range n {
		next := byte(wire.ProtoDestOpts)
		if i == n-1 {
			next = wire.ProtoICMPv6
		}
		b = append(b, next, 0, 1, 4, 0, 0, 0, 0)
	}
	return b
}

const (
	icmp6 = wire.ProtoICMPv6
	opts  = wire.ProtoDestOpts
)

var ip6Drops = []drop{
	{"cut short", goodEcho6[:14+39], DropIPv6Short},
	{"version 4", spoil(goodEcho6, 14, set(0x40)), DropIPv6Version},
	{"payload length beyond the frame", spoil(goodEcho6, 14+5, func(b byte) byte { return b + 1 }), DropIPv6TotalLen},
	{"to another host", echoFrame(peer6, far6, 7, 9, ""), DropIPv6Other},
	{"to loopback", echoFrame(peer6, wire.Loopback6, 7, 9, ""), DropIPv6Other},
	{"to the unspecified address", echoFrame(peer6, wire.Any6, 7, 9, ""), DropIPv6Other},
	{"to all nodes of the interface", echoFrame(peer6, addr("ff01::1"), 7, 9, ""), DropIPv6Other},
	{"to a group that we are not in", echoFrame(peer6, wire.AllRouters6, 7, 9, ""), DropIPv6Other},
	{"from a group", echoFrame(wire.AllNodes6, me6, 7, 9, ""), DropIPv6Source},
	{"from loopback", echoFrame(wire.Loopback6, me6, 7, 9, ""), DropIPv6Source},
	{"from an IPv4-mapped address", echoFrame(addr("::ffff:192.0.2.2"), me6, 7, 9, ""), DropIPv6Source},
	{"from our own address", echoFrame(me6, me6, 7, 9, ""), DropIPv6Source},
	{"from our link-local address", echoFrame(meLink6, me6, 7, 9, ""), DropIPv6Source},
	{"datagram without a source", udpFrame(wire.Any6, me6, 4000, 7, "x"), DropIPv6Source},
	{"segment without a source", ip6Frame(wire.Any6, me6, wire.ProtoTCP, make([]byte, 20)), DropIPv6Source},
	{"extension header beyond the end, to a group", ext6(wire.AllNodes6, opts, icmp6, 9, 1, 4, 0, 0, 0, 0), DropIPv6Ext},
	{"nine extension headers", ext6(me6, opts, chain(9)...), DropIPv6Ext},
	{"option 01: discard", ext6(me6, opts, icmp6, 0, 0x41, 4, 0, 0, 0, 0), DropIPv6Option},
	{"option 11 to a group: discard", ext6(wire.AllNodes6, opts, icmp6, 0, 0xc1, 4, 0, 0, 0, 0), DropIPv6Option},
	{"no next header", ip6Frame(peer6, me6, wire.ProtoNone, nil), DropIPv6Empty},
	{"unknown next header to a group", ip6Frame(peer6, wire.AllNodes6, 200, make([]byte, 8)), DropIPv6NextHeader},
	{"segment to a group", ip6Frame(peer6, wire.AllNodes6, wire.ProtoTCP, make([]byte, 20)), DropTCPGroup},
}

func TestIPv6Drops(t *testing.T) { testDrops(t, ip6Drops) }

func TestIPv6Accepts(t *testing.T) {
	routing := []byte{icmp6, 0, 0, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		name  string
		frame []byte
	}{
		{"hop-by-hop options", ext6(me6, wire.ProtoHopByHop, icmp6, 0, 5, 2, 0, 0, 1, 0)},
		{"destination options", ext6(me6, opts, chain(1)...)},
		{"eight extension headers", ext6(me6, opts, chain(8)...)},
		{"option 00: skip", ext6(me6, opts, icmp6, 0, 0x01, 0, 0x3e, 2, 0, 0)},
		{"routing header without segments left", ext6(me6, wire.ProtoRouting, routing...)},
		{"atomic fragment (RFC 6946)", ext6(me6, wire.ProtoFragment, atomicFragment...)},
		{"in a frame to a group", ethFrame(wire.MAC{0x33, 0x33, 0, 0, 0, 1}, peerMAC, wire.EtherTypeIPv6, ext6(me6, opts, chain(1)...)[14:])},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			h.receive(c.frame)
			h.wantSent(`peer: 2001:db8::1 > 2001:db8::2 hops 64 echo reply 0/0 ""`)
			require.Empty(t, h.drops())
		})
	}
}

// TestIPv6ParameterProblems: what is answered, and where it points (RFC 4443 3.4).
func TestIPv6ParameterProblems(t *testing.T) {
	const head = "peer: 2001:db8::1 > 2001:db8::2 hops 64 parameter problem "
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
		drop  Counter
	}{
		{"unknown next header", ip6Frame(peer6, me6, 200, make([]byte, 8)), head + "1 at 6 quoting 48", DropIPv6NextHeader},
		{"unknown behind an extension", ext6(me6, opts, 200, 0, 1, 4, 0, 0, 0, 0), head + "1 at 40 quoting 56", DropIPv6NextHeader},
		{"hop-by-hop behind another header", ext6(me6, opts, 0, 0, 1, 4, 0, 0, 0, 0), head + "1 at 40 quoting 56", DropIPv6NextHeader},
		{"segments left", ext6(me6, wire.ProtoRouting, icmp6, 0, 0, 1, 0, 0, 0, 0), head + "0 at 42 quoting 56", DropIPv6Routing},
		{"option 10", ext6(me6, opts, icmp6, 0, 1, 0, 0x81, 2, 0, 0), head + "2 at 44 quoting 56", DropIPv6Option},
		{"option 10 to a group", ext6(wire.AllNodes6, opts, icmp6, 0, 0x81, 4, 0, 0, 0, 0), head + "2 at 42 quoting 56", DropIPv6Option},
		{"option 11", ext6(me6, opts, icmp6, 0, 0xc1, 4, 0, 0, 0, 0), head + "2 at 42 quoting 56", DropIPv6Option},
		{"option beyond the header", ext6(me6, opts, icmp6, 0, 0x05, 5, 0, 0, 0, 0), head + "0 at 42 quoting 56", DropIPv6Option},
		{"extension header beyond the end", ext6(me6, opts, icmp6, 9, 1, 4, 0, 0, 0, 0), head + "0 at 41 quoting 56", DropIPv6Ext},
		{"extension header cut off", ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, ip6Packet(peer6, me6, 64, opts, nil, []byte{icmp6, 0, 1})), head + "0 at 4 quoting 43", DropIPv6Ext},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			h.receive(c.frame)
			h.wantSent(c.want)
			h.wantCount(c.drop)
		})
	}
}
