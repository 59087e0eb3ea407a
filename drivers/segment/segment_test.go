package segment

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newSegment(t require.TestingT, cfg Config) *Segment {
	s, err := New(cfg)
	require.NoError(t, err)
	return s
}

// pairOf is a segment of two ports whose faults are on the way from port 0 to port 1.
func pairOf(t require.TestingT, p Path, seed uint64) *Segment {
	return newSegment(t, Config{Ports: []Paths{{Tx: p}, {}}, Seed: seed})
}

// testFrame is a frame between two stations, with a number in it.
func testFrame(to, from byte, n uint64, size int) []byte {
	b := make([]byte, max(size, 22))
	b[0], b[5], b[6], b[11], b[12] = 2, to, 2, from, 8
	binary.BigEndian.PutUint64(b[14:], n)
	return b
}

func number(b []byte) uint64 { return binary.BigEndian.Uint64(b[14:]) }

func send(p *Port, b []byte) bool {
	room := p.Reserve(len(b))
	if room == nil {
		return false
	}
	p.Send(copy(room, b))
	return true
}

// receive takes all that has arrived.
func receive(p *Port) (got [][]byte) {
	for b := p.Receive(); b != nil; b = p.Receive() {
		got = append(got, append([]byte(nil), b...))
		p.Release()
	}
	return got
}

func TestZeroPathHandsOn(t *testing.T) {
	s := pairOf(t, Path{}, 1)
	want := testFrame(2, 1, 7, 60)
	require.True(t, send(s.Port(0), want))
	require.Equal(t, 1, s.Port(0).Unsent())
	_, ok := s.Poll(time.Second)
	require.False(t, ok, "nothing is on the way")
	require.Zero(t, s.Port(0).Unsent())
	require.Equal(t, 1, s.Port(1).Waiting())
	require.Equal(t, want, s.Port(1).Receive())
	require.Equal(t, want, s.Port(1).Receive(), "lent until it is released")
	require.Equal(t, 1, s.Port(1).Waiting())
	s.Port(1).Release()
	s.Port(1).Release() // of nothing
	require.Nil(t, s.Port(1).Receive())
	require.Empty(t, receive(s.Port(0)), "nobody hears itself")
}

// TestRate: a thousand frames of mixed sizes, to the nanosecond.
func TestRate(t *testing.T) {
	for _, rate := range []int64{9600, 10_000_000, 100_000_000, 1_000_000_007, 1e12} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			const delay = 3 * time.Millisecond
			cfg := Config{
				Ports:     []Paths{{Tx: Path{Rate: rate, Queue: 1 << 30, Delay: delay}}, {}},
				PortQueue: 1000,
			}
			s := newSegment(t, cfg)
			total := uint64(0)
			for i := range 1000 {
				size := 22 + i*37%1480
				require.True(t, send(s.Port(0), testFrame(2, 1, 0, size)))
				total += WireBits(size)
			}
			now := time.Hour
			last := now
			for next, ok := s.Poll(now); ok; next, ok = s.Poll(next) {
				require.GreaterOrEqual(t, next, last)
				last = next
			}
			want := time.Duration(total * uint64(time.Second) / uint64(rate))
			require.Equal(t, now+want+delay, last)
			require.Len(t, receive(s.Port(1)), 1000)
		})
	}
}

func TestWireBits(t *testing.T) {
	require.EqualValues(t, 84*8, WireBits(14)) // 148,810 frames of the minimum length in a second at 100 Mbit/s
	require.EqualValues(t, 84*8, WireBits(60))
	require.EqualValues(t, 1538*8, WireBits(1514))
}

// TestQueueOfTheLine: what waits longer than the queue is dropped, and the line recovers.
func TestQueueOfTheLine(t *testing.T) {
	const size = 1514 // 1538 bytes on the line
	s := pairOf(t, Path{Rate: 8_000_000, Queue: 10 * 1538}, 1)
	for range 50 {
		require.True(t, send(s.Port(0), testFrame(2, 1, 0, size)))
	}
	s.Poll(0)
	tx, _ := s.Port(0).Stats()
	require.EqualValues(t, 50-11, tx.QueueFull, "one on the line and ten behind it")
	s.Poll(time.Second)
	require.Len(t, receive(s.Port(1)), 11)
	require.True(t, send(s.Port(0), testFrame(2, 1, 0, size)))
	next, ok := s.Poll(time.Second)
	require.True(t, ok)
	require.Equal(t, time.Second+1538*time.Microsecond, next, "an idle line saves nothing up")
}

