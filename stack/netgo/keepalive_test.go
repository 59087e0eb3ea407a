package netgo

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
)

func TestKeepAlive(t *testing.T) {
	a, b := pair(t)
	conn, _ := connect(t, a, b, addrB4)
	c := conn.(*Conn)
	settings := func() tcp.Settings {
		a.mu.Lock()
		defer a.mu.Unlock()
		v, _ := a.table.Settings(c.ids[0])
		return v
	}
	require.NoError(t, c.SetKeepAlive(true))
	require.True(t, settings().KeepAlive)
	require.Equal(t, 2*time.Hour, settings().KeepIdle)
	require.NoError(t, c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Interval: -1, Count: 1000}))
	require.Equal(t, 15*time.Second, settings().KeepIdle)
	require.Equal(t, tcp.DefaultKeepInterval, settings().KeepInterval)
	require.EqualValues(t, 255, settings().KeepCount)

	require.NoError(t, b.Close()) // nobody answers any more
	require.NoError(t, c.SetKeepAliveConfig(net.KeepAliveConfig{
		Enable: true, Idle: 10 * time.Millisecond, Interval: 10 * time.Millisecond, Count: 2,
	}))
	_, err := c.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ETIMEDOUT)

	require.NoError(t, c.Close())
	require.ErrorIs(t, c.SetKeepAlive(false), net.ErrClosed)
	require.ErrorIs(t, c.SetKeepAliveConfig(net.KeepAliveConfig{}), net.ErrClosed)
}
