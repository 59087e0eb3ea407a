package frame

// Header lengths, and where in them the judge looks.
const (
	etherHeader = 14
	arpPacket   = 28
	ip4Header   = 20
	ip6Header   = 40
	fragHeader  = 8
	icmpHeader  = 8
	udpHeader   = 8
	tcpHeader   = 20

	ndTarget = 8  // of NS, NA and redirect
	ndDest   = 24 // of redirect
)

// EtherTypes and IP protocol numbers (IANA).
const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherIPv6 = 0x86dd

	protoHopByHop = 0
	protoICMP     = 1
	protoIGMP     = 2
	protoTCP      = 6
	protoUDP      = 17
	protoRouting  = 43
	protoFragment = 44
	protoICMPv6   = 58
	protoDestOpts = 60
)

// place is where a field lies: off bytes from the beginning of its layer, in size bytes, of which it takes bits, shift
// bits from the right. An address has bits 0. size 0: the field is not in such a frame.
type place struct {
	layer       layer
	off, size   uint8
	shift, bits uint8
}

// places is where fields lie, over IPv4 where it matters.
var places = [fields]place{
	EthDst: {layerEth, 0, 6, 0, 0}, EthSrc: {layerEth, 6, 6, 0, 0}, EthType: {layerEth, 12, 2, 0, 16},

	ARPHType: {layerARP, 0, 2, 0, 16}, ARPPType: {layerARP, 2, 2, 0, 16}, ARPHLen: {layerARP, 4, 1, 0, 8},
	ARPPLen: {layerARP, 5, 1, 0, 8}, ARPOp: {layerARP, 6, 2, 0, 16}, ARPSHA: {layerARP, 8, 6, 0, 0},
	ARPSPA: {layerARP, 14, 4, 0, 0}, ARPTHA: {layerARP, 18, 6, 0, 0}, ARPTPA: {layerARP, 24, 4, 0, 0},

	IPVersion: {layerIP4, 0, 1, 4, 4}, IPIHL: {layerIP4, 0, 1, 0, 4}, IPTOS: {layerIP4, 1, 1, 0, 8},
	IPLen: {layerIP4, 2, 2, 0, 16}, IPID: {layerIP4, 4, 2, 0, 16}, IPRF: {layerIP4, 6, 1, 7, 1},
	IPDF: {layerIP4, 6, 1, 6, 1}, IPMF: {layerIP4, 6, 1, 5, 1}, IPOff: {layerIP4, 6, 2, 0, 13},
	IPTTL: {layerIP4, 8, 1, 0, 8}, IPProto: {layerIP4, 9, 1, 0, 8}, IPSum: {layerIP4, 10, 2, 0, 16},
	IPSrc: {layerIP4, 12, 4, 0, 0}, IPDst: {layerIP4, 16, 4, 0, 0},

	ICMPType: {layerICMP, 0, 1, 0, 8}, ICMPCode: {layerICMP, 1, 1, 0, 8}, ICMPSum: {layerICMP, 2, 2, 0, 16},
	ICMPID: {layerICMP, 4, 2, 0, 16}, ICMPSeq: {layerICMP, 6, 2, 0, 16}, ICMPMTU: {layerICMP, 6, 2, 0, 16},
	ICMPPointer: {layerICMP, 4, 1, 0, 8}, ICMPGateway: {layerICMP, 4, 4, 0, 0}, QuoteSeq: {layerQuote, 4, 4, 0, 32},

	NDTarget: {layerND, ndTarget, 16, 0, 0}, NDDest: {layerDest, ndDest, 16, 0, 0}, NDFlags: {layerND, 4, 1, 5, 3},
	NDSLL: {layerSLL, 2, 6, 0, 0}, NDTLL: {layerTLL, 2, 6, 0, 0}, NDOptLen: {layerSLL, 1, 1, 0, 8},

	IGMPType: {layerIGMP, 0, 1, 0, 8}, IGMPCode: {layerIGMP, 1, 1, 0, 8}, IGMPSum: {layerIGMP, 2, 2, 0, 16},
	IGMPGroup: {layerIGMP, 4, 4, 0, 0}, MLDGroup: {layerMLD, 8, 16, 0, 0}, RecordType: {layerRecord, 0, 1, 0, 8},
	RecordGroup4: {layerRecord, 4, 4, 0, 0}, RecordGroup6: {layerRecord, 4, 16, 0, 0},

	UDPSrcPort: {layerUDP, 0, 2, 0, 16}, UDPDstPort: {layerUDP, 2, 2, 0, 16}, UDPLen: {layerUDP, 4, 2, 0, 16},
	UDPSum: {layerUDP, 6, 2, 0, 16},

	TCPSrcPort: {layerTCP, 0, 2, 0, 16}, TCPDstPort: {layerTCP, 2, 2, 0, 16}, TCPSeq: {layerTCP, 4, 4, 0, 32},
	TCPAck: {layerTCP, 8, 4, 0, 32}, TCPOff: {layerTCP, 12, 1, 4, 4}, TCPRes: {layerTCP, 12, 1, 0, 4},
	TCPFlags: {layerTCP, 13, 1, 0, 8}, TCPWin: {layerTCP, 14, 2, 0, 16}, TCPSum: {layerTCP, 16, 2, 0, 16},
	TCPUrg: {layerTCP, 18, 2, 0, 16},
}

// firstIP is the first field that lies elsewhere over IPv6.
const firstIP = IPVersion

// places6 is where the fields from IPVersion to ICMPGateway lie over IPv6.
var places6 = [ICMPGateway - firstIP + 1]place{
	IPVersion - firstIP: {layerIP6, 0, 1, 4, 4}, IPTOS - firstIP: {layerIP6, 0, 2, 4, 8},
	IPLen - firstIP: {layerIP6, 4, 2, 0, 16}, IPID - firstIP: {layerFrag, 4, 4, 0, 32},
	IPMF - firstIP: {layerFrag, 3, 1, 0, 1}, IPOff - firstIP: {layerFrag, 2, 2, 3, 13},
	IPTTL - firstIP: {layerIP6, 7, 1, 0, 8}, IPProto - firstIP: {layerIP6, 6, 1, 0, 8},
	IPSrc - firstIP: {layerIP6, 8, 16, 0, 0}, IPDst - firstIP: {layerIP6, 24, 16, 0, 0},
	IPFlow - firstIP: {layerIP6, 0, 4, 0, 20},

	ICMPType - firstIP: {layerICMP, 0, 1, 0, 8}, ICMPCode - firstIP: {layerICMP, 1, 1, 0, 8},
	ICMPSum - firstIP: {layerICMP, 2, 2, 0, 16}, ICMPID - firstIP: {layerICMP, 4, 2, 0, 16},
	ICMPSeq - firstIP: {layerICMP, 6, 2, 0, 16}, ICMPMTU - firstIP: {layerICMP, 4, 4, 0, 32},
	ICMPPointer - firstIP: {layerICMP, 4, 4, 0, 32},
}

// placeOf is where a field lies in a frame with this network layer.
func placeOf(f Field, net Net) place {
	switch {
	case f >= fields:
		return place{}
	case net == NetIPv6 && f >= firstIP && f <= ICMPGateway:
		return places6[f-firstIP]
	}
	return places[f]
}
