package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

func TestIPSettingsApply(t *testing.T) {
	set := IPSettings{Hops: 9, TOS: 0x23}
	for _, c := range []struct {
		name      string
		fragments Fragments
		dst       wire.Addr
		df        bool // as the sender has it
		want      outgoing
	}{
		{"usual segment", FragmentsUsual, peer4, true, outgoing{hops: 9, df: true, fragment: true}},
		{"usual datagram", FragmentsUsual, peer4, false, outgoing{hops: 9, fragment: true}},
		{"any", FragmentsAny, peer4, true, outgoing{hops: 9, fragment: true}},
		{"none", FragmentsNone, peer4, false, outgoing{hops: 9, df: true}},
		{"to a group the hops are those of groups", FragmentsUsual, addr("239.1.2.3"), false, outgoing{fragment: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := outgoing{dst: c.dst, df: c.df, fragment: true}
			set.Fragments = c.fragments
			set.apply(&o)
			c.want.dst, c.want.tos = c.dst, 0x23
			require.Equal(t, c.want, o)
		})
	}
}

// TestUDPWithoutFragments: with IPv6 too, which has no DF.
func TestUDPWithoutFragments(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	long := make([]byte, 1600)
	for i, peer := range []wire.Addr{peer4, peer6} {
		id := h.connect(uint16(4000+i), peer, 7)
		require.Equal(t, OK, h.UDPSend(h.now, id, wire.Addr{}, 0, long))
		require.Equal(t, OK, h.UDPSetIP(id, &IPSettings{Fragments: FragmentsNone}))
		require.Equal(t, TooLong, h.UDPSend(h.now, id, wire.Addr{}, 0, long))
	}
}

func TestIPSettingsNeedASocket(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	require.Equal(t, Invalid, h.UDPSetIP(0, &IPSettings{}))
	require.Equal(t, Invalid, h.TCPSetIP(0, &IPSettings{}))
	require.Equal(t, OK, h.TCPSetIP(h.listen(1), &IPSettings{}))
}
