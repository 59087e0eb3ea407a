package stack

import (
	"time"

	"stackproof/stack/wire"
)

// packet is what the layers above IP know of a received packet. It is borrowed: it holds until the receiver returns.
type packet struct {
	src, dst wire.Addr
	proto    uint8
	hops     uint8  // TTL or hop limit as received
	tos      uint8  // type of service or traffic class
	group    bool   // it went to a group, of IP or of the link: no ICMP error may answer it
	alert    bool   // it has a router alert
	loop     bool   // it is from ourselves
	bytes    []byte // the whole packet

	fragmented bool // it came in fragments, if only in one (RFC 6946)
}

// ip4Input handles an IPv4 packet (RFC 1122 3.2.1). linkGroup says that its frame went to a group.
func (s *Stack) ip4Input(now time.Duration, b []byte, linkGroup bool) {
	p, err := wire.CheckIPv4(b)
	if err == wire.OK {
		err = p.VerifyChecksum()
	}
	if err != wire.OK {
		s.count(ipv4Errors[err])
		return
	}
	var m packet // field by field: the whole at once is made elsewhere and copied, which waits for what was just written
	m.src, m.dst, m.proto, m.hops, m.tos, m.bytes = p.Src(), p.Dst(), p.Protocol(), p.TTL(), p.TOS(), p
	if c := s.ip4Refuse(p, &m, linkGroup); c != NumCounters {
		s.count(c)
		if c == DropIPv4Options && p.FragOffset() == 0 {
			s.badOption4(now, &m, p)
		}
		return
	}
	if p.IsFragment() {
		s.ip4Fragment(now, &m, p)
		return
	}
	s.ip4Deliver(now, &m, p.Payload())
}

// ip4Refuse returns the counter of what is wrong with a packet, NumCounters if nothing is.
func (s *Stack) ip4Refuse(p wire.IPv4Packet, m *packet, linkGroup bool) Counter {
	m.group = m.dst != s.cfg.IPv4.Addr
	switch {
	case m.group && !s.isOurGroup4(m.dst):
		return DropIPv4Other
	case !m.group && linkGroup: // RFC 1122 3.3.6
		return DropIPv4LinkGroup
	case !s.ip4SourceOK(m):
		return DropIPv4Source
	}
	o := p.Options()
	for {
		kind, _, ok := o.Next()
		if !ok {
			break
		}
		switch kind {
		case wire.IPv4OptLooseSource, wire.IPv4OptStrictSource: // RFC 7126 4.3.5, 4.4.5, and not RFC 1122 3.2.1.8 (c)
			return DropIPv4SourceRoute
		case wire.IPv4OptRouterAlert:
			m.alert = true
		}
	}
	if o.Malformed() {
		return DropIPv4Options
	}
	return NumCounters
}

// badOption4 points at the option of a packet that is malformed (RFC 1122 3.2.2.5).
func (s *Stack) badOption4(now time.Duration, m *packet, p wire.IPv4Packet) {
	o := p.Options()
	for _, _, ok := o.Next(); ok; _, _, ok = o.Next() {
	}
	s.sendError(now, m, wire.ICMPFields{Type: wire.ICMPv4ParamProblem, Rest: wire.PointerRest4(uint8(o.Offset()))}, wire.ProtoICMP)
}

// ip4SourceOK says whether a packet can come from its source address (RFC 1122 3.2.1.3). A host without an address yet
// may only speak to all.
func (s *Stack) ip4SourceOK(m *packet) bool {
	if m.src.IsUnspecified() {
		return m.group
	}
	return isUnicast4(m.src) && !s.isGroup(m.src) && m.src != s.cfg.IPv4.Addr
}

func (s *Stack) ip4Deliver(now time.Duration, m *packet, payload []byte) {
	raw := s.rawInput(m)
	switch m.proto {
	case wire.ProtoICMP:
		s.icmp4Input(now, m, payload)
	case wire.ProtoUDP:
		s.udpInput(now, m, payload)
	case wire.ProtoTCP:
		s.tcpDeliver(now, m, payload)
	case wire.ProtoIGMP:
		s.igmpInput(now, m, payload)
	default: // RFC 1122 3.2.2.1
		if raw {
			return
		}
		s.count(DropIPv4Protocol)
		s.unreachable4(now, m, wire.ICMPv4ProtoUnreachable)
	}
}

// tcpDeliver keeps from TCP what went to a group (RFC 9293 MUST-57).
func (s *Stack) tcpDeliver(now time.Duration, m *packet, segment []byte) {
	if m.group {
		s.count(DropTCPGroup)
		return
	}
	s.tcpInput(now, m, segment)
}
