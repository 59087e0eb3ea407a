package frame

// Field names one header field, the same for IPv4 and IPv6 where the meaning is the same. A field is a number of at
// most 32 bits or an address (Bits, IsAddr).
type Field uint8

const (
	FieldNone Field = iota

	EthDst  // 6 bytes
	EthSrc  // 6 bytes
	EthType // or the length of an 802.3 frame

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
	IPID  // v4; v6: of the fragment header (32 bits)
	IPRF  // v4: the reserved flag
	IPDF  // v4
	IPMF  // v4; v6: of the fragment header
	IPOff // in units of 8 bytes; v6: of the fragment header
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
	ICMPMTU     // v4: next-hop MTU (16 bits); v6: packet too big (32 bits)
	ICMPPointer // v4: 8 bits; v6: 32 bits
	ICMPGateway // 4 bytes: v4 redirect

	// QuoteSeq is the TCP sequence number in the datagram that an ICMP error quotes.
	QuoteSeq

	NDTarget // 16 bytes: NS, NA, redirect
	NDDest   // 16 bytes: redirect
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
	TCPRes   // the four reserved bits
	TCPFlags // CWR ECE URG ACK PSH RST SYN FIN, bit 7 to 0
	TCPWin
	TCPSum
	TCPUrg

	PayloadLen // bytes after the last header that Parse knows; read only

	IGMPType
	IGMPCode
	IGMPSum
	IGMPGroup // 4 bytes: queries, and what is older than IGMPv3
	MLDGroup  // 16 bytes: queries, and what is older than MLDv2
	// Of the first record of a report of IGMPv3 or MLDv2: its type and its group.
	RecordType
	RecordGroup4 // 4 bytes
	RecordGroup6 // 16 bytes
	NDOptLen     // length of the source link-layer address option, in units of 8 bytes

	fields
)

// Fields is how many there are: valid ones lie from 1 to Fields-1.
const Fields = int(fields)

// Role is what a field's value depends on, and so how it is written.
type Role uint8

const (
	Free   Role = iota // on nothing
	Length             // on how long something is; Repair computes it, and checksums depend on it
	Sum                // on all the bytes that it covers; Repair computes it last
)

// about is what is fixed about a field.
type about struct {
	name string
	bits uint8 // the most it can have; addresses: 48, 32 or 128
	addr bool
	role Role
}

var abouts = [fields]about{
	EthDst: {"eth.dst", 48, true, Free}, EthSrc: {"eth.src", 48, true, Free}, EthType: {"eth.type", 16, false, Free},

	ARPHType: {"arp.htype", 16, false, Free}, ARPPType: {"arp.ptype", 16, false, Free},
	ARPHLen: {"arp.hlen", 8, false, Free}, ARPPLen: {"arp.plen", 8, false, Free}, ARPOp: {"arp.op", 16, false, Free},
	ARPSHA: {"arp.sha", 48, true, Free}, ARPSPA: {"arp.spa", 32, true, Free},
	ARPTHA: {"arp.tha", 48, true, Free}, ARPTPA: {"arp.tpa", 32, true, Free},

	IPVersion: {"ip.version", 4, false, Free}, IPIHL: {"ip.ihl", 4, false, Length}, IPTOS: {"ip.tos", 8, false, Free},
	IPLen: {"ip.len", 16, false, Length}, IPID: {"ip.id", 32, false, Free}, IPRF: {"ip.rf", 1, false, Free},
	IPDF: {"ip.df", 1, false, Free}, IPMF: {"ip.mf", 1, false, Free}, IPOff: {"ip.off", 13, false, Free},
	IPTTL: {"ip.ttl", 8, false, Free}, IPProto: {"ip.proto", 8, false, Free}, IPSum: {"ip.sum", 16, false, Sum},
	IPSrc: {"ip.src", 128, true, Free}, IPDst: {"ip.dst", 128, true, Free}, IPFlow: {"ip.flow", 20, false, Free},

	ICMPType: {"icmp.type", 8, false, Free}, ICMPCode: {"icmp.code", 8, false, Free},
	ICMPSum: {"icmp.sum", 16, false, Sum}, ICMPID: {"icmp.id", 16, false, Free},
	ICMPSeq: {"icmp.seq", 16, false, Free}, ICMPMTU: {"icmp.mtu", 32, false, Free},
	ICMPPointer: {"icmp.pointer", 32, false, Free}, ICMPGateway: {"icmp.gateway", 32, true, Free},
	QuoteSeq: {"quote.seq", 32, false, Free},

	NDTarget: {"nd.target", 128, true, Free}, NDDest: {"nd.dest", 128, true, Free},
	NDFlags: {"nd.flags", 3, false, Free}, NDSLL: {"nd.sll", 48, true, Free}, NDTLL: {"nd.tll", 48, true, Free},
	NDOptLen: {"nd.optlen", 8, false, Length},

	IGMPType: {"igmp.type", 8, false, Free}, IGMPCode: {"igmp.code", 8, false, Free},
	IGMPSum: {"igmp.sum", 16, false, Sum}, IGMPGroup: {"igmp.group", 32, true, Free},
	MLDGroup: {"mld.group", 128, true, Free}, RecordType: {"record.type", 8, false, Free},
	RecordGroup4: {"igmp.record", 32, true, Free}, RecordGroup6: {"mld.record", 128, true, Free},

	UDPSrcPort: {"udp.sport", 16, false, Free}, UDPDstPort: {"udp.dport", 16, false, Free},
	UDPLen: {"udp.len", 16, false, Length}, UDPSum: {"udp.sum", 16, false, Sum},

	TCPSrcPort: {"tcp.sport", 16, false, Free}, TCPDstPort: {"tcp.dport", 16, false, Free},
	TCPSeq: {"tcp.seq", 32, false, Free}, TCPAck: {"tcp.ack", 32, false, Free}, TCPOff: {"tcp.off", 4, false, Length},
	TCPRes: {"tcp.res", 4, false, Free}, TCPFlags: {"tcp.flags", 8, false, Free}, TCPWin: {"tcp.win", 16, false, Free},
	TCPSum: {"tcp.sum", 16, false, Sum}, TCPUrg: {"tcp.urg", 16, false, Free},

	PayloadLen: {"payload.len", 16, false, Free},
}

// String is the field's name in scripts and reports.
func (f Field) String() string {
	if f > FieldNone && f < fields {
		return abouts[f].name
	}
	return "unknown"
}

// Bits is the width of the field in bits; for one that is narrower in one of the two IP versions, the greater.
func (f Field) Bits() int {
	if f < fields {
		return int(abouts[f].bits)
	}
	return 0
}

// IsAddr tells whether the field is an address (bytes) and not a number.
func (f Field) IsAddr() bool { return f < fields && abouts[f].addr }

// Role is what the field's value depends on.
func (f Field) Role() Role {
	if f < fields {
		return abouts[f].role
	}
	return Free
}

// FieldByName finds a field; ok is false for a name that this version does not know.
func FieldByName(name []byte) (f Field, ok bool) {
	for i := range abouts {
		if i > 0 && equal(abouts[i].name, name) {
			return Field(i), true
		}
	}
	return FieldNone, false
}

// equal compares without the allocation that a conversion would cost on the board.
func equal(s string, b []byte) bool {
	if len(s) != len(b) {
		return false
	}
	for i := range b {
		if s[i] != b[i] {
			return false
		}
	}
	return true
}
