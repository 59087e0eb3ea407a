package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestIPv6Options(t *testing.T) {
	for _, c := range []struct {
		name      string
		bytes     []byte // behind next header and length
		want      []option
		malformed bool
		at        int
	}{
		{"padding of six", []byte{1, 4, 0, 0, 0, 0}, nil, false, 0},
		{"single bytes of padding", []byte{0, 0, 0, 0, 0, 0}, nil, false, 0},
		{"router alert", []byte{5, 2, 0, 0, 1, 0}, []option{{5, "\x00\x00", 2}}, false, 0},
		{"behind padding", []byte{0, 1, 0, 0xc2, 1, 9}, []option{{0xc2, "\x09", 5}}, false, 0},
		{"empty data", []byte{7, 0, 8, 0, 0, 0}, []option{{7, "", 2}, {8, "", 4}}, false, 0},
		{"type without a length", []byte{1, 3, 0, 0, 0, 9}, nil, true, 7},
		{"beyond the end", []byte{5, 2, 0, 0, 9, 1}, []option{{5, "\x00\x00", 2}}, true, 6},
		{"padding beyond the end", []byte{1, 5, 0, 0, 0, 0}, nil, true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := Ext{Proto: ProtoDestOpts, Data: append([]byte{ProtoTCP, 0}, c.bytes...)}
			var got []option
			w := x.Options()
			for typ, data, ok := w.Next(); ok; typ, data, ok = w.Next() {
				got = append(got, option{typ, string(data), w.Offset()})
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.malformed, w.Malformed())
			if c.malformed {
				require.Equal(t, c.at, w.Offset())
			}
			_, _, ok := w.Next()
			require.False(t, ok, "the walk goes on after its end")
		})
	}
}

func TestIPv6OptionsOfOtherHeaders(t *testing.T) {
	for _, x := range []Ext{{}, {Proto: ProtoDestOpts}, {Proto: ProtoRouting, Data: dirty(8)}, {Proto: ProtoFragment, Data: dirty(8)}} {
		w := x.Options()
		_, _, ok := w.Next()
		require.False(t, ok)
		require.False(t, w.Malformed())
	}
}

func TestIPv6OptionWalkEnds(t *testing.T) { rapid.Check(t, propertyIPv6OptionWalkEnds) }

func FuzzIPv6OptionWalkEnds(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyIPv6OptionWalkEnds)) }

func propertyIPv6OptionWalkEnds(t *rapid.T) {
	b := rapid.SliceOfN(rapid.Uint8Range(0, 9), 8, 64).Draw(t, "bytes")
	w := Ext{Proto: ProtoHopByHop, Data: b}.Options()
	off := 2
	for typ, data, ok := w.Next(); ok; typ, data, ok = w.Next() {
		require.GreaterOrEqual(t, w.Offset(), off)
		require.Equal(t, b[w.Offset()], typ)
		require.Equal(t, int(b[w.Offset()+1]), len(data))
		off = w.Offset() + 2 + len(data)
		require.LessOrEqual(t, off, len(b))
	}
}

func TestOptAction(t *testing.T) {
	for typ, want := range map[uint8]IPv6OptAction{
		IPv6OptRouterAlert: OptSkip, 0x3f: OptSkip, 0x40: OptDiscard, 0x80: OptDiscardReport, IPv6OptJumbo: OptDiscardReportUni, 0xff: OptDiscardReportUni,
	} {
		require.Equal(t, want, OptAction(typ), "%#02x", typ)
	}
}

func TestPutHopByHopRouterAlert(t *testing.T) {
	b := putExactly(t, 8, func(b []byte) int { return PutHopByHopRouterAlert(b, ProtoICMPv6) })
	require.Equal(t, []byte{58, 0, 5, 2, 0, 0, 1, 0}, b)
	w := packet6(ProtoHopByHop, b).Walk()
	x, ok := w.Next()
	require.True(t, ok)
	o := x.Options()
	typ, data, ok := o.Next()
	require.True(t, ok)
	require.Equal(t, uint8(IPv6OptRouterAlert), typ)
	require.Equal(t, []byte{0, 0}, data, "0: MLD")
	_, _, ok = o.Next()
	require.False(t, ok || o.Malformed())
	require.Equal(t, uint8(ProtoICMPv6), w.Proto())
}
