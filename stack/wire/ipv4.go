package wire

import "encoding/binary"

const (
	// IPv4HeaderLen is the length of a header without options.
	IPv4HeaderLen = 20
	// IPv4MinMTU is the datagram that every host must be able to receive (RFC 791 3.1 Total Length; RFC 1122 3.3.2).
	IPv4MinMTU = 576

	ipv4DF         = 0x4000
	ipv4MF         = 0x2000
	ipv4OffsetMask = 0x1fff
)

// IPv4Packet is an IPv4 datagram or fragment, from its header to its last byte (RFC 791).
type IPv4Packet []byte

// CheckIPv4 returns the view of the datagram at the start of b, cut to its total length, so that padding of the frame
// is no part of it. It refuses ErrShort, ErrVersion, ErrHeaderLen, and ErrTotalLen for a total length that is below the
// header's or beyond b. It does not look at the checksum.
func CheckIPv4(b []byte) (IPv4Packet, Err) {
	p, err := CheckIPv4Quoted(b)
	if err == OK && p.TotalLen() > len(p) {
		return nil, ErrTotalLen
	}
	return p, err
}

// CheckIPv4Quoted is CheckIPv4 for the start of a datagram, as an ICMP error quotes it: the header must be whole, but
// the total length may promise more than b has. The payload is then what there is of it.
func CheckIPv4Quoted(b []byte) (IPv4Packet, Err) {
	if len(b) < IPv4HeaderLen {
		return nil, ErrShort
	}
	if b[0]>>4 != 4 {
		return nil, ErrVersion
	}
	p := IPv4Packet(b)
	header, total := p.HeaderLen(), p.TotalLen()
	if header < IPv4HeaderLen || header > len(b) {
		return nil, ErrHeaderLen
	}
	if total < header {
		return nil, ErrTotalLen
	}
	return p[:min(total, len(p))], OK
}

// HeaderLen returns the length of the header with its options, in bytes: 20 to 60.
func (p IPv4Packet) HeaderLen() int { return int(p[0]&15) * 4 }

// TOS returns the type of service byte: six bits of DSCP, two of ECN.
func (p IPv4Packet) TOS() uint8 { return p[1] }

// ECN returns the congestion bits, such as ECNCE.
func (p IPv4Packet) ECN() uint8 { return p[1] & 3 }

// TotalLen returns the total length field. Only in a quoted packet can it differ from len(p).
func (p IPv4Packet) TotalLen() int { return int(binary.BigEndian.Uint16(p[2:])) }

// ID returns the identification, which tells the fragments of one datagram from those of another.
func (p IPv4Packet) ID() uint16 { return binary.BigEndian.Uint16(p[4:]) }

func (p IPv4Packet) flagsAndOffset() uint16 { return binary.BigEndian.Uint16(p[6:]) }

// DF reports whether the datagram must not be fragmented.
func (p IPv4Packet) DF() bool { return p.flagsAndOffset()&ipv4DF != 0 }

// MF reports whether more fragments follow this one.
func (p IPv4Packet) MF() bool { return p.flagsAndOffset()&ipv4MF != 0 }

// FragOffset returns the place of the payload in the whole datagram's, in bytes.
func (p IPv4Packet) FragOffset() int { return int(p.flagsAndOffset()&ipv4OffsetMask) * 8 }

// IsFragment reports whether this is a part of a datagram and not the whole.
func (p IPv4Packet) IsFragment() bool { return p.flagsAndOffset()&(ipv4MF|ipv4OffsetMask) != 0 }

// TTL returns the time to live.
func (p IPv4Packet) TTL() uint8 { return p[8] }

// Protocol returns the protocol of the payload, such as ProtoTCP.
func (p IPv4Packet) Protocol() uint8 { return p[9] }

// Checksum returns the header checksum field.
func (p IPv4Packet) Checksum() uint16 { return binary.BigEndian.Uint16(p[10:]) }

// VerifyChecksum returns ErrChecksum if the header checksum is wrong.
func (p IPv4Packet) VerifyChecksum() Err {
	if !checksumOK(p.Header(), 0) {
		return ErrChecksum
	}
	return OK
}

// Src returns the source address.
func (p IPv4Packet) Src() Addr { return addr4At(p[12:]) }

// Dst returns the destination address.
func (p IPv4Packet) Dst() Addr { return addr4At(p[16:]) }

// Header returns the header with its options.
func (p IPv4Packet) Header() []byte { return p[:p.HeaderLen()] }

// Options returns an iterator over the options.
func (p IPv4Packet) Options() IPv4Options {
	return IPv4Options{optionWalk{b: p[IPv4HeaderLen:p.HeaderLen()]}}
}

// Payload returns what follows the header, up to the total length.
func (p IPv4Packet) Payload() []byte { return p[p.HeaderLen():] }

// Fields returns the header unpacked.
func (p IPv4Packet) Fields() IPv4Fields {
	return IPv4Fields{
		OptionsLen: uint8(p.HeaderLen() - IPv4HeaderLen),
		TOS:        p.TOS(),
		TotalLen:   uint16(p.TotalLen()),
		ID:         p.ID(),
		DF:         p.DF(),
		MF:         p.MF(),
		FragOffset: uint16(p.FragOffset()),
		TTL:        p.TTL(),
		Protocol:   p.Protocol(),
		Src:        p.Src(),
		Dst:        p.Dst(),
	}
}

// IPv4Fields is an IPv4 header.
type IPv4Fields struct {
	OptionsLen uint8 // bytes of options, a multiple of 4, at most 40
	TOS        uint8
	TotalLen   uint16 // header, options and payload
	ID         uint16
	DF, MF     bool
	FragOffset uint16 // in bytes, a multiple of 8
	TTL        uint8
	Protocol   uint8
	Src, Dst   Addr // of the IPv4 family
}

// ParseIPv4 checks b, the header checksum included, and returns the header unpacked.
func ParseIPv4(b []byte) (IPv4Fields, Err) {
	p, err := CheckIPv4(b)
	if err == OK {
		err = p.VerifyChecksum()
	}
	if err != OK {
		return IPv4Fields{}, err
	}
	return p.Fields(), OK
}

// Put writes the header and its checksum and returns the header's length, 20 + OptionsLen. The options are the
// caller's: they must stand in b, from byte 20, before Put sums them up.
func (f IPv4Fields) Put(b []byte) int {
	n := IPv4HeaderLen + int(f.OptionsLen)
	_ = b[n-1]
	frag := f.FragOffset / 8
	if f.DF {
		frag |= ipv4DF
	}
	if f.MF {
		frag |= ipv4MF
	}
	// The checksum is that of the words as they are written: to read them back at once would wait for the writes.
	w0 := 4<<28 | uint32(n/4)<<24 | uint32(f.TOS)<<16 | uint32(f.TotalLen)
	w1 := uint32(f.ID)<<16 | uint32(frag)
	w2 := uint32(f.TTL)<<24 | uint32(f.Protocol)<<16
	w3, w4 := uint32(f.Src.lo), uint32(f.Dst.lo)
	sum := uint64(w0) + uint64(w1) + uint64(w2) + uint64(w3) + uint64(w4)
	if n > IPv4HeaderLen {
		sum += uint64(Sum(b[IPv4HeaderLen:n], 0))
	}
	binary.BigEndian.PutUint32(b, w0)
	binary.BigEndian.PutUint32(b[4:], w1)
	binary.BigEndian.PutUint32(b[8:], w2|uint32(^fold64(sum)))
	binary.BigEndian.PutUint32(b[12:], w3)
	binary.BigEndian.PutUint32(b[16:], w4)
	return n
}
