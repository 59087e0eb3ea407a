package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	sampleRouterSolicit = []byte{
		0x85, 0x00, 0x00, 0x00, // router solicitation, code 0, checksum
		0x00, 0x00, 0x00, 0x00, // reserved
		0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, // source link-layer address
	}
	sampleRouterAdvert = []byte{
		0x86, 0x00, 0x00, 0x00, // router advertisement, code 0, checksum
		0x40,       // hop limit 64
		0xc8,       // managed, other, preference high
		0x07, 0x08, // lifetime 1800 s
		0x00, 0x00, 0x75, 0x30, // reachable 30000 ms
		0x00, 0x00, 0x03, 0xe8, // retransmit 1000 ms
		0x05, 0x01, 0x00, 0x00, 0x00, 0x00, 0x05, 0xdc, // MTU 1500
	}
	sampleNeighborSolicit = []byte{
		0x87, 0x00, 0x00, 0x00, // neighbour solicitation, code 0, checksum
		0x00, 0x00, 0x00, 0x00, // reserved
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, // target
		0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, // source link-layer address
	}
	sampleNeighborAdvert = []byte{
		0x88, 0x00, 0x00, 0x00, // neighbour advertisement, code 0, checksum
		0xe0, 0x00, 0x00, 0x00, // router, solicited, override; reserved
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, // target
		0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, // target link-layer address
	}
	sampleRedirect = []byte{
		0x89, 0x00, 0x00, 0x00, // redirect, code 0, checksum
		0x00, 0x00, 0x00, 0x00, // reserved
		0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, // target
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, // destination
		0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, // target link-layer address
	}
)

func TestNDPBytes(t *testing.T) {
	rs, err := CheckRouterSolicit(sampleRouterSolicit)
	require.Equal(t, OK, err)
	require.Equal(t, sampleRouterSolicit[:8], putExactly(t, RouterSolicitLen, PutRouterSolicit))
	onlyLinkAddr(t, rs.Options(), NDPSourceLinkAddr, MAC{2, 0, 0, 0, 0, 10})

	ra, err := CheckRouterAdvert(sampleRouterAdvert)
	require.Equal(t, OK, err)
	require.Equal(t, RouterAdvertFields{HopLimit: 64, Managed: true, Other: true, Preference: RouterHigh, Lifetime: 1800,
		Reachable: 30000, Retrans: 1000}, ra.Fields())
	require.Equal(t, sampleRouterAdvert[:16], putExactly(t, RouterAdvertLen, ra.Fields().Put))
	w := ra.Options()
	o, ok := w.Next()
	require.True(t, ok)
	require.Equal(t, uint8(NDPMTU), o.Type())

	ns, err := CheckNeighborSolicit(sampleNeighborSolicit)
	require.Equal(t, OK, err)
	require.Equal(t, sampleDst6, ns.Target())
	require.Equal(t, sampleNeighborSolicit[:24], putExactly(t, NeighborMsgLen, func(b []byte) int { return PutNeighborSolicit(b, ns.Target()) }))
	onlyLinkAddr(t, ns.Options(), NDPSourceLinkAddr, MAC{2, 0, 0, 0, 0, 10})

	na, err := CheckNeighborAdvert(sampleNeighborAdvert)
	require.Equal(t, OK, err)
	require.Equal(t, NeighborAdvertFields{Router: true, Solicited: true, Override: true, Target: sampleDst6}, na.Fields())
	require.Equal(t, sampleNeighborAdvert[:24], putExactly(t, NeighborMsgLen, na.Fields().Put))
	onlyLinkAddr(t, na.Options(), NDPTargetLinkAddr, MAC{2, 0, 0, 0, 0, 11})

	r, err := CheckRedirect(sampleRedirect)
	require.Equal(t, OK, err)
	require.Equal(t, addr(t, "fe80::1"), r.Target())
	require.Equal(t, sampleDst6, r.Dst())
	require.Equal(t, sampleRedirect[:40], putExactly(t, RedirectLen, func(b []byte) int { return PutRedirect(b, r.Target(), r.Dst()) }))
	onlyLinkAddr(t, r.Options(), NDPTargetLinkAddr, MAC{2, 0, 0, 0, 0, 11})
}

