package stack

import (
	"strconv"
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
	rows, buffer int // of each host; 0: 2 and transferBuffer
	listener     int
	client, peer int
	now          time.Duration
}

const transferBuffer = 256 << 10

func (x *transfer) init(tb testing.TB) {
	ab, ba := new(lane), new(lane)
	if x.rows == 0 {
		x.rows, x.buffer = 2, transferBuffer
	}
	start := func(s *Stack, n byte, d *wireEnd) {
		own := wire.IPv4(192, 0, 2, n)
		cfg := Config{MAC: wire.MAC{2, 0, 0, 0, 0, n}, MTU: 1500, IPv4: wire.Prefix{Addr: own, Bits: 24}, Entropy: [32]byte{n}}
		st := Storage{
			Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 4*1500), TCP: make([]TCPConn, x.rows),
			TCPBuffer: make([]byte, 2*x.rows*x.buffer),
		}
		require.Equal(tb, InitOK, s.Init(&cfg, &st, d))
	}
	start(&x.a, 1, &wireEnd{ba, ab})
	start(&x.b, 2, &wireEnd{ab, ba})
	var c Cause
	x.listener, c = x.b.TCPListen(wire.Addr{}, 80, 1)
	require.Equal(tb, OK, c)
	x.connect(tb)
}

// connect makes one more connection, which is then the one that move uses.
func (x *transfer) connect(tb testing.TB) {
	var c Cause
	x.client, c = x.a.TCPConnect(x.now, wire.Addr{}, 0, wire.IPv4(192, 0, 2, 2), 80)
	require.Equal(tb, OK, c)
	for range 10 {
		x.poll()
	}
	require.Equal(tb, OK, x.a.TCPStatus(x.client))
	x.peer, c = x.b.TCPAccept(x.listener)
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
// a multiple of the least that a stack which copies can do, measured in the same run: for each segment four copies
// (application, send buffer, frame, receive buffer, application) and two checksums.
func BenchmarkTransfer(b *testing.B) {
	const chunk, mss = 1 << 20, 1460
	x := new(transfer)
	x.init(b)
	out, in := make([]byte, 64<<10), make([]byte, 64<<10)
	x.move(b, chunk, out, in)
	b.SetBytes(chunk)
	b.ReportAllocs()
	for b.Loop() {
		x.move(b, chunk, out, in)
	}
	perByte := float64(b.Elapsed()) / float64(b.N) / chunk
	b.ReportMetric(8/perByte, "Gbit/s")
	b.ReportMetric(perByte/floor(b.N*(chunk/mss)/4, mss), "x-floor")
}

var sink uint64

// floor is the time in nanoseconds per byte of four copies and two checksums of each of n segments.
func floor(n, mss int) float64 {
	n = max(n, 10_000)
	var bufs [5][1 << 18]byte
	start := time.Now()
	at := 0
	for range n {
		if at += mss; at+mss > len(bufs[0]) {
			at = 0
		}
		for i := range 4 {
			copy(bufs[i+1][at:at+mss], bufs[i][at:at+mss])
		}
		sink += uint64(wire.Sum(bufs[2][at:at+mss], 0)) + uint64(wire.Sum(bufs[3][at:at+mss], 0))
	}
	return float64(time.Since(start)) / float64(n) / float64(mss)
}

// BenchmarkRows measures the same among idle connections, as many as there are rows: what a segment costs must not depend
// on them.
func BenchmarkRows(b *testing.B) {
	for _, rows := range []int{16, 512} {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			const chunk, mss = 1 << 20, 1460
			x := &transfer{rows: rows, buffer: 16 << 10}
			x.init(b)
			for x.a.TCPConns() < rows-1 {
				x.connect(b)
			}
			out, in := make([]byte, 16<<10), make([]byte, 16<<10)
			for b.Loop() {
				x.move(b, chunk, out, in)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/(chunk/mss), "ns/segment")
		})
	}
}
