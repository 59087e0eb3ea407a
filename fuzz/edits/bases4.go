package edits

import "stackproof/stack/wire"

func icmp(header string, typ, code uint8, rest uint32) part {
	return put(header, wire.ICMPHeaderLen, wire.ICMPFields{Type: typ, Code: code, Rest: rest}.Put)
}

// udp is a datagram of the peer's.
func (m *maker) udp(data string) []part {
	f := wire.UDPFields{SrcPort: m.p.PeerPort, DstPort: m.p.UDPPort, Length: uint16(wire.UDPHeaderLen + len(data))}
	return []part{put("udp", wire.UDPHeaderLen, f.Put), raw("data", []byte(data)...)}
}

// all4 are the bases over IPv4.
func (m *maker) all4() {
	p := &m.p
	arp := wire.ARPFields{Op: wire.ARPRequest, SenderMAC: p.PeerMAC, SenderIP: p.Peer, TargetIP: p.Stack}
	m.add("arp-request", wire.Broadcast, wire.EtherTypeARP, put("arp", 28, arp.Put))
	arp.Op, arp.TargetMAC = wire.ARPReply, p.StackMAC
	m.add("arp-reply", p.StackMAC, wire.EtherTypeARP, put("arp", 28, arp.Put))
	m.segments(func(name string, parts ...part) {
		m.add4(name, wire.IPv4Fields{Protocol: wire.ProtoTCP, DF: true}, 0, parts...)
	})

	m.add4("udp", wire.IPv4Fields{Protocol: wire.ProtoUDP}, 0, m.udp("hello")...)
	options := []part{raw("ip4.alert", 148, 4, 0, 0), raw("ip4.route", 7, 7, 4, 0, 0, 0, 0), raw("ip4.nop", 1), raw("ip4.stamp", 68, 8, 5, 0, 0, 0, 0, 0),
		raw("ip4.eol", 0), second(raw("ip4.eol", 0), "ip4.eol2"), second(raw("ip4.eol", 0), "ip4.eol3"), second(raw("ip4.eol", 0), "ip4.eol4")}
	m.add4("udp-with-options", wire.IPv4Fields{Protocol: wire.ProtoUDP}, len(options), append(options, m.udp("hello")...)...)
	m.add4("udp-fragment", wire.IPv4Fields{Protocol: wire.ProtoUDP, MF: true}, 0, m.udp("sixteen bytes.. and eight")[0], raw("data", make([]byte, 24)...))
	m.add4("udp-last-fragment", wire.IPv4Fields{Protocol: wire.ProtoUDP, FragOffset: 64}, 0, raw("data", make([]byte, 24)...))

	m.add4("echo", wire.IPv4Fields{Protocol: wire.ProtoICMP}, 0, icmp("icmp.echo", wire.ICMPv4Echo, 0, 0x12340001), raw("data", []byte("ping")...))
	quote := func() []part {
		q := m.own()
		b := m.ip4(wire.IPv4Fields{Protocol: wire.ProtoTCP, Src: p.Stack, Dst: p.Peer}, 0, q...)
		sum := wire.Checksum(b[0].bytes, 0)
		b[0].bytes[10], b[0].bytes[11] = byte(sum>>8), byte(sum)
		return quoted(b)
	}
	error4 := func(name, header string, typ, code uint8, rest uint32) {
		m.add4(name, wire.IPv4Fields{Protocol: wire.ProtoICMP}, 0, append([]part{icmp(header, typ, code, rest)}, quote()...)...)
	}
	error4("too-big", "icmp.mtu", wire.ICMPv4Unreachable, wire.ICMPv4FragNeeded, 1000)
	error4("problem", "icmp.pointer", wire.ICMPv4ParamProblem, 0, 20<<24)
	error4("redirect4", "icmp.redirect", wire.ICMPv4Redirect, 1, 192<<24|2<<8|77)

	groups := func(name string, dst wire.Addr, parts ...part) {
		m.add4(name, wire.IPv4Fields{Protocol: wire.ProtoIGMP, TTL: 1, Dst: dst}, 1, append([]part{raw("ip4.alert", 148, 4, 0, 0)}, parts...)...)
	}
	g := p.Group.As4()
	source := raw("igmp.source", 192, 0, 2, 9)
	groups("igmp-query", wire.IPv4(224, 0, 0, 1), raw("igmp", wire.IGMPQuery, 10, 0, 0, 0, 0, 0, 0))
	groups("igmp3-query", p.Group, raw("igmp", wire.IGMPQuery, 10, 0, 0, g[0], g[1], g[2], g[3]), raw("igmp.v3", 2, 125, 0, 1), source)
	groups("igmp-report", p.Group, raw("igmp", wire.IGMPv2Report, 0, 0, 0, g[0], g[1], g[2], g[3]))
	groups("igmp3-report", wire.IPv4(224, 0, 0, 22), raw("igmp.report", wire.IGMPv3Report, 0, 0, 0, 0, 0, 0, 1), raw("igmp.record", 4, 0, 0, 1, g[0], g[1], g[2], g[3]), source)
}
