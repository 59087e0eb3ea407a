package wire

import "encoding/binary"

const (
	// TCPHeaderLen is the length of a header without options.
	TCPHeaderLen = 20
	// TCPMaxOptionsLen is the room for options in the longest header.
	TCPMaxOptionsLen = 40
)

// TCP is a TCP segment (RFC 9293 3.1).
type TCP []byte

// CheckTCP returns the view of the segment that an IP payload holds. It refuses ErrShort and, for a data offset below
// 20 bytes or beyond b, ErrHeaderLen. It looks neither at the checksum nor at the options.
func CheckTCP(b []byte) (TCP, Err) {
	if len(b) < TCPHeaderLen {
		return nil, ErrShort
	}
	s := TCP(b)
	if n := s.HeaderLen(); n < TCPHeaderLen || n > len(b) {
		return nil, ErrHeaderLen
	}
	return s, OK
}

// SrcPort returns the source port.
func (s TCP) SrcPort() uint16 { return binary.BigEndian.Uint16(s) }

// DstPort returns the destination port.
func (s TCP) DstPort() uint16 { return binary.BigEndian.Uint16(s[2:]) }

// Seq returns the sequence number of the first byte of data, or of the SYN.
func (s TCP) Seq() uint32 { return binary.BigEndian.Uint32(s[4:]) }

// Ack returns the acknowledgment number, which means something only with FlagACK.
func (s TCP) Ack() uint32 { return binary.BigEndian.Uint32(s[8:]) }

// HeaderLen returns the data offset in bytes: 20 to 60.
func (s TCP) HeaderLen() int { return int(s[12]>>4) * 4 }

// Flags returns the control bits.
func (s TCP) Flags() TCPFlags { return TCPFlags(s[13]) }

// Window returns the window field as it stands, not scaled.
func (s TCP) Window() uint16 { return binary.BigEndian.Uint16(s[14:]) }

// Checksum returns the checksum field.
func (s TCP) Checksum() uint16 { return binary.BigEndian.Uint16(s[16:]) }

// Urgent returns the urgent pointer, which means something only with FlagURG.
func (s TCP) Urgent() uint16 { return binary.BigEndian.Uint16(s[18:]) }

// Options returns the bytes of the options with their padding.
func (s TCP) Options() []byte { return s[TCPHeaderLen:s.HeaderLen()] }

// Payload returns the data.
func (s TCP) Payload() []byte { return s[s.HeaderLen():] }

// SegLen returns the sequence space that the segment takes: the data, and one each for SYN and FIN (RFC 9293 3.4).
func (s TCP) SegLen() uint32 { return uint32(len(s)-s.HeaderLen()) + s.Flags().SeqLen() }

// VerifyChecksum returns ErrChecksum if the checksum is wrong (RFC 9293 3.1, MUST-3). The addresses are those of the IP
// header.
func (s TCP) VerifyChecksum(src, dst Addr) Err {
	if !checksumOK(s, PseudoSum(src, dst, ProtoTCP, len(s))) {
		return ErrChecksum
	}
	return OK
}

// SetChecksum computes the checksum over header and data and writes it (RFC 9293 3.1, MUST-2).
func (s TCP) SetChecksum(src, dst Addr) {
	s[16], s[17] = 0, 0
	binary.BigEndian.PutUint16(s[16:], Checksum(s, PseudoSum(src, dst, ProtoTCP, len(s))))
}

// SetChecksumOf is SetChecksum for a segment with n bytes of data whose sum is known.
func (s TCP) SetChecksumOf(src, dst Addr, n int, sum uint32) {
	s[16], s[17] = 0, 0
	all := headerSum(s[:len(s)-n]) + uint64(Fold(sum)) + uint64(PseudoSum(src, dst, ProtoTCP, len(s)))
	binary.BigEndian.PutUint16(s[16:], ^fold64(all))
}

// Fields returns the fixed header unpacked.
func (s TCP) Fields() TCPFields {
	return TCPFields{
		SrcPort:    s.SrcPort(),
		DstPort:    s.DstPort(),
		Seq:        s.Seq(),
		Ack:        s.Ack(),
		OptionsLen: uint8(s.HeaderLen() - TCPHeaderLen),
		Flags:      s.Flags(),
		Window:     s.Window(),
		Urgent:     s.Urgent(),
	}
}

// TCPFields is a TCP header but for the checksum, which belongs to the whole segment.
type TCPFields struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	OptionsLen       uint8 // bytes of options, a multiple of 4, at most 40
	Flags            TCPFlags
	Window           uint16
	Urgent           uint16
}

// ParseTCP checks b and returns the fixed header unpacked.
func ParseTCP(b []byte) (TCPFields, Err) {
	s, err := CheckTCP(b)
	if err != OK {
		return TCPFields{}, err
	}
	return s.Fields(), OK
}

// Put writes the fixed header with a zero checksum and returns the header's length, 20 + OptionsLen. The options are
// the caller's (PutTCPOptions(b[20:], &o) returns the OptionsLen); TCP(b[:length]).SetChecksum completes the segment.
func (f TCPFields) Put(b []byte) int {
	n := TCPHeaderLen + int(f.OptionsLen)
	_ = b[n-1]
	binary.BigEndian.PutUint32(b, uint32(f.SrcPort)<<16|uint32(f.DstPort))
	binary.BigEndian.PutUint32(b[4:], f.Seq)
	binary.BigEndian.PutUint32(b[8:], f.Ack)
	binary.BigEndian.PutUint32(b[12:], uint32(n/4)<<28|uint32(f.Flags)<<16|uint32(f.Window))
	binary.BigEndian.PutUint32(b[16:], uint32(f.Urgent))
	return n
}
