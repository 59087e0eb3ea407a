package segment

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func anyPath(t *rapid.T, name string, reorder, corrupt bool) Path {
	chance := rapid.SampledFrom([]float64{0, 0, .01, .2, 1})
	p := Path{
		Rate:      rapid.SampledFrom([]int64{0, 0, 1_000_000, 100_000_000}).Draw(t, name+" rate"),
		Queue:     rapid.IntRange(0, 30_000).Draw(t, name+" queue"),
		Delay:     time.Duration(rapid.IntRange(0, 20_000).Draw(t, name+" delay")) * time.Microsecond,
		Jitter:    time.Duration(rapid.IntRange(0, 20_000).Draw(t, name+" jitter")) * time.Microsecond,
		Loss:      rapid.SampledFrom([]float64{0, 0, .01, .2}).Draw(t, name+" loss"),
		Duplicate: chance.Draw(t, name+" duplicate"),
	}
	if reorder {
		p.Reorder = chance.Draw(t, name+" reorder")
		p.Overtake = rapid.IntRange(0, 9).Draw(t, name+" overtake")
	}
	if corrupt {
		p.Corrupt = chance.Draw(t, name+" corrupt")
	}
	return p
}

// TestFates: on a segment with any faults no frame is invented, none comes before it was sent or more often than the
// counters say, every frame is accounted for, and every buffer comes back. Without reordering frames keep their order;
// without corruption they keep their bytes.
func TestFates(t *testing.T) { rapid.Check(t, propertyFates) }

func FuzzFates(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyFates)) }

func propertyFates(t *rapid.T) {
	reorder, corrupt := rapid.Bool().Draw(t, "reorder"), rapid.Bool().Draw(t, "corrupt")
	cfg := Config{
		Ports: []Paths{{Tx: anyPath(t, "a", reorder, corrupt)}, {Rx: anyPath(t, "b", reorder, corrupt)}},
		Seed:  rapid.Uint64().Draw(t, "seed"), PortQueue: rapid.IntRange(1, 64).Draw(t, "port queue"),
		Buffers: rapid.IntRange(2, 300).Draw(t, "buffers"), Hub: true,
	}
	s := newSegment(t, cfg)
	a, b := s.Port(0), s.Port(1)
	sent := map[uint64][]byte{}
	sentAt := map[uint64]time.Duration{}
	now, previous, arrived := time.Duration(0), uint64(0), uint64(0)
	look := func() {
		for _, f := range receive(b) {
			arrived++
			n := number(f)
			if corrupt {
				continue
			}
			require.Contains(t, sent, n, "invented")
			require.True(t, bytes.Equal(sent[n], f), "the bytes have changed")
			require.GreaterOrEqual(t, now, sentAt[n]+cfg.Ports[0].Tx.Delay+cfg.Ports[1].Rx.Delay)
			if !reorder {
				require.GreaterOrEqual(t, n, previous, "out of order")
			}
			previous = max(previous, n)
		}
	}
	fresh := []uint64(nil)
	poll := func() { // which takes what was sent since the last one
		for _, n := range fresh {
			sentAt[n] = now
		}
		fresh = nil
		s.Poll(now)
	}
	for n := range uint64(rapid.IntRange(1, 200).Draw(t, "frames")) {
		f := testFrame(2, 1, n, rapid.IntRange(22, 1518).Draw(t, "size"))
		if send(a, f) {
			sent[n] = f
			fresh = append(fresh, n)
		}
		if rapid.Bool().Draw(t, "poll") {
			poll()
			look()
			now += time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Microsecond
		}
	}
	poll()
	for next, ok := s.Poll(now); ok; next, ok = s.Poll(now) {
		require.Greater(t, next, now, "time goes on")
		now = next
		look()
	}
	look()
	tx, _ := a.Stats()
	_, rx := b.Stats()
	require.EqualValues(t, len(sent), tx.Entered)
	require.Equal(t, tx.Entered+tx.Duplicated, tx.Left+tx.Lost+tx.QueueFull)
	require.Equal(t, tx.Left, rx.Entered)
	require.Equal(t, rx.Entered+rx.Duplicated, rx.Left+rx.Lost+rx.QueueFull)
	require.Equal(t, rx.Left-rx.PortFull, arrived)
	require.Empty(t, a.tx.back)
	require.Empty(t, b.rx.back)
	free := len(s.frames.unused)
	if a.held != nil {
		free++ // a buffer that was reserved and not sent
	}
	require.Equal(t, cfg.Buffers, free)
	if !reorder {
		require.Zero(t, tx.Reordered+rx.Reordered)
	}
	if !corrupt {
		require.Zero(t, tx.Corrupted+rx.Corrupted)
	}
}

// TestOneBit: corruption inverts exactly one bit.
func TestOneBit(t *testing.T) {
	s := newSegment(t, Config{Ports: []Paths{{Tx: Path{Corrupt: 1}}, {}}, Hub: true, Seed: 4})
	want, where := testFrame(2, 1, 0, 100), map[int]bool{}
	for range 1000 {
		send(s.Port(0), want)
		s.Poll(0)
		got := receive(s.Port(1))[0]
		flipped := 0
		for i := range want {
			for d := want[i] ^ got[i]; d != 0; d &= d - 1 {
				flipped++
				where[i] = true
			}
		}
		require.Equal(t, 1, flipped)
	}
	require.Len(t, where, len(want), "every byte has its turn")
}

// TestOvertaking: a frame that is held back comes behind the next ones, or alone when its time is over.
func TestOvertaking(t *testing.T) {
	s := pairOf(t, Path{Reorder: 1, Overtake: 1, Hold: time.Second}, 1)
	send(s.Port(0), testFrame(2, 1, 1, 60))
	next, ok := s.Poll(0)
	require.True(t, ok)
	require.Equal(t, time.Second, next)
	s.Port(0).tx.Reorder = 0
	send(s.Port(0), testFrame(2, 1, 2, 60))
	s.Poll(time.Millisecond)
	got := receive(s.Port(1))
	require.Equal(t, []uint64{2, 1}, []uint64{number(got[0]), number(got[1])})
	s.Port(0).tx.Reorder = 1
	send(s.Port(0), testFrame(2, 1, 3, 60))
	next, _ = s.Poll(time.Second)
	require.Equal(t, 2*time.Second, next)
	s.Poll(next)
	require.Len(t, receive(s.Port(1)), 1)
	st, _ := s.Port(0).Stats()
	require.EqualValues(t, 2, st.HeldBack)
	require.EqualValues(t, 1, st.Reordered)
}