// TestRouterPreference: RFC 4191 2.1 gives two bits of the flags a meaning, as a signed number.
func TestRouterPreference(t *testing.T) {
	for flags, want := range map[byte]uint8{0xe7: RouterMedium, 0x08: RouterHigh, 0xff: RouterLow, 0x10: RouterReserved} {
		ra, err := CheckRouterAdvert(edit(sampleRouterAdvert, 5, flags))
		require.Equal(t, OK, err)
		require.Equal(t, want, ra.Fields().Preference, "flags %#02x", flags)
	}
}

func onlyLinkAddr(t *testing.T, w NDPOptions, typ uint8, want MAC) {
	t.Helper()
	o, ok := w.Next()
	require.True(t, ok)
	require.Equal(t, typ, o.Type())
	mac, err := ParseLinkAddr(o)
	require.Equal(t, OK, err)
	require.Equal(t, want, mac)
	_, ok = w.Next()
	require.False(t, ok || w.Malformed())
}

// TestNDPTypes: each constructor takes its own type, from its own length on.
func TestNDPTypes(t *testing.T) {
	checks := map[uint8]struct {
		length int
		check  func(m ICMPv6) Err
	}{
		ICMPv6RouterSolicit:   {8, func(m ICMPv6) Err { _, err := CheckRouterSolicit(m); return err }},
		ICMPv6RouterAdvert:    {16, func(m ICMPv6) Err { _, err := CheckRouterAdvert(m); return err }},
		ICMPv6NeighborSolicit: {24, func(m ICMPv6) Err { _, err := CheckNeighborSolicit(m); return err }},
		ICMPv6NeighborAdvert:  {24, func(m ICMPv6) Err { _, err := CheckNeighborAdvert(m); return err }},
		ICMPv6Redirect:        {40, func(m ICMPv6) Err { _, err := CheckRedirect(m); return err }},
	}
	for own, c := range checks {
		for typ := range 256 {
			m := make(ICMPv6, 40)
			m[0] = uint8(typ)
			if uint8(typ) == own {
				refusesTruncation(t, m[:c.length], func(b []byte) Err { return c.check(b) })
			} else {
				require.Equal(t, ErrType, c.check(m), "type %d for %d", typ, own)
			}
		}
	}
}

func TestNDPRoundTrip(t *testing.T) { rapid.Check(t, propertyNDPRoundTrip) }

func FuzzNDPRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyNDPRoundTrip)) }

func propertyNDPRoundTrip(t *rapid.T) {
	na := NeighborAdvertFields{rapid.Bool().Draw(t, "r"), rapid.Bool().Draw(t, "s"), rapid.Bool().Draw(t, "o"), genAddr6().Draw(t, "target")}
	m, err := CheckNeighborAdvert(putExactly(t, NeighborMsgLen, na.Put))
	require.Equal(t, OK, err)
	require.Equal(t, na, m.Fields())

	ra := RouterAdvertFields{
		HopLimit: rapid.Uint8().Draw(t, "hops"), Managed: rapid.Bool().Draw(t, "m"), Other: rapid.Bool().Draw(t, "other"),
		Preference: rapid.Uint8Range(0, 3).Draw(t, "preference"), Lifetime: rapid.Uint16().Draw(t, "lifetime"),
		Reachable: rapid.Uint32().Draw(t, "reachable"), Retrans: rapid.Uint32().Draw(t, "retrans"),
	}
	r, err := CheckRouterAdvert(putExactly(t, RouterAdvertLen, ra.Put))
	require.Equal(t, OK, err)
	require.Equal(t, ra, r.Fields())

	target, dst := genAddr6().Draw(t, "target"), genAddr6().Draw(t, "dst")
	rd, err := CheckRedirect(putExactly(t, RedirectLen, func(b []byte) int { return PutRedirect(b, target, dst) }))
	require.Equal(t, OK, err)
	require.Equal(t, []Addr{target, dst}, []Addr{rd.Target(), rd.Dst()})

	ns, err := CheckNeighborSolicit(putExactly(t, NeighborMsgLen, func(b []byte) int { return PutNeighborSolicit(b, target) }))
	require.Equal(t, OK, err)
	require.Equal(t, target, ns.Target())
}
