package stack

import (
	"time"

	"stackproof/stack/wire"
)

// arpInput follows RFC 826, Packet Reception: look at the sender first, whatever the operation is, and at the operation
// only if we are the target.
func (s *Stack) arpInput(now time.Duration, b []byte) {
	p, err := wire.CheckARP(b)
	if err != wire.OK {
		s.count(arpErrors[err])
		return
	}
	sender, mac := p.SenderIP(), p.SenderMAC()
	probe := sender.IsUnspecified() // RFC 5227 1.1: it asks, and has no address yet
	switch {
	case !mac.IsUnicast() || mac == s.cfg.MAC || !probe && !isUnicast4(sender) || sender == s.cfg.IPv4.Broadcast():
		s.count(DropARPSender)
		return
	case sender == s.cfg.IPv4.Addr, probe && p.TargetIP() == s.cfg.IPv4.Addr && !s.valid4():
		s.conflict4(now)
		return
	}
	known := !probe && s.neighbours.Update(now, sender, mac)
	if p.TargetIP() != s.cfg.IPv4.Addr || !s.valid4() {
		if !known {
			s.count(DropARPOther)
		}
		return
	}
	if !known && !probe && s.onLink4(sender) {
		s.learned(s.neighbours.Add(now, sender, mac))
	}
	switch p.Op() {
	case wire.ARPRequest:
		s.arpReply(p)
	case wire.ARPReply:
	default:
		s.count(DropARPOp)
	}
}

// learned counts what taking a neighbour's address down has cost.
func (s *Stack) learned(added, lost bool) {
	if !added {
		s.count(DropNeighbourNoRoom)
	}
	if lost {
		s.count(DropWaitingReplaced)
	}
}

func (s *Stack) arpReply(p wire.ARP) {
	frame := s.reserve(wire.ARPLen)
	if frame == nil {
		s.count(DropReplyNoBuffer)
		return
	}
	wire.ARPFields{
		Op:        wire.ARPReply,
		SenderMAC: s.cfg.MAC, SenderIP: s.cfg.IPv4.Addr,
		TargetMAC: p.SenderMAC(), TargetIP: p.SenderIP(),
	}.Put(frame[wire.EthernetHeaderLen:])
	s.send(frame, wire.ARPLen, p.SenderMAC(), wire.EtherTypeARP)
	s.count(ARPRepliesSent)
}

// arpRequest asks for an address: all hosts, or the one at mac if that is not zero (RFC 1122 2.3.2.1, unicast poll). It
// reports whether there was a transmit buffer to do so.
func (s *Stack) arpRequest(target, source wire.Addr, mac wire.MAC) bool {
	frame := s.reserve(wire.ARPLen)
	if frame == nil {
		return false
	}
	wire.ARPFields{
		Op:        wire.ARPRequest,
		SenderMAC: s.cfg.MAC, SenderIP: source,
		TargetIP: target,
	}.Put(frame[wire.EthernetHeaderLen:])
	if mac.IsZero() {
		mac = wire.Broadcast
	}
	s.send(frame, wire.ARPLen, mac, wire.EtherTypeARP)
	s.count(ARPRequestsSent)
	return true
}
