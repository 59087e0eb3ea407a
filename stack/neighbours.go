package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// solicit asks for a neighbour's link-layer address: all who may have it, or only the one at mac if that is not zero. It
// reports whether there was a transmit buffer to do so.
func (s *Stack) solicit(target, source wire.Addr, mac wire.MAC) bool {
	if target.Is4() {
		return s.arpRequest(target, source, mac)
	}
	return s.ndpSolicit(target, source, mac)
}

// confirm notes that the peer of a connection has acknowledged something new, or sent something that what we acknowledged
// made room for: the neighbour on the way to it hears us (RFC 4861 7.3.1).
func (s *Stack) confirm(now time.Duration, local, remote wire.Addr) {
	if _, next, c := s.firstHop(now, local, remote); c == OK {
		s.neighbours.Confirm(now, next)
	}
}

// doubt asks the neighbour that a packet goes to for its link-layer address again: nothing seems to arrive, and it may
// have another by now (RFC 9293 3.8.3, MUST-20). Until it answers the old one serves; if it does not it is probed. A router
// that a redirect named is left for the gateway at once, which knows whether it is still the way.
func (s *Stack) doubt(now time.Duration, src, dst wire.Addr) {
	s.forgetRedirect(dst)
	from, next, c := s.route(src, dst)
	if c != OK {
		return
	}
	i, _, state := s.neighbours.Lookup(now, next)
	if state.Resolved() && state != neighbour.Probe && s.solicit(next, from, wire.MAC{}) {
		s.neighbours.Doubt(now, i, from)
	}
}

// pollNeighbours does what is due about neighbours, and reports whether something had to stay undone because there was
// no transmit buffer.
func (s *Stack) pollNeighbours(now time.Duration) (blocked bool) {
	for i := range s.neighbours.Len() {
		for {
			e := s.neighbours.Due(now, i)
			if e == neighbour.Nothing {
				break
			}
			if !s.neighbourDue(now, i, e) {
				blocked = true
				break
			}
		}
	}
	return blocked
}

// neighbourDue does what is due about row i. It is false, and nothing has changed, if there is no transmit buffer.
func (s *Stack) neighbourDue(now time.Duration, i int, e neighbour.Event) bool {
	switch e {
	case neighbour.Solicit, neighbour.Ask:
		mac := wire.MAC{}
		if e == neighbour.Ask {
			mac = s.neighbours.MAC(i)
		}
		target, source := s.neighbours.Target(i)
		if !s.solicit(target, source, mac) {
			return false
		}
		s.neighbours.Solicited(now, i)
	case neighbour.GiveUp:
		s.neighbours.Fail(now, i)
		s.leaveHop(i)
		s.count(NeighbourFailures)
		s.giveUpWaiting(now, i)
	case neighbour.Forget:
		s.neighbours.Gone(i)
		s.leaveHop(i)
		s.count(NeighbourFailures)
	case neighbour.Send:
		return s.sendWaiting(now, i)
	}
	return true
}

// sendWaiting sends the packet that waited for row i, and reports whether there was a transmit buffer to do so.
func (s *Stack) sendWaiting(now time.Duration, i int) bool {
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
	_, source := s.neighbours.Target(i)
	s.neighbours.Use(now, i, source, false)
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
