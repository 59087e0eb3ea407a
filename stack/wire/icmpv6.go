package wire

import "encoding/binary"

// ICMPv6 message types (RFC 4443, RFC 2710, RFC 4861, RFC 3810). Types below 128 are errors.
const (
	ICMPv6Unreachable     = 1
	ICMPv6PacketTooBig    = 2
	ICMPv6TimeExceeded    = 3
	ICMPv6ParamProblem    = 4
	ICMPv6Echo            = 128
	ICMPv6EchoReply       = 129
	ICMPv6MLDQuery        = 130
	ICMPv6MLDReport       = 131
	ICMPv6MLDDone         = 132
	ICMPv6RouterSolicit   = 133
	ICMPv6RouterAdvert    = 134
	ICMPv6NeighborSolicit = 135
	ICMPv6NeighborAdvert  = 136
	ICMPv6Redirect        = 137
	ICMPv6MLDv2Report     = 143
)

// Codes of ICMPv6Unreachable, ICMPv6TimeExceeded and ICMPv6ParamProblem (RFC 4443 3.1, 3.3, 3.4; RFC 7112 5).
const (
	ICMPv6NoRoute         = 0
	ICMPv6Prohibited      = 1
	ICMPv6BeyondScope     = 2
	ICMPv6AddrUnreachable = 3
	ICMPv6PortUnreachable = 4
	ICMPv6SourcePolicy    = 5
	ICMPv6RejectRoute     = 6

	ICMPv6HopLimitExceeded   = 0
	ICMPv6ReassemblyExceeded = 1

	ICMPv6BadField      = 0
	ICMPv6BadNextHeader = 1
	ICMPv6BadOption     = 2
	ICMPv6ShortChain    = 3
)

// ICMPv6 is an ICMPv6 message, up to the end of the packet (RFC 4443). Its header unpacked is an [ICMPFields].
type ICMPv6 []byte

// CheckICMPv6 returns the view of the message behind the IPv6 headers. It refuses ErrShort for fewer than eight bytes:
// no message in use is shorter. It does not look at the checksum.
func CheckICMPv6(b []byte) (ICMPv6, Err) {
	if len(b) < ICMPHeaderLen {
		return nil, ErrShort
	}
	return ICMPv6(b), OK
}

// Type returns the type, such as ICMPv6Echo.
func (m ICMPv6) Type() uint8 { return m[0] }

// Code returns the code.
func (m ICMPv6) Code() uint8 { return m[1] }

// Checksum returns the checksum field.
func (m ICMPv6) Checksum() uint16 { return binary.BigEndian.Uint16(m[2:]) }

// Rest returns the second half of the header.
func (m ICMPv6) Rest() uint32 { return binary.BigEndian.Uint32(m[4:]) }

// ID returns the identifier of an echo or its reply.
func (m ICMPv6) ID() uint16 { return binary.BigEndian.Uint16(m[4:]) }

// Seq returns the sequence number of an echo or its reply.
func (m ICMPv6) Seq() uint16 { return binary.BigEndian.Uint16(m[6:]) }

// MTU returns the next hop's MTU in ICMPv6PacketTooBig.
func (m ICMPv6) MTU() uint32 { return m.Rest() }

// Pointer returns the place that a parameter problem is about, in the original packet; it may lie beyond the quoted
// part.
func (m ICMPv6) Pointer() uint32 { return m.Rest() }

// Payload returns what follows the header: the data of an echo, the quoted packet of an error.
func (m ICMPv6) Payload() []byte { return m[ICMPHeaderLen:] }

// IsError reports whether the message is about another packet, which it quotes. No ICMPv6 error may answer one (RFC
// 4443 2.4 e).
func (m ICMPv6) IsError() bool { return m.Type() < 128 }

// Quoted returns the start of the packet that an error is about, without the extensions of RFC 4884. It takes errors of
// unknown type for what all known ones are, since the upper layer must hear of them too (RFC 4443 2.4 a). ErrType says
// that the message is no error; else see [CheckIPv6Quoted].
func (m ICMPv6) Quoted() (IPv6Packet, Err) {
	if !m.IsError() {
		return nil, ErrType
	}
	b := m.Payload()
	switch m.Type() {
	case ICMPv6Unreachable, ICMPv6TimeExceeded:
		// RFC 4884 4.5, 4.6: the length of the quoted part, in 64-bit words, if extensions follow it.
		if n := int(m[4]) * 8; n > 0 {
			b = b[:min(n, len(b))]
		}
	}
	return CheckIPv6Quoted(b)
}

// VerifyChecksum returns ErrChecksum if the checksum is wrong. The addresses are those of the IPv6 header (RFC 4443
// 2.3).
func (m ICMPv6) VerifyChecksum(src, dst Addr) Err {
	if !checksumOK(m, PseudoSum(src, dst, ProtoICMPv6, len(m))) {
		return ErrChecksum
	}
	return OK
}

// SetChecksum computes the checksum over the whole message and writes it.
func (m ICMPv6) SetChecksum(src, dst Addr) {
	m[2], m[3] = 0, 0
	binary.BigEndian.PutUint16(m[2:], Checksum(m, PseudoSum(src, dst, ProtoICMPv6, len(m))))
}

// Fields returns the header unpacked.
func (m ICMPv6) Fields() ICMPFields { return icmpFields(m) }
