package wire

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func addr(t require.TestingT, s string) Addr {
	a, ok := ParseAddr(s)
	require.True(t, ok, "%q is no address", s)
	return a
}

func TestPrefixAgreesWithNetip(t *testing.T) { rapid.Check(t, propertyPrefixAgreesWithNetip) }

func FuzzPrefixAgreesWithNetip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyPrefixAgreesWithNetip)) }

func propertyPrefixAgreesWithNetip(t *rapid.T) {
	a := genAddr().Draw(t, "addr")
	bits := rapid.IntRange(0, 8*a.Len()).Draw(t, "bits")
	p, s := Prefix{a, uint8(bits)}, netip.PrefixFrom(std(a), bits)
	require.True(t, p.IsValid())
	require.Equal(t, s.String(), p.String())
	require.LessOrEqual(t, len(p.String()), PrefixTextLen)
	require.Equal(t, s.Masked().Addr(), std(p.Network()))

	b := genAddr().Draw(t, "other")
	if a.Is4() == b.Is4() && rapid.Bool().Draw(t, "near") { // differs from a in one bit
		b, at := a, rapid.IntRange(0, 8*a.Len()-1).Draw(t, "bit")
		if at < 64 {
			b.lo ^= 1 << at
		} else {
			b.hi ^= 1 << (at - 64)
		}
		require.Equal(t, 8*a.Len()-at > bits, p.Contains(b))
		require.Equal(t, s.Contains(std(b)), p.Contains(b))
	}
	require.Equal(t, s.Contains(std(b)), p.Contains(b))
	require.True(t, p.Contains(a))
}

func TestPrefixInvalid(t *testing.T) {
	for _, p := range []Prefix{{}, {Any4, 33}, {Any6, 129}, {Addr{}, 1}} {
		require.False(t, p.IsValid())
		require.False(t, p.Contains(Any4) || p.Contains(Any6) || p.Contains(Addr{}))
	}
}

func TestPrefixBroadcastAndMask(t *testing.T) {
	for _, c := range []struct {
		addr            string
		bits            uint8
		broadcast, mask string
	}{
		{"192.0.2.10", 24, "192.0.2.255", "255.255.255.0"},
		{"10.1.2.3", 8, "10.255.255.255", "255.0.0.0"},
		{"10.1.2.3", 30, "10.1.2.3", "255.255.255.252"},
		{"10.1.2.3", 31, "", "255.255.255.254"}, // RFC 3021
		{"10.1.2.3", 32, "", "255.255.255.255"},
		{"10.1.2.3", 0, "255.255.255.255", "0.0.0.0"},
		{"2001:db8::1", 64, "", ""},
	} {
		p := Prefix{addr(t, c.addr), c.bits}
		t.Run(p.String(), func(t *testing.T) {
			require.Equal(t, c.broadcast, p.Broadcast().String())
			require.Equal(t, c.mask, p.Netmask().String())
		})
	}
}

func TestGroupsOfAnyAddress(t *testing.T) { rapid.Check(t, propertyGroupsOfAnyAddress) }

func FuzzGroupsOfAnyAddress(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGroupsOfAnyAddress)) }

func propertyGroupsOfAnyAddress(t *rapid.T) {
	a4, a6 := genAddr4().Draw(t, "v4"), genAddr6().Draw(t, "v6")
	b4, b6 := a4.As4(), a6.As16()
	require.Equal(t, MAC{0x01, 0x00, 0x5e, b4[1] & 0x7f, b4[2], b4[3]}, MulticastMAC(a4))
	require.Equal(t, MAC{0x33, 0x33, b6[12], b6[13], b6[14], b6[15]}, MulticastMAC(a6))
	group := SolicitedNode(a6).As16()
	require.Equal(t, append([]byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}, b6[13:]...), group[:])
}

func TestGroupsAndInterfaceIDs(t *testing.T) {
	require.Equal(t, "ff02::1:ff0e:8c6c", SolicitedNode(addr(t, "4037::1:800:200e:8c6c")).String()) // RFC 4291 2.7.1
	require.Equal(t, "ff02::1:ff00:1", SolicitedNode(addr(t, "2001:db8::1")).String())
	require.Equal(t, MAC{0x33, 0x33, 0, 0, 0, 1}, MulticastMAC(AllNodes6))
	require.Equal(t, MAC{0x33, 0x33, 0xff, 0x0e, 0x8c, 0x6c}, MulticastMAC(addr(t, "ff02::1:ff0e:8c6c")))
	require.Equal(t, MAC{0x01, 0x00, 0x5e, 0, 0, 1}, MulticastMAC(AllHosts4))
	require.Equal(t, MAC{0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa}, MulticastMAC(IPv4(239, 255, 255, 250)), "bit 23 is cut")

	mac := MAC{0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde} // RFC 4291 appendix A, with bytes for its letters
	require.Equal(t, uint64(0x365678fffe9abcde), InterfaceID(mac))
	require.Equal(t, "fe80::3656:78ff:fe9a:bcde", LinkLocal(mac).String())
	require.Equal(t, "fe80::ff:fe00:1", LinkLocal(MAC{2, 0, 0, 0, 0, 1}).String())
	p := Prefix{addr(t, "2001:db8:1:2:3::"), 64}
	require.Equal(t, "2001:db8:1:2:3656:78ff:fe9a:bcde", p.WithInterfaceID(InterfaceID(mac)).String())
	require.False(t, Prefix{p.Addr, 63}.WithInterfaceID(1).IsValid())
	require.False(t, Prefix{Any4, 64}.WithInterfaceID(1).IsValid())
}
