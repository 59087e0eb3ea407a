package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// receiver is an open connection with its receive queue.
type receiver struct {
	c   Conn
	rx  Ring
	buf []byte
	irs Seq
}

func newReceiver(t require.TestingT, irs Seq, buf int) *receiver {
	r := &receiver{buf: make([]byte, buf), irs: irs}
	r.c.Connect(Config{ISS: 100, MSS: 1460, DefaultMSS: 536, RcvBuf: buf})
	p, ok := r.c.Next()
	require.True(t, ok)
	r.c.Sent(time.Hour, &p)
	r.c.Arrive(time.Hour, Segment{Seq: irs, Ack: 101, Flags: SYN | ACK, Wnd: 1000})
	require.Equal(t, Established, r.c.State())
	return r
}

// gets has data arrive at the place in the stream that is at bytes from its start.
func (r *receiver) gets(t require.TestingT, at int, data string) Result {
	res := r.c.Arrive(time.Hour, Segment{Seq: r.irs.Add(1 + at), Ack: 101, Flags: ACK, Wnd: 1000, Len: len(data)})
	require.Equal(t, res.Len, res.Store(&r.rx, r.buf, []byte(data)))
	return res
}

func (r *receiver) all() string {
	p := make([]byte, len(r.buf))
	return string(p[:r.rx.Peek(r.buf, 0, p)])
}

// TestFirstBytesWin: segments that overlap with other bytes in them leave what has come already as it was, whether it
// has been acknowledged or waits behind a hole (TCP-Fuzz found stacks that mix up both).
func TestFirstBytesWin(t *testing.T) {
	type gets struct {
		at   int
		data string
	}
	for _, c := range []struct {
		name string
		gets []gets
		want string
	}{
		{"the same place, longer", []gets{{2, "cd"}, {2, "XYef"}, {0, "ab"}}, "abcdef"},
		{"the same place, shorter", []gets{{2, "cdef"}, {2, "XY"}, {0, "ab"}}, "abcdef"},
		{"from the left", []gets{{2, "cd"}, {1, "bXY"}, {0, "a"}}, "abcd"},
		{"in order, over a block", []gets{{2, "cd"}, {0, "abXYef"}}, "abcdef"},
		{"in order, over three blocks", []gets{{1, "b"}, {3, "d"}, {5, "f"}, {0, "aXcXeXg"}}, "abcdefg"},
		{"behind a hole, over two blocks", []gets{{2, "c"}, {4, "e"}, {1, "bXdXf"}, {0, "a"}}, "abcdef"},
		{"partly acknowledged", []gets{{0, "ab"}, {0, "XYcd"}}, "abcd"},
		{"partly acknowledged, over a block", []gets{{0, "ab"}, {3, "d"}, {1, "XcXe"}}, "abcde"},
		{"into a block's middle", []gets{{1, "bcdef"}, {2, "XY"}, {0, "a"}}, "abcdef"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReceiver(t, 1<<32-3, 100)
			for _, g := range c.gets {
				r.gets(t, g.at, g.data)
			}
			require.Equal(t, c.want, r.all())
		})
	}
}

// textSights is how many gaps a segment has filled at most.
type textSights struct{ parts int }

// TestEveryByteIsTheFirst compares the receive queue with a model that keeps the first copy of each byte.
func TestEveryByteIsTheFirst(t *testing.T) {
	var seen textSights
	rapid.Check(t, seen.propertyEveryByteIsTheFirst)
	require.Greater(t, seen.parts, 2, "no segment ever filled several gaps")
}

func FuzzEveryByteIsTheFirst(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(new(textSights).propertyEveryByteIsTheFirst))
}

func (seen *textSights) propertyEveryByteIsTheFirst(t *rapid.T) {
	const size = 60
	r := newReceiver(t, rapid.SampledFrom([]Seq{7, 1<<31 - 20, 1<<32 - 20}).Draw(t, "irs"), size)
	first := map[int]byte{}
	for copies := byte('a'); copies <= 'z'; copies++ {
		at := rapid.IntRange(0, size-1).Draw(t, "at")
		data := make([]byte, rapid.IntRange(1, size-at).Draw(t, "n"))
		for i := range data {
			data[i] = copies
		}
		res := r.gets(t, at, string(data))
		if seen.parts = max(seen.parts, int(res.n)); res.Drop == DropHoles {
			continue
		}
		for i := range data {
			if _, there := first[at+i]; !there {
				first[at+i] = copies
			}
		}
	}
	want := ""
	for b, ok := first[0]; ok; b, ok = first[len(want)] {
		want += string(b)
	}
	require.Equal(t, want, r.all())
}
