package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/wire"
)

// loopback is the ring of packets that we have sent to ourselves, in the slots of Storage.Loop. What is sent is taken in by
// the next Poll: nothing recurses, and one Poll takes in no more than there was when it began. No link, transmit buffer or
// neighbour has a part in it.
type loopback struct {
	head  int // the slot of the oldest packet
	count int
}

const (
	// loopLength is what a slot has before its packet: the packet's length.
	loopLength = 2
	// minLoopSlots is the fewest slots: while a packet is taken in it keeps its own, and the answer needs another.
	minLoopSlots = 2
)

// loopSlots returns how many packets can be on their way.
func (s *Stack) loopSlots() int { return len(s.st.Loop) / (int(s.cfg.MTU) + loopLength) }

func (s *Stack) loopSlot(i int) []byte {
	n := int(s.cfg.MTU) + loopLength
	return s.st.Loop[i%s.loopSlots()*n:][:n]
}

// reserveLoop returns room for a packet of n bytes, nil if there is none.
func (s *Stack) reserveLoop(n int) []byte {
	if s.loop.count >= s.loopSlots() || n > int(s.cfg.MTU) {
		return nil
	}
	b := s.loopSlot(s.loop.head + s.loop.count)
	binary.BigEndian.PutUint16(b, uint16(n))
	return b[loopLength:][:n]
}

// sendLoop hands over the packet in the reserved room.
func (s *Stack) sendLoop() {
	s.loop.count++
	s.count(PacketsLooped)
}

// loopCopy gives us a copy of a packet that goes to a group (RFC 1112 6.1).
func (s *Stack) loopCopy(packet []byte) {
	b := s.reserveLoop(len(packet))
	if b == nil {
		s.count(DropLoopFull)
		return
	}
	copy(b, packet)
	s.sendLoop()
}

// pollLoop takes in the packets that were on their way when it was called.
func (s *Stack) pollLoop(now time.Duration) {
	for range s.loop.count {
		b := s.loopSlot(s.loop.head)
		s.loopInput(now, b[loopLength:][:binary.BigEndian.Uint16(b)])
		s.loop.head = (s.loop.head + 1) % s.loopSlots()
		s.loop.count--
	}
}

// loopInput takes in a packet that we have made.
func (s *Stack) loopInput(now time.Duration, b []byte) {
	if isIPv6(b) {
		p := wire.IPv6Packet(b)
		m := packet{src: p.Src(), dst: p.Dst(), hops: p.HopLimit(), tos: p.TrafficClass(), group: p.Dst().IsMulticast(), bytes: b, loop: true}
		s.ip6Headers(now, &m)
		return
	}
	p := wire.IPv4Packet(b)
	m := packet{
		src: p.Src(), dst: p.Dst(), proto: p.Protocol(), hops: p.TTL(), tos: p.TOS(), group: s.isGroup(p.Dst()), bytes: b, loop: true,
	}
	if p.IsFragment() {
		s.ip4Fragment(now, &m, p)
		return
	}
	s.ip4Deliver(now, &m, p.Payload())
}

// isLoopback reports whether a is an address of ours that nobody else can reach: 127.0.0.0/8 (RFC 1122 3.2.1.3) or ::1 (RFC
// 4291 2.5.3).
func (s *Stack) isLoopback(a wire.Addr) bool {
	return a.IsLoopback() && s.loopSlots() > 0 && (a.Is4() && s.has4() || a.Is6() && s.cfg.IPv6.IsValid())
}

// isSelf reports whether packets to a are taken in by ourselves.
func (s *Stack) isSelf(a wire.Addr) bool { return s.loopSlots() > 0 && s.isOwn(a) }

// beginLoop makes room for a packet to ourselves.
func (s *Stack) beginLoop(o *outgoing) Cause {
	h := headerLen(o.dst)
	o.frame = s.reserveLoop(h + o.n)
	if o.frame == nil {
		return WouldBlock
	}
	o.inside, o.payload = true, o.frame[h:]
	return OK
}
