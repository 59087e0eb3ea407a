package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestISN: RFC 6528 3 and RFC 9293 3.4.1.
func TestISN(t *testing.T) {
	h := newHost(t, nil)
	isn := func(now time.Duration) uint32 { return h.isn(now, me4, 4000, peer4, 7) }
	base := isn(0)
	require.Equal(t, base, isn(4*time.Microsecond-1))
	require.Equal(t, base+1, isn(4*time.Microsecond), "a tick is 4 microseconds")
	require.Equal(t, base+250_000, isn(time.Second))
	require.Equal(t, base, isn((1<<32)*4*time.Microsecond), "it wraps after 4.77 hours")

	for name, other := range map[string]uint32{
		"local address":  h.isn(0, other4, 4000, peer4, 7),
		"local port":     h.isn(0, me4, 4001, peer4, 7),
		"remote address": h.isn(0, me4, 4000, other4, 7),
		"remote port":    h.isn(0, me4, 4000, peer4, 8),
		"direction":      h.isn(0, peer4, 7, me4, 4000),
		"family":         h.isn(0, me6, 4000, peer6, 7),
		"entropy":        newHost(t, func(c *Config, _ *Storage) { c.Entropy[0]++ }).isn(0, me4, 4000, peer4, 7),
	} {
		require.NotEqual(t, base, other, name)
	}
	require.Equal(t, base, newHost(t, nil).isn(0, me4, 4000, peer4, 7), "the same entropy, the same number")
}

func TestRandom(t *testing.T) {
	a, b := newHost(t, nil), newHost(t, nil)
	other := newHost(t, func(c *Config, _ *Storage) { c.Entropy[16]++ })
	seen := map[uint64]bool{}
	for range 1000 {
		v := a.random()
		require.Equal(t, v, b.random())
		require.NotEqual(t, v, other.random())
		require.False(t, seen[v])
		seen[v] = true
	}
}

func TestEphemeral(t *testing.T) {
	require.Equal(t, uint16(49152), ephemeral(0, 0))
	require.Equal(t, uint16(65535), ephemeral(0, ephemeralCount-1))
	require.Equal(t, uint16(49152), ephemeral(0, ephemeralCount))
	seen := map[uint16]bool{}
	for i := range ephemeralCount {
		seen[ephemeral(1<<64-1-5, i)] = true
	}
	require.Len(t, seen, ephemeralCount, "the search finds every port once, wherever it starts")
}

// TestIPv4IDPerFlow: each pair of hosts and protocol has its own sequence.
func TestIPv4IDPerFlow(t *testing.T) {
	h := newHost(t, nil)
	a := h.ip4ID(me4, peer4, wire.ProtoUDP)
	require.NotEqual(t, a+1, h.ip4ID(me4, other4, wire.ProtoUDP))
	require.NotEqual(t, a+1, h.ip4ID(me4, peer4, wire.ProtoICMP))
}
