package wire

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// std gives the same address to the standard library, the second opinion on what addresses are.
func std(a Addr) netip.Addr {
	switch {
	case a.Is4():
		return netip.AddrFrom4(a.As4())
	case a.Is6():
		return netip.AddrFrom16(a.As16())
	}
	return netip.Addr{}
}

// genAddr draws addresses of both families, many of them from the special blocks and from just beside them.
func genAddr() *rapid.Generator[Addr] {
	special := rapid.SampledFrom([]Addr{
		Any4, Broadcast4, Loopback4, AllHosts4, Any6, Loopback6, AllNodes6, AllRouters6,
		IPv4(126, 255, 255, 255), IPv4(128, 0, 0, 0), IPv4(223, 255, 255, 255), IPv4(239, 255, 255, 255), IPv4(240, 0, 0, 0),
		IPv4(169, 253, 255, 255), IPv4(169, 254, 0, 0), IPv4(169, 254, 255, 255), IPv4(169, 255, 0, 0),
		IPv4(224, 0, 0, 255), IPv4(224, 0, 1, 0), IPv4(255, 255, 255, 254),
		LinkLocal(MAC{2}), {hi: 0xfebf << 48, fam: fam6}, {hi: 0xfec0 << 48, fam: fam6}, {hi: 0xfe7f << 48, fam: fam6},
		{hi: 0xff01 << 48, lo: 1, fam: fam6}, {hi: 0xff12 << 48, lo: 1, fam: fam6}, {hi: 0xfeff << 48, fam: fam6},
		{lo: 0xffff7f000001, fam: fam6}, {lo: 2, fam: fam6}, {hi: 1, lo: 1, fam: fam6},
	})
	return rapid.OneOf(genAddr4(), genAddr6(), special)
}

func TestAddrAgreesWithNetip(t *testing.T) { rapid.Check(t, propertyAddrAgreesWithNetip) }

func FuzzAddrAgreesWithNetip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyAddrAgreesWithNetip)) }

func propertyAddrAgreesWithNetip(t *rapid.T) {
	a := genAddr().Draw(t, "addr")
	s := std(a)
	require.Equal(t, s.IsValid(), a.IsValid())
	require.Equal(t, s.Is4(), a.Is4())
	require.Equal(t, s.Is6(), a.Is6())
	require.Equal(t, s.IsUnspecified(), a.IsUnspecified())
	require.Equal(t, s.IsLinkLocalUnicast(), a.IsLinkLocal())
	if !s.Is4In6() { // netip looks into mapped addresses for these, here they are only IPv6
		require.Equal(t, s.IsLoopback(), a.IsLoopback())
		require.Equal(t, s.IsMulticast(), a.IsMulticast())
		require.Equal(t, s.IsLinkLocalMulticast(), a.IsLinkLocalMulticast())
	}
	require.Equal(t, s == netip.MustParseAddr("255.255.255.255"), a.IsBroadcast())
	require.Equal(t, s.AsSlice(), putExactly(t, a.Len(), a.Put))
	require.Equal(t, s.As16(), a.As16())
	require.Equal(t, s.Unmap(), std(a.Unmap4()))
	require.Equal(t, s.As16(), a.Map4().As16())
	require.True(t, a.Map4().Is6())
}

func TestAddrBytesRoundTrip(t *testing.T) { rapid.Check(t, propertyAddrBytesRoundTrip) }

func FuzzAddrBytesRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyAddrBytesRoundTrip)) }

func propertyAddrBytesRoundTrip(t *rapid.T) {
	a4, a6 := genAddr4().Draw(t, "v4"), genAddr6().Draw(t, "v6")
	require.Equal(t, a4, AddrFrom4(a4.As4()))
	require.Equal(t, a4, a4.Map4().Unmap4())
	require.Equal(t, a6, AddrFrom16(a6.As16()))
	require.Equal(t, [4]byte{}, a6.As4())
	b := a4.As4()
	require.Equal(t, a4, IPv4(b[0], b[1], b[2], b[3]))
}

func TestNamedAddresses(t *testing.T) {
	for want, a := range map[string]Addr{
		"0.0.0.0": Any4, "255.255.255.255": Broadcast4, "127.0.0.1": Loopback4, "224.0.0.1": AllHosts4,
		"::": Any6, "::1": Loopback6, "ff02::1": AllNodes6, "ff02::2": AllRouters6,
	} {
		require.Equal(t, want, a.String())
	}
}

func TestNoAddress(t *testing.T) {
	var a Addr
	require.False(t, a.IsValid() || a.Is4() || a.Is6())
	require.False(t, a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || a.IsBroadcast() || a.IsLinkLocal())
	require.Zero(t, a.Len())
	require.Zero(t, a.Put(nil))
	require.Zero(t, a.As4())
	require.Zero(t, a.As16())
	require.Empty(t, a.String())
	require.NotEqual(t, a, Any4)
	require.NotEqual(t, a, Any6)
	require.NotEqual(t, Any4, Any6)
}
