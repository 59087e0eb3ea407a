package wire

import "encoding/binary"

// UDPHeaderLen is the length of a UDP header.
const UDPHeaderLen = 8

// UDP is a UDP datagram (RFC 768).
type UDP []byte

// CheckUDP returns the view of the datagram that an IP payload holds, cut to its own length. It refuses ErrShort and,
// for a length below 8 or beyond b, ErrTotalLen; length 0 is a jumbogram's (RFC 2675 4) and refused with them. Bytes
// behind a shorter length are ignored. It does not look at the checksum.
func CheckUDP(b []byte) (UDP, Err) {
	if len(b) < UDPHeaderLen {
		return nil, ErrShort
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n < UDPHeaderLen || n > len(b) {
		return nil, ErrTotalLen
	}
	return UDP(b[:n]), OK
}

// SrcPort returns the source port; 0 says that no answer is expected.
func (u UDP) SrcPort() uint16 { return binary.BigEndian.Uint16(u) }

// DstPort returns the destination port.
func (u UDP) DstPort() uint16 { return binary.BigEndian.Uint16(u[2:]) }

// Checksum returns the checksum field.
func (u UDP) Checksum() uint16 { return binary.BigEndian.Uint16(u[6:]) }

// Payload returns the data.
func (u UDP) Payload() []byte { return u[UDPHeaderLen:] }

// VerifyChecksum returns ErrChecksum if the checksum is wrong. A zero field says that the sender computed none: over
// IPv4 that is allowed (RFC 768, RFC 1122 4.1.3.4), over IPv6 it is ErrNoChecksum (RFC 8200 8.1).
func (u UDP) VerifyChecksum(src, dst Addr) Err {
	if u.Checksum() == 0 {
		if src.Is6() {
			return ErrNoChecksum
		}
		return OK
	}
	if !checksumOK(u, PseudoSum(src, dst, ProtoUDP, len(u))) {
		return ErrChecksum
	}
	return OK
}

// SetChecksum computes the checksum over header and data and writes it. A sum of zero is sent as 0xffff, because zero
// means that there is none (RFC 768).
func (u UDP) SetChecksum(src, dst Addr) {
	u[6], u[7] = 0, 0
	c := Checksum(u, PseudoSum(src, dst, ProtoUDP, len(u)))
	if c == 0 {
		c = 0xffff
	}
	binary.BigEndian.PutUint16(u[6:], c)
}

// Fields returns the header unpacked.
func (u UDP) Fields() UDPFields {
	return UDPFields{SrcPort: u.SrcPort(), DstPort: u.DstPort(), Length: uint16(len(u))}
}

// UDPFields is a UDP header but for the checksum, which belongs to the whole datagram.
type UDPFields struct {
	SrcPort, DstPort uint16
	Length           uint16 // header and data, at least 8
}

// ParseUDP checks b and returns the header unpacked.
func ParseUDP(b []byte) (UDPFields, Err) {
	u, err := CheckUDP(b)
	if err != OK {
		return UDPFields{}, err
	}
	return u.Fields(), OK
}

// Put writes the header with a zero checksum and returns UDPHeaderLen. UDP(b[:f.Length]).SetChecksum completes it.
func (f UDPFields) Put(b []byte) int {
	_ = b[UDPHeaderLen-1]
	binary.BigEndian.PutUint16(b, f.SrcPort)
	binary.BigEndian.PutUint16(b[2:], f.DstPort)
	binary.BigEndian.PutUint16(b[4:], f.Length)
	b[6], b[7] = 0, 0
	return UDPHeaderLen
}
