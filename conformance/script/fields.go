package script

import "stackproof/conformance/frame"

// fieldKind is what a field holds.
type fieldKind uint8

const (
	kindNum  fieldKind = iota // a number
	kindMAC                   // a hardware address
	kindIPv4                  // an IPv4 address
	kindIPv6                  // an IPv6 address
	kindIP                    // an address of the run's IP version
)

// fieldInfo is a field with the name that scripts give it.
type fieldInfo struct {
	name  string
	field frame.Field
	kind  fieldKind
	bits  uint8 // kindNum: its width
}

// fieldTable is every field that a script can name, in the order of the constants.
var fieldTable = []fieldInfo{
	{"eth.dst", frame.EthDst, kindMAC, 0},
	{"eth.src", frame.EthSrc, kindMAC, 0},
	{"eth.type", frame.EthType, kindNum, 16},

	{"arp.htype", frame.ARPHType, kindNum, 16},
	{"arp.ptype", frame.ARPPType, kindNum, 16},
	{"arp.hlen", frame.ARPHLen, kindNum, 8},
	{"arp.plen", frame.ARPPLen, kindNum, 8},
	{"arp.op", frame.ARPOp, kindNum, 16},
	{"arp.sha", frame.ARPSHA, kindMAC, 0},
	{"arp.spa", frame.ARPSPA, kindIPv4, 0},
	{"arp.tha", frame.ARPTHA, kindMAC, 0},
	{"arp.tpa", frame.ARPTPA, kindIPv4, 0},

	{"ip.version", frame.IPVersion, kindNum, 4},
	{"ip.ihl", frame.IPIHL, kindNum, 4},
	{"ip.tos", frame.IPTOS, kindNum, 8},
	{"ip.len", frame.IPLen, kindNum, 16},
	{"ip.id", frame.IPID, kindNum, 16},
	{"ip.df", frame.IPDF, kindNum, 1},
	{"ip.mf", frame.IPMF, kindNum, 1},
	{"ip.off", frame.IPOff, kindNum, 13},
	{"ip.ttl", frame.IPTTL, kindNum, 8},
	{"ip.proto", frame.IPProto, kindNum, 8},
	{"ip.sum", frame.IPSum, kindNum, 16},
	{"ip.src", frame.IPSrc, kindIP, 0},
	{"ip.dst", frame.IPDst, kindIP, 0},
	{"ip.flow", frame.IPFlow, kindNum, 20},

	{"icmp.type", frame.ICMPType, kindNum, 8},
	{"icmp.code", frame.ICMPCode, kindNum, 8},
	{"icmp.sum", frame.ICMPSum, kindNum, 16},
	{"icmp.id", frame.ICMPID, kindNum, 16},
	{"icmp.seq", frame.ICMPSeq, kindNum, 16},
	{"icmp.mtu", frame.ICMPMTU, kindNum, 32},
	{"icmp.pointer", frame.ICMPPointer, kindNum, 32},

	{"nd.target", frame.NDTarget, kindIPv6, 0},
	{"nd.flags", frame.NDFlags, kindNum, 3},
	{"nd.sll", frame.NDSLL, kindMAC, 0},
	{"nd.tll", frame.NDTLL, kindMAC, 0},

	{"udp.sport", frame.UDPSrcPort, kindNum, 16},
	{"udp.dport", frame.UDPDstPort, kindNum, 16},
	{"udp.len", frame.UDPLen, kindNum, 16},
	{"udp.sum", frame.UDPSum, kindNum, 16},

	{"tcp.sport", frame.TCPSrcPort, kindNum, 16},
	{"tcp.dport", frame.TCPDstPort, kindNum, 16},
	{"tcp.seq", frame.TCPSeq, kindNum, 32},
	{"tcp.ack", frame.TCPAck, kindNum, 32},
	{"tcp.off", frame.TCPOff, kindNum, 4},
	{"tcp.flags", frame.TCPFlags, kindNum, 8},
	{"tcp.win", frame.TCPWin, kindNum, 16},
	{"tcp.sum", frame.TCPSum, kindNum, 16},
	{"tcp.urg", frame.TCPUrg, kindNum, 16},

	{"payload.len", frame.PayloadLen, kindNum, 16},
}

// fieldByName finds a field; ok is false where there is none of that name.
func fieldByName(name string) (f fieldInfo, ok bool) {
	for _, f := range fieldTable {
		if f.name == name {
			return f, true
		}
	}
	return fieldInfo{}, false
}

// FieldName is the name of a field in scripts and messages; "" where scripts have none for it.
func FieldName(f frame.Field) string {
	for _, e := range fieldTable {
		if e.field == f {
			return e.name
		}
	}
	return ""
}
