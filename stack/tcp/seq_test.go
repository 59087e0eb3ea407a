package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSeq(t *testing.T) {
	for _, c := range []struct {
		a, b Seq
		d    int
	}{
		{5, 3, 2}, {3, 5, -2}, {0, 1<<32 - 1, 1}, {1<<32 - 1, 0, -1}, {1 << 31, 1<<31 - 1, 1},
		{7, 1<<32 - 3, 10}, {1<<31 - 1, 0, 1<<31 - 1}, {7, 7, 0},
	} {
		require.Equal(t, c.d, c.a.Sub(c.b))
		require.Equal(t, c.a, c.b.Add(c.d))
		require.Equal(t, c.d < 0, c.a.Less(c.b))
		require.Equal(t, c.d <= 0, c.a.LessEq(c.b))
	}
}

func TestSeqWindow(t *testing.T) { rapid.Check(t, propertySeqWindow) }

func FuzzSeqWindow(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertySeqWindow)) }

func propertySeqWindow(t *rapid.T) {
	start := Seq(rapid.Uint32().Draw(t, "start"))
	n := rapid.IntRange(0, 1<<30).Draw(t, "n")
	d := rapid.IntRange(-1<<30, 1<<30).Draw(t, "d")
	require.Equal(t, d >= 0 && d < n, start.Add(d).InWindow(start, n))
}
