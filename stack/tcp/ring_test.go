package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// TestRingIsAQueue compares the ring with a slice that is as long as the ring is free to grow.
func TestRingIsAQueue(t *testing.T) { rapid.Check(t, propertyRingIsAQueue) }

func FuzzRingIsAQueue(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyRingIsAQueue)) }

func propertyRingIsAQueue(t *rapid.T) {
	buf := make([]byte, rapid.IntRange(0, 20).Draw(t, "size"))
	var r Ring
	queue := []byte{}       // what is in it
	ahead := map[int]byte{} // what Place has put behind the end, by distance from the end
	data := rapid.SliceOfN(rapid.Byte(), 0, 12)
	t.Repeat(map[string]func(*rapid.T){
		"write": func(t *rapid.T) {
			p := data.Draw(t, "p")
			n := r.Write(buf, p)
			require.Equal(t, min(len(p), len(buf)-len(queue)), n)
			queue = append(queue, p[:n]...)
			ahead = shift(ahead, n)
		},
		"place": func(t *rapid.T) {
			p, off := data.Draw(t, "p"), rapid.IntRange(0, 25).Draw(t, "off")
			n := r.Place(buf, off, p)
			require.Equal(t, min(len(p), max(len(buf)-len(queue)-off, 0)), n)
			for i, b := range p[:n] {
				ahead[off+i] = b
			}
		},
		"commit": func(t *rapid.T) {
			n := 0
			for {
				b, ok := ahead[n]
				if !ok {
					break
				}
				queue = append(queue, b)
				n++
			}
			r.Commit(buf, n)
			ahead = shift(ahead, n)
		},
		"discard": func(t *rapid.T) {
			n := rapid.IntRange(0, 25).Draw(t, "n")
			r.Discard(buf, n)
			queue = queue[min(n, len(queue)):]
		},
		"peek": func(t *rapid.T) {
			off, p := rapid.IntRange(0, 25).Draw(t, "off"), make([]byte, rapid.IntRange(0, 25).Draw(t, "n"))
			n := r.Peek(buf, off, p)
			again := make([]byte, len(p))
			k, sum := r.PeekSum(buf, off, again)
			require.Equal(t, n, k)
			require.Equal(t, p, again)
			require.Equal(t, wire.Fold(wire.Sum(p[:n], 0)), wire.Fold(sum))
			want := queue[min(off, len(queue)):]
			require.Equal(t, string(want[:min(len(want), len(p))]), string(p[:n]))
		},
		"": func(t *rapid.T) {
			require.Equal(t, len(queue), r.Len())
			require.Equal(t, len(buf)-len(queue), r.Free(buf))
			all := make([]byte, len(queue))
			require.Equal(t, len(queue), r.Peek(buf, 0, all))
			require.Equal(t, string(queue), string(all))
		},
	})
}

func shift(m map[int]byte, by int) map[int]byte {
	next := map[int]byte{}
	for k, v := range m {
		if k >= by {
			next[k-by] = v
		}
	}
	return next
}
