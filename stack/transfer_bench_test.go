package stack

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// lane is one direction of a wire in memory: what is sent lies where it is received, without a copy in between.
type lane struct {
	slots   [64][1514]byte
	lens    [64]int
	head, n int
}

// wireEnd is one end of a wire.
type wireEnd struct{ in, out *lane }

func (d *wireEnd) Receive() []byte {
	if d.in.n == 0 {
		return nil
	}
	return d.in.slots[d.in.head][:d.in.lens[d.in.head]]
}

func (d *wireEnd) Release() {
	d.in.head = (d.in.head + 1) % len(d.in.slots)
	d.in.n--
}

func (d *wireEnd) slot() int { return (d.out.head + d.out.n) % len(d.out.slots) }

func (d *wireEnd) Reserve(n int) []byte {
	if d.out.n == len(d.out.slots) {
		return nil
	}
	return d.out.slots[d.slot()][:n]
}

func (d *wireEnd) Send(n int) {
	d.out.lens[d.slot()] = n
	d.out.n++
}

// transfer is two hosts on a wire with a connection between them.
type transfer struct {
	a, b         Stack
	client, peer int
	now          time.Duration
}

const transferBuffer = 256 << 10

func (x *transfer) init(tb testing.TB) {
	ab, ba := new(lane), new(lane)
	start := func(s *Stack, n byte, d *wireEnd) wire.Addr {
		own := wire.IPv4(192, 0, 2, n)
		cfg := Config{MAC: wire.MAC{2, 0, 0, 0, 0, n}, MTU: 1500, IPv4: wire.Prefix{Addr: own, Bits: 24}, Entropy: [32]byte{n}}
		st := Storage{Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 4*1500), TCP: make([]TCPConn, 2), TCPBuffer: make([]byte, 4*transferBuffer)}
		require.Equal(tb, InitOK, s.Init(&cfg, &st, d))
		return own
	}
	start(&x.a, 1, &wireEnd{ba, ab})
	to := start(&x.b, 2, &wireEnd{ab, ba})
	l, c := x.b.TCPListen(to, 80, 1)
	require.Equal(tb, OK, c)
	x.client, c = x.a.TCPConnect(0, wire.Addr{}, 0, to, 80)
	require.Equal(tb, OK, c)
	for range 10 {
		x.poll()
	}
	require.Equal(tb, OK, x.a.TCPStatus(x.client))
	x.peer, c = x.b.TCPAccept(l)
	require.Equal(tb, OK, c)
}

func (x *transfer) poll() {
	x.now += 10 * time.Microsecond
	x.a.Poll(x.now)
	x.b.Poll(x.now)
}

// move carries n bytes from a to b.
func (x *transfer) move(tb testing.TB, n int, out, in []byte) {
	for sent, got := 0, 0; got < n; {
		k, c := x.a.TCPWrite(x.client, out[:min(len(out), n-sent)])
		sent += k
		if c != OK && c != WouldBlock {
			tb.Fatal(c)
		}
		x.poll()
		for {
			k, c := x.b.TCPRead(x.peer, in, false)
			if got += k; k == 0 {
				if c != WouldBlock {
					tb.Fatal(c)
				}
				break
			}
		}
	}
}

// BenchmarkTransfer measures bulk transfer between two hosts on one core: MTU 1500, checksums on. x-floor is the time as
// a multiple of a yardstick: for each segment the four copies of a stack which copies (application, send buffer, frame,
// receive buffer, application) and two checksums. The two take turns, a megabyte each, and the median of the quotients
// counts, so that whatever else the machine does distorts neither.
func BenchmarkTransfer(b *testing.B) {
	const chunk, mss = 1 << 20, 1460
	x, f := new(transfer), new(floor)
	x.init(b)
	out, in := make([]byte, 64<<10), make([]byte, 64<<10)
	x.move(b, chunk, out, in)
	times := make([]float64, 0, 1<<16)
	b.SetBytes(chunk)
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		x.move(b, chunk, out, in)
		took := time.Since(start)
		b.StopTimer()
		start = time.Now()
		f.move(chunk, mss)
		if least := time.Since(start); len(times) < cap(times) {
			times = append(times, float64(took)/float64(least))
		}
		b.StartTimer()
	}
	slices.Sort(times)
	b.ReportMetric(8*chunk*float64(b.N)/float64(b.Elapsed()), "Gbit/s")
	b.ReportMetric(times[len(times)/2], "x-floor")
}

// floor is the memory that a stack cannot do without. Its checksum is a loop of its own, the plain one, lest a better
// checksum in the stack lengthen the yardstick along with what it measures.
type floor struct {
	bufs [5][transferBuffer]byte
	at   int
	sum  uint64
}

// move copies and sums n bytes, mss at a time.
func (f *floor) move(n, mss int) {
	for ; n > 0; n -= mss {
		k := min(n, mss)
		if f.at += mss; f.at+mss > transferBuffer {
			f.at = 0
		}
		lo, hi := f.at, f.at+k
		for i := range 4 {
			copy(f.bufs[i+1][lo:hi], f.bufs[i][lo:hi])
		}
		f.sum += plainSum(f.bufs[2][lo:hi]) + plainSum(f.bufs[3][lo:hi])
	}
}

// plainSum adds eight bytes at a time, four times in a turn, and keeps the carry (RFC 1071).
func plainSum(b []byte) uint64 {
	var s, c uint64
	for ; len(b) >= 32; b = b[32:] {
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[24:]), c)
	}
	for ; len(b) >= 8; b = b[8:] {
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b), c)
	}
	for _, v := range b {
		s, c = bits.Add64(s, uint64(v), c)
	}
	return s + c
}
