package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestMostRecords: a report has 255 records at the most, however long packets may be.
func TestMostRecords(t *testing.T) {
	h := newHost(t, func(c *Config, st *Storage) {
		c.MTU, st.Waiting = 9000, make([]byte, 9000)
		st.Groups = make([]Group, 300)
	})
	for i := range 300 {
		require.Equal(t, OK, h.MulticastJoin(wire.AddrFrom4([4]byte{232, 1, byte(i >> 8), byte(i)})))
	}
	n, size := h.recordsDue(h.now, groups4)
	require.Equal(t, []int{255, 255 * 8}, []int{n, size})
}

// TestResponseTime: it is above zero and no more than the most (RFC 3376 5.2, RFC 3810 6.2).
func TestResponseTime(t *testing.T) {
	h := newHost(t, nil)
	require.Zero(t, h.responseTime(0))
	require.Equal(t, time.Duration(1), h.responseTime(1))
	for range 100 {
		d := h.responseTime(3)
		require.True(t, d > 0 && d <= 3, "%d", d)
	}
}
