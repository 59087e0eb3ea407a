// Package frame is the judge's own packet codec. It shares nothing with the stack's, so that a bug in either shows as
// a disagreement.
//
// A frame stays bytes. Parse finds where its layers lie and whether it is well formed (lengths, checksums, zero
// padding); after that any Field can be read, and written, in place. The same three steps serve the judge's
// expectations, the frames that it sends, and the faults that it plants in a stack's output.
//
// Core rules hold: the package runs on the board.
package frame

// Field names one header field, the same for IPv4 and IPv6 where the meaning is the same.
type Field uint8

const (
	FieldNone Field = iota

	EthDst // 6 bytes
	EthSrc // 6 bytes
	EthType

	ARPHType
	ARPPType
	ARPHLen
	ARPPLen
	ARPOp
	ARPSHA // 6 bytes
	ARPSPA // 4 bytes
	ARPTHA // 6 bytes
	ARPTPA // 4 bytes

	IPVersion
	IPIHL // v4: header length in 32-bit words
	IPTOS // v4: the whole octet; v6: traffic class
	IPLen // v4: total length; v6: payload length
	IPID  // v4
	IPDF  // v4
	IPMF  // v4
	IPOff // v4: in units of 8 bytes
	IPTTL // v6: hop limit
	IPProto
	IPSum  // v4
	IPSrc  // 4 or 16 bytes
	IPDst  // 4 or 16 bytes
	IPFlow // v6: flow label

	ICMPType
	ICMPCode
	ICMPSum
	ICMPID
	ICMPSeq
	ICMPMTU
	ICMPPointer

	NDTarget // 16 bytes: NS, NA, Redirect
	NDFlags  // NA: the R, S and O bits as 4, 2, 1
	NDSLL    // 6 bytes: source link-layer address option; absent reads as not there
	NDTLL    // 6 bytes: target link-layer address option

	UDPSrcPort
	UDPDstPort
	UDPLen
	UDPSum

	TCPSrcPort
	TCPDstPort
	TCPSeq
	TCPAck
	TCPOff   // data offset in 32-bit words
	TCPFlags // CWR ECE URG ACK PSH RST SYN FIN, bit 7 to 0
	TCPWin
	TCPSum
	TCPUrg

	PayloadLen // bytes after the last header that Parse knows

	fields
)
