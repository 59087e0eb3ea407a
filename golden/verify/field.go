package verify

// Field is one thing that codecs read. They are in the order of the layers; each layer begins with a verdict, 1 if its
// lengths agree and 0 if not, and after a 0 there is nothing more to compare.
type Field uint8

const (
	EthWhole Field = iota
	EthDst
	EthSrc
	EthType

	ARPWhole
	ARPHType
	ARPPType
	ARPHLen
	ARPPLen
	ARPOp
	ARPSHA
	ARPSPA
	ARPTHA
	ARPTPA

	IPWhole // of IPv4 or IPv6, as EthType says
	IPVersion
	IPIHL
	IPTOS // or the traffic class
	IPFlow
	IPLen // or the payload length
	IPID  // of IPv4
	IPRF
	IPDF
	IPMF
	IPOff // in bytes
	IPTTL // or the hop limit
	IPProto
	IPSum
	IPSumOK
	IPSrc
	IPDst
	IPOptionsWhole
	IPOptions // kind, length and data of each

	ExtWhole
	ExtHeaders // the bytes of all
	ExtOptions // of hop-by-hop and destination headers: type, length and data of each
	FragID
	FragMF
	FragOff
	Upper // the protocol behind them
	IPBody

	ICMPWhole
	ICMPType
	ICMPCode
	ICMPSum
	ICMPRest
	ICMPSumOK
	ICMPBody

	QuoteWhole
	QuoteSrc
	QuoteDst
	QuoteProto
	QuoteSeq // of TCP

	NDWhole
	NDTarget
	NDDest
	NDFlags   // of an advertisement: router, solicited, override
	NDRAFlags // of a router's: managed, other, preference
	NDHops
	NDLifetime
	NDReachable
	NDRetrans
	NDOptions // type, length and data of each
	NDSLL
	NDTLL

	IGMPWhole
	IGMPType
	IGMPSum
	IGMPSumOK

	GroupWhole // of IGMP and MLD
	GroupAddr
	GroupTime   // within which answers come, in ns
	GroupRobust // the querier's robustness
	GroupEvery  // its interval, in ns
	GroupSources
	RecordType // of the first record of a report; the others are written again
	RecordGroup

	UDPWhole
	UDPSrcPort
	UDPDstPort
	UDPLen
	UDPSum
	UDPSumOK
	UDPBody

	TCPWhole
	TCPSrcPort
	TCPDstPort
	TCPSeq
	TCPAck
	TCPOff
	TCPReserved
	TCPFlags
	TCPWindow
	TCPSum
	TCPUrgent
	TCPSumOK
	TCPBody
	TCPOptionsWhole
	TCPOptions // kind, length and data of each
	TCPMSS
	TCPWScale
	TCPSACKPermitted
	TCPTSVal
	TCPTSEcr
	TCPSACK

	NumFields
)

var fieldNames = [NumFields]string{
	"ethernet", "eth.dst", "eth.src", "eth.type",
	"arp", "arp.htype", "arp.ptype", "arp.hlen", "arp.plen", "arp.op", "arp.sha", "arp.spa", "arp.tha", "arp.tpa",
	"ip", "ip.version", "ip.ihl", "ip.tos", "ip.flow", "ip.len", "ip.id", "ip.rf", "ip.df", "ip.mf", "ip.off", "ip.ttl",
	"ip.proto", "ip.sum", "ip.sum-ok", "ip.src", "ip.dst", "ip.options-whole", "ip.options",
	"ext", "ext.headers", "ext.options", "frag.id", "frag.mf", "frag.off", "ip.upper", "ip.body",
	"icmp", "icmp.type", "icmp.code", "icmp.sum", "icmp.rest", "icmp.sum-ok", "icmp.body",
	"quote", "quote.src", "quote.dst", "quote.proto", "quote.seq",
	"nd", "nd.target", "nd.dest", "nd.flags", "nd.ra-flags", "nd.hops", "nd.lifetime", "nd.reachable", "nd.retrans", "nd.options", "nd.sll", "nd.tll",
	"igmp", "igmp.type", "igmp.sum", "igmp.sum-ok",
	"group", "group.addr", "group.time", "group.robust", "group.every", "group.sources", "record.type", "record.group",
	"udp", "udp.sport", "udp.dport", "udp.len", "udp.sum", "udp.sum-ok", "udp.body",
	"tcp", "tcp.sport", "tcp.dport", "tcp.seq", "tcp.ack", "tcp.off", "tcp.res", "tcp.flags", "tcp.win", "tcp.sum", "tcp.urg",
	"tcp.sum-ok", "tcp.body", "tcp.options-whole", "tcp.options", "tcp.mss", "tcp.wscale", "tcp.sack-permitted", "tcp.ts-val", "tcp.ts-ecr", "tcp.sack",
}

// String is the field's name in reports.
func (f Field) String() string {
	if f < NumFields {
		return fieldNames[f]
	}
	return "none"
}

// verdict tells whether a field says that a layer is whole.
func (f Field) verdict() bool {
	switch f {
	case EthWhole, ARPWhole, IPWhole, IPOptionsWhole, ExtWhole, ICMPWhole, QuoteWhole, NDWhole, IGMPWhole, GroupWhole, UDPWhole,
		TCPWhole, TCPOptionsWhole:
		return true
	}
	return false
}

// silent is what one codec cannot read at all, so that it has no say in it.
var silent = [numCodecs]map[Field]bool{
	byWire: fields(IPRF, TCPReserved, RecordType, RecordGroup),
	byJudge: fields(IPOptionsWhole, IPOptions, ExtOptions, QuoteWhole, QuoteSrc, QuoteDst, QuoteProto, NDRAFlags, NDHops, NDLifetime, NDReachable,
		NDRetrans, NDOptions, GroupWhole, GroupTime, GroupRobust, GroupEvery, GroupSources, ICMPBody, Upper),
	byGopacket: fields(IPSumOK, QuoteWhole, QuoteSeq, IGMPSumOK),
}

func fields(all ...Field) map[Field]bool {
	m := make(map[Field]bool, len(all))
	for _, f := range all {
		m[f] = true
	}
	return m
}
