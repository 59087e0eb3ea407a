package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	samplePrefixInfo = []byte{
		0x03, 0x04, // prefix information, 32 bytes
		0x40,                   // prefix length 64
		0xc0,                   // on-link, autonomous
		0x00, 0x27, 0x8d, 0x00, // valid 2592000 s
		0x00, 0x09, 0x3a, 0x80, // preferred 604800 s
		0x00, 0x00, 0x00, 0x00, // reserved
		0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, // prefix
	}
	sampleMTUOption = []byte{0x05, 0x01, 0x00, 0x00, 0x00, 0x00, 0x05, 0xdc} // MTU 1500
	sampleLinkAddr  = []byte{0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b} // target link-layer address
	sampleRDNSS     = []byte{
		0x19, 0x05, 0x00, 0x00, // recursive DNS servers, 40 bytes
		0x00, 0x00, 0x0e, 0x10, // lifetime 3600 s
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, // a server
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, // another
	}
)

func TestNDPOptionBytes(t *testing.T) {
	p, err := ParsePrefixInfo(samplePrefixInfo)
	require.Equal(t, OK, err)
	require.Equal(t, PrefixInfo{Prefix: Prefix{addr(t, "2001:db8:1:2::"), 64}, OnLink: true, Autonomous: true,
		Valid: 2592000, Preferred: 604800}, p)
	require.Equal(t, samplePrefixInfo, putExactly(t, NDPPrefixInfoLen, p.Put))

	mtu, err := ParseMTUOption(sampleMTUOption)
	require.Equal(t, OK, err)
	require.Equal(t, uint32(1500), mtu)
	require.Equal(t, sampleMTUOption, putExactly(t, NDPMTULen, func(b []byte) int { return PutMTUOption(b, 1500) }))

	mac, err := ParseLinkAddr(sampleLinkAddr)
	require.Equal(t, OK, err)
	require.Equal(t, MAC{2, 0, 0, 0, 0, 11}, mac)
	require.Equal(t, sampleLinkAddr, putExactly(t, NDPLinkAddrLen, func(b []byte) int { return PutLinkAddr(b, NDPTargetLinkAddr, mac) }))

	dns, err := CheckRDNSS(sampleRDNSS)
	require.Equal(t, OK, err)
	require.Equal(t, uint32(3600), dns.Lifetime())
	require.Equal(t, 2, dns.Len())
	servers := []Addr{dns.Server(0), dns.Server(1)}
	require.Equal(t, []Addr{sampleSrc6, sampleDst6}, servers)
	require.False(t, dns.Server(-1).IsValid() || dns.Server(2).IsValid())
	require.Equal(t, sampleRDNSS, putExactly(t, 40, func(b []byte) int { return PutRDNSS(b, 3600, servers) }))

	quoted := dirty(16)
	b := putExactly(t, 24, func(b []byte) int { return PutRedirected(b, quoted) })
	require.Equal(t, append([]byte{0x04, 0x03, 0, 0, 0, 0, 0, 0}, quoted...), b)
	require.Equal(t, quoted, RedirectedPacket(b))
}

// TestNDPOptionLengths: every option but the one of the right length is refused.
func TestNDPOptionLengths(t *testing.T) {
	for units := 1; units <= 255; units++ {
		o := NDPOption(make([]byte, 8*units))
		o[1] = uint8(units)
		want := func(ok bool) Err {
			if ok {
				return OK
			}
			return ErrOption
		}
		_, err := ParseLinkAddr(o)
		require.Equal(t, want(units == 1), err, "link-layer address of %d units", units)
		_, err = ParseMTUOption(o)
		require.Equal(t, want(units == 1), err, "MTU of %d units", units)
		_, err = ParsePrefixInfo(o)
		require.Equal(t, want(units == 4), err, "prefix information of %d units", units)
		_, err = CheckRDNSS(o)
		require.Equal(t, want(units >= 3 && units%2 == 1), err, "DNS servers of %d units", units)
	}
	for bits, want := range map[byte]Err{0: OK, 128: OK, 129: ErrOption, 255: ErrOption} {
		_, err := ParsePrefixInfo(edit(samplePrefixInfo, 2, bits))
		require.Equal(t, want, err, "%d bits", bits)
	}
}

func TestNDPOptionWalk(t *testing.T) {
	two := append(append([]byte(nil), samplePrefixInfo...), sampleMTUOption...)
	for _, c := range []struct {
		name      string
		bytes     []byte
		want      []uint8
		malformed bool
	}{
		{"none", nil, nil, false},
		{"two", two, []uint8{3, 5}, false},
		{"the second cut", two[:39], []uint8{3}, true},
		{"the first cut", two[:31], nil, true},
		{"one byte", two[:1], nil, true},
		{"length 0", []byte{5, 0, 0, 0, 0, 0, 0, 0}, nil, true},
		{"length 0 behind a good one", append(two[32:40:40], 5, 0, 0, 0, 0, 0, 0, 0), []uint8{5}, true},
		{"trailing bytes", append(two[32:40:40], 0, 0), []uint8{5}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []uint8
			w := NDPOptions{b: c.bytes}
			for o, ok := w.Next(); ok; o, ok = w.Next() {
				got = append(got, o.Type())
				require.Len(t, o, 8*int(o[1]))
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.malformed, w.Malformed())
			_, ok := w.Next()
			require.False(t, ok, "the walk goes on after its end")
		})
	}
}

func TestNDPOptionRoundTrip(t *testing.T) { rapid.Check(t, propertyNDPOptionRoundTrip) }

func FuzzNDPOptionRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyNDPOptionRoundTrip)) }

func propertyNDPOptionRoundTrip(t *rapid.T) {
	x := PrefixInfo{
		Prefix: Prefix{genAddr6().Draw(t, "prefix"), rapid.Uint8Range(0, 128).Draw(t, "bits")},
		OnLink: rapid.Bool().Draw(t, "l"), Autonomous: rapid.Bool().Draw(t, "a"),
		Valid: rapid.Uint32().Draw(t, "valid"), Preferred: rapid.Uint32().Draw(t, "preferred"),
	}
	got, err := ParsePrefixInfo(putExactly(t, NDPPrefixInfoLen, x.Put))
	require.Equal(t, OK, err)
	require.Equal(t, x, got)

	servers := rapid.SliceOfN(genAddr6(), 1, 127).Draw(t, "servers")
	b := putExactly(t, 8+16*len(servers), func(b []byte) int { return PutRDNSS(b, 1, servers) })
	w := NDPOptions{b: b}
	o, ok := w.Next()
	require.True(t, ok)
	dns, err := CheckRDNSS(o)
	require.Equal(t, OK, err)
	require.Equal(t, len(servers), dns.Len())
	for i, s := range servers {
		require.Equal(t, s, dns.Server(i))
	}

	mac := genMAC().Draw(t, "mac")
	gotMAC, err := ParseLinkAddr(putExactly(t, NDPLinkAddrLen, func(b []byte) int { return PutLinkAddr(b, NDPSourceLinkAddr, mac) }))
	require.Equal(t, OK, err)
	require.Equal(t, mac, gotMAC)
}
