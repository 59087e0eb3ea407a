package stack

import "stackproof/stack/wire"

// route returns the address that a packet to dst comes from and the neighbour to which it goes: dst itself, or a router.
// src is the sender's choice, no address if it leaves that to us. A group is its own next hop, and so are we, if there is
// loopback.
func (s *Stack) route(src, dst wire.Addr) (from, next wire.Addr, c Cause) {
	switch {
	case !s.isSelf(dst):
	case !src.IsValid(): // RFC 6724 5, rule 1
		return dst, dst, OK
	case s.isOwn(src):
		return src, dst, OK
	default:
		return src, dst, AddrNotAvailable
	}
	if dst.Is4() {
		return s.route4(src, dst)
	}
	return s.route6(src, dst)
}

func (s *Stack) route4(src, dst wire.Addr) (from, next wire.Addr, c Cause) {
	own := s.cfg.IPv4.Addr
	switch {
	case !s.has4():
		return src, dst, NetUnreachable
	case !s.valid4():
		return src, dst, AddrNotAvailable
	case src.IsValid() && src != own:
		return src, dst, AddrNotAvailable
	case s.isGroup(dst):
		return own, dst, OK
	case dst == own || !isUnicast4(dst): // RFC 1122 3.2.1.3: neither 0/8 nor 127/8 ever leaves the host
		return src, dst, NetUnreachable
	case s.onLink4(dst):
		return own, dst, OK
	case s.cfg.Gateway4.IsValid():
		return own, s.cfg.Gateway4, OK
	}
	return src, dst, NetUnreachable
}

func (s *Stack) route6(src, dst wire.Addr) (from, next wire.Addr, c Cause) {
	switch {
	case !s.has6() || !dst.Is6():
		return src, dst, NetUnreachable
	case !src.IsValid():
		src = s.source6(dst)
	}
	if !s.isOwn6(src) {
		return src, dst, AddrNotAvailable
	}
	switch {
	case dst.IsMulticast() && dst.As16()[1]&15 > 1: // RFC 4291 2.7: scope 1 is the interface, 0 is reserved
		return src, dst, OK
	case !isUnicast6(dst) || s.isOwn6(dst):
	case s.cfg.onLink6(dst):
		return src, dst, OK
	case s.cfg.Gateway6.IsValid():
		return src, s.cfg.Gateway6, OK
	}
	return src, dst, NetUnreachable
}

// source6 chooses the source address for a destination: the one of its scope (RFC 6724 5, rule 2). It may be tentative
// where no other is ours.
func (s *Stack) source6(dst wire.Addr) wire.Addr {
	if s.isOwn6(s.own6[1]) && !dst.IsLinkLocal() && !dst.IsLinkLocalMulticast() {
		return s.own6[1]
	}
	return s.own6[0]
}

// isOwn6 reports whether a is an IPv6 address of ours that we may use.
func (s *Stack) isOwn6(a wire.Addr) bool {
	return a.IsValid() && (a == s.own6[0] && s.claims[claimLink6].state == claimed ||
		a == s.own6[1] && s.claims[claimOwn6].state == claimed)
}

// isOwn reports whether a is an address of ours that we may use, if only with ourselves.
func (s *Stack) isOwn(a wire.Addr) bool {
	return a.Is4() && a == s.cfg.IPv4.Addr && s.valid4() || s.isOwn6(a) || s.isLoopback(a)
}

// onLink4 reports whether a is the address of a neighbour, if it is one at all. Link-local addresses always are (RFC
// 3927 2.6.2).
func (s *Stack) onLink4(a wire.Addr) bool { return s.cfg.IPv4.Contains(a) || a.IsLinkLocal() }

// IsBroadcast reports whether a names all hosts of the link: it is the limited broadcast or the directed one of our
// network (RFC 1122 3.2.1.3).
func (s *Stack) IsBroadcast(a wire.Addr) bool {
	return a.IsBroadcast() || a.Is4() && a == s.cfg.IPv4.Broadcast()
}

// isGroup reports whether a names more than one host: multicast or broadcast.
func (s *Stack) isGroup(a wire.Addr) bool { return a.IsMulticast() || s.IsBroadcast(a) }

// groupMAC returns the link-layer address of a group.
func groupMAC(a wire.Addr) wire.MAC {
	if a.IsMulticast() {
		return wire.MulticastMAC(a)
	}
	return wire.Broadcast
}

// isOurGroup4 reports whether we are a member: of all hosts (RFC 1112 4), the broadcasts, and what was joined.
func (s *Stack) isOurGroup4(a wire.Addr) bool {
	return s.isGroup(a) && (!a.IsMulticast() || a == wire.AllHosts4 || s.isMember(a))
}

// isOurGroup6 reports whether we are a member: of all nodes of the link, of the solicited-node groups of our addresses (RFC
// 4291 2.8), tentative ones too (RFC 4862 5.4.2), and of what was joined. Groups of the interface are not to come from
// outside.
func (s *Stack) isOurGroup6(a wire.Addr) bool {
	return a == wire.AllNodes6 || a == wire.SolicitedNode(s.own6[0]) ||
		s.own6[1].IsValid() && a == wire.SolicitedNode(s.own6[1]) || s.isMember(a)
}
