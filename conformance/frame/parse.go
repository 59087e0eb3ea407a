package frame

// Parse locates the layers of the frame b and checks that it is well formed: it answers the first defect. v then holds
// the layers up to that defect. b is borrowed as long as v is used.
//
// Well formed means here what every receiver may rely on and a sender therefore must do: lengths that agree, right
// checksums, zero in what is reserved, options of the right length and in their place. Whether the frame is the right
// one is another question.
func Parse(b []byte, v *View) Defect {
	*v = View{B: b}
	if len(b) < etherHeader {
		return flaw(FrameShort, len(b))
	}
	v.payload = etherHeader
	v.end = uint16(min(len(b), MaxLen))
	if len(b) > MaxLen {
		return flaw(FrameLong, MaxLen)
	}
	if b[6]&1 != 0 {
		return flaw(EthSource, 6)
	}
	if d := v.parseNet(be16(b[12:])); !d.OK() {
		return d
	}
	return v.checkPadding()
}

func (v *View) parseNet(etherType uint16) Defect {
	switch etherType {
	case etherARP:
		return v.parseARP()
	case etherIPv4:
		return v.parseIPv4()
	case etherIPv6:
		return v.parseIPv6()
	}
	if etherType > 1500 && etherType < 0x0600 || int(etherType) <= 1500 && etherHeader+int(etherType) > len(v.B) {
		return flaw(EthLength, 12)
	}
	if etherType <= 1500 {
		v.end = etherHeader + etherType
	}
	return Defect{}
}

// checkPadding looks at what follows the packet: zeros, and no more of them than the least frame needs.
func (v *View) checkPadding() Defect {
	for i := int(v.end); i < len(v.B); i++ {
		if v.B[i] != 0 {
			return flaw(Padding, i)
		}
	}
	if int(v.end) < len(v.B) && len(v.B) > MinLen {
		return flaw(Trailer, max(int(v.end), MinLen))
	}
	return Defect{}
}

// parseARP: RFC 826, for IPv4 over Ethernet.
func (v *View) parseARP() Defect {
	b := v.B
	if len(b) < etherHeader+arpPacket {
		return flaw(ARPShort, len(b))
	}
	v.Net = NetARP
	v.at[layerARP] = etherHeader
	v.payload, v.end = etherHeader+arpPacket, etherHeader+arpPacket
	a := b[etherHeader:]
	if be16(a) != 1 || be16(a[2:]) != etherIPv4 || a[4] != 6 || a[5] != 4 || be16(a[6:]) != 1 && be16(a[6:]) != 2 {
		return flaw(ARPKind, etherHeader)
	}
	for i := range 6 {
		if a[8+i] != b[6+i] {
			return flaw(ARPSender, etherHeader+8)
		}
	}
	return Defect{}
}

// parseBody looks at what IP carries: proto's message, from at to v.end.
func (v *View) parseBody(proto uint8, at int) Defect {
	v.at[layerBody] = uint16(at)
	v.payload = uint16(at)
	switch {
	case proto == protoTCP:
		return v.parseTCP(at)
	case proto == protoUDP:
		return v.parseUDP(at)
	case proto == protoIGMP && v.Net == NetIPv4:
		return v.parseIGMP(at)
	case proto == protoICMP && v.Net == NetIPv4, proto == protoICMPv6 && v.Net == NetIPv6:
		return v.parseICMP(at)
	}
	return Defect{}
}

// parseUDP: RFC 768.
func (v *View) parseUDP(at int) Defect {
	n := int(v.end) - at
	if n < udpHeader {
		return flaw(UDPShort, int(v.end))
	}
	v.Transport = TransportUDP
	v.at[layerUDP] = uint16(at)
	v.payload = uint16(at + udpHeader)
	if int(be16(v.B[at+4:])) != n {
		return flaw(UDPLength, at+4)
	}
	c := be16(v.B[at+6:])
	if c == 0 && v.Net == NetIPv4 {
		return Defect{} // no checksum: allowed over IPv4 only (RFC 8200 8.1)
	}
	if c != v.transportSum() {
		return flaw(UDPChecksum, at+6)
	}
	return Defect{}
}
