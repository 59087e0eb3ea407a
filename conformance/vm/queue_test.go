package vm

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// TestQueue: it behaves as a list, as long as there is room, and there is room for as many bytes as it has.
func TestQueue(t *testing.T) { rapid.Check(t, propertyQueue) }

func FuzzQueue(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyQueue)) }

func propertyQueue(t *rapid.T) {
	type item struct {
		at sut.Time
		b  []byte
	}
	const space, slots = 64, 5
	var q queue
	q.reset(Storage{Queue: make([]byte, space), Slots: make([]Slot, slots)})
	var want []item
	used := func() (n int) {
		for _, i := range want {
			n += max(1, len(i.b))
		}
		return n
	}
	t.Repeat(map[string]func(*rapid.T){
		"push": func(t *rapid.T) {
			i := item{sut.Time(rapid.IntRange(0, 9).Draw(t, "at")), rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "frame")}
			first := rapid.Bool().Draw(t, "first")
			fits := len(want) < slots && used()+max(1, len(i.b)) <= space
			ok := false
			if first {
				ok = q.pushFirst(i.at, i.b)
				want = append([]item{i}, want...)
			} else {
				ok = q.push(i.at, i.b)
				want = append(want, i)
			}
			require.Equal(t, fits, ok)
			if !ok && first {
				want = want[1:]
			} else if !ok {
				want = want[:len(want)-1]
			}
		},
		"pop": func(t *rapid.T) {
			if len(want) == 0 {
				t.Skip("empty")
			}
			q.pop()
			want = want[1:]
		},
		"": func(t *rapid.T) {
			require.Equal(t, len(want) == 0, q.empty())
			for i := range want {
				require.Equal(t, want[i].at, q.slot(i).at)
				require.True(t, bytes.Equal(want[i].b, q.frame(q.slot(i))))
			}
		},
	})
}

// TestQueueKeepsWhatShowsALongFrame: enough of it that it is still too long.
func TestQueueKeepsWhatShowsALongFrame(t *testing.T) {
	var q queue
	q.reset(Storage{Queue: make([]byte, 4000), Slots: make([]Slot, 1)})
	require.True(t, q.push(0, make([]byte, 9000)))
	var v frame.View
	require.Equal(t, frame.FrameLong, frame.Parse(q.frame(q.head()), &v).Flaw)
}
