package stack

import (
	"time"

	"stackproof/stack/wire"
)

// ip6Input handles an IPv6 packet (RFC 8200). linkGroup says that its frame went to a group.
func (s *Stack) ip6Input(now time.Duration, b []byte, linkGroup bool) {
	p, err := wire.CheckIPv6(b)
	if err != wire.OK {
		s.count(ipv6Errors[err])
		return
	}
	m := packet{src: p.Src(), dst: p.Dst(), hops: p.HopLimit(), tos: p.TrafficClass(), bytes: p}
	m.group = m.dst.IsMulticast() || linkGroup
	switch {
	case !s.isOwn6(m.dst) && !s.isOurGroup6(m.dst):
		s.count(DropIPv6Other)
		return
	case !m.src.IsUnspecified() && !isUnicast6(m.src) || s.isOwn6(m.src):
		s.count(DropIPv6Source)
		return
	}
	s.ip6Headers(now, &m)
}

// ip6Headers handles the extension headers of a packet, and then delivers what they lead to.
func (s *Stack) ip6Headers(now time.Duration, m *packet) {
	w := wire.IPv6Packet(m.bytes).Walk()
	for {
		x, ok := w.Next()
		if !ok {
			break
		}
		if !s.ip6Extension(now, m, x) {
			return
		}
	}
	if err := w.Err(); err != wire.OK {
		s.count(DropIPv6Ext)
		if err == wire.ErrShort { // RFC 4443 3.4: it is the header's own length that is wrong, or that of all there is
			pointer := w.Offset() + 1
			if len(m.bytes)-w.Offset() < 8 {
				pointer = 4
			}
			s.paramProblem6(now, m, wire.ICMPv6BadField, pointer)
		}
		return
	}
	m.proto = w.Proto()
	if m.src.IsUnspecified() && m.proto != wire.ProtoICMPv6 {
		s.count(DropIPv6Source)
		return
	}
	s.ip6Deliver(now, m, w.Payload(), w.NextField())
}

func (s *Stack) ip6Deliver(now time.Duration, m *packet, payload []byte, nextField int) {
	raw := s.rawInput(m)
	switch m.proto {
	case wire.ProtoICMPv6:
		s.icmp6Input(now, m, payload)
	case wire.ProtoUDP:
		s.udpInput(now, m, payload)
	case wire.ProtoTCP:
		s.tcpDeliver(now, m, payload)
	case wire.ProtoNone: // RFC 8200 4.7
		s.count(DropIPv6Empty)
	default: // RFC 8200 4
		if raw {
			return
		}
		s.count(DropIPv6NextHeader)
		s.paramProblem6(now, m, wire.ICMPv6BadNextHeader, nextField)
	}
}

// ip6Extension handles an extension header and reports whether the packet survives it.
func (s *Stack) ip6Extension(now time.Duration, m *packet, x wire.Ext) bool {
	switch x.Proto {
	case wire.ProtoHopByHop, wire.ProtoDestOpts:
		return s.ip6Options(now, m, x)
	case wire.ProtoRouting:
		// RFC 8200 4.4: no routing type is known here, and type 0 is not to be (RFC 5095).
		if segmentsLeft := x.Data[3]; segmentsLeft != 0 {
			s.count(DropIPv6Routing)
			s.paramProblem6(now, m, wire.ICMPv6BadField, x.Offset+2)
			return false
		}
	case wire.ProtoFragment:
		f, _ := wire.ParseFragment(x.Data)
		again := m.fragmented
		m.fragmented = true
		switch {
		case f.Atomic(): // RFC 6946 4: whatever else has its identification
		case again: // a fragment of a fragment: nobody makes these, and they have no end
			s.count(DropIPv6Ext)
			return false
		default:
			s.ip6Fragment(now, m, x, f)
			return false
		}
	}
	return true
}

// ip6Options does with options that it does not know what their types say (RFC 8200 4.2). The router alert concerns
// routers, but MLD wants to see it.
func (s *Stack) ip6Options(now time.Duration, m *packet, x wire.Ext) bool {
	o := x.Options()
	for {
		typ, _, ok := o.Next()
		if !ok {
			break
		}
		action := wire.OptAction(typ)
		if action == wire.OptSkip {
			m.alert = m.alert || typ == wire.IPv6OptRouterAlert && x.Proto == wire.ProtoHopByHop // RFC 2711 2.1
			continue
		}
		s.count(DropIPv6Option)
		if action == wire.OptDiscardReport || action == wire.OptDiscardReportUni && !m.group {
			s.paramProblem6(now, m, wire.ICMPv6BadOption, x.Offset+o.Offset())
		}
		return false
	}
	if o.Malformed() { // RFC 4443 3.4
		s.count(DropIPv6Option)
		s.paramProblem6(now, m, wire.ICMPv6BadField, x.Offset+o.Offset())
		return false
	}
	return true
}
