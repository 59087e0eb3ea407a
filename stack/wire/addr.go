package wire

import "encoding/binary"

// Addr is an IPv4 or an IPv6 address. It is a value that can be compared with ==. The zero value is no address at all,
// which is not the same as 0.0.0.0 or ::. An IPv4-mapped IPv6 address stays an IPv6 address.
type Addr struct {
	hi, lo uint64 // IPv6: the 128 bits; IPv4: lo holds the 32 bits
	fam    family
}

type family uint8

const (
	famNone family = 0
	fam4    family = 4
	fam6    family = 6
)

// IPv4 returns the address a.b.c.d.
func IPv4(a, b, c, d byte) Addr {
	return addr4(uint32(a)<<24 | uint32(b)<<16 | uint32(c)<<8 | uint32(d))
}

// AddrFrom4 returns the IPv4 address with these bytes.
func AddrFrom4(b [4]byte) Addr { return addr4(binary.BigEndian.Uint32(b[:])) }

// AddrFrom16 returns the IPv6 address with these bytes.
func AddrFrom16(b [16]byte) Addr { return addr6At(b[:]) }

func addr4(v uint32) Addr { return Addr{lo: uint64(v), fam: fam4} }

func addr4At(b []byte) Addr { return addr4(binary.BigEndian.Uint32(b)) }

func addr6At(b []byte) Addr {
	return Addr{hi: binary.BigEndian.Uint64(b), lo: binary.BigEndian.Uint64(b[8:]), fam: fam6}
}

// Addresses that protocols name.
var (
	Any4          = IPv4(0, 0, 0, 0)
	Broadcast4    = IPv4(255, 255, 255, 255)
	Loopback4     = IPv4(127, 0, 0, 1)
	AllHosts4     = IPv4(224, 0, 0, 1) // RFC 1112 4
	AllRouters4   = IPv4(224, 0, 0, 2)
	IGMPv3Routers = IPv4(224, 0, 0, 22) // RFC 3376 4.2.14
	Any6          = Addr{fam: fam6}
	Loopback6     = Addr{lo: 1, fam: fam6}
	AllNodes6     = Addr{hi: 0xff02 << 48, lo: 1, fam: fam6} // RFC 4291 2.7.1, link-local scope
	AllRouters6   = Addr{hi: 0xff02 << 48, lo: 2, fam: fam6}
	MLDv2Routers  = Addr{hi: 0xff02 << 48, lo: 0x16, fam: fam6} // RFC 3810 5.2.14
)

// IsValid reports whether a is an address, of either family.
func (a Addr) IsValid() bool { return a.fam != famNone }

// Is4 reports whether a is an IPv4 address.
func (a Addr) Is4() bool { return a.fam == fam4 }

// Is6 reports whether a is an IPv6 address.
func (a Addr) Is6() bool { return a.fam == fam6 }

// As4 returns the bytes of an IPv4 address, and zeros for anything else.
func (a Addr) As4() (b [4]byte) {
	if a.fam == fam4 {
		binary.BigEndian.PutUint32(b[:], uint32(a.lo))
	}
	return b
}

// As16 returns the bytes of an IPv6 address; an IPv4 address gives its IPv4-mapped form (RFC 4291 2.5.5.2), no address
// gives zeros.
func (a Addr) As16() (b [16]byte) {
	if a.fam == fam4 {
		a.lo |= 0xffff << 32
	}
	binary.BigEndian.PutUint64(b[:], a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
	return b
}

// Map4 returns an IPv4 address as the IPv4-mapped IPv6 address, and any other unchanged.
func (a Addr) Map4() Addr {
	if a.fam == fam4 {
		return Addr{lo: a.lo | 0xffff<<32, fam: fam6}
	}
	return a
}

// Unmap4 returns the IPv4 address that is inside an IPv4-mapped IPv6 address, and any other unchanged.
func (a Addr) Unmap4() Addr {
	if a.fam == fam6 && a.hi == 0 && a.lo>>32 == 0xffff {
		return addr4(uint32(a.lo))
	}
	return a
}

// Len returns the number of bytes that Put writes: 4, 16, or 0 for no address.
func (a Addr) Len() int {
	switch a.fam {
	case fam4:
		return 4
	case fam6:
		return 16
	}
	return 0
}

// Put writes the bytes of the address in network order and returns their number, Len.
func (a Addr) Put(b []byte) int {
	switch a.fam {
	case fam4:
		a.put4(b)
	case fam6:
		a.put6(b)
	}
	return a.Len()
}

func (a Addr) put4(b []byte) { binary.BigEndian.PutUint32(b, uint32(a.lo)) }

func (a Addr) put6(b []byte) {
	_ = b[15]
	binary.BigEndian.PutUint64(b, a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
}

// IsUnspecified reports whether a is 0.0.0.0 or :: . No address is not.
func (a Addr) IsUnspecified() bool { return a.fam != famNone && a.hi == 0 && a.lo == 0 }

// IsLoopback reports whether a is in 127.0.0.0/8 (RFC 1122 3.2.1.3) or is ::1.
func (a Addr) IsLoopback() bool {
	if a.fam == fam4 {
		return a.lo>>24 == 127
	}
	return a == Loopback6
}

// IsMulticast reports whether a is in 224.0.0.0/4 or ff00::/8.
func (a Addr) IsMulticast() bool {
	if a.fam == fam4 {
		return a.lo>>28 == 0xe
	}
	return a.hi>>56 == 0xff
}

// IsBroadcast reports whether a is 255.255.255.255, the limited broadcast. For a subnet's own see [Prefix.Broadcast].
func (a Addr) IsBroadcast() bool { return a == Broadcast4 }

// IsLinkLocal reports whether a is unicast of link-local scope: 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291).
func (a Addr) IsLinkLocal() bool {
	if a.fam == fam4 {
		return a.lo>>16 == 169<<8|254
	}
	return a.hi>>54 == 0xfe80>>6
}

// IsLinkLocalMulticast reports whether a is a group that no router forwards: 224.0.0.0/24 (RFC 5771 4) or ff02::/16.
func (a Addr) IsLinkLocalMulticast() bool {
	if a.fam == fam4 {
		return a.lo>>8 == 224<<16
	}
	return a.hi>>56 == 0xff && a.hi>>48&0xf == 2
}
