package edits

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"

	"stackproof/golden/siege"
	"stackproof/stack/wire"
)

func (v Value) plus(w Value) Value {
	lo, carry := bits.Add64(v.lo, w.lo, 0)
	hi, _ := bits.Add64(v.hi, w.hi, carry)
	return Value{hi, lo}
}

func (v Value) minus(w Value) Value {
	lo, borrow := bits.Sub64(v.lo, w.lo, 0)
	hi, _ := bits.Sub64(v.hi, w.hi, borrow)
	return Value{hi, lo}
}

func (v Value) and(w Value) Value { return Value{v.hi & w.hi, v.lo & w.lo} }
func (v Value) xor(w Value) Value { return Value{v.hi ^ w.hi, v.lo ^ w.lo} }

// bit is the value that has one bit.
func bit(n int) Value {
	if n >= 64 {
		return Value{1 << (n - 64), 0}
	}
	return Value{0, 1 << n}
}

// special are values that mean something in fields whose names end so, beside those at the edges.
var special = map[string][]uint64{
	"eth.type": {0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 46, 1500, 1501, 1535, 1536},
	".proto":   {0, 1, 2, 4, 6, 17, 41, 43, 44, 50, 51, 58, 59, 60, 135, 253},
	".next":    {0, 1, 2, 4, 6, 17, 41, 43, 44, 50, 51, 58, 59, 60, 135, 253},
	".kind":    {0, 1, 2, 3, 4, 5, 7, 8, 34, 68, 131, 137, 148, 253},
	".seq":     {}, ".ack": {}, ".left": {}, ".right": {}, ".left2": {}, ".right2": {},
	".length": {2, 3, 4, 6, 8, 10, 12, 18, 34, 40},
	".len":    {8, 20, 28, 40, 576, 1280, 1500, 1501},
	".mtu":    {67, 68, 576, 1279, 1280, 1499, 1501},
	".sport":  {7, 80, 4321}, ".dport": {7, 9, 80, 4321},
	".off": {5, 6, 15, 184, 185, 8189},
	".ttl": {2, 64}, ".hops": {2, 64, 255},
	".op":      {2, 3, 8},
	".sources": {2, 183, 366},
	".records": {2, 183, 366},
}

// types are those of ICMP, NDP, IGMP and MLD: a message gets those of others.
var types = map[string][]uint64{
	"icmp.":  {0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 17},
	"icmp6.": {1, 2, 3, 4, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 143}, "rs.": nil, "ra.": nil, "ns.": nil, "na.": nil, "redirect.": nil, "mld": nil,
	"nd.":   {1, 2, 3, 4, 5, 14, 24, 25, 31},
	"igmp.": {0x11, 0x12, 0x16, 0x17, 0x22},
	"ip6.":  {0, 1, 5, 0x3e, 0x7e, 0xbe, 0xfe, 0xc2},
}

// near are distances in the space of sequence numbers.
var near = []uint64{2, 5, 1000, 1024, 1448, 2047, 2048, 2049, 4000, 4096, 65535, 1<<31 - 1, 1<<31 + 1}

// values are what a field is set to: the edges of its range, what is beside its true value, single bits where it is narrow,
// addresses that mean something where it is one, and what others of its kind have. The true value is not among them.
func values(f *Field, base []byte, p *siege.Place) (all []Value) {
	was, top := f.Get(base), f.max()
	one, half := Value{0, 1}, bit(f.Bits-1)
	add := func(v Value) {
		if v = v.and(top); v != was && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	for _, v := range []Value{{}, one, top, top.minus(one), half, half.minus(one), was.plus(one), was.minus(one)} {
		add(v)
	}
	if f.Bits <= 8 {
		for i := range f.Bits {
			add(was.xor(bit(i)))
		}
	}
	for end, more := range special {
		if !strings.HasSuffix(f.Name, end) {
			continue
		}
		for _, v := range more {
			add(Value{0, v})
		}
		if len(more) == 0 {
			for _, by := range near {
				add(was.plus(Value{0, by}))
				add(was.minus(Value{0, by}))
			}
		}
	}
	if strings.HasSuffix(f.Name, ".type") {
		for _, v := range typesOf(f.Name) {
			add(Value{0, v})
		}
	}
	for _, v := range addresses(f, p) {
		add(v)
	}
	slices.SortFunc(all, func(a, b Value) int { // special is a map
		if a.hi != b.hi {
			return compare(a.hi, b.hi)
		}
		return compare(a.lo, b.lo)
	})
	return all
}

func compare(a, b uint64) int {
	if a < b {
		return -1
	}
	return 1
}

func typesOf(name string) []uint64 {
	for begin, all := range types {
		if strings.HasPrefix(name, begin) {
			if all == nil {
				return types["icmp6."]
			}
			return all
		}
	}
	return nil
}

// addresses are those that mean something, of the field's width, if it is an address.
func addresses(f *Field, p *siege.Place) (all []Value) {
	switch f.Bits {
	case 48:
		for _, m := range []wire.MAC{wire.Broadcast, p.StackMAC, p.PeerMAC, {1, 0, 0x5e, 0, 0, 1}, {0x33, 0x33, 0, 0, 0, 1}, {3, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 9}} {
			var b [8]byte
			m.Put(b[2:])
			all = append(all, Value{0, binary.BigEndian.Uint64(b[:])})
		}
	case 32:
		if !isAddress(f.Name) {
			return nil
		}
		for _, a := range []wire.Addr{p.Stack, p.Peer, p.Router, p.Group, wire.IPv4(192, 0, 2, 255), wire.IPv4(192, 0, 2, 0), wire.IPv4(192, 0, 2, 77), wire.IPv4(127, 0, 0, 1),
			wire.IPv4(224, 0, 0, 1), wire.IPv4(224, 0, 0, 22), wire.IPv4(240, 0, 0, 1), wire.IPv4(198, 51, 100, 7), wire.IPv4(169, 254, 1, 1)} {
			if a.Is4() {
				b := a.As4()
				all = append(all, Value{0, uint64(binary.BigEndian.Uint32(b[:]))})
			}
		}
	case 128:
		if !isAddress(f.Name) {
			return nil
		}
		for _, a := range []wire.Addr{p.Stack, p.Peer, p.Router, p.Group, wire.LinkLocal(p.StackMAC), wire.LinkLocal(p.PeerMAC)} {
			if a.Is6() {
				all = append(all, value16(a.As16()))
			}
		}
		for _, b := range [][16]byte{{15: 1}, {0xff, 1, 15: 1}, {0xff, 2, 15: 1}, {0xff, 2, 15: 2}, {0xff, 2, 15: 22}, {0xff, 2, 11: 1, 12: 0xff, 15: 1}, {0xff, 0, 15: 1},
			{10: 255, 11: 255, 12: 192, 14: 2, 15: 1}, {0x20, 1, 0xd, 0xb8, 15: 77}, {0x20, 1, 0xd, 0xb8, 0, 9, 15: 7}} {
			all = append(all, value16(b))
		}
	}
	return all
}

func value16(b [16]byte) Value {
	return Value{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

// isAddress reports whether a field of that name is an address.
func isAddress(name string) bool {
	_, name, _ = cutLast(name)
	return slices.Contains([]string{"src", "dst", "spa", "tpa", "gateway", "group", "address", "target", "dest", "server", "prefix", "hop"}, name)
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:], i >= 0
}
