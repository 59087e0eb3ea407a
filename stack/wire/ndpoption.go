package wire

import "encoding/binary"

// NDP option types (RFC 4861 4.6, RFC 8106 5.1).
const (
	NDPSourceLinkAddr = 1
	NDPTargetLinkAddr = 2
	NDPPrefixInfo     = 3
	NDPRedirected     = 4
	NDPMTU            = 5
	NDPRDNSS          = 25
)

// Lengths of the options whose length does not vary.
const (
	NDPLinkAddrLen   = 8 // for Ethernet
	NDPPrefixInfoLen = 32
	NDPMTULen        = 8

	prefixOnLink     = 0x80
	prefixAutonomous = 0x40
)

// NDPOption is one whole option: type, length in units of 8 bytes, data. Only [NDPOptions] makes one.
type NDPOption []byte

// Type returns the type, such as NDPPrefixInfo.
func (o NDPOption) Type() uint8 { return o[0] }

// NDPOptions iterates over the options of an NDP message. It ends on any bytes.
type NDPOptions struct {
	b         []byte
	malformed bool
}

// Next returns the next option, 8 bytes long or a multiple. ok is false at the end and at the first option whose length
// is zero or beyond the end.
func (w *NDPOptions) Next() (o NDPOption, ok bool) {
	if len(w.b) == 0 {
		return nil, false
	}
	n := 0
	if len(w.b) >= 8 {
		n = int(w.b[1]) * 8
	}
	if n == 0 || n > len(w.b) {
		w.malformed, w.b = true, nil
		return nil, false
	}
	o, w.b = NDPOption(w.b[:n]), w.b[n:]
	return o, true
}

// Malformed reports whether the walk ended at a malformed option.
func (w *NDPOptions) Malformed() bool { return w.malformed }

// ParseLinkAddr reads a source or target link-layer address. ErrOption says that its length is not Ethernet's.
func ParseLinkAddr(o NDPOption) (MAC, Err) {
	if len(o) != NDPLinkAddrLen {
		return MAC{}, ErrOption
	}
	return macAt(o[2:]), OK
}

// PutLinkAddr writes a source or target link-layer address option (NDPSourceLinkAddr, NDPTargetLinkAddr) and returns
// NDPLinkAddrLen.
func PutLinkAddr(b []byte, typ uint8, m MAC) int {
	_ = b[NDPLinkAddrLen-1]
	b[0], b[1] = typ, NDPLinkAddrLen/8
	m.Put(b[2:])
	return NDPLinkAddrLen
}

// PrefixInfo is a prefix information option (RFC 4861 4.6.2).
type PrefixInfo struct {
	Prefix     Prefix
	OnLink     bool   // addresses in the prefix are neighbours
	Autonomous bool   // hosts may form addresses from it
	Valid      uint32 // seconds; all ones: for ever
	Preferred  uint32 // seconds; all ones: for ever
}

// ParsePrefixInfo reads a prefix information option. ErrOption says that its length is wrong, or that of the prefix.
func ParsePrefixInfo(o NDPOption) (PrefixInfo, Err) {
	if len(o) != NDPPrefixInfoLen || o[2] > 128 {
		return PrefixInfo{}, ErrOption
	}
	return PrefixInfo{
		Prefix:     Prefix{addr6At(o[16:]), o[2]},
		OnLink:     o[3]&prefixOnLink != 0,
		Autonomous: o[3]&prefixAutonomous != 0,
		Valid:      binary.BigEndian.Uint32(o[4:]),
		Preferred:  binary.BigEndian.Uint32(o[8:]),
	}, OK
}

// Put writes the option and returns NDPPrefixInfoLen.
func (p PrefixInfo) Put(b []byte) int {
	_ = b[NDPPrefixInfoLen-1]
	b[0], b[1], b[2], b[3] = NDPPrefixInfo, NDPPrefixInfoLen/8, p.Prefix.Bits, 0
	if p.OnLink {
		b[3] |= prefixOnLink
	}
	if p.Autonomous {
		b[3] |= prefixAutonomous
	}
	binary.BigEndian.PutUint32(b[4:], p.Valid)
	binary.BigEndian.PutUint32(b[8:], p.Preferred)
	binary.BigEndian.PutUint32(b[12:], 0)
	p.Prefix.put6(b[16:])
	return NDPPrefixInfoLen
}

// ParseMTUOption reads the MTU that a router recommends for the link. ErrOption says that the option's length is wrong.
func ParseMTUOption(o NDPOption) (uint32, Err) {
	if len(o) != NDPMTULen {
		return 0, ErrOption
	}
	return binary.BigEndian.Uint32(o[4:]), OK
}

// PutMTUOption writes an MTU option and returns NDPMTULen.
func PutMTUOption(b []byte, mtu uint32) int {
	_ = b[NDPMTULen-1]
	b[0], b[1], b[2], b[3] = NDPMTU, NDPMTULen/8, 0, 0
	binary.BigEndian.PutUint32(b[4:], mtu)
	return NDPMTULen
}

// RedirectedPacket returns the start of the packet that a redirect is about, with the padding of the option.
func RedirectedPacket(o NDPOption) []byte { return o[8:] }

// PutRedirected writes a redirected header option with the packet, which must have a length that is a multiple of 8 (a
// sender cuts it) and at most 2032, and returns the option's length.
func PutRedirected(b, packet []byte) int {
	n := 8 + len(packet)
	_ = b[n-1]
	b[0], b[1] = NDPRedirected, uint8(n/8)
	binary.BigEndian.PutUint32(b[2:], 0)
	b[6], b[7] = 0, 0
	copy(b[8:], packet)
	return n
}

// RDNSS is a recursive DNS server option (RFC 8106 5.1).
type RDNSS []byte

// CheckRDNSS returns the view of the option. ErrOption says that it does not hold a whole number of addresses, at least
// one.
func CheckRDNSS(o NDPOption) (RDNSS, Err) {
	if len(o) < 24 || (len(o)-8)%16 != 0 {
		return nil, ErrOption
	}
	return RDNSS(o), OK
}

// Lifetime returns how long the servers may be used, in seconds; all ones: for ever; 0: no longer.
func (o RDNSS) Lifetime() uint32 { return binary.BigEndian.Uint32(o[4:]) }

// Len returns the number of servers.
func (o RDNSS) Len() int { return (len(o) - 8) / 16 }

// Server returns the i-th server, from 0; no address beyond the last.
func (o RDNSS) Server(i int) Addr {
	if i < 0 || i >= o.Len() {
		return Addr{}
	}
	return addr6At(o[8+16*i:])
}

// PutRDNSS writes the option with at most 127 servers and returns its length.
func PutRDNSS(b []byte, lifetime uint32, servers []Addr) int {
	n := 8 + 16*len(servers)
	_ = b[n-1]
	b[0], b[1], b[2], b[3] = NDPRDNSS, uint8(n/8), 0, 0
	binary.BigEndian.PutUint32(b[4:], lifetime)
	for i, a := range servers {
		a.put6(b[8+16*i:])
	}
	return n
}
