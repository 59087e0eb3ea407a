package verify

import "stackproof/stack/wire"

func (r *Reading) wireICMP(typ, code uint8, sum uint16, rest uint32, ok bool, body []byte) {
	r.num(ICMPWhole, 1)
	r.num(ICMPType, uint64(typ))
	r.num(ICMPCode, uint64(code))
	r.num(ICMPSum, uint64(sum))
	r.num(ICMPRest, uint64(rest))
	r.bit(ICMPSumOK, ok)
	r.bytes(ICMPBody, body)
}

func (r *Reading) wireICMPv4(b []byte) {
	m, err := wire.CheckICMPv4(b)
	if err != wire.OK {
		r.refuse(ICMPWhole, err.String())
		return
	}
	r.wireICMP(m.Type(), m.Code(), m.Checksum(), m.Rest(), m.VerifyChecksum() == wire.OK, m.Payload())
	if !m.IsError() {
		return
	}
	q, err := m.Quoted()
	if err != wire.OK {
		r.pass(QuoteWhole, "a malformed quotation")
		return
	}
	r.wireQuote(q.Src(), q.Dst(), q.Protocol())
	if q.Protocol() == wire.ProtoTCP && q.FragOffset() == 0 {
		r.wireQuoteSeq(q.Payload())
	}
}

func (r *Reading) wireQuote(src, dst wire.Addr, proto uint8) {
	r.num(QuoteWhole, 1)
	r.addr(QuoteSrc, src)
	r.addr(QuoteDst, dst)
	r.num(QuoteProto, uint64(proto))
}

func (r *Reading) wireQuoteSeq(b []byte) {
	if t, err := wire.ParseQuotedTransport(b); err == wire.OK {
		r.num(QuoteSeq, uint64(t.Seq))
	}
}

func (r *Reading) wireICMPv6(b []byte, src, dst wire.Addr) {
	m, err := wire.CheckICMPv6(b)
	if err != wire.OK {
		r.refuse(ICMPWhole, err.String())
		return
	}
	r.wireICMP(m.Type(), m.Code(), m.Checksum(), m.Rest(), m.VerifyChecksum(src, dst) == wire.OK, m.Payload())
	switch t := m.Type(); {
	case t >= wire.ICMPv6Unreachable && t <= wire.ICMPv6ParamProblem:
		q, err := m.Quoted()
		if err != wire.OK {
			r.pass(QuoteWhole, "a malformed quotation")
			return
		}
		r.wireQuote(q.Src(), q.Dst(), q.NextHeader())
		if q.NextHeader() == wire.ProtoTCP {
			r.wireQuoteSeq(q.Payload())
		}
	case t >= wire.ICMPv6RouterSolicit && t <= wire.ICMPv6Redirect:
		r.wireND(m)
	case t >= wire.ICMPv6MLDQuery && t <= wire.ICMPv6MLDDone:
		d, err := wire.CheckMLD(m)
		if err != wire.OK {
			r.refuse(GroupWhole, err.String())
			return
		}
		if t == wire.ICMPv6MLDQuery {
			q, err := d.Query()
			r.wireQuery(q, err)
			return
		}
		r.num(GroupWhole, 1)
		r.addr(GroupAddr, d.Group())
	}
}

