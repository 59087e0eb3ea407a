package stack

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/queue"
	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// link is two stacks on a wire that may lose, repeat and delay frames.
type link struct {
	t     require.TestingT
	now   time.Duration
	hosts [2]struct {
		Stack
		dev queue.Device
	}
	rng    *rand.Rand
	loss   int // per cent, in storms
	delay  time.Duration
	wire   []frameOnWire
	frames int
}

type frameOnWire struct {
	at    time.Duration
	to    int
	bytes []byte
}

func newLink(t require.TestingT, seed uint64, loss int, delay time.Duration, buffer int) *link {
	l := &link{t: t, now: time.Hour, rng: rand.New(rand.NewPCG(seed, 1)), loss: loss, delay: delay}
	for i := range l.hosts {
		c := testConfig()
		if i == 1 {
			c.MAC, c.IPv4.Addr, c.IPv6.Addr, c.Entropy[0] = peerMAC, peer4, peer6, 9
		}
		st := Storage{
			Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 3000),
			TCP: make([]TCPConn, 4), TCPBuffer: make([]byte, 4*buffer),
		}
		h := &l.hosts[i]
		h.dev.Init(make([]queue.Frame, 64), make([]queue.Frame, 4))
		require.Equal(t, InitOK, h.Init(&c, &st, &h.dev))
	}
	return l
}

// step polls both and carries frames; then time goes on to the next event. It is false if there is none.
func (l *link) step() bool {
	next, any := time.Duration(0), false
	for i := range l.hosts {
		h := &l.hosts[i]
		if at, ok := h.Poll(l.now); ok && (!any || at < next) {
			next, any = at, true
		}
		for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
			l.carry(1-i, f)
			h.dev.Done()
			next, any = l.now, true
		}
	}
	for _, f := range l.wire {
		if !any || f.at < next {
			next, any = f.at, true
		}
	}
	l.now = max(l.now, next)
	kept := l.wire[:0]
	for _, f := range l.wire {
		if f.at <= l.now {
			l.hosts[f.to].dev.Put(f.bytes)
		} else {
			kept = append(kept, f)
		}
	}
	l.wire = kept
	return any
}

func (l *link) carry(to int, frame []byte) {
	l.frames++
	storm := l.now/(6*time.Second)%6 == 0
	if storm && l.rng.IntN(100) < l.loss {
		return
	}
	at := l.now + time.Microsecond
	if l.delay > 0 {
		at += time.Duration(l.rng.Int64N(int64(l.delay)))
	}
	l.wire = append(l.wire, frameOnWire{at, to, append([]byte(nil), frame...)})
}

// TestTCPTransfer sends a stream each way between two stacks over a bad wire. All of it arrives, both ends close in order,
// and both tables are empty in the end.
func TestTCPTransfer(t *testing.T) { rapid.Check(t, propertyTCPTransfer) }

func FuzzTCPTransfer(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyTCPTransfer)) }

func propertyTCPTransfer(t *rapid.T) {
	l := newLink(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 60).Draw(t, "loss"),
		time.Duration(rapid.IntRange(0, 100).Draw(t, "delay"))*time.Millisecond, rapid.IntRange(1024, 20000).Draw(t, "buffer"))
	remote := peer4
	if rapid.Bool().Draw(t, "IPv6") {
		remote = peer6
	}
	total := [2]int{rapid.IntRange(0, 60000).Draw(t, "up"), rapid.IntRange(0, 60000).Draw(t, "down")}

	a, b := &l.hosts[0].Stack, &l.hosts[1].Stack
	listener, c := b.TCPListen(wire.Addr{}, 80, 1)
	require.Equal(t, OK, c)
	id, c := a.TCPConnect(l.now, wire.Addr{}, 0, remote, 80)
	require.Equal(t, OK, c)
	ends := [2]end{{s: a, id: id, total: total[0]}, {s: b, id: -1, total: total[1]}}
	for steps := 0; !(ends[0].done && ends[1].done); steps++ {
		require.Less(t, steps, 200000)
		if ends[1].id < 0 {
			if id, c := b.TCPAccept(listener); c == OK {
				ends[1].id = id
			}
		}
		for i := range ends {
			ends[i].run(t, l.now)
		}
		l.step()
	}
	require.Equal(t, [2]int{total[1], total[0]}, [2]int{ends[0].read, ends[1].read})
	b.TCPClose(l.now, listener)
	for until := l.now + 10*time.Minute; l.step() && l.now < until; {
	}
	for i := range l.hosts {
		for k := range l.hosts[i].st.TCP {
			require.Equal(t, tcpFree, l.hosts[i].st.TCP[k].use)
		}
	}
}

// end is an application that writes total bytes, closes its half and reads to the end.
type end struct {
	s             *Stack
	id            int
	total         int
	written, read int
	shut, done    bool
	buf           [3000]byte
}

func (e *end) run(t require.TestingT, now time.Duration) {
	if e.id < 0 || e.done || e.s.TCPStatus(e.id) == InProgress {
		return
	}
	require.Equal(t, OK, e.s.TCPStatus(e.id))
	p := e.buf[:min(len(e.buf), e.total-e.written)]
	for i := range p {
		p[i] = byte((e.written + i) * 7 >> 3)
	}
	if len(p) > 0 {
		n, _ := e.s.TCPWrite(e.id, p)
		e.written += n
	} else if !e.shut {
		require.Equal(t, OK, e.s.TCPShutdownWrite(e.id))
		e.shut = true
	}
	n, c := e.s.TCPRead(e.id, e.buf[:], false)
	for i, b := range e.buf[:n] {
		if b != byte((e.read+i)*7>>3) {
			require.Fail(t, "wrong byte", "at %d", e.read+i)
		}
	}
	e.read += n
	if c == EOF && e.shut {
		require.Equal(t, OK, e.s.TCPClose(now, e.id))
		e.done = true
	}
}

// TestTCPNoAllocation: connections from SYN to TIME-WAIT, with data both ways.
func TestTCPNoAllocation(t *testing.T) {
	l := newLink(t, 1, 0, 0, 8192)
	a, b := &l.hosts[0], &l.hosts[1]
	listener, c := b.TCPListen(wire.Addr{}, 80, 1)
	require.Equal(t, OK, c)
	var frame [queue.MaxFrame]byte
	var ends [2]end
	exchange := func() {
		for range 200 {
			moved := false
			for i := range l.hosts {
				from, to := &l.hosts[i], &l.hosts[1-i]
				from.Poll(l.now)
				for f := from.dev.Sent(); f != nil; f = from.dev.Sent() {
					to.dev.Put(frame[:copy(frame[:], f)])
					from.dev.Done()
					moved = true
				}
			}
			if ends[1].id < 0 {
				ends[1].id, _ = b.TCPAccept(listener)
			}
			for i := range ends {
				ends[i].run(t, l.now)
			}
			if !moved {
				return
			}
		}
	}
	require.Zero(t, testing.AllocsPerRun(20, func() {
		l.now += 2 * time.Minute
		id, _ := a.TCPConnect(l.now, wire.Addr{}, 0, peer4, 80)
		ends = [2]end{{s: &a.Stack, id: id, total: 30000}, {s: &b.Stack, id: -1, total: 20000}}
		for !ends[0].done || !ends[1].done {
			exchange()
		}
	}))
	require.Equal(t, [2]int{20000, 30000}, [2]int{ends[0].read, ends[1].read})
}
