package script

import "stackproof/conformance/frame"

// fieldKind is what a field holds.
type fieldKind uint8

const (
	kindNum  fieldKind = iota // a number
	kindMAC                   // an Ethernet address
	kindIPv4                  // an IPv4 address
	kindIPv6                  // an IPv6 address
	kindIP                    // an address of the run's IP version
)

func kindOf(f frame.Field) fieldKind {
	switch {
	case !f.IsAddr():
		return kindNum
	case f == frame.IPSrc || f == frame.IPDst:
		return kindIP
	case f.Bits() == 48:
		return kindMAC
	case f.Bits() == 32:
		return kindIPv4
	}
	return kindIPv6
}

// fieldByName finds a field; ok is false where there is none of that name.
func fieldByName(name string) (f frame.Field, ok bool) { return frame.FieldByName([]byte(name)) }
