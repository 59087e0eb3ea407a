package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// errOf is the error of a parser.
func errOf[T any](parse func([]byte) (T, Err)) func([]byte) Err {
	return func(b []byte) Err {
		_, err := parse(b)
		return err
	}
}

// TestOneByteShort: what is a byte too short is told as such, whatever it says of its own length.
func TestOneByteShort(t *testing.T) {
	for name, c := range map[string]struct {
		parse func([]byte) Err
		n     int
	}{
		"Ethernet":            {errOf(CheckEthernet), EthernetHeaderLen},
		"ARP":                 {errOf(CheckARP), ARPLen},
		"IPv4":                {errOf(CheckIPv4Quoted), IPv4HeaderLen},
		"ICMPv4":              {errOf(CheckICMPv4), ICMPHeaderLen},
		"ICMPv6":              {errOf(CheckICMPv6), ICMPHeaderLen},
		"IGMP":                {errOf(CheckIGMP), IGMPLen},
		"MLD":                 {errOf(func(b []byte) (MLD, Err) { return CheckMLD(b) }), MLDLen},
		"UDP":                 {errOf(CheckUDP), UDPHeaderLen},
		"TCP":                 {errOf(CheckTCP), TCPHeaderLen},
		"a fragment header":   {errOf(ParseFragment), FragmentHeaderLen},
		"ICMP":                {errOf(ParseICMP), ICMPHeaderLen},
		"a quoted transport":  {errOf(ParseQuotedTransport), 8},
		"an extension header": {func(b []byte) Err { w := ExtWalker{p: b, proto: ProtoFragment}; w.Next(); return w.Err() }, 8},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, ErrShort, c.parse(append([]byte{0x45}, make([]byte, c.n-2)...)))
			require.NotEqual(t, ErrShort, c.parse(append([]byte{0x45}, make([]byte, c.n-1)...)))
		})
	}
}

// TestReservedBits: what is reserved is no part of what stands beside it.
func TestReservedBits(t *testing.T) {
	advert := make(NeighborAdvert, NeighborMsgLen)
	advert[4] = 0x1f
	n := advert.Fields()
	require.False(t, n.Router || n.Solicited || n.Override)

	router := make(RouterAdvert, RouterAdvertLen)
	router[5] = 0x27 // of the flags, what is neither M, nor O, nor the preference
	r := router.Fields()
	require.False(t, r.Managed || r.Other)

	o := make(NDPOption, NDPPrefixInfoLen)
	o[3] = 0x3f
	p, err := ParsePrefixInfo(o)
	require.Equal(t, OK, err)
	require.False(t, p.OnLink || p.Autonomous)

	b := make([]byte, FragmentHeaderLen+8)
	b[0], b[3] = ProtoDestOpts, 6
	w := ExtWalker{p: b, proto: ProtoFragment}
	_, ok := w.Next()
	require.True(t, ok)
	_, ok = w.Next()
	require.True(t, ok, "the fragment is the first: headers go on")
	Fragment{Offset: 8 + 7}.Put(b)
	require.Equal(t, byte(8), b[3])
}

// TestAddressKinds: an address of another kind is none of this one, however like it.
func TestAddressKinds(t *testing.T) {
	for text, multicast := range map[string]bool{"ff02::1": true, "ff12::1": true, "ff03::1": false, "ff05::1": false, "fe02::1": false} {
		a, ok := ParseAddr(text)
		require.True(t, ok)
		require.Equal(t, multicast, a.IsLinkLocalMulticast(), text)
	}
	a, ok := ParseAddr("1::ffff:c000:201")
	require.True(t, ok)
	require.Equal(t, a, a.Unmap4(), "it has other bits in front")
	require.Zero(t, Prefix{AllNodes6, 16}.Broadcast(), "IPv6 has no broadcast")
}

// TestMaskOfIPv6: prefixes that end in the second half, or at the last bit.
func TestMaskOfIPv6(t *testing.T) {
	a := Addr{hi: 0x20010db8 << 32, lo: 0xf << 60, fam: fam6}
	for bits := uint8(60); bits <= 128; bits++ {
		other := a
		if bits <= 64 {
			other.hi ^= 1 << (64 - bits)
		} else {
			other.lo ^= 1 << (128 - bits)
		}
		require.True(t, Prefix{a, bits}.Contains(a))
		require.False(t, Prefix{a, bits}.Contains(other), "bit %d is its last", bits)
		other = a
		other.hi ^= 1
		require.Equal(t, bits < 64, Prefix{a, bits}.Contains(other), "bit 64 is one of %d", bits)
		other = a
		if bits < 64 {
			other.hi ^= 1 << (63 - bits)
		} else if bits < 128 {
			other.lo ^= 1 << (127 - bits)
		}
		require.True(t, Prefix{a, bits}.Contains(other), "bit %d is not one of it", bits)
	}
}

// TestTextOfAddresses: what reads nearly like an address, and addresses in capitals.
func TestTextOfAddresses(t *testing.T) {
	for _, text := range []string{"1.2.3.4294967297", "1.2x3.4", "1x2.3.4", "::1::2", "1::2::3", "g::", "::G", "::@"} {
		_, ok := ParseAddr(text)
		require.False(t, ok, text)
	}
	a, ok := ParseAddr("ABCD:EF00::FA")
	require.True(t, ok)
	require.Equal(t, Addr{hi: 0xabcdef00 << 32, lo: 0xfa, fam: fam6}, a)
	longest := Addr{hi: ^uint64(0), lo: ^uint64(0), fam: fam6}
	require.Len(t, longest.AppendText(make([]byte, 0, AddrTextLen)), AddrTextLen)
	require.NotEqual(t, Err(NumErr).String(), Err(NumErr-1).String())
}

// TestNothingIsNothing: what there is none of has no value either.
func TestNothingIsNothing(t *testing.T) {
	require.Zero(t, (&GroupQuery{}).Sources())
	v, err := ParseMTUOption(nil)
	require.Equal(t, ErrOption, err)
	require.Zero(t, v)
	for _, b := range [][]byte{nil, {optionEnd}, {5}, {5, 1}} {
		w := WalkTCPOptions(b)
		kind, data, ok := w.Next()
		require.False(t, ok)
		require.Zero(t, kind)
		require.Empty(t, data)
	}
	for _, b := range [][]byte{{0, 0}, {0, 0, 5}, {0, 0, 5, 1}} {
		o := IPv6Options{b: b, off: 2}
		typ, data, ok := o.Next()
		require.False(t, ok)
		require.Zero(t, typ)
		require.Empty(t, data)
	}
}

// TestNoNDP: types beside those of neighbour discovery, whose hop limit is nobody's business.
func TestNoNDP(t *testing.T) {
	for _, typ := range []uint8{ICMPv6RouterSolicit - 1, ICMPv6Redirect + 1} {
		b := make(ICMPv6, 64)
		b[0] = typ
		require.Equal(t, ErrType, CheckNDP(b, AllNodes6, AllNodes6, 1))
	}
}
