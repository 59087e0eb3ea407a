package verify

import (
	"encoding/binary"

	"stackproof/golden/capture"
	"stackproof/stack/wire"
)

var (
	macA, macB = wire.MAC{2, 0, 0, 0, 0, 0xa}, wire.MAC{2, 0, 0, 0, 0, 0xb}
	a4, b4     = wire.IPv4(192, 0, 2, 1), wire.IPv4(192, 0, 2, 2)
	a6, b6     = mustAddr("2001:db8::1"), mustAddr("2001:db8::2")
	group6     = mustAddr("ff02::1:ff00:2")
)

func mustAddr(s string) wire.Addr {
	a, ok := wire.ParseAddr(s)
	if !ok {
		panic(s)
	}
	return a
}

// put writes what one of wire's Put functions writes.
func put(n int, f func(b []byte) int) []byte {
	b := make([]byte, n)
	return b[:f(b)]
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func ethernet(typ uint16, b []byte) []byte {
	return join(put(14, func(h []byte) int { return wire.EthernetFields{Dst: macB, Src: macA, Type: typ}.Put(h) }), b)
}

// ip4 is a datagram with these options.
func ip4(f wire.IPv4Fields, options, b []byte) []byte {
	p := make([]byte, wire.IPv4HeaderLen+len(options)+len(b))
	f.OptionsLen, f.TotalLen, f.TTL, f.TOS, f.ID, f.Src, f.Dst = uint8(len(options)), uint16(len(p)), 64, 0x12, 77, a4, b4
	copy(p[wire.IPv4HeaderLen:], options)
	copy(p[f.Put(p):], b)
	return ethernet(wire.EtherTypeIPv4, p)
}

// ip6 is a packet whose extension headers are the begin of b.
func ip6(next uint8, hops uint8, dst wire.Addr, b []byte) []byte {
	f := wire.IPv6Fields{TrafficClass: 3, FlowLabel: 0x54321, PayloadLen: uint16(len(b)), NextHeader: next, HopLimit: hops, Src: a6, Dst: dst}
	return ethernet(wire.EtherTypeIPv6, join(put(40, f.Put), b))
}

// segment is a TCP segment with every option that the stack knows.
func segment(src, dst wire.Addr, o wire.TCPOpts, flags wire.TCPFlags, data []byte) []byte {
	b := make([]byte, 60+len(data))
	f := wire.TCPFields{SrcPort: 1234, DstPort: 80, Seq: 100, Ack: 200, Flags: flags, Window: 3000, Urgent: 5}
	f.OptionsLen = uint8(wire.PutTCPOptions(b[20:], &o))
	n := f.Put(b)
	b = append(b[:n], data...)
	wire.TCP(b).SetChecksum(src, dst)
	return b
}

func datagram(src, dst wire.Addr, data []byte) []byte {
	f := wire.UDPFields{SrcPort: 53, DstPort: 5353, Length: uint16(8 + len(data))}
	b := join(put(8, f.Put), data)
	wire.UDP(b).SetChecksum(src, dst)
	return b
}

// message4 and message6 are ICMP messages.
func message4(typ, code uint8, rest uint32, data []byte) []byte {
	b := join(put(8, wire.ICMPFields{Type: typ, Code: code, Rest: rest}.Put), data)
	wire.ICMPv4(b).SetChecksum()
	return b
}

func message6(dst wire.Addr, b []byte) []byte {
	wire.ICMPv6(b).SetChecksum(a6, dst)
	return b
}

// records is the part of a report about groups behind its header.
func records(group wire.Addr, sources ...wire.Addr) []byte {
	r := wire.GroupRecord{Type: wire.RecordToExclude, Group: group, Sources: sources}
	return put(r.Len(), r.Put)
}

// Samples are frames of all protocols by name, such that each field is in one of them.
func Samples() map[string][]byte {
	syn := wire.TCPOpts{MSS: 1460, HasMSS: true, WScale: 7, HasWScale: true, SACKPermitted: true, HasTS: true, TSVal: 1, TSEcr: 2}
	ack := wire.TCPOpts{HasTS: true, TSVal: 3, TSEcr: 4, NSACK: 2, SACK: [4]wire.SACKBlock{{Left: 300, Right: 400}, {Left: 500, Right: 600}}}
	link := put(8, func(b []byte) int { return wire.PutLinkAddr(b, wire.NDPSourceLinkAddr, macA) })
	target := put(8, func(b []byte) int { return wire.PutLinkAddr(b, wire.NDPTargetLinkAddr, macB) })
	hop := func(next uint8) []byte {
		return put(8, func(b []byte) int { return wire.PutHopByHopRouterAlert(b, next) })
	}
	icmp6 := func(typ uint8, rest uint32) []byte { return put(8, wire.ICMPFields{Type: typ, Rest: rest}.Put) }
	alert := []byte{148, 4, 0, 0}
	quote4 := join(ip4(wire.IPv4Fields{Protocol: wire.ProtoTCP}, nil, segment(a4, b4, ack, wire.FlagACK, nil))[14:])
	quote6 := ip6(wire.ProtoTCP, 64, b6, segment(a6, b6, ack, wire.FlagACK, nil))[14:]
	query4 := message4(wire.IGMPQuery, 100, 0xe0000105, []byte{2, 125, 0, 1, 10, 0, 0, 9})
	query6 := join(icmp6(wire.ICMPv6MLDQuery, 1000<<16), put(16, group6.Put), []byte{2, 125, 0, 1}, put(16, b6.Put))
	ra := wire.RouterAdvertFields{HopLimit: 64, Managed: true, Preference: 1, Lifetime: 1800, Reachable: 30000, Retrans: 1000}
	info := wire.PrefixInfo{Prefix: wire.Prefix{Addr: a6, Bits: 64}, OnLink: true, Autonomous: true, Valid: 9, Preferred: 8}
	na := wire.NeighborAdvertFields{Router: true, Solicited: true, Override: true, Target: b6}
	all := map[string][]byte{
		"arp":      ethernet(wire.EtherTypeARP, join(put(28, wire.ARPFields{Op: 1, SenderMAC: macA, SenderIP: a4, TargetMAC: macB, TargetIP: b4}.Put), make([]byte, 18))),
		"tcp4":     ip4(wire.IPv4Fields{Protocol: wire.ProtoTCP, DF: true}, nil, segment(a4, b4, syn, wire.FlagSYN|wire.FlagECE|wire.FlagCWR, nil)),
		"tcp6":     ip6(wire.ProtoTCP, 64, b6, segment(a6, b6, ack, wire.FlagACK|wire.FlagPSH|wire.FlagURG, []byte("hello"))),
		"udp4":     ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, []byte{7, 7, 4, 0, 0, 0, 0, 0}, datagram(a4, b4, []byte("hello"))),
		"udp6":     ip6(wire.ProtoDestOpts, 64, b6, join([]byte{wire.ProtoUDP, 0, 0x1e, 4, 1, 2, 3, 4}, datagram(a6, b6, []byte{1}))),
		"ping":     ip4(wire.IPv4Fields{Protocol: wire.ProtoICMP}, nil, message4(wire.ICMPv4Echo, 0, 0x12340001, []byte("data"))),
		"error4":   ip4(wire.IPv4Fields{Protocol: wire.ProtoICMP}, nil, message4(wire.ICMPv4Unreachable, 4, 1400, quote4)),
		"error6":   ip6(wire.ProtoICMPv6, 64, b6, message6(b6, join(icmp6(wire.ICMPv6PacketTooBig, 1400), quote6))),
		"fragment": ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP, MF: true, FragOffset: 16}, nil, make([]byte, 24)),
		"part6":    ip6(wire.ProtoFragment, 64, b6, join(put(8, wire.Fragment{NextHeader: wire.ProtoUDP, Offset: 32, More: true, ID: 0x1234}.Put), make([]byte, 24))),
		"query4":   ip4(wire.IPv4Fields{Protocol: wire.ProtoIGMP}, alert, query4),
		"join4":    ip4(wire.IPv4Fields{Protocol: wire.ProtoIGMP}, alert, message4(wire.IGMPv2Report, 0, 0xe0000105, nil)),
		"report4":  ip4(wire.IPv4Fields{Protocol: wire.ProtoIGMP}, alert, message4(wire.IGMPv3Report, 0, 1, records(wire.IPv4(224, 0, 1, 5), b4))),
		"query6":   ip6(wire.ProtoHopByHop, 1, group6, join(hop(wire.ProtoICMPv6), message6(group6, query6))),
		"join6":    ip6(wire.ProtoHopByHop, 1, group6, join(hop(wire.ProtoICMPv6), message6(group6, join(icmp6(wire.ICMPv6MLDReport, 0), put(16, group6.Put))))),
		"report6":  ip6(wire.ProtoHopByHop, 1, group6, join(hop(wire.ProtoICMPv6), message6(group6, join(icmp6(wire.ICMPv6MLDv2Report, 1), records(group6, b6))))),
		"rs":       ip6(wire.ProtoICMPv6, 255, b6, message6(b6, join(put(8, wire.PutRouterSolicit), link))),
		"ra": ip6(wire.ProtoICMPv6, 255, b6, message6(b6, join(put(16, ra.Put), link, put(32, info.Put),
			put(8, func(b []byte) int { return wire.PutMTUOption(b, 1480) }),
			put(24, func(b []byte) int { return wire.PutRDNSS(b, 600, []wire.Addr{b6}) })))),
		"ns": ip6(wire.ProtoICMPv6, 255, group6, message6(group6, join(put(24, func(b []byte) int { return wire.PutNeighborSolicit(b, b6) }), link))),
		"na": ip6(wire.ProtoICMPv6, 255, b6, message6(b6, join(put(24, na.Put), target))),
		"redirect": ip6(wire.ProtoICMPv6, 255, b6, message6(b6, join(put(40, func(b []byte) int { return wire.PutRedirect(b, b6, group6) }), target,
			put(48, func(b []byte) int { return wire.PutRedirected(b, quote6[:40]) })))),
		"vlan":    ethernet(wire.EtherTypeVLAN, join(binary.BigEndian.AppendUint32(nil, 5<<16|0x0800), make([]byte, 42))),
		"unknown": ethernet(0x88cc, make([]byte, 46)),
	}
	return all
}

// captured is a frame as a capture holds it.
func captured(b []byte) *capture.Frame {
	return &capture.Frame{Number: 1, Link: capture.Ethernet, Data: b, Length: len(b)}
}
