package netgo

import (
	"math"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBuffers: they are as long as they are set, at any time, and no longer than the host has.
func TestBuffers(t *testing.T) {
	a, b := pair(t)
	conn, _ := connect(t, a, b, addrB4)
	c := conn.(*Conn)
	u, err := a.ListenPacket("udp", ":7")
	require.NoError(t, err)
	sizes := func(id int) (all [2]int) {
		a.mu.Lock()
		defer a.mu.Unlock()
		all[0], all[1] = a.table.QueueSizes(id)
		return all
	}
	most := sizes(c.ids[0])
	for n, want := range map[int]int{-1: 1, 0: 1, 1000: 1000, math.MaxInt32: most[0]} {
		require.NoError(t, c.SetReadBuffer(n))
		require.NoError(t, c.SetWriteBuffer(n))
		require.Equal(t, [2]int{want, want}, sizes(c.ids[0]))
		require.NoError(t, u.SetReadBuffer(n))
		n = max(n, 1)
		for _, id := range u.ids {
			require.Equal(t, [2]int{a.stack.UDPQueueSize(int32(n)), 0}, sizes(id), "%d bytes", n)
		}
	}

	require.NoError(t, c.SetWriteBuffer(1000))
	require.NoError(t, b.Close()) // nobody acknowledges any more
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
	n, err := c.Write(make([]byte, 5000))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.Equal(t, 1000, n)

	require.NoError(t, u.Close())
	require.ErrorIs(t, u.SetReadBuffer(1), net.ErrClosed)
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.SetReadBuffer(1), net.ErrClosed)
	require.ErrorIs(t, c.SetWriteBuffer(1), net.ErrClosed)
}
