package edits

import "stackproof/stack/wire"

// all6 are the bases over IPv6.
func (m *maker) all6() {
	p := &m.p
	m.segments(func(name string, parts ...part) { m.add6(name, wire.IPv6Fields{NextHeader: wire.ProtoTCP}, parts...) })
	m.add6("udp", wire.IPv6Fields{NextHeader: wire.ProtoUDP}, m.udp("hello")...)
	chain := []part{
		raw("ip6.hop", wire.ProtoDestOpts, 1), raw("ip6.alert", 5, 2, 0, 0), raw("ip6.padn", 1, 8, 0, 0, 0, 0, 0, 0, 0, 0),
		raw("ip6.dest", wire.ProtoRouting, 0), raw("ip6.option", 0x1e, 3, 1, 2, 3), raw("ip6.pad1", 0),
		raw("ip6.route", wire.ProtoFragment, 0, 4, 0, 0, 0, 0, 0), raw("ip6.frag", wire.ProtoUDP, 0, 0, 0, 0, 0, 0, 7),
	}
	m.add6("udp-with-extensions", wire.IPv6Fields{NextHeader: wire.ProtoHopByHop, TrafficClass: 3, FlowLabel: 0x54321}, append(chain, m.udp("hello")...)...)
	m.add6("udp-fragment", wire.IPv6Fields{NextHeader: wire.ProtoFragment}, raw("ip6.frag", wire.ProtoUDP, 0, 0, 1, 0, 0, 0, 9), m.udp("")[0], raw("data", make([]byte, 24)...))
	m.add6("udp-last-fragment", wire.IPv6Fields{NextHeader: wire.ProtoFragment}, raw("ip6.frag", wire.ProtoUDP, 0, 0, 64, 0, 0, 0, 1), raw("data", make([]byte, 24)...))

	m.add6("echo", wire.IPv6Fields{NextHeader: wire.ProtoICMPv6}, icmp("icmp6.echo", wire.ICMPv6Echo, 0, 0x12340001), raw("data", []byte("ping")...))
	error6 := func(name, header string, typ uint8, rest uint32) {
		quote := quoted(m.ip6(wire.IPv6Fields{NextHeader: wire.ProtoTCP, Src: p.Stack, Dst: p.Peer}, m.own()...))
		m.add6(name, wire.IPv6Fields{NextHeader: wire.ProtoICMPv6}, append([]part{icmp(header, typ, 0, rest)}, quote...)...)
	}
	error6("too-big", "icmp6.mtu", wire.ICMPv6PacketTooBig, 1300)
	error6("unreachable", "icmp6.error", wire.ICMPv6Unreachable, 0)
	error6("problem", "icmp6.pointer", wire.ICMPv6ParamProblem, 6)
	m.discovery()
	m.listeners()
}

// discovery are the bases of NDP.
func (m *maker) discovery() {
	p := &m.p
	nd := func(name string, src, dst wire.Addr, parts ...part) {
		m.add6(name, wire.IPv6Fields{NextHeader: wire.ProtoICMPv6, HopLimit: 255, Src: src, Dst: dst}, parts...)
	}
	link := func(typ uint8) part {
		return put("nd.link", 8, func(b []byte) int { return wire.PutLinkAddr(b, typ, p.PeerMAC) })
	}
	router := wire.LinkLocal(p.PeerMAC)
	all := wire.AddrFrom16([16]byte{0xff, 2, 15: 1})
	solicited := wire.AddrFrom16([16]byte{0xff, 2, 11: 1, 12: 0xff, 15: 1})

	nd("solicit", wire.Addr{}, solicited, put("ns", wire.NeighborMsgLen, func(b []byte) int { return wire.PutNeighborSolicit(b, p.Stack) }), link(wire.NDPSourceLinkAddr))
	nd("claim", wire.AddrFrom16([16]byte{}), solicited, put("ns", wire.NeighborMsgLen, func(b []byte) int { return wire.PutNeighborSolicit(b, p.Stack) }))
	nd("advert", wire.Addr{}, p.Stack, put("na", wire.NeighborMsgLen, wire.NeighborAdvertFields{Solicited: true, Override: true, Target: p.Peer}.Put), link(wire.NDPTargetLinkAddr))
	nd("router-solicit", wire.Addr{}, wire.AddrFrom16([16]byte{0xff, 2, 15: 2}), put("rs", 8, wire.PutRouterSolicit), link(wire.NDPSourceLinkAddr))
	ra := wire.RouterAdvertFields{HopLimit: 64, Preference: 1, Lifetime: 1800, Reachable: 30000, Retrans: 1000}
	info := wire.PrefixInfo{Prefix: wire.Prefix{Addr: wire.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8}), Bits: 64}, OnLink: true, Autonomous: true, Valid: 900, Preferred: 800}
	nd("router-advert", router, all, put("ra", wire.RouterAdvertLen, ra.Put), link(wire.NDPSourceLinkAddr), put("nd.prefix", 32, info.Put),
		put("nd.mtu", 8, func(b []byte) int { return wire.PutMTUOption(b, 1400) }),
		put("nd.rdnss", 24, func(b []byte) int { return wire.PutRDNSS(b, 600, []wire.Addr{p.Peer}) }))

	far := wire.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 9, 15: 7})
	quote := m.ip6(wire.IPv6Fields{NextHeader: wire.ProtoTCP, Src: p.Stack, Dst: far}, m.own()...)
	for size(quote)%8 != 0 {
		quote = append(quote, raw("data", 0, 0, 0, 0))
	}
	option := raw("nd.redirect", wire.NDPRedirected, byte(1+size(quote)/8), 0, 0, 0, 0, 0, 0)
	nd("redirect", wire.LinkLocal(p.PeerMAC), p.Stack, append([]part{put("redirect", wire.RedirectLen, func(b []byte) int { return wire.PutRedirect(b, p.Peer, far) }),
		link(wire.NDPTargetLinkAddr), option}, quoted(quote)...)...)
}

// listeners are the bases of MLD.
func (m *maker) listeners() {
	p := &m.p
	groups := func(name string, dst wire.Addr, parts ...part) {
		hop := []part{raw("ip6.hop", wire.ProtoICMPv6, 0), raw("ip6.alert", 5, 2, 0, 0), raw("ip6.padn", 1, 0)}
		m.add6(name, wire.IPv6Fields{NextHeader: wire.ProtoHopByHop, HopLimit: 1, Src: wire.LinkLocal(p.PeerMAC), Dst: dst}, append(hop, parts...)...)
	}
	mld := func(typ uint8, delay uint16, group [16]byte) part {
		return put("mld", 24, func(b []byte) int {
			b[0], b[4], b[5] = typ, byte(delay>>8), byte(delay)
			return 8 + copy(b[8:], group[:])
		})
	}
	g := p.Group.As16()
	address := p.Peer.As16()
	source := raw("mld.source", address[:]...)
	groups("mld-query", wire.AddrFrom16([16]byte{0xff, 2, 15: 1}), mld(wire.ICMPv6MLDQuery, 1000, [16]byte{}))
	groups("mld2-query", p.Group, mld(wire.ICMPv6MLDQuery, 1000, g), raw("mld.v2", 2, 125, 0, 1), source)
	groups("mld-report", p.Group, mld(wire.ICMPv6MLDReport, 0, g))
	record := append([]byte{4, 0, 0, 1}, g[:]...)
	groups("mld2-report", wire.AddrFrom16([16]byte{0xff, 2, 15: 22}), raw("mld.report", wire.ICMPv6MLDv2Report, 0, 0, 0, 0, 0, 0, 1), raw("mld.record", record...), source)
}
