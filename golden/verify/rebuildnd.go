package verify

import (
	"bytes"

	"stackproof/stack/wire"
)

// icmpv6 writes a message again, up to its checksum: the header, and what neighbour discovery and MLD have behind it. was
// is a copy of it.
func (x *builder) icmpv6(b, was []byte) {
	m := wire.ICMPv6(was)
	n := wire.ICMPHeaderLen
	var w wire.NDPOptions
	switch m.Type() {
	case wire.ICMPv6RouterSolicit:
		s, _ := wire.CheckRouterSolicit(m)
		n, w = wire.PutRouterSolicit(wipe(b[:wire.RouterSolicitLen])), s.Options()
	case wire.ICMPv6RouterAdvert:
		a, _ := wire.CheckRouterAdvert(m)
		n, w = a.Fields().Put(wipe(b[:wire.RouterAdvertLen])), a.Options()
	case wire.ICMPv6NeighborSolicit:
		s, _ := wire.CheckNeighborSolicit(m)
		n, w = wire.PutNeighborSolicit(wipe(b[:wire.NeighborMsgLen]), s.Target()), s.Options()
	case wire.ICMPv6NeighborAdvert:
		a, _ := wire.CheckNeighborAdvert(m)
		n, w = a.Fields().Put(wipe(b[:wire.NeighborMsgLen])), a.Options()
	case wire.ICMPv6Redirect:
		r, _ := wire.CheckRedirect(m)
		n, w = wire.PutRedirect(wipe(b[:wire.RedirectLen]), r.Target(), r.Dst()), r.Options()
	case wire.ICMPv6MLDv2Report:
		x.records(b, 16)
		fallthrough
	default:
		wire.ICMPFields{Type: m.Type(), Code: m.Code(), Rest: m.Rest()}.Put(wipe(b[:n]))
		return
	}
	x.spare(b[1:2], was[1:2], 0xff) // another code than 0 is not valid (RFC 4861 6.1, 7.1); the stack writes none
	switch m.Type() {
	case wire.ICMPv6RouterAdvert:
		x.spare(b[5:6], was[5:6], 0x27) // home agents, proxies and others are no matter of a host
	case wire.ICMPv6NeighborAdvert:
		x.spare(b[4:5], was[4:5], 0x1f)
		x.spare(b[5:8], was[5:8], 0xff)
	default:
		x.spare(b[4:8], was[4:8], 0xff)
	}
	for o, ok := w.Next(); ok; o, ok = w.Next() {
		x.ndOption(b[n:n+len(o)], o)
		n += len(o)
	}
}

// ndOption writes an option again, if it is of a kind that the stack writes.
func (x *builder) ndOption(b []byte, o wire.NDPOption) {
	switch o.Type() {
	case wire.NDPSourceLinkAddr, wire.NDPTargetLinkAddr:
		if m, err := wire.ParseLinkAddr(o); err == wire.OK {
			wire.PutLinkAddr(wipe(b), o.Type(), m)
		}
	case wire.NDPPrefixInfo:
		if p, err := wire.ParsePrefixInfo(o); err == wire.OK {
			p.Put(wipe(b))
			x.spare(b[3:4], o[3:4], 0x3f)
			x.spare(b[12:16], o[12:16], 0xff)
		}
	case wire.NDPMTU:
		if mtu, err := wire.ParseMTUOption(o); err == wire.OK {
			wire.PutMTUOption(wipe(b), mtu)
			x.spare(b[2:4], o[2:4], 0xff)
		}
	case wire.NDPRDNSS:
		r, err := wire.CheckRDNSS(o)
		if err != wire.OK {
			return
		}
		servers := make([]wire.Addr, r.Len())
		for i := range servers {
			servers[i] = r.Server(i)
		}
		wire.PutRDNSS(wipe(b), r.Lifetime(), servers)
		x.spare(b[2:4], o[2:4], 0xff)
	case wire.NDPRedirected:
		wire.PutRedirected(wipe(b), bytes.Clone(wire.RedirectedPacket(o)))
		x.spare(b[2:8], o[2:8], 0xff)
	}
}
