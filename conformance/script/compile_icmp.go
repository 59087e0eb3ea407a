package script

import (
	"strings"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// icmp compiles `icmp TYPE CODE ...`: ICMP or ICMPv6 by the form.
func (b *packetBuilder) icmp(m *ICMP) {
	if b.host.form == IPv6 {
		b.need(sut.FeatureICMPv6)
	} else {
		b.need(sut.FeatureICMP)
	}
	b.out.Transport = vm.TransportICMP
	typ := b.icmpNumber("", m.Type)
	b.num(frame.ICMPType, typ)
	code := uint32(0)
	if m.Code != "" {
		code = b.icmpNumber(m.Type, m.Code)
	}
	b.num(frame.ICMPCode, code)
	if m.MTU.Set {
		b.num(frame.ICMPMTU, m.MTU.N)
	}
	if m.ID.Set {
		b.num(frame.ICMPID, m.ID.N)
	}
	if m.Seq.Set {
		b.num(frame.ICMPSeq, m.Seq.N)
	}
	switch m.Type {
	case "unreachable", "packet_too_big", "time_exceeded", "parameter_problem", "source_quench", "redirect":
		b.out.Quote = true
		if m.Quote.Kind == "tcp" || !m.Quote.Set && b.quotesStart() {
			b.num(frame.QuoteSeq, m.Quote.Seq)
		}
	default:
		b.out.Payload.Len = m.Len.N
		b.out.Payload.Any = b.src.Out && !m.Len.Set
	}
}

// quotesStart: where a script for packetdrill says nothing, the quoted segment is the first of the connection.
func (b *packetBuilder) quotesStart() bool {
	_, tcp := b.flows[flowKey{}]
	return b.foreign.On && !b.src.Out && tcp
}

// icmpNumber finds a type (of "") or the code of a type. Each has a number for a name too: type_5, code_1.
func (b *packetBuilder) icmpNumber(of, name string) uint32 {
	number, ok := strings.CutPrefix(name, "type_")
	if of != "" {
		number, ok = strings.CutPrefix(name, "code_")
	}
	if n, err := parseUint(number); ok && err == nil && n < 256 {
		return uint32(n)
	}
	for _, c := range icmpCodes {
		if c.of != of || c.name != name {
			continue
		}
		n := c.v4
		if b.host.form == IPv6 {
			n = c.v6
		}
		if n < 0 {
			b.fail(b.src.Pos, "icmp packet", "%s has no `%s`", b.host.form, name)
		}
		return uint32(n)
	}
	b.fail(b.src.Pos, "icmp packet", "`%s` is no type or code of ICMP", name)
	return 0
}

// arp compiles an ARP line. The peer asks for the stack, the stack for its next hop, and each answers the other
// (RFC 826); fields in braces say otherwise.
func (b *packetBuilder) arp(a *ARP) {
	if b.host.form != IPv4 {
		b.fail(b.src.Pos, "arp packet", "IPv6 has no ARP: the case is for `forms: ipv4` only")
	}
	b.out.Net = vm.NetARP
	from, to := "peer", "stack"
	if b.src.Out {
		from, to = "stack", "peer"
	}
	op, dst := uint32(1), "broadcast"
	if a.Reply {
		op, dst = 2, to
	}
	b.num(frame.ARPOp, op)
	b.addr(frame.EthDst, dst)
	b.addr(frame.ARPSHA, from)
	b.addr(frame.ARPSPA, from)
	if a.Reply {
		b.addr(frame.ARPTHA, to)
	} else if !b.src.Out {
		// RFC 826 sets no value for the hardware address that is asked for.
		b.addr(frame.ARPTHA, "zero")
	}
	if b.src.Out && !a.Reply {
		to = b.host.nextHop().String()
	}
	b.addr(frame.ARPTPA, to)
}

// The message types of neighbour discovery (RFC 4861 4.3, 4.4).
const (
	neighbourSolicitation  = 135
	neighbourAdvertisement = 136
)

// nd compiles a neighbour discovery line. A solicitation goes to the target's solicited-node group with the sender's
// link-layer address; an advertisement answers one, unicast (RFC 4861 7.2.2, 7.2.4). Of the stack's advertisement
// only what every answer must have is compared; braces say the rest.
func (b *packetBuilder) nd(n *ND) {
	if b.host.form != IPv6 {
		b.fail(b.src.Pos, "neighbour discovery", "IPv4 has none: the case is for `forms: ipv6` only")
	}
	b.need(sut.FeatureICMPv6)
	b.out.Transport = vm.TransportICMP
	from, to := "peer", "stack"
	if b.src.Out {
		from, to = "stack", "peer"
	}
	if !n.Advert {
		target := to
		if b.src.Out {
			target = b.host.nextHop().String()
			if b.host.nextHop() == b.host.gateway {
				to = "gateway"
			}
		}
		b.ndHeader(neighbourSolicitation, from, "solicited("+to+")", target)
		b.addr(frame.NDSLL, from)
		return
	}
	b.ndHeader(neighbourAdvertisement, from, to, from)
	if !b.src.Out {
		const solicitedOverride = 3
		b.num(frame.NDFlags, solicitedOverride)
		b.addr(frame.NDTLL, from)
	}
}

// ndHeader adds what both messages have. The interpreter sees to the hop limit, and to the Ethernet destination of what
// the stack sends.
func (b *packetBuilder) ndHeader(typ uint32, src, dst, target string) {
	b.num(frame.ICMPType, typ)
	b.num(frame.ICMPCode, 0)
	b.addr(frame.IPSrc, src)
	b.addr(frame.IPDst, dst)
	if !b.src.Out {
		b.addr(frame.EthDst, dst)
	}
	b.addr(frame.NDTarget, target)
}
