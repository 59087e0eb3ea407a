package stack

import (
	"encoding/binary"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// tcpUndelivered takes an ICMP error about a segment of ours (RFC 9293 3.9.2.2, MUST-54); quoted is its start, at least 8
// bytes. Anybody can send one who guesses the ends, so the quoted sequence number must be that of a segment under way
// (RFC 5927 4.1); it reports whether it is, and with OK does nothing else. What is too long for its path is sent again when the path is known.
func (s *Stack) tcpUndelivered(local, remote wire.Addr, quoted []byte, c Cause) (sent bool) {
	lport, rport := binary.BigEndian.Uint16(quoted), binary.BigEndian.Uint16(quoted[2:])
	id := s.tcpFind(local, lport, remote, rport)
	if id < 0 || !s.st.TCP[id].state.InFlight(tcp.Seq(binary.BigEndian.Uint32(quoted[4:]))) {
		return false
	}
	r := &s.st.TCP[id]
	switch {
	case c == TooLong, c == OK: // the path is not the connection's concern
	case r.state.State() == tcp.SynSent && isHard(c, local):
		// RFC 5927 5.2: once there is a connection its own segments know better (SHLD-26).
		r.state.Refuse()
		s.tcpTouch(id)
	default: // MUST-56: no reason to give up
		r.soft = c
	}
	return true
}

// isHard reports whether RFC 9293 3.9.2.2 has an error as a reason to give up. What ICMPv6 says of the protocol is a
// parameter problem, which is none.
func isHard(c Cause, local wire.Addr) bool {
	return c == PortUnreachable || c == Prohibited || c == ProtoUnreachable && local.Is4()
}
