package tcp

import (
	"math/bits"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// TestNoAllocation runs a connection from SYN to TIME-WAIT with data both ways and a retransmission.
func TestNoAllocation(t *testing.T) {
	var a, b Conn
	var tx, rx Ring
	var txb, rxb, data [4000]byte
	now := time.Hour
	pass := func(from, to *Conn, lose bool) {
		for {
			p, ok := from.Next()
			if !ok {
				return
			}
			tx.Peek(txb[:], p.Offset, data[:p.Len])
			from.Sent(now, &p)
			if lose {
				continue
			}
			r := to.Arrive(now, p.Segment)
			r.Store(&rx, rxb[:], data[:p.Len])
			to.Read(r.Ready)
			rx.Discard(rxb[:], r.Ready)
			tx.Discard(txb[:], r.Acked)
		}
	}
	cfg := Config{MSS: 1460, DefaultMSS: 536, RcvBuf: len(rxb)}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		tx, rx = Ring{}, Ring{}
		a.Connect(cfg)
		a.Tick(now)
		b.Listen(cfg)
		pass(&a, &b, false)
		pass(&b, &a, false)
		pass(&a, &b, false)
		a.Write(tx.Write(txb[:], data[:]))
		pass(&a, &b, true)
		for range 2 { // a probe for the tail, and the timer
			now += time.Second
			a.Tick(now)
			for range 10 {
				pass(&a, &b, false)
				pass(&b, &a, false)
			}
		}
		a.Shutdown()
		b.Shutdown()
		for range 3 {
			pass(&a, &b, false)
			pass(&b, &a, false)
		}
	}))
	require.Equal(t, TimeWait, a.State())
	require.Zero(t, tx.Len())
}

// TestSize: a structure above 1 KiB cannot be assigned without a heap on the board, where words have 32 bits; and every
// connection has one.
func TestSize(t *testing.T) {
	limit := map[int]uintptr{32: 980, 64: 1200}[bits.UintSize]
	more := (MaxRanges-8)*unsafe.Sizeof(block{}) + (maxRuns-20)*unsafe.Sizeof(run{}) // which the board has no room for
	require.LessOrEqual(t, unsafe.Sizeof(Conn{})-more, limit)
	t.Logf("Conn: %d bytes", unsafe.Sizeof(Conn{}))
}
