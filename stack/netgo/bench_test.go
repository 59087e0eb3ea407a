package netgo

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// copyTime is how long a plain copy of n bytes takes, chunk by chunk.
func copyTime(n, chunk int) time.Duration {
	from, to := make([]byte, chunk), make([]byte, chunk)
	begin := time.Now()
	for ; n > 0; n -= chunk {
		copy(to, from)
	}
	return time.Since(begin)
}

// BenchmarkStream sends through streams between two hosts on a cable in memory. x-copy is how many times as long that
// takes as a plain copy of the same bytes.
func BenchmarkStream(b *testing.B) {
	for _, c := range []struct {
		name    string
		streams int
	}{{"1", 1}, {"200", 200}} {
		b.Run(c.name, func(b *testing.B) {
			const chunk = 64 << 10
			da, db := newCable(1 << 14) // all that the windows allow
			ha, hb := newHost(b, da, addrA4, addrA6, 1, c.streams+2), newHost(b, db, addrB4, addrB6, 2, c.streams+2)
			clients, servers := connectMany(b, ha, hb, c.streams)
			b.SetBytes(chunk)
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for i := range clients {
				chunks := b.N/c.streams + min(1, max(0, b.N%c.streams-i))
				wg.Go(func() {
					p := make([]byte, chunk)
					for range chunks {
						if _, err := clients[i].Write(p); err != nil {
							b.Error(err)
						}
					}
				})
				wg.Go(func() {
					p := make([]byte, chunk)
					for range chunks {
						if _, err := io.ReadFull(servers[i], p); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.Elapsed())/float64(copyTime(b.N*chunk, chunk)), "x-copy")
			b.ReportMetric(float64(da.dropped+db.dropped)/float64(b.N), "drops/op")
		})
	}
}

// connectMany returns the ends of n connections, in the same order.
func connectMany(t testing.TB, a, b *Host, n int) (clients, servers []net.Conn) {
	t.Helper()
	l, err := b.Listen("tcp", ":9")
	require.NoError(t, err)
	defer l.Close()
	clients, servers = make([]net.Conn, n), make([]net.Conn, n)
	place := map[string]int{}
	for i := range clients {
		clients[i], err = a.Dial("tcp", addrB4+":9")
		require.NoError(t, err)
		place[clients[i].LocalAddr().String()] = i
		s, err := l.Accept()
		require.NoError(t, err)
		servers[place[s.RemoteAddr().String()]] = s
	}
	t.Cleanup(func() {
		for i := range clients {
			clients[i].Close()
			servers[i].Close()
		}
	})
	return clients, servers
}

// BenchmarkPingPong is one byte there and back: the wake-ups.
func BenchmarkPingPong(b *testing.B) {
	ha, hb := pair(b)
	c, s := connect(b, ha, hb, addrB4)
	go func() { _, _ = io.Copy(s, s) }()
	p := make([]byte, 1)
	b.ReportAllocs()
	for b.Loop() {
		_, err := c.Write(p)
		require.NoError(b, err)
		_, err = c.Read(p)
		require.NoError(b, err)
	}
}