// wireND reads a message of neighbour discovery.
func (r *Reading) wireND(m wire.ICMPv6) {
	var w wire.NDPOptions
	var err wire.Err
	switch m.Type() {
	case wire.ICMPv6RouterSolicit:
		var x wire.RouterSolicit
		if x, err = wire.CheckRouterSolicit(m); err == wire.OK {
			w = x.Options()
		}
	case wire.ICMPv6RouterAdvert:
		var x wire.RouterAdvert
		if x, err = wire.CheckRouterAdvert(m); err == wire.OK {
			f := x.Fields()
			r.num(NDRAFlags, flags(f.Managed, f.Other)<<2|uint64(f.Preference))
			r.num(NDHops, uint64(f.HopLimit))
			r.num(NDLifetime, uint64(f.Lifetime))
			r.num(NDReachable, uint64(f.Reachable))
			r.num(NDRetrans, uint64(f.Retrans))
			w = x.Options()
		}
	case wire.ICMPv6NeighborSolicit:
		var x wire.NeighborSolicit
		if x, err = wire.CheckNeighborSolicit(m); err == wire.OK {
			r.addr(NDTarget, x.Target())
			w = x.Options()
		}
	case wire.ICMPv6NeighborAdvert:
		var x wire.NeighborAdvert
		if x, err = wire.CheckNeighborAdvert(m); err == wire.OK {
			f := x.Fields()
			r.addr(NDTarget, f.Target)
			r.num(NDFlags, flags(f.Router, f.Solicited, f.Override))
			w = x.Options()
		}
	case wire.ICMPv6Redirect:
		var x wire.Redirect
		if x, err = wire.CheckRedirect(m); err == wire.OK {
			r.addr(NDTarget, x.Target())
			r.addr(NDDest, x.Dst())
			w = x.Options()
		}
	}
	if err != wire.OK {
		r.refuse(NDWhole, err.String())
		return
	}
	from := len(r.scratch)
	for o, ok := w.Next(); ok; o, ok = w.Next() {
		r.item(o.Type(), o[2:])
	}
	if w.Malformed() {
		r.refuse(NDWhole, "a malformed option")
		return
	}
	r.num(NDWhole, 1)
	r.list(NDOptions, from)
	r.linkAddrs(r.values[NDOptions].b)
}

// linkAddrs notes the link-layer addresses among the options of neighbour discovery, which list has; the last of each kind
// counts.
func (r *Reading) linkAddrs(list []byte) {
	for len(list) > 0 {
		kind, n := list[0], int(list[1])<<8|int(list[2])
		if n == 6 && kind == wire.NDPSourceLinkAddr {
			r.bytes(NDSLL, list[3:9])
		} else if n == 6 && kind == wire.NDPTargetLinkAddr {
			r.bytes(NDTLL, list[3:9])
		}
		list = list[3+n:]
	}
}

func (r *Reading) wireIGMP(b []byte) {
	m, err := wire.CheckIGMP(b)
	if err != wire.OK {
		r.refuse(IGMPWhole, err.String())
		return
	}
	r.num(IGMPWhole, 1)
	r.num(IGMPType, uint64(m.Type()))
	r.num(IGMPSum, uint64(wire.ICMPv4(m).Checksum()))
	r.bit(IGMPSumOK, m.VerifyChecksum() == wire.OK)
	switch m.Type() {
	case wire.IGMPQuery:
		q, err := m.Query()
		r.wireQuery(q, err)
	case wire.IGMPv1Report, wire.IGMPv2Report, wire.IGMPLeave:
		r.num(GroupWhole, 1)
		r.addr(GroupAddr, m.Group())
	case wire.IGMPv3Report:
		// The stack sends reports and reads none: their records are read by the others, and written by it (rebuild).
	default:
		r.pass(GroupWhole, "IGMP type "+decimal(m.Type()))
	}
}

// wireQuery notes a query of IGMP or MLD.
func (r *Reading) wireQuery(q wire.GroupQuery, err wire.Err) {
	if err != wire.OK {
		r.refuse(GroupWhole, err.String())
		return
	}
	r.num(GroupWhole, 1)
	if q.Older == 2 {
		return // a query of IGMPv1 has neither group nor time
	}
	r.addr(GroupAddr, q.Group)
	r.num(GroupTime, uint64(q.MaxResp))
	if q.Older > 0 {
		return
	}
	r.num(GroupRobust, uint64(q.Robust))
	r.num(GroupEvery, uint64(q.Interval))
	from := len(r.scratch)
	for i := range q.Sources() {
		a := q.Source(i)
		at := len(r.scratch)
		r.scratch = append(r.scratch, make([]byte, a.Len())...)
		a.Put(r.scratch[at:])
	}
	r.list(GroupSources, from)
}

// flags are bits as a number, the first the highest.
func flags(all ...bool) (n uint64) {
	for _, set := range all {
		n <<= 1
		if set {
			n |= 1
		}
	}
	return n
}
