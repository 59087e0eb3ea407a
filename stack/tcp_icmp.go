package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// tcpUndelivered takes an ICMP error about a segment of ours (RFC 9293 3.9.2.2, MUST-54); quoted is its start, at least 8
// bytes; mtu is that of the next link where the cause is TooLong (0: the router does not say). Anybody can send one who
// guesses the ends, so the quoted sequence number must be that of a segment under way (RFC 5927 4.1).
func (s *Stack) tcpUndelivered(now time.Duration, local, remote wire.Addr, quoted []byte, c Cause, mtu int) {
	lport, rport := binary.BigEndian.Uint16(quoted), binary.BigEndian.Uint16(quoted[2:])
	id := s.tcpFind(local, lport, remote, rport)
	if id < 0 || !s.st.TCP[id].state.InFlight(tcp.Seq(binary.BigEndian.Uint32(quoted[4:]))) {
		s.count(DropICMPQuote)
		return
	}
	r := &s.st.TCP[id]
	switch {
	case c == TooLong:
		// RFC 8201 4: less than the least MTU of IPv6 is a lie. IPv4 routers have leave to fragment what we send.
		if local.Is4() || mtu < wire.IPv6MinMTU {
			s.count(DropICMPIgnored)
			return
		}
		r.state.LowerMSS(mtu - headerLen(remote) - wire.TCPHeaderLen)
	case r.use == tcpOpen && r.state.State() == tcp.SynSent && isHard(c, local):
		// RFC 5927 5.2: once there is a connection its own segments know better (SHLD-26).
		r.state.Refuse()
	default: // MUST-56: no reason to give up
		r.soft = c
	}
}

// isHard reports whether RFC 9293 3.9.2.2 has an error as a reason to give up. What ICMPv6 says of the protocol is a
// parameter problem, which is none.
func isHard(c Cause, local wire.Addr) bool {
	return c == PortUnreachable || c == Prohibited || c == ProtoUnreachable && local.Is4()
}
