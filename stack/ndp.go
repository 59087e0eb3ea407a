package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// ndpInput handles a message of neighbour discovery (RFC 4861).
func (s *Stack) ndpInput(now time.Duration, m *packet, msg wire.ICMPv6) {
	err := wire.CheckNDP(msg, m.src, m.dst, m.hops)
	switch {
	case err == wire.ErrHopLimit:
		s.count(DropNDPHopLimit)
		return
	case err != wire.OK || m.fragmented: // RFC 6980 5: never in fragments, not even in one
		s.count(DropNDPInvalid)
		return
	}
	switch msg.Type() {
	case wire.ICMPv6NeighborSolicit:
		s.neighborSolicit(now, m, wire.NeighborSolicit(msg))
	case wire.ICMPv6NeighborAdvert:
		s.neighborAdvert(now, wire.NeighborAdvert(msg))
	case wire.ICMPv6Redirect:
		s.redirect6(now, m, wire.Redirect(msg))
	default:
		s.count(DropICMPIgnored)
	}
}

// linkAddr returns the last link-layer address option of a type. valid is false if one is not another
// station's address.
func (s *Stack) linkAddr(o wire.NDPOptions, typ uint8) (mac wire.MAC, has, valid bool) {
	for {
		opt, ok := o.Next()
		if !ok {
			return mac, has, true
		}
		if opt.Type() != typ {
			continue
		}
		var err wire.Err
		if mac, err = wire.ParseLinkAddr(opt); err != wire.OK || !mac.IsUnicast() || mac == s.cfg.MAC {
			return mac, false, false
		}
		has = true
	}
}

// neighborSolicit: RFC 4861 7.2.3. Only neighbours are taken down: somebody on the link who asks in the name of an address
// that lies behind a router would get its packets.
func (s *Stack) neighborSolicit(now time.Duration, m *packet, ns wire.NeighborSolicit) {
	mac, has, valid := s.linkAddr(ns.Options(), wire.NDPSourceLinkAddr)
	switch {
	case !valid:
		s.count(DropNDPInvalid)
		return
	case s.isOwn6(ns.Target()):
	case m.src.IsUnspecified() && s.claimOf(ns.Target()) >= 0:
		s.conflict6(ns.Target())
		return
	default: // RFC 4862 5.4.3: nor is a tentative address resolved
		s.count(DropNDPOther)
		return
	}
	if has && s.cfg.onLink6(m.src) {
		s.learned(s.neighbours.Solicitation(now, m.src, mac))
	}
	to, solicited := m.src, true
	if to.IsUnspecified() { // a probe for duplicates: all nodes get the answer
		to, solicited = wire.AllNodes6, false
	}
	s.ndpAdvertise(now, to, ns.Target(), solicited, mac, has)
}

// ndpAdvertise answers a solicitation (RFC 4861 7.2.4). Who has said where it is gets the answer there, whether or not
// there was room to take it down.
func (s *Stack) ndpAdvertise(now time.Duration, to, target wire.Addr, solicited bool, mac wire.MAC, has bool) {
	const n = wire.NeighborMsgLen + wire.NDPLinkAddrLen
	o := outgoing{dst: to, src: target, proto: wire.ProtoICMPv6, hops: wire.NDPHopLimit, n: n, reply: true, hold: true}
	var c Cause
	if has {
		c = s.beginFrame(&o, mac)
	} else {
		c = s.beginIP(now, &o)
	}
	if !s.mayReply(c) {
		return
	}
	wire.NeighborAdvertFields{Solicited: solicited, Override: true, Target: target}.Put(o.payload)
	wire.PutLinkAddr(o.payload[wire.NeighborMsgLen:], wire.NDPTargetLinkAddr, s.cfg.MAC)
	wire.ICMPv6(o.payload).SetChecksum(o.src, o.dst)
	s.commitIP(&o)
	s.count(NDPAdvertsSent)
}

// neighborAdvert: RFC 4861 7.2.5.
func (s *Stack) neighborAdvert(now time.Duration, na wire.NeighborAdvert) {
	f := na.Fields()
	mac, has, valid := s.linkAddr(na.Options(), wire.NDPTargetLinkAddr)
	if !valid {
		s.count(DropNDPInvalid)
		return
	}
	if s.claimOf(f.Target) >= 0 {
		s.conflict6(f.Target)
		return
	}
	a := neighbour.Advertisement{
		Target: f.Target, MAC: mac, HasMAC: has,
		Router: f.Router, Solicited: f.Solicited, Override: f.Override,
	}
	switch {
	case !s.neighbours.Advertisement(now, &a):
		s.count(DropNDPOther)
	case !f.Router:
		s.forgetRouter(f.Target, false)
	}
}

// ndpSolicit asks for an address: its group (RFC 4861 7.2.2), or the neighbour itself if mac is not zero (7.3.3). From no
// address it asks whether anybody has one that we want (RFC 4862 5.4.2). It reports whether there was a transmit buffer to
// do so.
func (s *Stack) ndpSolicit(target, source wire.Addr, mac wire.MAC) bool {
	const n = wire.NeighborMsgLen + wire.NDPLinkAddrLen
	o := outgoing{dst: target, src: source, proto: wire.ProtoICMPv6, hops: wire.NDPHopLimit, n: n}
	if source.IsUnspecified() {
		o.n = wire.NeighborMsgLen // RFC 4861 4.3: no link-layer address goes with no address
	}
	if mac.IsZero() {
		o.dst = wire.SolicitedNode(target)
		mac = wire.MulticastMAC(o.dst)
	}
	if s.beginFrame(&o, mac) != OK {
		return false
	}
	wire.PutNeighborSolicit(o.payload, target)
	if o.n == n {
		wire.PutLinkAddr(o.payload[wire.NeighborMsgLen:], wire.NDPSourceLinkAddr, s.cfg.MAC)
	}
	wire.ICMPv6(o.payload).SetChecksum(o.src, o.dst)
	s.commitIP(&o)
	s.count(NDPSolicitsSent)
	return true
}
