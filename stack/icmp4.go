package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/wire"
)

// icmp4Input handles an ICMP message (RFC 792, RFC 1122 3.2.2).
func (s *Stack) icmp4Input(now time.Duration, m *packet, b []byte) {
	msg, err := wire.CheckICMPv4(b)
	if err == wire.OK {
		err = msg.VerifyChecksum()
	}
	if err != wire.OK {
		s.count(icmpErrors[err])
		return
	}
	switch msg.Type() {
	case wire.ICMPv4Echo:
		s.echo4(now, m, msg)
	case wire.ICMPv4Timestamp:
		s.timestamp4(now, m, msg)
	case wire.ICMPv4Unreachable, wire.ICMPv4TimeExceeded, wire.ICMPv4ParamProblem:
		s.count(ICMPErrorsReceived)
		q, err := msg.Quoted()
		if err != wire.OK || s.isSelf(q.Dst()) != m.loop { // of what we send to ourselves nobody else knows
			s.count(DropICMPQuote)
			return
		}
		s.undelivered4(now, q, cause4(msg), msg.MTU())
	case wire.ICMPv4Redirect:
		s.redirect4(now, m, msg)
	default: // source quench is among these (RFC 6633), and what is unknown (RFC 1122 3.2.2)
		s.count(DropICMPIgnored)
	}
}

// cause4 translates an ICMP error. What may pass by itself is HostUnreachable or NetUnreachable (RFC 1122 3.2.2.1,
// 4.2.3.9).
func cause4(msg wire.ICMPv4) Cause {
	if msg.Type() != wire.ICMPv4Unreachable {
		return HostUnreachable
	}
	switch msg.Code() {
	case wire.ICMPv4ProtoUnreachable:
		return ProtoUnreachable
	case wire.ICMPv4PortUnreachable:
		return PortUnreachable
	case wire.ICMPv4FragNeeded:
		return TooLong
	case wire.ICMPv4NetUnreachable, wire.ICMPv4NetUnknown, wire.ICMPv4NetProhibited:
		return NetUnreachable
	}
	return HostUnreachable
}

// echo4 answers an echo (RFC 1122 3.2.2.6): from the address that was asked, with all data, and with the same type of
// service (RFC 1349 5.1) but for the congestion bits, which are the sender's. An echo to a group may be discarded
// silently, and is: answers from all who hear it are an amplifier.
func (s *Stack) echo4(now time.Duration, m *packet, msg wire.ICMPv4) {
	if m.group {
		s.count(DropICMPGroup)
		return
	}
	o := outgoing{dst: m.src, src: m.dst, proto: wire.ProtoICMP, tos: m.tos &^ 3, n: len(msg), fragment: true}
	if !s.beginReply(now, &o) {
		return
	}
	reply := wire.ICMPv4(o.payload)
	wire.ICMPFields{Type: wire.ICMPv4EchoReply, Rest: msg.Rest()}.Put(reply)
	copy(reply.Payload(), msg.Payload())
	reply.SetChecksum()
	s.commitIP(&o)
	s.count(EchoRepliesSent)
}

// timestamp4 answers a timestamp request (RFC 1122 3.2.2.8, which leaves it to the host) as echo4 does an echo. The time is in
// milliseconds since the epoch of this host, which the highest bit says is not midnight (RFC 792).
func (s *Stack) timestamp4(now time.Duration, m *packet, msg wire.ICMPv4) {
	if m.group || len(msg) < wire.ICMPv4TimestampLen {
		s.count(DropICMPIgnored)
		return
	}
	o := outgoing{dst: m.src, src: m.dst, proto: wire.ProtoICMP, tos: m.tos &^ 3, n: wire.ICMPv4TimestampLen}
	if !s.beginReply(now, &o) {
		return
	}
	reply := wire.ICMPv4(o.payload)
	wire.ICMPFields{Type: wire.ICMPv4TimestampReply, Rest: msg.Rest()}.Put(reply)
	copy(reply.Payload(), msg.Payload()[:4])
	t := uint32(now/time.Millisecond) | 1<<31
	binary.BigEndian.PutUint32(reply.Payload()[4:], t)
	binary.BigEndian.PutUint32(reply.Payload()[8:], t)
	reply.SetChecksum()
	s.commitIP(&o)
	s.count(EchoRepliesSent)
}

// unreachable4 sends a destination unreachable about a packet.
func (s *Stack) unreachable4(now time.Duration, m *packet, code uint8) {
	s.sendError(now, m, wire.ICMPFields{Type: wire.ICMPv4Unreachable, Code: code}, wire.ProtoICMP)
}