// TestBoundedEverywhere: every place that can be full says so.
func TestBoundedEverywhere(t *testing.T) {
	s := newSegment(t, Config{Ports: make([]Paths, 3), PortQueue: 4, Buffers: 6, Hub: true})
	a := s.Port(0)
	require.Nil(t, a.Reserve(1519), "too long")
	a.Send(10) // nothing is reserved
	for range 4 {
		require.True(t, send(a, testFrame(2, 1, 0, 60)))
	}
	require.False(t, send(a, testFrame(2, 1, 0, 60)), "the port is full")
	s.Poll(0)
	_, rx1 := s.Port(1).Stats()
	_, rx2 := s.Port(2).Stats()
	require.EqualValues(t, 4+4, rx1.Entered+rx2.Entered+rx1.NoBuffer+rx2.NoBuffer)
	require.NotZero(t, rx1.NoBuffer, "8 copies do not fit into 6 buffers")
	receive(s.Port(1))
	receive(s.Port(2))
	for range 2 {
		for range 3 {
			require.True(t, send(a, testFrame(2, 1, 0, 60)))
		}
		s.Poll(1)
		receive(s.Port(1))
	}
	_, rx2 = s.Port(2).Stats()
	require.NotZero(t, rx2.PortFull, "nobody reads there")
	require.Len(t, s.frames.unused, 6-s.Port(2).Waiting(), "every other buffer came back")
}

func TestSwitchAndHub(t *testing.T) {
	counts := func(s *Segment) (n [3]int) {
		s.Poll(0)
		for i := range n {
			n[i] = len(receive(s.Port(i)))
		}
		return n
	}
	s := newSegment(t, Config{Ports: make([]Paths, 3)})
	send(s.Port(0), testFrame(2, 1, 0, 60))
	require.Equal(t, [3]int{0, 1, 1}, counts(s), "nobody knows where 2 is")
	send(s.Port(1), testFrame(1, 2, 0, 60))
	require.Equal(t, [3]int{1, 0, 0}, counts(s), "1 has been heard")
	send(s.Port(0), testFrame(2, 1, 0, 60))
	require.Equal(t, [3]int{0, 1, 0}, counts(s))
	send(s.Port(2), testFrame(1, 2, 0, 60))
	require.Equal(t, [3]int{1, 0, 0}, counts(s))
	send(s.Port(0), testFrame(2, 1, 0, 60))
	require.Equal(t, [3]int{0, 0, 1}, counts(s), "2 has moved")
	send(s.Port(2), testFrame(2, 9, 0, 60))
	require.Equal(t, [3]int{0, 0, 0}, counts(s), "it is where it came from")
	group := testFrame(2, 1, 0, 60)
	group[0] = 0xff
	send(s.Port(0), group)
	require.Equal(t, [3]int{0, 1, 1}, counts(s))
	send(s.Port(0), []byte{1, 2, 3})
	require.Equal(t, [3]int{0, 1, 1}, counts(s), "too short for addresses")

	h := newSegment(t, Config{Ports: make([]Paths, 3), Hub: true})
	send(h.Port(1), testFrame(1, 2, 0, 60))
	require.Equal(t, [3]int{1, 0, 1}, counts(h))
	send(h.Port(2), testFrame(2, 1, 0, 60))
	require.Equal(t, [3]int{1, 1, 0}, counts(h))
}

// TestForgetful: a switch that has seen too many stations forgets them and goes on.
func TestForgetful(t *testing.T) {
	s := newSegment(t, Config{Ports: make([]Paths, 3)})
	for i := range 3 * maxStations {
		f := testFrame(2, 1, 0, 60)
		f[9], f[10] = byte(i>>8), byte(i)
		send(s.Port(0), f)
		s.Poll(0)
		receive(s.Port(1))
		receive(s.Port(2))
		require.LessOrEqual(t, len(s.known.port), maxStations)
	}
}

func TestBadConfig(t *testing.T) {
	two := func(p Path) Config { return Config{Ports: []Paths{{}, {Rx: p}}} }
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{Ports: make([]Paths, 1)}, "segment: 1 ports: at least 2"},
		{Config{Ports: make([]Paths, 2), Buffers: -1}, "segment: Buffers -1: at least 1"},
		{two(Path{Loss: 1.5}), "segment: port 1: Rx: Loss 1.5: a probability is from 0 to 1"},
		{two(Path{Rate: 2e12}), "at most 10^12"},
		{two(Path{Delay: -1}), "negative"},
	} {
		_, err := New(c.cfg)
		require.ErrorContains(t, err, c.want)
	}
}

// recorder hashes what a Tap sees.
type recorder struct {
	trace hash.Hash
	n     map[string]int
}

func (r *recorder) Frame(iface int, at time.Duration, frame []byte, comment string) {
	fmt.Fprintf(r.trace, "%d %v %s\n", iface, at, comment)
	r.trace.Write(frame)
	r.n[comment]++
}

func allFaults() Path {
	return Path{
		Rate: 10_000_000, Delay: time.Millisecond, Jitter: 2 * time.Millisecond, Loss: .05, Duplicate: .05,
		Reorder: .05, Corrupt: .05, Queue: 20_000,
	}
}

