package frame

// Flaw is one way in which a frame is not well formed.
type Flaw uint8

const (
	Sound Flaw = iota // none

	FrameShort     // ends within the Ethernet header
	FrameLong      // longer than MaxLen
	EthLength      // EthType is neither a type nor a length that the frame holds (IEEE 802.3 3.2.6)
	EthSource      // source address is a group's (IEEE 802.3 3.2.3)
	Padding        // bytes after the packet are not zero (RFC 894, RFC 1042)
	Trailer        // bytes after the packet that no minimum length asks for
	ARPShort       // ends within the ARP packet
	ARPKind        // not IPv4 over Ethernet, or neither request nor reply (RFC 826)
	ARPSender      // sender hardware address is not the frame's source
	IPShort        // ends within the IP header
	IPVersionWrong // not the version that EthType says
	IPHeaderLength // IPv4: less than 5 words, or more than the packet
	IPLength       // says more than the frame holds, or less than the header
	IPChecksum     // IPv4 header checksum (RFC 791 3.1)
	IPReserved     // IPv4 reserved flag is not zero (RFC 791 3.1)
	IPZeroTTL      // TTL or hop limit is zero (RFC 1122 3.2.1.7)
	IPSource       // source address is a group's or the broadcast address (RFC 1122 3.2.1.3, RFC 4291 2.7)
	IPOption       // IPv4 option does not fit (RFC 791 3.1)
	ExtShort       // IPv6 extension header does not fit
	ExtOption      // option of an IPv6 extension header does not fit, or its padding is not zero (RFC 8200 4.2)
	FragmentLength // fragment but the last is not a multiple of 8 bytes (RFC 791 3.2, RFC 8200 4.5)
	ICMPShort      // ends within the ICMP message
	ICMPChecksum   // (RFC 792, RFC 4443 2.3)
	ICMPQuote      // error quotes less than IP header and 8 bytes (RFC 792), or what it quotes is no IP packet
	ICMPLong       // ICMPv6 error longer than the least MTU (RFC 4443 2.4)
	NDInvalid      // hop limit, code or reserved bits (RFC 4861 4, 7.1)
	NDOption       // option has length 0 or does not fit (RFC 4861 4.6)
	IGMPShort      // IGMP or MLD: ends within the message, or a report's records do not fit (RFC 3376 4.2, RFC 3810 5.2)
	IGMPChecksum   // (RFC 2236 2.3)
	MLDInvalid     // hop limit is not 1, or no extension header (RFC 3810 5)
	UDPShort       // ends within the UDP header
	UDPLength      // is not what IP carries (RFC 768)
	UDPChecksum    // (RFC 768); over IPv6 also one left out (RFC 8200 8.1)
	TCPShort       // ends within the TCP header
	TCPOffset      // data offset less than 5 words, or beyond the segment (RFC 9293 3.1)
	TCPReserved    // reserved bits are not zero (RFC 9293 3.1)
	TCPChecksum    // (RFC 9293 3.1, MUST-2)
	TCPOption      // option does not fit, or has not the length of its kind (RFC 9293 3.2, MUST-68)
	TCPOptionPlace // option for a SYN in another segment (RFC 9293 3.2, MUST-65; RFC 7323 2.2; RFC 2018 2)
	TCPOptionEnd   // bytes after the end of the option list are not zero (RFC 9293 3.1, MUST-69)

	flaws
)

var flawNames = [flaws]string{
	Sound: "sound", FrameShort: "frame too short", FrameLong: "frame too long", EthLength: "bad Ethernet length",
	EthSource: "Ethernet source is a group address", Padding: "padding not zero", Trailer: "bytes after the packet",
	ARPShort: "ARP packet cut short", ARPKind: "not ARP for IPv4 over Ethernet",
	ARPSender: "ARP sender is not the frame's source",
	IPShort:   "IP header cut short", IPVersionWrong: "wrong IP version", IPHeaderLength: "bad IP header length",
	IPLength: "bad IP length", IPChecksum: "wrong IP header checksum", IPReserved: "reserved IP flag set",
	IPZeroTTL: "TTL is zero", IPSource: "IP source is a group or broadcast address", IPOption: "bad IP option",
	ExtShort: "IPv6 extension header cut short", ExtOption: "bad IPv6 option",
	FragmentLength: "fragment is not a multiple of 8 bytes",
	ICMPShort:      "ICMP message cut short", ICMPChecksum: "wrong ICMP checksum", ICMPQuote: "ICMP error quotes too little",
	ICMPLong: "ICMPv6 error longer than 1280 bytes", NDInvalid: "invalid neighbour discovery message",
	NDOption: "bad neighbour discovery option", IGMPShort: "message about groups cut short",
	IGMPChecksum: "wrong IGMP checksum", MLDInvalid: "MLD message without hop limit 1 or extension header",
	UDPShort: "UDP header cut short", UDPLength: "bad UDP length",
	UDPChecksum: "wrong UDP checksum", TCPShort: "TCP header cut short", TCPOffset: "bad TCP data offset",
	TCPReserved: "reserved TCP bits set", TCPChecksum: "wrong TCP checksum", TCPOption: "bad TCP option",
	TCPOptionPlace: "TCP option outside a SYN", TCPOptionEnd: "bytes after the end of the TCP options",
}

// String says in a few words what is wrong.
func (f Flaw) String() string {
	if f < flaws {
		return flawNames[f]
	}
	return "unknown"
}

// Defect is the first thing that is wrong with a frame, and at which byte.
type Defect struct {
	Flaw Flaw
	At   uint16
}

// OK tells that nothing is wrong.
func (d Defect) OK() bool { return d.Flaw == Sound }

// String says in a few words what is wrong.
func (d Defect) String() string { return d.Flaw.String() }

// flaw makes a Defect; offsets beyond what a uint16 holds are its greatest value.
func flaw(f Flaw, at int) Defect { return Defect{f, uint16(min(at, 0xffff))} }
