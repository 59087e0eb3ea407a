package frame

// sum adds b to a ones' complement sum (RFC 1071). An odd last byte counts as the first of a word.
func sum(s uint32, b []byte) uint32 {
	for len(b) >= 2 {
		s += uint32(b[0])<<8 | uint32(b[1])
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return fold(s)
}

// fold brings the carries of a sum back in.
func fold(s uint32) uint32 {
	s = s>>16 + s&0xffff
	return s>>16 + s&0xffff
}

// zeroed is the Internet checksum of b, begun with s, with the two bytes at off taken as zero. off is even.
func zeroed(s uint32, b []byte, off int) uint16 {
	s = sum(s, b[:off])
	return ^uint16(sum(s, b[off+2:]))
}

// pseudo is the sum of the pseudo-header: of IPv4 (RFC 9293 3.1), or of IPv6 (RFC 8200 8.1).
func (v *View) pseudo(proto uint8, n int) uint32 {
	s := uint32(proto) + uint32(n)
	if v.Net == NetIPv4 {
		return sum(s, v.B[etherHeader+12:etherHeader+20])
	}
	return sum(s, v.B[etherHeader+8:etherHeader+40])
}

// headerSum is what the IPv4 header's checksum must be.
func (v *View) headerSum() uint16 {
	return zeroed(0, v.B[etherHeader:v.at[layerBody]], 10)
}

// sumField is where the transport's checksum lies, from the beginning of its header.
var sumField = [...]int{TransportTCP: 16, TransportUDP: 6, TransportICMP: 2}

// protocol is the transport's number: IANA's protocol numbers.
func (v *View) protocol() uint8 {
	switch {
	case v.Transport == TransportTCP:
		return protoTCP
	case v.Transport == TransportUDP:
		return protoUDP
	case v.Net == NetIPv6:
		return protoICMPv6
	}
	return protoICMP
}

// transportSum is what the transport's checksum must be. There is one right value only: a sum that is zero is sent
// as 0xffff by UDP, whose 0 means none (RFC 768), and as 0 by the others (RFC 1624 3).
func (v *View) transportSum() uint16 {
	b := v.B[v.at[layerBody]:v.end]
	s := uint32(0)
	if v.Transport != TransportICMP || v.Net == NetIPv6 {
		s = v.pseudo(v.protocol(), len(b))
	}
	c := zeroed(s, b, sumField[v.Transport])
	if v.Transport == TransportUDP && c == 0 {
		c = 0xffff
	}
	return c
}

// RepairSums writes the checksums that the frame must have: the IPv4 header's and the transport's. It takes the
// layout from the View, whatever the frame's own length fields say.
func (v *View) RepairSums() {
	if v.Net == NetIPv4 && v.at[layerBody] != 0 {
		put16(v.B[etherHeader+10:], v.headerSum())
	}
	if at := v.at[layerBody]; v.Transport == TransportRaw && v.Net == NetIPv4 && at != 0 && v.B[etherHeader+9] == protoIGMP &&
		v.end-at >= icmpHeader {
		v.at[layerIGMP] = at
		put16(v.B[at+2:], zeroed(0, v.Body(), 2))
	}
	if v.Transport != TransportRaw {
		put16(v.B[int(v.at[layerBody])+sumField[v.Transport]:], v.transportSum())
	}
}

// Repair writes the length fields and then the checksums that the frame must have, from the layout in the View.
func (v *View) Repair() {
	body := int(v.at[layerBody])
	if body == 0 {
		return // neither ARP nor an unknown type has a length
	}
	n := int(v.end) - etherHeader
	if v.Net == NetIPv4 {
		v.Set(IPIHL, uint32(body-etherHeader)/4)
	} else {
		n -= ip6Header
	}
	v.Set(IPLen, uint32(n))
	switch v.Transport {
	case TransportTCP:
		v.Set(TCPOff, uint32(int(v.payload)-body)/4)
	case TransportUDP:
		v.Set(UDPLen, uint32(int(v.end)-body))
	}
	v.RepairSums()
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

func be32(b []byte) uint32 { return uint32(be16(b))<<16 | uint32(be16(b[2:])) }

func put16(b []byte, n uint16) { b[0], b[1] = byte(n>>8), byte(n) }
