package wire

import "encoding/binary"

const (
	// IPv6HeaderLen is the length of the fixed header.
	IPv6HeaderLen = 40
	// IPv6MinMTU is the packet that every link carries (RFC 8200 5).
	IPv6MinMTU = 1280
	// NDPHopLimit is the hop limit of every NDP message; a router would have lowered it (RFC 4861 3.1).
	NDPHopLimit = 255
)

// IPv6Packet is an IPv6 packet from its fixed header to its last byte (RFC 8200).
type IPv6Packet []byte

// CheckIPv6 returns the view of the packet at the start of b, cut to its payload length, so that padding of the frame
// is no part of it. It refuses ErrShort, ErrVersion and, for a payload length beyond b, ErrTotalLen. A jumbogram (RFC
// 2675) has payload length 0 and is taken as that.
func CheckIPv6(b []byte) (IPv6Packet, Err) {
	p, err := CheckIPv6Quoted(b)
	if err == OK && p.PayloadLen() > len(p)-IPv6HeaderLen {
		return nil, ErrTotalLen
	}
	return p, err
}

// CheckIPv6Quoted is CheckIPv6 for the start of a packet, as an ICMPv6 error quotes it: the fixed header must be whole,
// but the payload length may promise more than b has. The payload is then what there is of it.
func CheckIPv6Quoted(b []byte) (IPv6Packet, Err) {
	if len(b) < IPv6HeaderLen {
		return nil, ErrShort
	}
	if b[0]>>4 != 6 {
		return nil, ErrVersion
	}
	p := IPv6Packet(b)
	return p[:min(IPv6HeaderLen+p.PayloadLen(), len(p))], OK
}

// TrafficClass returns the traffic class: six bits of DSCP, two of ECN.
func (p IPv6Packet) TrafficClass() uint8 { return p[0]<<4 | p[1]>>4 }

// ECN returns the congestion bits, such as ECNCE.
func (p IPv6Packet) ECN() uint8 { return p[1] >> 4 & 3 }

// FlowLabel returns the flow label, 20 bits.
func (p IPv6Packet) FlowLabel() uint32 { return binary.BigEndian.Uint32(p) & 0xfffff }

// PayloadLen returns the payload length field. Only in a quoted packet can it differ from len(p) - 40.
func (p IPv6Packet) PayloadLen() int { return int(binary.BigEndian.Uint16(p[4:])) }

// NextHeader returns what the fixed header says follows it. See [IPv6Packet.Walk] for the upper-layer protocol.
func (p IPv6Packet) NextHeader() uint8 { return p[6] }

// HopLimit returns the hop limit.
func (p IPv6Packet) HopLimit() uint8 { return p[7] }

// Src returns the source address.
func (p IPv6Packet) Src() Addr { return addr6At(p[8:]) }

// Dst returns the destination address.
func (p IPv6Packet) Dst() Addr { return addr6At(p[24:]) }

// Payload returns what follows the fixed header: extension headers and upper layer, up to the payload length.
func (p IPv6Packet) Payload() []byte { return p[IPv6HeaderLen:] }

// Fields returns the fixed header unpacked.
func (p IPv6Packet) Fields() IPv6Fields {
	return IPv6Fields{
		TrafficClass: p.TrafficClass(),
		FlowLabel:    p.FlowLabel(),
		PayloadLen:   uint16(p.PayloadLen()),
		NextHeader:   p.NextHeader(),
		HopLimit:     p.HopLimit(),
		Src:          p.Src(),
		Dst:          p.Dst(),
	}
}

// IPv6Fields is an IPv6 fixed header.
type IPv6Fields struct {
	TrafficClass uint8
	FlowLabel    uint32 // 20 bits
	PayloadLen   uint16 // extension headers and upper layer
	NextHeader   uint8
	HopLimit     uint8
	Src, Dst     Addr // of the IPv6 family
}

// ParseIPv6 checks b and returns the fixed header unpacked.
func ParseIPv6(b []byte) (IPv6Fields, Err) {
	p, err := CheckIPv6(b)
	if err != OK {
		return IPv6Fields{}, err
	}
	return p.Fields(), OK
}

// Put writes the fixed header and returns IPv6HeaderLen.
func (f IPv6Fields) Put(b []byte) int {
	_ = b[IPv6HeaderLen-1]
	binary.BigEndian.PutUint32(b, 6<<28|uint32(f.TrafficClass)<<20|f.FlowLabel&0xfffff)
	binary.BigEndian.PutUint16(b[4:], f.PayloadLen)
	b[6], b[7] = f.NextHeader, f.HopLimit
	f.Src.put6(b[8:])
	f.Dst.put6(b[24:])
	return IPv6HeaderLen
}
