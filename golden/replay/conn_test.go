package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// track has a tracker follow what a talk has.
func track(limit int, talks ...*talk) (*Tracker, []*Conn) {
	tr := NewTracker(limit)
	for _, t := range talks {
		for _, f := range t.frames {
			tr.Add(f.at, f.b)
		}
	}
	return tr, tr.Done(true)
}

func TestAssemble(t *testing.T) {
	_, conns := track(1<<20, talks(false)["loss and reordering"])
	s := conns[0].assemble(client)
	require.Equal(t, text(0, 5000), s.whole())
	require.Equal(t, 5000, s.fin)
	require.False(t, s.gap())
	_, conns = track(1<<20, talks(true)["a keep-alive with garbage"])
	s = conns[0].assemble(client)
	require.Equal(t, text(0, 10), s.data, "of a byte that was sent twice the first counts")
}

// TestPassedOver: what cannot be replayed is counted with the reason.
func TestPassedOver(t *testing.T) {
	for why, f := range map[string]func(t *talk){
		"nobody answered":      func(t *talk) { t.send(client, syn, 0, 0, nil); t.send(client, syn, 0, 0, nil) },
		"data in a SYN":        func(t *talk) { t.send(client, syn, 0, 0, []byte("x")); t.send(server, syn|ack, 0, 2, nil) },
		"two SYNs that differ": func(t *talk) { t.send(client, syn, 0, 0, nil); t.send(client, syn, 9, 0, nil) },
		"no SYN of the server": func(t *talk) { t.send(client, syn, 0, 0, nil); t.send(server, ack, 1, 1, nil) },
		"both ends opened it at once": func(t *talk) {
			t.send(client, syn, 0, 0, nil)
			t.send(server, syn, 0, 0, nil)
		},
		"longer than there is memory for": func(t *talk) { t.greet(); t.send(client, ack, 1, 1, make([]byte, 60000)) },
	} {
		x := newTalk(false)
		f(x)
		tr, conns := track(50_000, x)
		require.Empty(t, conns, why)
		require.Equal(t, map[string]int64{why: 1}, tr.Why)
		require.Equal(t, int64(1), tr.Bad)
		require.Zero(t, tr.used, why)
	}
}

// TestTracker: the middle of a connection is no connection, another one between the same two ends is, and a wrong checksum
// makes a segment none.
func TestTracker(t *testing.T) {
	x := newTalk(false)
	x.send(client, ack, 1, 1, []byte("x"))
	x.send(server, syn|ack, 1, 1, nil)
	tr, conns := track(1<<20, x)
	require.Empty(t, conns)
	require.Equal(t, int64(2), tr.Middle)

	again := newTalk(false)
	again.greet()
	again.part(0, 0)
	first := again.frames
	isns[0] += 77
	again.frames = nil
	again.greet()
	again.frames = append(first, again.frames...)
	isns[0] -= 77
	bad := again.frames[len(again.frames)-1].b
	bad[len(bad)-1] ^= 1
	_, conns = track(1<<20, again)
	require.Len(t, conns, 2)
	require.Len(t, conns[0].segments, 6)
	require.Len(t, conns[1].segments, 2)
	require.Equal(t, "10.0.0.1:40000 > 10.0.0.2:80", conns[0].String())
}

// TestTrackerMemory: connections without end take no more memory than there is, and what has ended makes room.
func TestTrackerMemory(t *testing.T) {
	tr := NewTracker(20 * base)
	x := newTalk(true)
	replayed := 0
	for i := range 1000 {
		x.ends[0].Port = uint16(i)
		x.frames = nil
		x.greet()
		if i >= 500 {
			x.part(0, 0)
		}
		x.at += time.Minute
		for _, f := range x.frames {
			tr.Add(f.at, f.b)
		}
		replayed += len(tr.Done(false))
		require.LessOrEqual(t, tr.used, 20*base)
		if i == 499 { // connections that hang for ever have taken all there is
			require.NotZero(t, tr.Why["more than there is memory for"])
			require.Zero(t, replayed)
			tr = NewTracker(20 * base)
		}
	}
	require.Greater(t, replayed, 400)
	require.Empty(t, tr.Why)
}
