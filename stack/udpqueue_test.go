package stack

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// TestUDPQueueModel holds the ring against a slice of datagrams.
func TestUDPQueueModel(t *testing.T) { rapid.Check(t, propertyUDPQueueModel) }

func FuzzUDPQueueModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyUDPQueueModel)) }

func propertyUDPQueueModel(t *rapid.T) {
	type item struct {
		d    Datagram
		data []byte
	}
	memory := make([]byte, rapid.IntRange(MinUDPQueue, 200).Draw(t, "memory"))
	var q udpQueue
	var model []item
	used := 0
	size := func(i item) int { return 5 + 2*i.d.Src.Len() + len(i.data) }
	for range rapid.IntRange(1, 50).Draw(t, "steps") {
		if rapid.Bool().Draw(t, "push") {
			data := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "data")
			i := item{Datagram{Full: len(data), Src: peer4, SrcPort: rapid.Uint16().Draw(t, "port"), Dst: all4}, data}
			if rapid.Bool().Draw(t, "IPv6") {
				i.d.Src, i.d.Dst = peer6, wire.AllNodes6
			}
			fits := used+size(i) <= len(memory)
			require.Equal(t, fits, q.push(memory, len(memory), &i.d, data))
			if fits {
				model, used = append(model, i), used+size(i)
			}
			continue
		}
		pop := rapid.Bool().Draw(t, "pop")
		p := make([]byte, rapid.IntRange(0, 60).Draw(t, "room"))
		d, ok := q.front(memory, 0, p, pop)
		require.Equal(t, len(model) > 0, ok)
		if !ok {
			continue
		}
		want := model[0].d
		want.N = min(want.Full, len(p))
		require.Equal(t, want, d)
		require.Equal(t, model[0].data[:d.N], p[:d.N])
		if pop {
			used -= size(model[0])
			model = model[1:]
		}
	}
}

func TestMinUDPQueueHoldsAnEmptyDatagram(t *testing.T) {
	var q udpQueue
	d := Datagram{Src: peer6, Dst: me6}
	require.True(t, q.push(make([]byte, MinUDPQueue), MinUDPQueue, &d, nil))
	q = udpQueue{}
	require.False(t, q.push(make([]byte, MinUDPQueue), MinUDPQueue-1, &d, nil))
}
