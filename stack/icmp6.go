package stack

import (
	"time"

	"stackproof/stack/wire"
)

// icmp6Input handles an ICMPv6 message (RFC 4443).
func (s *Stack) icmp6Input(now time.Duration, m *packet, b []byte) {
	msg, err := wire.CheckICMPv6(b)
	if err == wire.OK {
		err = msg.VerifyChecksum(m.src, m.dst)
	}
	if err != wire.OK {
		s.count(icmpErrors[err])
		return
	}
	switch t := msg.Type(); {
	case t >= wire.ICMPv6RouterSolicit && t <= wire.ICMPv6Redirect:
		s.ndpInput(now, m, msg)
	case t == wire.ICMPv6MLDQuery || t == wire.ICMPv6MLDReport:
		s.mldInput(now, m, msg)
	case m.src.IsUnspecified():
		s.count(DropIPv6Source)
	case t == wire.ICMPv6Echo:
		s.echo6(now, m, msg)
	case t >= wire.ICMPv6Unreachable && t <= wire.ICMPv6ParamProblem:
		s.count(ICMPErrorsReceived)
		q, err := msg.Quoted()
		if err != wire.OK || s.isSelf(q.Dst()) != m.loop { // of what we send to ourselves nobody else knows
			s.count(DropICMPQuote)
			return
		}
		s.undelivered6(now, q, cause6(msg), int(min(msg.MTU(), 1<<16)))
	default:
		s.count(DropICMPIgnored)
	}
}

// cause6 translates an ICMPv6 error. What may pass by itself is HostUnreachable or NetUnreachable.
func cause6(msg wire.ICMPv6) Cause {
	switch {
	case msg.Type() == wire.ICMPv6PacketTooBig:
		return TooLong
	case msg.Type() == wire.ICMPv6ParamProblem && msg.Code() == wire.ICMPv6BadNextHeader:
		return ProtoUnreachable // RFC 4443 3.4: IPv6's way to say so
	case msg.Type() != wire.ICMPv6Unreachable:
		return HostUnreachable
	}
	switch msg.Code() {
	case wire.ICMPv6PortUnreachable:
		return PortUnreachable
	case wire.ICMPv6Prohibited:
		return Prohibited
	case wire.ICMPv6NoRoute, wire.ICMPv6RejectRoute:
		return NetUnreachable
	}
	return HostUnreachable
}

// echo6 answers an echo (RFC 4443 4.2), one to a group too: then from the address that the asker is reached from.
func (s *Stack) echo6(now time.Duration, m *packet, msg wire.ICMPv6) {
	o := outgoing{dst: m.src, proto: wire.ProtoICMPv6, tos: m.tos &^ 3, n: len(msg), fragment: true}
	if !m.dst.IsMulticast() {
		o.src = m.dst
	}
	if !s.beginReply(now, &o) {
		return
	}
	reply := wire.ICMPv6(o.payload)
	wire.ICMPFields{Type: wire.ICMPv6EchoReply, Rest: msg.Rest()}.Put(reply)
	copy(reply.Payload(), msg.Payload())
	reply.SetChecksum(o.src, o.dst)
	s.commitIP(&o)
	s.count(EchoRepliesSent)
}

// unreachable6 sends a destination unreachable about a packet.
func (s *Stack) unreachable6(now time.Duration, m *packet, code uint8) {
	s.sendError(now, m, wire.ICMPFields{Type: wire.ICMPv6Unreachable, Code: code}, wire.ProtoICMPv6)
}

// paramProblem6 sends a parameter problem about a packet; pointer is the place of the byte at fault. One about an option
// may be about a packet to a group (RFC 4443 2.4 e.3).
func (s *Stack) paramProblem6(now time.Duration, m *packet, code uint8, pointer int) {
	s.sendError(now, m, wire.ICMPFields{Type: wire.ICMPv6ParamProblem, Code: code, Rest: uint32(pointer)}, wire.ProtoICMPv6)
}
