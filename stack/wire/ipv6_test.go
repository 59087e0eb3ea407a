package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleIPv6 = []byte{
	0x6a, 0xbc, 0xde, 0xf1, // version 6, class 0xab, flow label 0xcdef1
	0x00, 0x02, // payload length
	0x3b, 0x40, // no next header, hop limit 64
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, // source
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, // destination
	0xca, 0xfe, // payload
}

var sampleIPv6Fields = IPv6Fields{
	TrafficClass: 0xab, FlowLabel: 0xcdef1, PayloadLen: 2, NextHeader: ProtoNone, HopLimit: 64,
	Src: Addr{hi: 0xfe80 << 48, lo: 1, fam: fam6}, Dst: AllNodes6,
}

func TestIPv6Bytes(t *testing.T) {
	got, err := ParseIPv6(sampleIPv6)
	require.Equal(t, OK, err)
	require.Equal(t, sampleIPv6Fields, got)
	require.Equal(t, sampleIPv6[:40], putExactly(t, IPv6HeaderLen, got.Put))

	p, err := CheckIPv6(append(sampleIPv6[:42:42], 0, 0, 0))
	require.Equal(t, OK, err)
	require.Equal(t, []byte{0xca, 0xfe}, p.Payload(), "with padding")
	require.Equal(t, uint8(ECNCE), p.ECN())
}

func TestIPv6Refused(t *testing.T) {
	check := func(b []byte) Err { _, err := CheckIPv6(b); return err }
	refusesTruncation(t, sampleIPv6, check)
	for _, c := range []struct {
		name string
		at   int
		v    byte
		want Err
	}{
		{"version 4", 0, 0x4a, ErrVersion},
		{"version 7", 0, 0x7a, ErrVersion},
		{"payload length one beyond the frame", 5, 3, ErrTotalLen},
		{"payload length far beyond the frame", 4, 0xff, ErrTotalLen},
		{"payload length 0", 5, 0, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := edit(sampleIPv6, c.at, c.v)
			require.Equal(t, c.want, check(b))
			_, err := ParseIPv6(b)
			require.Equal(t, c.want, err)
		})
	}
}

func TestIPv6Quoted(t *testing.T) {
	for n := range sampleIPv6 {
		p, err := CheckIPv6Quoted(sampleIPv6[:n])
		if n < IPv6HeaderLen {
			require.Equal(t, ErrShort, err)
			continue
		}
		require.Equal(t, OK, err)
		require.Equal(t, 2, p.PayloadLen())
		require.Equal(t, sampleIPv6[40:n], p.Payload())
	}
}

func TestIPv6RoundTrip(t *testing.T) { rapid.Check(t, propertyIPv6RoundTrip) }

func FuzzIPv6RoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyIPv6RoundTrip)) }

func propertyIPv6RoundTrip(t *rapid.T) {
	data := genData(64).Draw(t, "data")
	x := genIPv6(len(data)).Draw(t, "header")
	b := append(putExactly(t, IPv6HeaderLen, x.Put), data...)
	got, err := ParseIPv6(b)
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
	p, err := CheckIPv6(b)
	require.Equal(t, OK, err)
	require.Equal(t, data, p.Payload())
	require.Equal(t, x.TrafficClass&3, p.ECN())
}
