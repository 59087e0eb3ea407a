package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

// maxDatagram is the most that the length field of an IPv4 header can say, and of an IPv6 header of what follows it.
const maxDatagram = 1<<16 - 1

// ip4Fragment takes a fragment (RFC 791 3.2, RFC 1122 3.3.2) and delivers the datagram that it makes whole.
func (s *Stack) ip4Fragment(now time.Duration, m *packet, p wire.IPv4Packet) {
	f := reassembly.Fragment{
		Key:  reassembly.Key{Src: m.src, Dst: m.dst, ID: uint32(p.ID()), Proto: m.proto},
		Head: p.Header(), Data: p.Payload(), Offset: p.FragOffset(), More: p.MF(), Group: m.group,
		ECN: reassembly.ECN(m.tos & ecnBits),
	}
	switch {
	case s.reassembly.Len() == 0:
		s.count(DropIPv4Fragment)
		return
	case len(f.Data) == 0, f.More && len(f.Data)%8 != 0:
		s.count(DropFragmentLength)
		return
	case f.Offset+len(p) > maxDatagram:
		s.count(DropFragmentTooLong)
		return
	}
	i := s.fragment(now, &f)
	if i < 0 {
		return
	}
	b, head := s.reassembly.Whole(i)
	whole := wire.IPv4Packet(b).Fields()
	if tos, ok := s.wholeTOS(i, whole.TOS); ok && len(b) <= maxDatagram {
		whole.TOS, whole.TotalLen, whole.MF, whole.FragOffset = tos, uint16(len(b)), false, 0
		whole.Put(b)
		m.bytes, m.tos, m.hops, m.group, m.fragmented = b, whole.TOS, whole.TTL, s.reassembly.Group(i), true
		s.count(Reassembled)
		s.ip4Deliver(now, m, b[head:])
	} else if ok { // its first fragment has options that the others had not
		s.count(DropFragmentTooLong)
	}
	s.reassembly.Free(i)
}

// ip6Fragment takes a fragment (RFC 8200 4.5) whose fragment header is x, and delivers the packet that it makes whole.
func (s *Stack) ip6Fragment(now time.Duration, m *packet, x wire.Ext, h wire.Fragment) {
	headers := x.Offset + wire.FragmentHeaderLen
	f := reassembly.Fragment{
		Key:  reassembly.Key{Src: m.src, Dst: m.dst, ID: h.ID},
		Head: m.bytes[:headers], Data: m.bytes[headers:], Offset: int(h.Offset), More: h.More, Group: m.group,
		ECN: reassembly.ECN(m.tos & ecnBits),
	}
	switch {
	case s.reassembly.Len() == 0:
		s.count(DropIPv6Fragment)
		return
	case len(f.Data) == 0:
		s.count(DropFragmentLength)
		return
	case f.More && len(f.Data)%8 != 0: // the fault shows in the payload length
		s.count(DropFragmentLength)
		s.paramProblem6(now, m, wire.ICMPv6BadField, 4)
		return
	case x.Offset-wire.IPv6HeaderLen+f.Offset+len(f.Data) > maxDatagram: // it is in the fragment offset
		s.count(DropFragmentTooLong)
		s.paramProblem6(now, m, wire.ICMPv6BadField, x.Offset+2)
		return
	case f.Offset == 0 && !hasHeaderChain(m.bytes): // RFC 7112 5
		s.count(DropFragmentHeaders)
		s.paramProblem6(now, m, wire.ICMPv6ShortChain, 0)
		return
	}
	i := s.fragment(now, &f)
	if i < 0 {
		return
	}
	b, head := s.reassembly.Whole(i)
	if tos, ok := s.wholeTOS(i, wire.IPv6Packet(b).TrafficClass()); ok && len(b)-wire.IPv6HeaderLen-wire.FragmentHeaderLen <= maxDatagram {
		p := withoutFragmentHeader(b, head)
		m.bytes, m.tos, m.hops, m.group = p, tos, p.HopLimit(), s.reassembly.Group(i)
		s.count(Reassembled)
		s.ip6Headers(now, m)
	} else if ok { // its first fragment has extension headers that the others had not
		s.count(DropFragmentTooLong)
	}
	s.reassembly.Free(i)
}

