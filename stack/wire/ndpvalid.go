package wire

// CheckNDP says whether an NDP message is valid (RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1); an invalid one must be
// silently discarded. The addresses and the hop limit are those of the IPv6 header. The checksum is the caller's to
// verify, and so is whether a redirect comes from the router in use. ErrType says that m is no NDP message.
func CheckNDP(m ICMPv6, src, dst Addr, hopLimit uint8) Err {
	if len(m) < ICMPHeaderLen {
		return ErrShort
	}
	if m.Type() < ICMPv6RouterSolicit || m.Type() > ICMPv6Redirect {
		return ErrType
	}
	if hopLimit != NDPHopLimit {
		return ErrHopLimit
	}
	if m.Code() != 0 {
		return ErrCode
	}
	switch m.Type() {
	case ICMPv6RouterSolicit:
		return checkRouterSolicit(m, src)
	case ICMPv6RouterAdvert:
		return checkRouterAdvert(m, src)
	case ICMPv6NeighborSolicit:
		return checkNeighborSolicit(m, src, dst)
	case ICMPv6NeighborAdvert:
		return checkNeighborAdvert(m, dst)
	}
	return checkRedirect(m, src)
}

// RFC 4861 6.1.1. The header of all ICMPv6 messages is the whole fixed part of this one.
func checkRouterSolicit(m ICMPv6, src Addr) Err {
	return checkNDPOptions(RouterSolicit(m).Options(), src)
}

// RFC 4861 6.1.2.
func checkRouterAdvert(m ICMPv6, src Addr) Err {
	ra, err := CheckRouterAdvert(m)
	if err != OK {
		return err
	}
	if !src.IsLinkLocal() {
		return ErrSource
	}
	return checkNDPOptions(ra.Options(), src)
}

// RFC 4861 7.1.1.
func checkNeighborSolicit(m ICMPv6, src, dst Addr) Err {
	ns, err := CheckNeighborSolicit(m)
	if err != OK {
		return err
	}
	if ns.Target().IsMulticast() {
		return ErrTarget
	}
	// A probe for duplicates has no source, and goes to a solicited-node group.
	if src.IsUnspecified() && dst != SolicitedNode(dst) {
		return ErrDest
	}
	return checkNDPOptions(ns.Options(), src)
}

// RFC 4861 7.1.2.
func checkNeighborAdvert(m ICMPv6, dst Addr) Err {
	na, err := CheckNeighborAdvert(m)
	if err != OK {
		return err
	}
	f := na.Fields()
	if f.Target.IsMulticast() {
		return ErrTarget
	}
	if dst.IsMulticast() && f.Solicited {
		return ErrFlags
	}
	return checkNDPOptions(na.Options(), Addr{})
}

// RFC 4861 8.1.
func checkRedirect(m ICMPv6, src Addr) Err {
	r, err := CheckRedirect(m)
	if err != OK {
		return err
	}
	if !src.IsLinkLocal() {
		return ErrSource
	}
	if r.Dst().IsMulticast() {
		return ErrDest
	}
	if !r.Target().IsLinkLocal() && r.Target() != r.Dst() {
		return ErrTarget
	}
	return checkNDPOptions(r.Options(), Addr{})
}

// checkNDPOptions walks all options. Their lengths must not be zero or lead beyond the end, and a message from the
// unspecified address must not tell a source link-layer address.
func checkNDPOptions(o NDPOptions, src Addr) Err {
	for {
		opt, ok := o.Next()
		if !ok {
			break
		}
		if opt.Type() == NDPSourceLinkAddr && src.IsUnspecified() {
			return ErrOptionHere
		}
	}
	if o.Malformed() {
		return ErrOption
	}
	return OK
}
