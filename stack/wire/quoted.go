package wire

import "encoding/binary"

// QuotedTransport is what the first eight bytes of a quoted payload tell about a TCP segment or UDP datagram. That much
// of it an ICMP error always has (RFC 792).
type QuotedTransport struct {
	SrcPort, DstPort uint16
	Seq              uint32 // TCP only
}

// ParseQuotedTransport reads the start of a TCP or UDP header. It refuses fewer than eight bytes (ErrShort).
func ParseQuotedTransport(b []byte) (QuotedTransport, Err) {
	if len(b) < 8 {
		return QuotedTransport{}, ErrShort
	}
	return QuotedTransport{
		SrcPort: binary.BigEndian.Uint16(b),
		DstPort: binary.BigEndian.Uint16(b[2:]),
		Seq:     binary.BigEndian.Uint32(b[4:]),
	}, OK
}