// wholeTOS returns the type of service or traffic class of row i, whose first fragment has first. It is not ok, and counted, if
// there is none.
func (s *Stack) wholeTOS(i int, first uint8) (tos uint8, ok bool) {
	ecn, ok := s.reassembly.ECN(i, reassembly.ECN(first&ecnBits))
	if !ok {
		s.count(DropFragmentECN)
	}
	return first&^ecnBits | uint8(ecn), ok
}

// fragment adds a fragment to what has arrived of its datagram. It returns the row of one that is whole now, else -1.
func (s *Stack) fragment(now time.Duration, f *reassembly.Fragment) int {
	i, r, evicted := s.reassembly.Add(now, f)
	if evicted {
		s.count(DropReassemblyEvicted)
	}
	switch r {
	case reassembly.Complete:
		return i
	case reassembly.Duplicate:
		s.count(DropFragmentDuplicate)
	case reassembly.Overlap:
		s.count(DropFragmentOverlap)
	case reassembly.TooLong:
		s.count(DropFragmentTooLong)
	}
	return -1
}

// withoutFragmentHeader turns a datagram that has been put together into a packet: its first head bytes, which end with a
// fragment header, become those of a packet that was never fragmented (RFC 8200 4.5).
func withoutFragmentHeader(b []byte, head int) wire.IPv6Packet {
	fragment := head - wire.FragmentHeaderLen
	next, announced := b[fragment], 0
	w := wire.IPv6Packet(b).Walk()
	for x, ok := w.Next(); ok && x.Offset <= fragment; x, ok = w.Next() {
		announced = x.NextField
	}
	copy(b[wire.FragmentHeaderLen:], b[:fragment])
	b = b[wire.FragmentHeaderLen:]
	b[announced] = next
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-wire.IPv6HeaderLen))
	return b
}

// hasHeaderChain reports whether the first fragment of a packet has all headers up to the end of the upper layer's. Were
// the ports elsewhere, a firewall could not tell what it lets through.
func hasHeaderChain(p wire.IPv6Packet) bool {
	proto, off, err := p.UpperLayer()
	if err != wire.OK {
		return false
	}
	b := p[off:]
	switch proto {
	case wire.ProtoUDP:
		return len(b) >= wire.UDPHeaderLen
	case wire.ProtoICMPv6:
		return len(b) >= wire.ICMPHeaderLen
	case wire.ProtoTCP:
		_, err := wire.CheckTCP(b)
		return err == wire.OK
	}
	return true
}

// pollReassembly gives up datagrams whose rest has not come in time. Of whom the first fragment has arrived hears of it
// (RFC 1122 3.3.2, RFC 8200 4.5).
func (s *Stack) pollReassembly(now time.Duration) {
	for {
		i, ok := s.reassembly.Expired(now)
		if !ok {
			return
		}
		s.count(DropReassemblyTimeout)
		if b := s.reassembly.First(i); len(b) > 0 {
			s.reassemblyExceeded(now, b, s.reassembly.Group(i))
		}
		s.reassembly.Free(i)
	}
}

// reassemblyExceeded tells the sender of a first fragment that the others have not come.
func (s *Stack) reassemblyExceeded(now time.Duration, b []byte, group bool) {
	m := packet{group: group, bytes: b}
	if isIPv6(b) {
		m.src, m.dst = wire.IPv6Packet(b).Src(), wire.IPv6Packet(b).Dst()
		f := wire.ICMPFields{Type: wire.ICMPv6TimeExceeded, Code: wire.ICMPv6ReassemblyExceeded}
		s.sendError(now, &m, f, wire.ProtoICMPv6)
		return
	}
	m.src, m.dst = wire.IPv4Packet(b).Src(), wire.IPv4Packet(b).Dst()
	f := wire.ICMPFields{Type: wire.ICMPv4TimeExceeded, Code: wire.ICMPv4ReassemblyExceeded}
	s.sendError(now, &m, f, wire.ProtoICMP)
}
