package frame

// TCP option kinds (IANA).
const (
	OptEOL        = 0
	OptNOP        = 1
	OptMSS        = 2
	OptWScale     = 3
	OptSACKPerm   = 4
	OptSACK       = 5
	OptTimestamps = 8
)

// parseTCP: RFC 9293 3.1.
func (v *View) parseTCP(at int) Defect {
	b := v.B[at:v.end]
	if len(b) < tcpHeader {
		return flaw(TCPShort, int(v.end))
	}
	off := int(b[12]>>4) * 4
	if off < tcpHeader || off > len(b) {
		return flaw(TCPOffset, at+12)
	}
	v.Transport = TransportTCP
	v.at[layerTCP] = uint16(at)
	v.payload = uint16(at + off)
	if be16(b[16:]) != v.transportSum() {
		return flaw(TCPChecksum, at+16)
	}
	if b[12]&15 != 0 {
		return flaw(TCPReserved, at+12)
	}
	if f, i := checkOptions(b[tcpHeader:off], b[13]&SYN != 0); f != Sound {
		return flaw(f, at+tcpHeader+i)
	}
	return Defect{}
}

// Option is one TCP option as it lies in a header.
type Option struct {
	Kind uint8
	Data []byte // what follows kind and length
	Len  int    // of the whole option
}

// NextOption reads the option at the beginning of opts. ok is false where there is none: opts is empty, or what is
// there does not fit. An EOL is an option like the others; what follows it is padding.
func NextOption(opts []byte) (o Option, ok bool) {
	switch {
	case len(opts) == 0:
		return o, false
	case opts[0] <= OptNOP:
		return Option{Kind: opts[0], Len: 1}, true
	case len(opts) < 2 || opts[1] < 2 || int(opts[1]) > len(opts):
		return o, false
	}
	n := int(opts[1])
	return Option{Kind: opts[0], Data: opts[2:n], Len: n}, true
}

// checkOptions checks the options of a segment: what is wrong with them, and where.
func checkOptions(opts []byte, syn bool) (Flaw, int) {
	for i := 0; i < len(opts); {
		o, ok := NextOption(opts[i:])
		if !ok {
			return TCPOption, i
		}
		if o.Kind == OptEOL {
			for ; i < len(opts); i++ {
				if opts[i] != 0 {
					return TCPOptionEnd, i
				}
			}
			break
		}
		if !optionLength(o.Kind, o.Len) {
			return TCPOption, i
		}
		if !syn && o.Kind >= OptMSS && o.Kind <= OptSACKPerm {
			return TCPOptionPlace, i
		}
		i += o.Len
	}
	return Sound, 0
}

// optionLength tells whether an option has the length of its kind; kinds that are not known here have any.
func optionLength(kind uint8, n int) bool {
	switch kind {
	case OptMSS:
		return n == 4
	case OptWScale:
		return n == 3
	case OptSACKPerm:
		return n == 2
	case OptSACK: // RFC 2018 3: one to four blocks
		return n >= 10 && n%8 == 2
	case OptTimestamps:
		return n == 10
	}
	return true
}
