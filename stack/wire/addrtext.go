package wire

// AddrTextLen is the length of the longest text of an Addr.
const AddrTextLen = len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")

// AppendText appends the address as text, an IPv6 address in the form of RFC 5952; no address appends nothing. It never
// allocates: text beyond the capacity of dst is cut off, so give it [AddrTextLen] bytes of room.
func (a Addr) AppendText(dst []byte) []byte {
	t := text{b: dst}
	switch a.fam {
	case fam4:
		t.ipv4(uint32(a.lo))
	case fam6:
		t.ipv6(a)
	}
	return t.b
}

func (t *text) ipv4(v uint32) {
	for shift := 24; shift >= 0; shift -= 8 {
		t.decimal(uint8(v >> shift))
		if shift > 0 {
			t.char('.')
		}
	}
}

// group returns the i-th of the eight 16-bit groups of an IPv6 address.
func (a Addr) group(i int) uint16 {
	if i < 4 {
		return uint16(a.hi >> (48 - 16*i))
	}
	return uint16(a.lo >> (48 - 16*(i-4)))
}

func (t *text) ipv6(a Addr) {
	// RFC 5952 5: a well-known prefix, here ::ffff:0:0/96, makes the mixed notation the recommended one.
	if m := a.Unmap4(); m.Is4() {
		t.string("::ffff:")
		t.ipv4(uint32(m.lo))
		return
	}
	from, to := zeroRun(a)
	for i := 0; i < 8; i++ {
		if i == from {
			t.string("::")
			i = to - 1
			continue
		}
		if i > 0 && i != to {
			t.char(':')
		}
		t.hex(a.group(i))
	}
}

// zeroRun returns the run of zero groups that "::" replaces: the longest, the first of equals, at least two groups
// (RFC 5952 4.2). Without one both bounds are -1.
func zeroRun(a Addr) (from, to int) {
	from, to = -1, -1
	longest := 1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && a.group(j) == 0 {
			j++
		}
		if j-i > longest {
			longest, from, to = j-i, i, j
		}
		if j > i {
			i = j
		}
	}
	return from, to
}

// ParseAddr reads an address: dotted decimal of four numbers without leading zeros, or any form of RFC 4291 2.2. A zone
// ("%eth0") is not part of an address and is refused.
func ParseAddr(s string) (Addr, bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '.':
			v, ok := parseDotted(s)
			if !ok {
				return Addr{}, false
			}
			return addr4(v), true
		case ':':
			return parseIPv6(s)
		}
	}
	return Addr{}, false
}

// parseDotted reads exactly four decimal numbers. A leading zero is refused because some readers take it for octal.
func parseDotted(s string) (v uint32, ok bool) {
	i := 0
	for part := 0; part < 4; part++ {
		if part > 0 {
			if i >= len(s) || s[i] != '.' {
				return 0, false
			}
			i++
		}
		start, n := i, uint32(0)
		for i < len(s) && '0' <= s[i] && s[i] <= '9' && i-start < 3 {
			n = n*10 + uint32(s[i]-'0')
			i++
		}
		if i == start || n > 255 || (i-start > 1 && s[start] == '0') {
			return 0, false
		}
		v = v<<8 | n
	}
	return v, i == len(s)
}

// ip6Parser collects the groups of an IPv6 text.
type ip6Parser struct {
	groups [8]uint16
	n      int // groups read
	gap    int // where "::" stood, as an index into groups; -1 if it did not
}

func parseIPv6(s string) (Addr, bool) {
	p := ip6Parser{gap: -1}
	i := 0
	if len(s) >= 2 && s[0] == ':' && s[1] == ':' {
		p.gap, i = 0, 2
	}
	for i < len(s) {
		if p.n == 8 {
			return Addr{}, false
		}
		start, v := i, uint32(0)
		for i < len(s) && i-start < 4 && hexValue(s[i]) >= 0 {
			v = v<<4 | uint32(hexValue(s[i]))
			i++
		}
		if i == start {
			return Addr{}, false
		}
		if i < len(s) && s[i] == '.' {
			return p.tail(s[start:])
		}
		p.groups[p.n] = uint16(v)
		p.n++
		if i == len(s) {
			break
		}
		if s[i] != ':' || i+1 == len(s) { // a single colon at the end
			return Addr{}, false
		}
		i++
		if s[i] == ':' {
			if p.gap >= 0 {
				return Addr{}, false
			}
			p.gap = p.n
			i++
		}
	}
	return p.addr()
}

// tail takes the dotted decimal that may stand for the last two groups (RFC 4291 2.2, form 3).
func (p *ip6Parser) tail(s string) (Addr, bool) {
	v, ok := parseDotted(s)
	if !ok || p.n > 6 {
		return Addr{}, false
	}
	p.groups[p.n], p.groups[p.n+1] = uint16(v>>16), uint16(v)
	p.n += 2
	return p.addr()
}

// addr spreads the groups around the gap, which stands for at least one group of zeros.
func (p *ip6Parser) addr() (Addr, bool) {
	if (p.gap < 0) != (p.n == 8) {
		return Addr{}, false
	}
	a := Addr{fam: fam6}
	for i := 0; i < p.n; i++ {
		at := i
		if p.gap >= 0 && i >= p.gap {
			at = 8 - p.n + i
		}
		if at < 4 {
			a.hi |= uint64(p.groups[i]) << (48 - 16*at)
		} else {
			a.lo |= uint64(p.groups[i]) << (48 - 16*(at-4))
		}
	}
	return a, true
}

// hexValue returns the value of a hexadecimal digit, or -1.
func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
