// Package frame is the judge's own packet codec. It shares nothing with the stack's, so that a bug in either shows as
// a disagreement.
//
// A frame stays bytes. Parse finds where its layers lie and whether it is well formed (lengths, checksums, zero
// padding); after that any Field can be read, and written, in place. The same three steps serve the judge's
// expectations, the frames that it sends, and the faults that it plants in a stack's output.
//
// Core rules hold: the package runs on the board.
package frame

// Net is what an Ethernet frame carries.
type Net uint8

const (
	NetRaw  Net = iota // nothing that is looked into
	NetARP             // RFC 826
	NetIPv4            // RFC 791
	NetIPv6            // RFC 8200
)

// Transport is what an IP packet carries.
type Transport uint8

const (
	TransportRaw  Transport = iota // a fragment, or a protocol that is not looked into
	TransportTCP                   // RFC 9293
	TransportUDP                   // RFC 768
	TransportICMP                  // ICMP (RFC 792) or ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861), by Net
)

// EthernetLen is the length of the longest Ethernet frame without its FCS, MinLen of the shortest: what is shorter is
// padded with zeros (RFC 894, RFC 1042). MaxLen is that of the longest frame that is looked at.
const (
	EthernetLen = 1514
	MinLen      = 60
	MaxLen      = EthernetLen + baby
)

// TCP flags as TCPFlags has them.
const (
	FIN = 1 << 0
	SYN = 1 << 1
	RST = 1 << 2
	PSH = 1 << 3
	ACK = 1 << 4
	URG = 1 << 5
	ECE = 1 << 6
	CWR = 1 << 7
)
