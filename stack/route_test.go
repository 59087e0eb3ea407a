package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestRouteToOurselves: what goes to ourselves comes from ourselves, from the same address unless the sender chooses.
func TestRouteToOurselves(t *testing.T) {
	h := newLoopHost(t)
	for _, dst := range selves {
		from, next, c := h.route(wire.Addr{}, dst)
		require.Equal(t, []any{dst, dst, OK}, []any{from, next, c})
		for _, src := range []wire.Addr{peer4, peer6, far4, far6} {
			_, _, c := h.route(src, dst)
			require.Equal(t, AddrNotAvailable, c, "from %v to %v", src, dst)
		}
	}
	from, next, c := h.route(me4, wire.Loopback4)
	require.Equal(t, []any{me4, wire.Loopback4, OK}, []any{from, next, c})
}
