package wire

// Option types of hop-by-hop and destination options (RFC 8200 4.2, RFC 2711, RFC 2675).
const (
	IPv6OptPad1        = 0x00
	IPv6OptPadN        = 0x01
	IPv6OptRouterAlert = 0x05
	IPv6OptJumbo       = 0xc2
)

// IPv6OptAction is what a node does with an option type that it does not know: the type's highest two bits (RFC 8200
// 4.2).
type IPv6OptAction uint8

const (
	OptSkip             IPv6OptAction = iota // skip the option, go on
	OptDiscard                               // discard the packet
	OptDiscardReport                         // discard it and send a parameter problem, code 2
	OptDiscardReportUni                      // as before, but only if the destination is no group
)

// OptAction returns the action for an unknown option of this type.
func OptAction(typ uint8) IPv6OptAction { return IPv6OptAction(typ >> 6) }

// IPv6Options iterates over the options of a hop-by-hop or destination options header. It ends on any bytes.
type IPv6Options struct {
	b         []byte
	at        int
	off       int
	malformed bool
}

// Options returns an iterator over the options of x. A header of another kind has none.
func (x Ext) Options() IPv6Options {
	if (x.Proto != ProtoHopByHop && x.Proto != ProtoDestOpts) || len(x.Data) < 2 {
		return IPv6Options{}
	}
	return IPv6Options{b: x.Data, off: 2}
}

// Next returns the next option that is not padding, and its data. ok is false at the end and at the first option whose
// length is beyond the end of the header.
func (o *IPv6Options) Next() (typ uint8, data []byte, ok bool) {
	for o.off < len(o.b) {
		rest := o.b[o.off:]
		if rest[0] == IPv6OptPad1 {
			o.off++
			continue
		}
		if len(rest) < 2 || 2+int(rest[1]) > len(rest) {
			o.malformed = true
			o.at, o.off = o.off, len(o.b)
			return 0, nil, false
		}
		n := 2 + int(rest[1])
		o.at = o.off
		o.off += n
		if rest[0] != IPv6OptPadN {
			return rest[0], rest[2:n], true
		}
	}
	return 0, nil, false
}

// Malformed reports whether the walk ended at an option whose length is beyond the end.
func (o *IPv6Options) Malformed() bool { return o.malformed }

// Offset returns where in the extension header the last option stands that Next returned or stumbled over. Together
// with Ext.Offset it is the pointer of a parameter problem.
func (o *IPv6Options) Offset() int { return o.at }

// PutHopByHopRouterAlert writes a hop-by-hop header whose one option is the router alert for MLD (RFC 2711 2.1, RFC
// 3810 5), and returns its length, 8.
func PutHopByHopRouterAlert(b []byte, next uint8) int {
	_ = b[7]
	b[0], b[1] = next, 0
	b[2], b[3], b[4], b[5] = IPv6OptRouterAlert, 2, 0, 0
	b[6], b[7] = IPv6OptPadN, 0
	return 8
}
