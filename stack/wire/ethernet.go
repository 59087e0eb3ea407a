package wire

import "encoding/binary"

// EtherTypes (IEEE 802 Numbers registry).
const (
	EtherTypeIPv4 = 0x0800
	EtherTypeARP  = 0x0806
	EtherTypeVLAN = 0x8100
	EtherTypeIPv6 = 0x86dd
)

const (
	// EthernetHeaderLen is the length of both addresses and the type.
	EthernetHeaderLen = 14
	// EthernetMinPayload is what a sender pads a shorter payload to (IEEE 802.3 4.2.3.3).
	EthernetMinPayload = 46
	// EthernetMTU is the longest payload of an ordinary frame (RFC 894).
	EthernetMTU = 1500
	// minEtherType is the lowest number that is a type; lower ones are the length of an 802.3 frame (RFC 1122 2.3.3).
	minEtherType = 0x0600
)

// Ethernet is a frame from the destination address to the end of the payload, without preamble and check sequence.
type Ethernet []byte

// CheckEthernet returns the view of a frame. It refuses one that is shorter than the header (ErrShort).
func CheckEthernet(b []byte) (Ethernet, Err) {
	if len(b) < EthernetHeaderLen {
		return nil, ErrShort
	}
	return Ethernet(b), OK
}

// Dst returns the destination address.
func (f Ethernet) Dst() MAC { return macAt(f) }

// Src returns the source address.
func (f Ethernet) Src() MAC { return macAt(f[6:]) }

// Type returns the EtherType, or the length if Is8023.
func (f Ethernet) Type() uint16 { return binary.BigEndian.Uint16(f[12:]) }

// Is8023 reports whether the field behind the addresses is a length (below 1536): such a frame carries 802.2 LLC and
// never IP as RFC 894 has it.
func (f Ethernet) Is8023() bool { return f.Type() < minEtherType }

// Payload returns what follows the header, padding included: only the payload knows its length.
func (f Ethernet) Payload() []byte { return f[EthernetHeaderLen:] }

// Fields returns the header unpacked.
func (f Ethernet) Fields() EthernetFields {
	return EthernetFields{Dst: f.Dst(), Src: f.Src(), Type: f.Type()}
}

// EthernetFields is an Ethernet header.
type EthernetFields struct {
	Dst, Src MAC
	Type     uint16
}

// ParseEthernet checks b and returns its header unpacked.
func ParseEthernet(b []byte) (EthernetFields, Err) {
	f, err := CheckEthernet(b)
	if err != OK {
		return EthernetFields{}, err
	}
	return f.Fields(), OK
}

// Put writes the header and returns EthernetHeaderLen.
func (h EthernetFields) Put(b []byte) int { return PutEthernet(b, h.Dst, h.Src, h.Type) }

// PutEthernet writes a header and returns EthernetHeaderLen.
func PutEthernet(b []byte, dst, src MAC, typ uint16) int {
	_ = b[EthernetHeaderLen-1]
	dst.Put(b)
	src.Put(b[6:])
	binary.BigEndian.PutUint16(b[12:], typ)
	return EthernetHeaderLen
}
