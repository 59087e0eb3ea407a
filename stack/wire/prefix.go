package wire

// Prefix is an address together with the number of leading bits that name its network. The bits behind them may be set:
// an interface's own address and its prefix length make a Prefix.
type Prefix struct {
	Addr
	Bits uint8
}

// IsValid reports whether there is an address and it has at least Bits bits.
func (p Prefix) IsValid() bool { return p.Addr.IsValid() && int(p.Bits) <= 8*p.Addr.Len() }

// mask returns the 128 bits of the network mask in the layout of Addr.
func (p Prefix) mask() (hi, lo uint64) {
	bits := uint(p.Bits)
	if p.Is4() {
		return 0, uint64(^uint32(0) << (32 - min(bits, 32)))
	}
	if bits <= 64 {
		return ^uint64(0) << (64 - bits), 0
	}
	return ^uint64(0), ^uint64(0) << (128 - min(bits, 128))
}

// Contains reports whether a is of the same family and in the same network.
func (p Prefix) Contains(a Addr) bool {
	if p.fam != a.fam || !p.IsValid() {
		return false
	}
	hi, lo := p.mask()
	return (p.hi^a.hi)&hi == 0 && (p.lo^a.lo)&lo == 0
}

// Network returns the address with all bits behind the prefix cleared.
func (p Prefix) Network() Addr {
	hi, lo := p.mask()
	return Addr{hi: p.hi & hi, lo: p.lo & lo, fam: p.fam}
}

// Broadcast returns the directed broadcast address of an IPv4 network (RFC 1122 3.2.1.3 d). IPv6 has none, nor has a
// network of 31 or 32 bits, in which every address is a host's (RFC 3021): for these the answer is no address.
func (p Prefix) Broadcast() Addr {
	if !p.Is4() || p.Bits > 30 {
		return Addr{}
	}
	_, lo := p.mask()
	return addr4(uint32(p.lo) | ^uint32(lo))
}

// Netmask returns the mask of an IPv4 prefix as an address, such as 255.255.255.0; no address for IPv6.
func (p Prefix) Netmask() Addr {
	if !p.Is4() {
		return Addr{}
	}
	_, lo := p.mask()
	return addr4(uint32(lo))
}

// PrefixTextLen is the length of the longest text of a Prefix.
const PrefixTextLen = AddrTextLen + len("/128")

// AppendText appends the prefix as "192.0.2.1/24". It never allocates: text beyond the capacity of dst is cut off.
func (p Prefix) AppendText(dst []byte) []byte {
	t := text{b: p.Addr.AppendText(dst)}
	t.char('/')
	t.decimal(p.Bits)
	return t.b
}

// SolicitedNode returns the multicast group to which neighbour solicitations for an IPv6 address go: ff02::1:ff00:0/104
// with the low 24 bits of the address (RFC 4291 2.7.1). Only the low 24 bits of a matter.
func SolicitedNode(a Addr) Addr {
	return Addr{hi: 0xff02 << 48, lo: 0x1ff<<24 | a.lo&0xffffff, fam: fam6}
}

// MulticastMAC returns the Ethernet address to which packets for a group go: 01:00:5e and the low 23 bits of an IPv4
// group (RFC 1112 6.4), 33:33 and the low 32 bits of an IPv6 group (RFC 2464 7).
func MulticastMAC(a Addr) MAC {
	v := uint32(a.lo)
	if a.Is4() {
		return MAC{0x01, 0x00, 0x5e, byte(v>>16) & 0x7f, byte(v >> 8), byte(v)}
	}
	return MAC{0x33, 0x33, byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
}

// InterfaceID returns the modified EUI-64 identifier of a MAC, its universal/local bit inverted (RFC 4291 appendix A).
func InterfaceID(m MAC) uint64 {
	return uint64(m[0]^2)<<56 | uint64(m[1])<<48 | uint64(m[2])<<40 | 0xfffe<<24 |
		uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
}

// LinkLocal returns fe80::/64 with the interface identifier of a MAC (RFC 4862 5.3, RFC 2464 5).
func LinkLocal(m MAC) Addr { return Addr{hi: 0xfe80 << 48, lo: InterfaceID(m), fam: fam6} }

// WithInterfaceID returns the address in a network of exactly 64 bits with this interface identifier (RFC 4862 5.5.3
// d); for any other prefix length it is no address.
func (p Prefix) WithInterfaceID(id uint64) Addr {
	if !p.Is6() || p.Bits != 64 {
		return Addr{}
	}
	return Addr{hi: p.hi, lo: id, fam: fam6}
}
