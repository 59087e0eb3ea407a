package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// bitmap is the model of Ranges.
type bitmap [64]bool

// runs returns the number of separate ranges.
func (b *bitmap) runs() (n int) {
	for i, set := range b {
		if set && (i == 0 || !b[i-1]) {
			n++
		}
	}
	return n
}

func TestRangesAreABitmap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Ranges
		var model bitmap
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				lo := rapid.IntRange(0, len(model)).Draw(t, "lo")
				hi := rapid.IntRange(lo, min(lo+5, len(model))).Draw(t, "hi")
				next := model
				for i := lo; i < hi; i++ {
					next[i] = true
				}
				fits := next.runs() <= MaxRanges
				require.Equal(t, fits, r.Add(uint32(lo), uint32(hi)), "refused exactly if there is no room")
				if fits {
					model = next
				}
			},
			"drop": func(t *rapid.T) {
				n := rapid.IntRange(0, 5).Draw(t, "n")
				r.Drop(uint32(n))
				var next bitmap
				copy(next[:], model[n:])
				model = next
			},
			"": func(t *rapid.T) {
				var got bitmap
				require.Equal(t, model.runs(), r.Len(), "no two ranges touch")
				for i := range r.Len() {
					lo, hi := r.At(i)
					for ; lo < hi; lo++ {
						got[lo] = true
					}
				}
				require.Equal(t, model, got)
			},
		})
	})
}

// TestRangesAtTheEdge: the largest numbers do not wrap.
func TestRangesAtTheEdge(t *testing.T) {
	var r Ranges
	require.True(t, r.Add(1<<32-2, 1<<32-1))
	require.True(t, r.Add(0, 1))
	r.Drop(1)
	require.Equal(t, 1, r.Len())
	lo, hi := r.At(0)
	require.Equal(t, [2]uint32{1<<32 - 3, 1<<32 - 2}, [2]uint32{lo, hi})
}
