package frame

// ICMP and ICMPv6 types that the codec looks into.
const (
	icmpEchoReply  = 0
	icmpUnreach    = 3
	icmpQuench     = 4
	icmpRedirect   = 5
	icmpEcho       = 8
	icmpExceeded   = 11
	icmpParameter  = 12
	icmp6LastError = 127 // types up to this one are errors (RFC 4443 2.1)
	icmp6LastKnown = 4   // parameter problem
	icmp6RS        = 133
	icmp6RA        = 134
	icmp6NS        = 135
	icmp6NA        = 136
	icmp6Redirect  = 137

	ndOptSLL = 1
	ndOptTLL = 2

	leastMTU6 = 1280 // RFC 8200 5
)

// ndFixed is the length of a neighbour discovery message without its options (RFC 4861 4); 0: it is not one.
func ndFixed(icmpType uint8) int {
	switch icmpType {
	case icmp6RS:
		return 8
	case icmp6RA:
		return 16
	case icmp6NS, icmp6NA:
		return 24
	case icmp6Redirect:
		return 40
	}
	return 0
}

// parseICMP: RFC 792, RFC 4443. Messages of every type that is in use have 8 bytes before their data.
func (v *View) parseICMP(at int) Defect {
	n := int(v.end) - at
	if n < icmpHeader {
		return flaw(ICMPShort, int(v.end))
	}
	v.Transport = TransportICMP
	v.at[layerICMP] = uint16(at)
	v.payload = uint16(at + icmpHeader)
	if be16(v.B[at+2:]) != v.transportSum() {
		return flaw(ICMPChecksum, at+2)
	}
	t := v.B[at]
	switch {
	case v.Net == NetIPv4 && icmp4Error(t):
		return v.parseQuote4(at + icmpHeader)
	case v.Net == NetIPv4:
		return Defect{}
	case t <= icmp6LastError:
		if int(v.end) > etherHeader+leastMTU6 {
			return flaw(ICMPLong, etherHeader+leastMTU6)
		}
		if t >= 1 && t <= icmp6LastKnown {
			return v.parseQuote6(at + icmpHeader)
		}
		return Defect{}
	case ndFixed(t) != 0:
		return v.parseND(t, at)
	}
	return v.parseMLD(t, at)
}

// icmp4Error tells an error message, which quotes a datagram (RFC 1122 3.2.2).
func icmp4Error(t uint8) bool {
	return t == icmpUnreach || t == icmpQuench || t == icmpRedirect || t == icmpExceeded || t == icmpParameter
}

// LocateQuote finds the TCP header in the datagram that an ICMP error quotes, so that QuoteSeq can be read and written.
// Parse does so by itself; in a frame that is built the quote must be in its place first.
func (v *View) LocateQuote() {
	if v.Transport != TransportICMP || v.at[layerICMP] == 0 {
		return
	}
	if at := int(v.at[layerICMP]) + icmpHeader; v.Net == NetIPv4 {
		v.parseQuote4(at)
	} else {
		v.parseQuote6(at)
	}
}

// parseQuote4 checks that an ICMP error quotes the IP header and 8 bytes, or all there were (RFC 792, RFC 1122 3.2.2).
func (v *View) parseQuote4(at int) Defect {
	q := v.B[at:v.end]
	if len(q) < ip4Header || q[0]>>4 != 4 || q[0]&15 < 5 {
		return flaw(ICMPQuote, at)
	}
	header := int(q[0]&15) * 4
	if len(q) < header || len(q) < min(header+8, int(be16(q[2:]))) {
		return flaw(ICMPQuote, int(v.end))
	}
	if q[9] == protoTCP && be16(q[6:])&0x1fff == 0 && min(len(q), int(be16(q[2:]))) >= header+8 {
		v.at[layerQuote] = uint16(at + header)
	}
	return Defect{}
}

// parseQuote6 checks that an ICMPv6 error quotes the IPv6 header, and all behind it or as much as fits (RFC 4443 3.1).
func (v *View) parseQuote6(at int) Defect {
	q := v.B[at:v.end]
	if len(q) < ip6Header || q[0]>>4 != 6 {
		return flaw(ICMPQuote, at)
	}
	if len(q) < min(ip6Header+8, ip6Header+int(be16(q[4:]))) {
		return flaw(ICMPQuote, int(v.end))
	}
	if q[6] == protoTCP && min(len(q), ip6Header+int(be16(q[4:]))) >= ip6Header+8 {
		v.at[layerQuote] = uint16(at + ip6Header)
	}
	return Defect{}
}

// parseND: RFC 4861 4 and the checks that 7.1 demands of every receiver.
func (v *View) parseND(t uint8, at int) Defect {
	b := v.B[at:v.end]
	fixed := ndFixed(t)
	if len(b) < fixed {
		return flaw(ICMPShort, int(v.end))
	}
	if t >= icmp6NS {
		v.at[layerND] = uint16(at)
	}
	if t == icmp6Redirect {
		v.at[layerDest] = uint16(at)
	}
	v.payload = v.end
	switch {
	case v.B[etherHeader+7] != 255:
		return flaw(NDInvalid, etherHeader+7)
	case b[1] != 0:
		return flaw(NDInvalid, at+1)
	}
	reserved := be32(b[4:])
	switch t {
	case icmp6RA:
		reserved = 0 // hop limit, flags, lifetime
	case icmp6NA:
		reserved &= 1<<29 - 1
	}
	if reserved != 0 {
		return flaw(NDInvalid, at+4)
	}
	if d := v.parseNDOptions(at + fixed); !d.OK() {
		return d
	}
	return v.parseProbe(t)
}

// parseProbe: a solicitation from the unspecified address goes to a group, without the sender's link-layer address (RFC
// 4861 4.3, 7.1.1).
func (v *View) parseProbe(t uint8) Defect {
	src, _ := v.Addr(IPSrc)
	for _, b := range src {
		if b != 0 {
			return Defect{}
		}
	}
	switch dst, _ := v.Addr(IPDst); {
	case t == icmp6NS && dst[0] != 0xff:
		return flaw(NDInvalid, etherHeader+24)
	case v.at[layerSLL] != 0:
		return flaw(NDOption, int(v.at[layerSLL]))
	}
	return Defect{}
}

// parseNDOptions: RFC 4861 4.6. Lengths are in units of 8 bytes.
func (v *View) parseNDOptions(at int) Defect {
	for at < int(v.end) {
		o := v.B[at:v.end]
		if len(o) < 8 || o[1] == 0 || int(o[1])*8 > len(o) {
			return flaw(NDOption, at)
		}
		if o[0] == ndOptSLL || o[0] == ndOptTLL {
			if o[1] != 1 { // RFC 2464 6
				return flaw(NDOption, at+1)
			}
			v.at[layerSLL+layer(o[0]-ndOptSLL)] = uint16(at)
		}
		at += int(o[1]) * 8
	}
	return Defect{}
}
