package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCheckNDP goes through RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2 and 8.1, a rule per row.
func TestCheckNDP(t *testing.T) {
	router, host, group := addr(t, "fe80::1"), sampleSrc6, SolicitedNode(sampleDst6)
	with := func(m []byte, o ...byte) []byte { return append(append([]byte(nil), m...), o...) }
	set := func(m []byte, at int, a Addr) []byte {
		c := append([]byte(nil), m...)
		a.Put(c[at:])
		return c
	}
	bare := sampleNeighborSolicit[:NeighborMsgLen]
	for _, c := range []struct {
		name     string
		m        []byte
		src, dst Addr
		want     Err
	}{
		{"RS", sampleRouterSolicit, host, AllRouters6, OK},
		{"RS without options", sampleRouterSolicit[:8], host, AllRouters6, OK},
		{"RS without source", sampleRouterSolicit[:8], Any6, AllRouters6, OK},
		{"RS without source tells a link-layer address", sampleRouterSolicit, Any6, AllRouters6, ErrOptionHere},
		{"RS with an option of length 0", with(sampleRouterSolicit, 99, 0, 0, 0, 0, 0, 0, 0), host, AllRouters6, ErrOption},
		{"RS with a cut option", with(sampleRouterSolicit, 99, 1, 0, 0, 0, 0, 0), host, AllRouters6, ErrOption},
		{"RS with an option beyond the end", with(sampleRouterSolicit, 99, 2, 0, 0, 0, 0, 0, 0), host, AllRouters6, ErrOption},
		{"RS with an unknown option", with(sampleRouterSolicit, 99, 1, 0, 0, 0, 0, 0, 0), host, AllRouters6, OK},

		{"RA", sampleRouterAdvert, router, AllNodes6, OK},
		{"RA from a global address", sampleRouterAdvert, host, AllNodes6, ErrSource},
		{"RA without source", sampleRouterAdvert, Any6, AllNodes6, ErrSource},
		{"RA of 15 bytes", sampleRouterAdvert[:15], router, AllNodes6, ErrShort},
		{"RA with an option of length 0", edit(sampleRouterAdvert, 17, 0), router, AllNodes6, ErrOption},

		{"NS", sampleNeighborSolicit, host, group, OK},
		{"NS to the target itself", sampleNeighborSolicit, host, sampleDst6, OK},
		{"NS of 23 bytes", sampleNeighborSolicit[:23], host, group, ErrShort},
		{"NS for a group", set(sampleNeighborSolicit, 8, AllNodes6), host, group, ErrTarget},
		{"NS that probes for duplicates", bare, Any6, group, OK},
		{"NS that probes one host", bare, Any6, sampleDst6, ErrDest},
		{"NS that probes all nodes", bare, Any6, AllNodes6, ErrDest},
		{"NS that probes and tells a link-layer address", sampleNeighborSolicit, Any6, group, ErrOptionHere},
		{"NS with an option of length 0", edit(sampleNeighborSolicit, 25, 0), host, group, ErrOption},

		{"NA", sampleNeighborAdvert, router, host, OK},
		{"NA of 23 bytes", sampleNeighborAdvert[:23], router, host, ErrShort},
		{"NA for a group", set(sampleNeighborAdvert, 8, AllNodes6), router, host, ErrTarget},
		{"NA unsolicited, to all", edit(sampleNeighborAdvert, 4, naOverride), router, AllNodes6, OK},
		{"NA to all that says solicited", sampleNeighborAdvert, router, AllNodes6, ErrFlags},
		{"NA with an option of length 0", edit(sampleNeighborAdvert, 25, 0), router, host, ErrOption},

		{"redirect", sampleRedirect, router, host, OK},
		{"redirect from a global address", sampleRedirect, sampleDst6, host, ErrSource},
		{"redirect of 39 bytes", sampleRedirect[:39], router, host, ErrShort},
		{"redirect of a group", set(sampleRedirect, 24, AllNodes6), router, host, ErrDest},
		{"redirect to a global address", set(sampleRedirect, 8, sampleSrc6), router, host, ErrTarget},
		{"redirect: the destination is a neighbour", set(sampleRedirect, 8, sampleDst6), router, host, OK},
		{"redirect with an option of length 0", edit(sampleRedirect, 41, 0), router, host, ErrOption},

		{"echo", with([]byte{ICMPv6Echo}, make([]byte, 7)...), router, host, ErrType},
		{"MLD done", with([]byte{ICMPv6MLDDone}, make([]byte, 23)...), router, host, ErrType},
		{"type behind redirect", with([]byte{ICMPv6Redirect + 1}, make([]byte, 47)...), router, host, ErrType},
		{"no message", nil, router, host, ErrShort},
		{"seven bytes", sampleRouterSolicit[:7], router, host, ErrShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, CheckNDP(c.m, c.src, c.dst, 255))
			if c.want != OK {
				return
			}
			require.Equal(t, ErrHopLimit, CheckNDP(c.m, c.src, c.dst, 254), "a router forwarded it")
			require.Equal(t, ErrHopLimit, CheckNDP(c.m, c.src, c.dst, 0))
			require.Equal(t, ErrCode, CheckNDP(edit(c.m, 1, 1), c.src, c.dst, 255))
		})
	}
}
