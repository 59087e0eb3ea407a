package wire

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAddrText(t *testing.T) {
	for _, c := range []struct{ text, canonical string }{
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"192.0.2.10", "192.0.2.10"},
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"fe80::1", "fe80::1"},
		{"2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"}, // RFC 5952 4.1, 4.2.1, 4.3
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},           // 4.2.2: one group is not shortened
		{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},            // 4.2.2
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},                    // 4.2.3: the longest run
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},              // 4.2.3: the first of equal runs
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},                   // 5
		{"::ffff:c000:201", "::ffff:192.0.2.1"},
		{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
		{"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	} {
		t.Run(c.text, func(t *testing.T) {
			a, ok := ParseAddr(c.text)
			require.True(t, ok)
			require.Equal(t, c.canonical, a.String())
			require.Equal(t, netip.MustParseAddr(c.text), std(a))
		})
	}
}

func TestParseAddrRefuses(t *testing.T) {
	for _, s := range []string{
		"", " ", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "1.2.3.256", "1.2.3.04", "01.2.3.4",
		"1.2.3.4 ", "1.2.3.-4", "1.2.3.1000", "1.2.3.x",
		":", ":::", "1:", ":1", "1:2", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
		"12345::", "g::", "::1%eth0", "fe80::1%1", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::",
		"::1.2.3.4:5", "1:2:3:4:5:1.2.3.4", "1::2:", "1:::2",
	} {
		t.Run(s, func(t *testing.T) {
			a, ok := ParseAddr(s)
			require.False(t, ok)
			require.Equal(t, Addr{}, a)
		})
	}
}

func TestAddrTextAgreesWithNetip(t *testing.T) { rapid.Check(t, propertyAddrTextAgreesWithNetip) }

func FuzzAddrTextAgreesWithNetip(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(propertyAddrTextAgreesWithNetip))
}

func propertyAddrTextAgreesWithNetip(t *rapid.T) {
	a := genAddr().Draw(t, "addr")
	require.Equal(t, std(a).String(), a.String())
	got, ok := ParseAddr(a.String())
	require.True(t, ok)
	require.Equal(t, a, got)
	require.LessOrEqual(t, len(a.String()), AddrTextLen)
}

// agreeOn compares how a text is read, and tells whether it is an address.
func agreeOn(t require.TestingT, s string) bool {
	a, ok := ParseAddr(s)
	want, err := netip.ParseAddr(s)
	require.Equal(t, err == nil && want.Zone() == "", ok, "%q", s)
	if ok {
		require.Equal(t, want, std(a), "%q", s)
	}
	return ok
}

// TestParseAddrAgreesWithNetip draws texts that are nearly addresses. Few of them are addresses, so some are given.
func TestParseAddrAgreesWithNetip(t *testing.T) {
	for _, s := range []string{"1.2.3.4", "::", "a:b::ffff", "::255.0.1.2", "0:1:2:3:4:5:6:7"} {
		require.True(t, agreeOn(t, s), s)
	}
	rapid.Check(t, propertyParseAddrAgreesWithNetip)
}

func FuzzParseAddrAgreesWithNetip(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(propertyParseAddrAgreesWithNetip))
}

func propertyParseAddrAgreesWithNetip(t *rapid.T) {
	piece := rapid.SampledFrom([]string{":", "::", ".", "0", "1", "01", "255", "256", "ffff", "1.2.3.4", "a:b:", "g", "%"})
	s := ""
	for range rapid.IntRange(1, 9).Draw(t, "pieces") {
		s += piece.Draw(t, "piece")
	}
	agreeOn(t, s)
}
