package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// solicit asks for a neighbour's link-layer address, and reports whether there was a transmit buffer to do so.
func (s *Stack) solicit(target, source wire.Addr) bool {
	if target.Is4() {
		return s.arpRequest(target, source)
	}
	return s.ndpSolicit(target, source)
}

// doubt asks the neighbour that a packet goes to for its link-layer address again: nothing seems to arrive, and it may
// have another by now (RFC 9293 3.8.3, MUST-20). Until it answers the old one serves.
func (s *Stack) doubt(now time.Duration, src, dst wire.Addr) {
	from, next, c := s.route(src, dst)
	if c != OK {
		return
	}
	if i, ask := s.neighbours.Doubt(now, next); ask && s.solicit(next, from) {
		s.neighbours.Solicited(now, i)
	}
}

// pollNeighbours does what is due about neighbours, and reports whether something had to stay undone because there was
// no transmit buffer.
func (s *Stack) pollNeighbours(now time.Duration) (blocked bool) {
	for i := range s.neighbours.Len() {
		switch s.neighbours.Due(now, i) {
		case neighbour.Solicit:
			if !s.solicit(s.neighbours.Target(i)) {
				blocked = true
				continue
			}
			s.neighbours.Solicited(now, i)
		case neighbour.GiveUp:
			s.neighbours.Fail(now, i)
			s.count(NeighbourFailures)
			s.giveUpWaiting(now, i)
		case neighbour.Send:
			blocked = !s.sendWaiting(i) || blocked
		}
	}
	return blocked
}

// sendWaiting sends the packet that waited for row i, and reports whether there was a transmit buffer to do so.
func (s *Stack) sendWaiting(i int) bool {
	p := s.neighbours.Waiting(i)
	frame := s.reserve(len(p))
	if frame == nil {
		return false
	}
	copy(frame[wire.EthernetHeaderLen:], p)
	typ := uint16(wire.EtherTypeIPv4)
	if isIPv6(p) {
		typ = wire.EtherTypeIPv6
	}
	s.send(frame, len(p), s.neighbours.MAC(i), typ)
	s.neighbours.Sent(i)
	return true
}

// giveUpWaiting drops the packet that waited for row i. Its sender hears of it as if a router had told (RFC 1122
// 2.3.2.2; RFC 4861 7.2.2).
func (s *Stack) giveUpWaiting(now time.Duration, i int) {
	p := s.neighbours.Waiting(i)
	if len(p) == 0 {
		return
	}
	s.count(DropWaitingFailed)
	if isIPv6(p) {
		s.undelivered6(now, p, HostUnreachable, 0)
	} else {
		s.undelivered4(now, p, HostUnreachable, 0)
	}
	s.neighbours.Sent(i)
}

// isIPv6 tells the packets that wait apart.
func isIPv6(packet []byte) bool { return packet[0]>>4 == 6 }
