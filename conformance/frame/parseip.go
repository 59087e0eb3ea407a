package frame

// parseIPv4: RFC 791 3.1.
func (v *View) parseIPv4() Defect {
	b := v.B[etherHeader:]
	if len(b) < ip4Header {
		return flaw(IPShort, len(v.B))
	}
	v.Net = NetIPv4
	v.at[layerIP4] = etherHeader
	header, total := int(b[0]&15)*4, int(be16(b[2:]))
	switch {
	case b[0]>>4 != 4:
		return flaw(IPVersionWrong, etherHeader)
	case header < ip4Header || header > len(b):
		return flaw(IPHeaderLength, etherHeader)
	case total < header || total > len(b):
		return flaw(IPLength, etherHeader+2)
	}
	v.end = uint16(etherHeader + total)
	v.at[layerBody] = uint16(etherHeader + header)
	if be16(b[10:]) != v.headerSum() {
		return flaw(IPChecksum, etherHeader+10)
	}
	if d := checkIPv4(b, header, total); !d.OK() {
		return d
	}
	proto := b[9]
	if be16(b[6:])&0x3fff != 0 {
		v.payload = uint16(etherHeader + header) // a fragment: what it carries is not whole
		return Defect{}
	}
	return v.parseBody(proto, etherHeader+header)
}

// checkIPv4 checks the fields of a header whose lengths are right.
func checkIPv4(b []byte, header, total int) Defect {
	switch {
	case b[6]&0x80 != 0:
		return flaw(IPReserved, etherHeader+6)
	case b[8] == 0:
		return flaw(IPZeroTTL, etherHeader+8)
	case b[12]>>4 == 14 || be32(b[12:]) == 0xffffffff:
		return flaw(IPSource, etherHeader+12)
	case b[6]&0x20 != 0 && (total-header)%8 != 0:
		return flaw(FragmentLength, etherHeader+2)
	}
	for i := ip4Header; i < header; {
		switch b[i] {
		case 0: // end of the list; the padding is zero (RFC 791 3.1)
			for ; i < header; i++ {
				if b[i] != 0 {
					return flaw(IPOption, etherHeader+i)
				}
			}
		case 1:
			i++
		default:
			if i+1 >= header || b[i+1] < 2 || i+int(b[i+1]) > header {
				return flaw(IPOption, etherHeader+i)
			}
			i += int(b[i+1])
		}
	}
	return Defect{}
}

// parseIPv6: RFC 8200 3 and 4.
func (v *View) parseIPv6() Defect {
	b := v.B[etherHeader:]
	if len(b) < ip6Header {
		return flaw(IPShort, len(v.B))
	}
	v.Net = NetIPv6
	v.at[layerIP6] = etherHeader
	n := int(be16(b[4:]))
	switch {
	case b[0]>>4 != 6:
		return flaw(IPVersionWrong, etherHeader)
	case n > len(b)-ip6Header:
		return flaw(IPLength, etherHeader+4)
	case b[7] == 0:
		return flaw(IPZeroTTL, etherHeader+7)
	case b[8] == 0xff:
		return flaw(IPSource, etherHeader+8)
	}
	v.end = uint16(etherHeader + ip6Header + n)
	v.payload = etherHeader + ip6Header
	v.at[layerBody] = v.payload
	return v.parseExtensions(b[6], etherHeader+ip6Header)
}

// parseExtensions follows the chain of extension headers, which each step shortens by at least 8 bytes, and then what
// they lead to.
func (v *View) parseExtensions(next uint8, at int) Defect {
	for {
		left := int(v.end) - at
		h := v.B[at:v.end]
		switch next {
		case protoHopByHop, protoRouting, protoDestOpts:
			if left < 8 || (int(h[1])+1)*8 > left {
				return flaw(ExtShort, at)
			}
			n := (int(h[1]) + 1) * 8
			if next != protoRouting {
				if i := badExtOption(h[:n]); i != 0 {
					return flaw(ExtOption, at+i)
				}
			}
			next = h[0]
			at += n
		case protoFragment:
			if left < fragHeader {
				return flaw(ExtShort, at)
			}
			v.at[layerFrag] = uint16(at)
			next = h[0]
			at += fragHeader
			if be16(h[2:])&0xfff9 != 0 {
				v.at[layerBody], v.payload = uint16(at), uint16(at)
				if h[3]&1 != 0 && (left-fragHeader)%8 != 0 {
					return flaw(FragmentLength, at)
				}
				return Defect{}
			}
		default:
			return v.parseBody(next, at)
		}
	}
}

// badExtOption is where in an options header (RFC 8200 4.2) an option does not fit or padding is not zero; 0: nowhere.
func badExtOption(h []byte) int {
	for i := 2; i < len(h); {
		if h[i] == 0 { // Pad1
			i++
			continue
		}
		if i+1 >= len(h) || i+2+int(h[i+1]) > len(h) {
			return i
		}
		end := i + 2 + int(h[i+1])
		if h[i] == 1 { // PadN
			for j := i + 2; j < end; j++ {
				if h[j] != 0 {
					return j
				}
			}
		}
		i = end
	}
	return 0
}
