package device

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLine(t *testing.T) {
	var l Line
	b := l.Begin("verdict").Int("case", 12).Str("outcome", "pass").Int("us", -5).Hex("trace", 0xabc).End()
	require.Equal(t, "$SP verdict case=12 outcome=pass us=-5 trace=0000000000000abc *", string(b[:len(b)-9]))
	w, ok := ParseLine(b[:len(b)-1])
	require.True(t, ok)
	require.True(t, w.Is("verdict"))
	require.False(t, w.Is("verd"))
	require.Equal(t, "pass", string(w.Get("outcome")))
	require.Nil(t, w.Get("come"))
	require.Nil(t, w.Get("absent"))
	n, ok := w.Int("case")
	require.True(t, ok)
	require.Equal(t, int64(12), n)
	n, ok = w.Int("us")
	require.True(t, ok)
	require.Equal(t, int64(-5), n)
	_, ok = w.Int("outcome")
	require.False(t, ok)
	h, ok := w.Hex("trace")
	require.True(t, ok)
	require.Equal(t, uint64(0xabc), h)
}

// TestLineDamage: no prefix and no line with a changed byte passes for a line.
func TestLineDamage(t *testing.T) {
	var l Line
	b := l.Begin("end").Int("pass", 40).Int("fail", 0).End()
	b = b[:len(b)-1]
	for n := range b {
		_, ok := ParseLine(b[:n])
		require.False(t, ok)
	}
	for i := range b {
		for bit := range 8 {
			bad := append([]byte(nil), b...)
			bad[i] ^= 1 << bit
			_, ok := ParseLine(bad)
			require.False(t, ok, "%q", bad)
		}
	}
}

// TestLineTooLong: a line that was cut is not a line.
func TestLineTooLong(t *testing.T) {
	var l Line
	b := l.Begin("verdict").Str("text", strings.Repeat("x", MaxLine)).End()
	require.LessOrEqual(t, len(b), MaxLine)
	require.Equal(t, byte('\n'), b[len(b)-1])
	_, ok := ParseLine(b[:len(b)-1])
	require.False(t, ok)
}

func TestParseLineTakesAnything(t *testing.T) { rapid.Check(t, propertyParseLineTakesAnything) }

func FuzzParseLineTakesAnything(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyParseLineTakesAnything)) }

func propertyParseLineTakesAnything(t *rapid.T) {
	b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	w, ok := ParseLine(b)
	require.False(t, ok && len(w.text) > len(b))
}

func TestLineAllocatesNothing(t *testing.T) {
	var l Line
	require.Zero(t, testing.AllocsPerRun(10, func() {
		b := l.Begin("verdict").Int("case", 1<<40).Hex("h", 1<<63).End()
		w, _ := ParseLine(b[:len(b)-1])
		w.Int("case")
	}))
}
