package tcp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lossy moves bytes one way over a path with a delay, a rate and a loss in each direction, as fast as the connections let it.
type lossy struct {
	rng      *rand.Rand
	now      time.Duration
	conns    [2]Conn
	wire     [2][]flying // in order of arrival
	free     [2]time.Duration
	delay    time.Duration
	jitter   time.Duration
	loss     float64
	perByte  time.Duration
	queue    int // bytes that may wait for the line; 0: any number
	queued   int // bytes in the send queue
	left     int // to be written
	buf      int
	received int

	timeouts, repeated, probes, overflowed int
}

func newLossy(seed uint64, total int, rtt time.Duration, loss float64, u Tuning) *lossy {
	l := &lossy{
		rng: rand.New(rand.NewPCG(seed, 2)), now: time.Hour, delay: rtt / 2, loss: loss,
		perByte: 80 * time.Nanosecond, left: total, buf: 1 << 18, // 100 Mbit/s
	}
	cfg := Config{MSS: 1460, DefaultMSS: 536, RcvBuf: l.buf, ISS: 1<<32 - 5000, Settings: Settings{Tuning: u, UserTimeout: time.Hour}}
	l.conns[0].Connect(cfg)
	l.conns[1].Listen(cfg)
	return l
}

func (l *lossy) send(i int) {
	c := &l.conns[i]
	before := c.timeouts
	c.Tick(l.now)
	if i == 0 && c.timeouts > before {
		l.timeouts++
	}
	for {
		p, ok := c.Next()
		if !ok {
			return
		}
		if i == 0 {
			l.repeated += btoi(p.Again)
			l.probes += btoi(c.rack.probeDue)
		}
		c.Sent(l.now, &p)
		if l.queue > 0 && l.free[i]-l.now > time.Duration(l.queue)*l.perByte {
			l.overflowed++
			continue
		}
		l.free[i] = max(l.free[i], l.now) + time.Duration(p.Len+60)*l.perByte
		if l.rng.Float64() < l.loss {
			continue
		}
		at := l.free[i] + l.delay
		if l.jitter > 0 {
			at += time.Duration(l.rng.Int64N(int64(l.jitter)))
		}
		k := len(l.wire[i])
		for k > 0 && l.wire[i][k-1].at > at {
			k--
		}
		l.wire[i] = append(l.wire[i], flying{})
		copy(l.wire[i][k+1:], l.wire[i][k:])
		l.wire[i][k] = flying{at: at, to: 1 - i, g: p.Segment}
	}
}

// run returns how long it takes.
func (l *lossy) run(t require.TestingT) time.Duration {
	begin := l.now
	total := l.left
	for steps := 0; l.received < total; steps++ {
		require.Less(t, steps, 1_000_000)
		for i := range l.conns {
			l.send(i)
		}
		next := l.now + time.Hour
		for i := range l.conns {
			if at, ok := l.conns[i].Deadline(); ok {
				next = min(next, at)
			}
			if len(l.wire[i]) > 0 {
				next = min(next, l.wire[i][0].at)
			}
		}
		l.now = max(next, l.now)
		for i := range l.conns {
			for len(l.wire[i]) > 0 && l.wire[i][0].at <= l.now {
				f := l.wire[i][0]
				l.wire[i] = l.wire[i][1:]
				c := &l.conns[f.to]
				r := c.Arrive(l.now, f.g)
				if f.to == 1 {
					c.Read(r.Ready)
					l.received += r.Ready
				} else {
					l.queued -= r.Acked
				}
				l.send(f.to)
			}
		}
		if c := &l.conns[0]; c.Writable() && l.left > 0 {
			n := min(l.left, l.buf-l.queued)
			l.left, l.queued = l.left-n, l.queued+n
			c.Write(n)
		}
	}
	return l.now - begin
}

// TestGoodput: through random loss, loss detection by time with CUBIC is faster than what was there before it, and waits for
// the retransmission timer next to never.
func TestGoodput(t *testing.T) {
	product, cells := 0.0, 0
	for _, rtt := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond} {
		for _, loss := range []float64{0, 0.001, 0.01, 0.05, 0.2} {
			var took [2]time.Duration
			var timeouts [2]int
			repeated := [2]int{}
			total := 2 << 20
			if loss >= 0.05 {
				total = 1 << 19
			}
			for seed := range uint64(5) {
				for i, u := range []Tuning{{Reno: true, NoRACK: true}, {}} {
					l := newLossy(seed, total, rtt, loss, u)
					took[i] += l.run(t)
					timeouts[i] += l.timeouts
					repeated[i] += l.repeated
				}
			}
			ratio := took[0].Seconds() / took[1].Seconds()
			require.GreaterOrEqual(t, ratio, 0.98, "%v, %v", rtt, loss)
			if loss <= 0.05 {
				require.LessOrEqual(t, 20*timeouts[1], repeated[1], "%v, %v: the timer", rtt, loss)
			}
			product += math.Log(ratio)
			cells++
			t.Logf("%5v %4v%%: %s %s, ratio %.2f, timeouts %d %d, repeated %d %d", rtt, 100*loss,
				rate(total, took[0]), rate(total, took[1]), ratio, timeouts[0], timeouts[1], repeated[0], repeated[1])
		}
	}
	t.Logf("geometric mean %.2f", math.Exp(product/float64(cells)))
	require.Greater(t, math.Exp(product/float64(cells)), 1.3)
}

func rate(total int, took time.Duration) string {
	return fmt.Sprintf("%8.1f kB/s", 5*float64(total)/took.Seconds()/1000)
}

// TestGoodputOverflow: slow start overflows the queue of a long path, which leaves a hole for every second segment. Only what
// was lost is sent again.
func TestGoodputOverflow(t *testing.T) {
	l := newLossy(1, 10<<20, 200*time.Millisecond, 0, Tuning{ABC: Unlimited})
	l.perByte, l.queue = 400*time.Nanosecond, 64<<10 // 20 Mbit/s
	l.buf = 1 << 20
	l.conns[1].cfg.RcvBuf, l.conns[1].cfg.RcvMax = l.buf, l.buf
	took := l.run(t)
	t.Logf("%v, %d overflowed, %d repeated", took, l.overflowed, l.repeated)
	require.Greater(t, l.overflowed, 50)
	require.Zero(t, l.timeouts)
	require.LessOrEqual(t, l.repeated, l.overflowed+l.overflowed/2)
}