// run sends n frames, one every 0.9 ms, and returns what the tap saw.
func run(t require.TestingT, p Path, seed uint64, n int) (*recorder, Stats) {
	r := &recorder{sha256.New(), map[string]int{}}
	s := newSegment(t, Config{Ports: []Paths{{Tx: p}, {}}, Seed: seed, Tap: r})
	now := time.Duration(0)
	for i := range n {
		require.True(t, send(s.Port(0), testFrame(2, 1, uint64(i), 60+i%1400)))
		now = time.Duration(i) * 900 * time.Microsecond
		s.Poll(now)
		receive(s.Port(1))
	}
	s.Poll(now + time.Hour)
	st, _ := s.Port(0).Stats()
	return r, st
}

func TestSameSeedSameTrace(t *testing.T) {
	a, st := run(t, allFaults(), 1, 3000)
	b, _ := run(t, allFaults(), 1, 3000)
	c, _ := run(t, allFaults(), 2, 3000)
	require.Equal(t, a.trace.Sum(nil), b.trace.Sum(nil))
	require.NotEqual(t, a.trace.Sum(nil), c.trace.Sum(nil))
	for _, n := range []uint64{st.Lost, st.QueueFull, st.Duplicated, st.HeldBack, st.Reordered, st.Corrupted} {
		require.NotZero(t, n, "%+v", st)
	}
	require.LessOrEqual(t, st.Reordered, st.HeldBack)
	for _, comment := range []string{"lost", "duplicated", "held back", "corrupted on its way", "dropped: the queue is full"} {
		require.NotZero(t, a.n[comment], comment)
	}
	require.Len(t, TapNames(2), 4)
}

// TestConcernsAreApart: switching one fault on leaves the others' victims as they were.
func TestConcernsAreApart(t *testing.T) {
	lost := func(p Path) (n []int) {
		d := chance{}
		d.init(5, 0)
		require.NoError(t, p.complete())
		for i := range 2000 {
			if d.draw(&p, 60+i%900).lost {
				n = append(n, i)
			}
		}
		return n
	}
	alone := lost(Path{Loss: .03})
	require.NotEmpty(t, alone)
	require.Equal(t, alone, lost(Path{Loss: .03, Duplicate: .3, Reorder: .3, Overtake: 5, Corrupt: .3, Jitter: time.Second}))
	more := lost(Path{Loss: .05})
	require.Subset(t, more, alone, "a higher ratio loses the same frames and others")
}

// TestRatios: of 40,000 frames the share that each fault hits is the one asked for, within four standard deviations.
func TestRatios(t *testing.T) {
	const n = 40_000
	for _, p := range []float64{.001, .01, .1, .5} {
		_, st := run(t, Path{Loss: p, Duplicate: p, Reorder: p, Corrupt: p}, 11, n)
		near := func(want float64, got uint64, of float64) {
			t.Helper()
			sigma := max(1, 4*math.Sqrt(of*want*(1-want)))
			require.InDelta(t, want*of, float64(got), sigma)
		}
		near(p, st.Lost, n)
		kept := float64(n) - float64(st.Lost)
		near(p, st.Duplicated, kept)
		near(p, st.Corrupted, kept)
		if p < .2 { // more do not fit among those that are held back
			near(p, st.HeldBack, kept)
		}
	}
	_, st := run(t, Path{Loss: 1}, 1, 1000)
	require.EqualValues(t, 1000, st.Lost)
}

func TestNoAllocations(t *testing.T) {
	s := pairOf(t, allFaults(), 3)
	f, now := testFrame(2, 1, 0, 1000), time.Duration(0)
	require.Zero(t, testing.AllocsPerRun(2000, func() {
		send(s.Port(0), f)
		now += time.Millisecond
		s.Poll(now)
		for s.Port(1).Receive() != nil {
			s.Port(1).Release()
		}
	}))
	require.NotZero(t, s.Port(1).rx.stats.Left)
}

// TestSetPaths: frames on their way keep their fate, those that follow have another.
func TestSetPaths(t *testing.T) {
	s := pairOf(t, Path{Delay: time.Second}, 1)
	require.True(t, send(s.Port(0), testFrame(2, 1, 1, 60)))
	s.Poll(0)
	require.NoError(t, s.Port(0).SetPaths(Paths{Tx: Path{Loss: 1}}))
	require.True(t, send(s.Port(0), testFrame(2, 1, 2, 60)))
	s.Poll(time.Second)
	require.NoError(t, s.Port(0).SetPaths(Paths{}))
	require.True(t, send(s.Port(0), testFrame(2, 1, 3, 60)))
	s.Poll(time.Second)
	var got []uint64
	for _, f := range receive(s.Port(1)) {
		got = append(got, number(f))
	}
	require.Equal(t, []uint64{1, 3}, got)
	require.ErrorContains(t, s.Port(1).SetPaths(Symmetric(Path{Loss: 2})), "segment: port 1: Tx: Loss 2")
}
