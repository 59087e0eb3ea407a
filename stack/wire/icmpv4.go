package wire

import "encoding/binary"

// ICMPHeaderLen is the length of the header that all ICMP messages and all ICMPv6 messages in use have: type, code,
// checksum and four bytes whose meaning the type gives.
const ICMPHeaderLen = 8

// ICMPv4 message types (RFC 792).
const (
	ICMPv4EchoReply    = 0
	ICMPv4Unreachable  = 3
	ICMPv4SourceQuench = 4 // deprecated by RFC 6633
	ICMPv4Redirect     = 5
	ICMPv4Echo         = 8
	ICMPv4TimeExceeded = 11
	ICMPv4ParamProblem = 12

	ICMPv4Timestamp      = 13
	ICMPv4TimestampReply = 14

	ICMPv4TimestampLen = ICMPHeaderLen + 12 // of both: when it was sent, received, and answered
)

// Codes of ICMPv4Unreachable (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1) and of ICMPv4TimeExceeded.
const (
	ICMPv4NetUnreachable   = 0
	ICMPv4HostUnreachable  = 1
	ICMPv4ProtoUnreachable = 2
	ICMPv4PortUnreachable  = 3
	ICMPv4FragNeeded       = 4
	ICMPv4SourceRoute      = 5
	ICMPv4NetUnknown       = 6
	ICMPv4HostUnknown      = 7
	ICMPv4NetProhibited    = 9
	ICMPv4HostProhibited   = 10
	ICMPv4Prohibited       = 13

	ICMPv4TTLExceeded        = 0
	ICMPv4ReassemblyExceeded = 1
)

// ICMPv4 is an ICMP message, up to the end of the datagram (RFC 792).
type ICMPv4 []byte

// CheckICMPv4 returns the view of the message that an IPv4 payload holds. It refuses ErrShort. It does not look at the
// checksum.
func CheckICMPv4(b []byte) (ICMPv4, Err) {
	if len(b) < ICMPHeaderLen {
		return nil, ErrShort
	}
	return ICMPv4(b), OK
}

// Type returns the type, such as ICMPv4Echo.
func (m ICMPv4) Type() uint8 { return m[0] }

// Code returns the code.
func (m ICMPv4) Code() uint8 { return m[1] }

// Checksum returns the checksum field.
func (m ICMPv4) Checksum() uint16 { return binary.BigEndian.Uint16(m[2:]) }

// Rest returns the second half of the header.
func (m ICMPv4) Rest() uint32 { return binary.BigEndian.Uint32(m[4:]) }

// ID returns the identifier of an echo or its reply.
func (m ICMPv4) ID() uint16 { return binary.BigEndian.Uint16(m[4:]) }

// Seq returns the sequence number of an echo or its reply.
func (m ICMPv4) Seq() uint16 { return binary.BigEndian.Uint16(m[6:]) }

// MTU returns the next hop's MTU in ICMPv4FragNeeded; 0 from a router that is older than RFC 1191.
func (m ICMPv4) MTU() int { return int(binary.BigEndian.Uint16(m[6:])) }

// Gateway returns the router that a redirect names.
func (m ICMPv4) Gateway() Addr { return addr4At(m[4:]) }

// Pointer returns the place of the byte that a parameter problem is about, in the quoted packet.
func (m ICMPv4) Pointer() int { return int(m[4]) }

// Payload returns what follows the header: the data of an echo, the quoted packet of an error.
func (m ICMPv4) Payload() []byte { return m[ICMPHeaderLen:] }

// IsError reports whether the message is about another packet, which it quotes. No ICMP error may answer one (RFC 1122
// 3.2.2).
func (m ICMPv4) IsError() bool {
	switch m.Type() {
	case ICMPv4Unreachable, ICMPv4SourceQuench, ICMPv4Redirect, ICMPv4TimeExceeded, ICMPv4ParamProblem:
		return true
	}
	return false
}

// Quoted returns the start of the packet that an error is about, without the extensions of RFC 4884. ErrType says that
// the message is no error; else see [CheckIPv4Quoted].
func (m ICMPv4) Quoted() (IPv4Packet, Err) {
	if !m.IsError() {
		return nil, ErrType
	}
	b := m.Payload()
	// RFC 4884 4.1 to 4.4: three types have the length of the quoted part, in 32-bit words, if extensions follow it.
	switch m.Type() {
	case ICMPv4Unreachable, ICMPv4TimeExceeded, ICMPv4ParamProblem:
		if n := int(m[5]) * 4; n > 0 {
			b = b[:min(n, len(b))]
		}
	}
	return CheckIPv4Quoted(b)
}

// VerifyChecksum returns ErrChecksum if the checksum is wrong.
func (m ICMPv4) VerifyChecksum() Err {
	if !checksumOK(m, 0) {
		return ErrChecksum
	}
	return OK
}

// SetChecksum computes the checksum over the whole message and writes it.
func (m ICMPv4) SetChecksum() {
	m[2], m[3] = 0, 0
	binary.BigEndian.PutUint16(m[2:], Checksum(m, 0))
}

// Fields returns the header unpacked.
func (m ICMPv4) Fields() ICMPFields { return icmpFields(m) }

// ICMPFields is the header of an ICMPv4 or ICMPv6 message but for the checksum, which belongs to the whole message.
type ICMPFields struct {
	Type, Code uint8
	Rest       uint32 // see EchoRest; an MTU stands in it as a number; an ICMPv4 pointer is shifted up by 24 bits
}

// EchoRest returns the second half of the header of an echo or its reply.
func EchoRest(id, seq uint16) uint32 { return uint32(id)<<16 | uint32(seq) }

// PointerRest4 returns the second half of the header of an ICMPv4 parameter problem.
func PointerRest4(pointer uint8) uint32 { return uint32(pointer) << 24 }

// ParseICMP checks that b holds the header of an ICMPv4 or ICMPv6 message and returns it unpacked.
func ParseICMP(b []byte) (ICMPFields, Err) {
	if len(b) < ICMPHeaderLen {
		return ICMPFields{}, ErrShort
	}
	return icmpFields(b), OK
}

func icmpFields(b []byte) ICMPFields {
	return ICMPFields{Type: b[0], Code: b[1], Rest: binary.BigEndian.Uint32(b[4:])}
}

// Put writes the header with a zero checksum and returns ICMPHeaderLen. SetChecksum on the whole message completes it.
func (f ICMPFields) Put(b []byte) int {
	_ = b[ICMPHeaderLen-1]
	b[0], b[1], b[2], b[3] = f.Type, f.Code, 0, 0
	binary.BigEndian.PutUint32(b[4:], f.Rest)
	return ICMPHeaderLen
}
