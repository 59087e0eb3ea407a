package frame

// Layout is the shape of a frame to build.
type Layout struct {
	Net        Net
	Transport  Transport
	NetOptions int   // bytes of IPv4 options (a multiple of 4) or IPv6 extension headers (of 8)
	Options    int   // bytes of TCP options, a multiple of 4
	ICMPType   uint8 // neighbour discovery has headers of its own
	SLL, TLL   bool  // with source or target link-layer address option
	Payload    int   // bytes behind the headers
}

// Build lays a frame out in buf: headers with what is constant in them (types, versions, TTL), lengths, and zeros
// elsewhere. v is its View, with which fields are set; Repair then makes the checksums right. The frame is v.B, a part
// of buf, without padding. ok is false where it would not fit into buf or into a frame, or the layout is no layout.
func Build(buf []byte, l *Layout, v *View) (ok bool) {
	*v = View{Net: l.Net, Transport: l.Transport}
	header, body := 0, 0
	switch l.Net {
	case NetARP:
		header = arpPacket
	case NetIPv4:
		header = ip4Header + l.NetOptions
	case NetIPv6:
		header = ip6Header + l.NetOptions
	}
	if l.Net == NetIPv4 || l.Net == NetIPv6 {
		body = l.bodyHeader()
	}
	n := etherHeader + header + body + l.Payload
	if !l.valid() || n > len(buf) || n > MaxLen {
		return false
	}
	v.B = buf[:n]
	v.end = uint16(n)
	v.payload = uint16(n - l.Payload)
	for i := range v.B {
		v.B[i] = 0
	}
	v.buildNet(etherHeader + header)
	v.buildBody(l)
	v.Repair()
	return true
}

// valid tells whether the parts of a layout go together.
func (l *Layout) valid() bool {
	if l.NetOptions < 0 || l.Options < 0 || l.Payload < 0 || l.Options > 40 || l.Options%4 != 0 {
		return false
	}
	switch l.Net {
	case NetIPv4:
		return l.NetOptions%4 == 0 && l.NetOptions <= 40 && l.Transport <= TransportICMP
	case NetIPv6:
		return l.NetOptions%8 == 0 && l.Transport <= TransportICMP
	}
	return l.Net <= NetARP && l.Transport == TransportRaw && l.NetOptions == 0
}

// nd is the length of the fixed part if the layout is neighbour discovery.
func (l *Layout) nd() int {
	if l.Net != NetIPv6 || l.Transport != TransportICMP {
		return 0
	}
	return ndFixed(l.ICMPType)
}

// bodyHeader is the length of the transport's header with its options.
func (l *Layout) bodyHeader() int {
	switch l.Transport {
	case TransportTCP:
		return tcpHeader + l.Options
	case TransportUDP:
		return udpHeader
	case TransportICMP:
		n := l.nd()
		if n == 0 {
			return icmpHeader
		}
		if l.SLL {
			n += 8
		}
		if l.TLL {
			n += 8
		}
		return n
	}
	return 0
}

func (v *View) buildNet(body int) {
	ip := v.B[etherHeader:]
	switch v.Net {
	case NetARP:
		v.at[layerARP] = etherHeader
		v.Set(EthType, etherARP)
		v.Set(ARPHType, 1)
		v.Set(ARPPType, etherIPv4)
		v.Set(ARPHLen, 6)
		v.Set(ARPPLen, 4)
		v.Set(ARPOp, 1)
	case NetIPv4:
		v.at[layerIP4] = etherHeader
		v.at[layerBody] = uint16(body)
		v.Set(EthType, etherIPv4)
		ip[0] = 4 << 4
		ip[8] = 64
		ip[9] = v.buildProtocol()
	case NetIPv6:
		v.at[layerIP6] = etherHeader
		v.at[layerBody] = uint16(body)
		v.Set(EthType, etherIPv6)
		ip[0] = 6 << 4
		ip[6] = v.buildProtocol()
		ip[7] = 64
	}
}

// buildProtocol is the number in the IP header: 59, no next header (RFC 8200 4.7), where nothing known follows in IPv6;
// 253, for experiments (RFC 3692), in IPv4.
func (v *View) buildProtocol() uint8 {
	switch {
	case v.Transport != TransportRaw:
		return v.protocol()
	case v.Net == NetIPv6:
		return 59
	}
	return 253
}

func (v *View) buildBody(l *Layout) {
	at := v.at[layerBody]
	switch v.Transport {
	case TransportTCP:
		v.at[layerTCP] = at
		v.Set(TCPWin, 0xffff)
	case TransportUDP:
		v.at[layerUDP] = at
	case TransportICMP:
		v.at[layerICMP] = at
		v.B[at] = l.ICMPType
		if l.nd() > 0 {
			v.buildND(l, int(at))
		}
	}
}

// buildND: neighbour discovery goes with hop limit 255 (RFC 4861 4).
func (v *View) buildND(l *Layout, at int) {
	v.B[etherHeader+7] = 255
	if l.ICMPType >= icmp6NS {
		v.at[layerND] = uint16(at)
	}
	if l.ICMPType == icmp6Redirect {
		v.at[layerDest] = uint16(at)
	}
	at += l.nd()
	if l.SLL {
		v.B[at], v.B[at+1] = ndOptSLL, 1
		v.at[layerSLL] = uint16(at)
		at += 8
	}
	if l.TLL {
		v.B[at], v.B[at+1] = ndOptTLL, 1
		v.at[layerTLL] = uint16(at)
	}
}

// NetOptions is the bytes of IPv4 options or IPv6 extension headers.
func (v *View) NetOptions() []byte {
	body := v.at[layerBody]
	switch {
	case body == 0:
		return nil
	case v.Net == NetIPv4:
		return v.B[etherHeader+ip4Header : body]
	}
	return v.B[etherHeader+ip6Header : body]
}

// Pad lengthens a frame that lies in buf to n bytes; those that are new are fill. It answers the whole frame, which
// is not longer than buf.
func Pad(buf, frame []byte, n int, fill byte) []byte {
	n = min(n, len(buf))
	for i := len(frame); i < n; i++ {
		buf[i] = fill
	}
	return buf[:max(n, len(frame))]
}
