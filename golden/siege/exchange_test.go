package siege

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/wire"
)

// TestExchange: in every state a friend is served, over both families, and is again when time has gone by. Nothing of it
// allocates.
func TestExchange(t *testing.T) {
	s, err := New()
	require.NoError(t, err)
	for i := range s.States() {
		for _, v6 := range []bool{false, true} {
			s.Enter(i)
			require.NoError(t, s.Exchange(v6), "%s, IPv6 %v", s.Name(i), v6)
			require.NoError(t, s.Exchange(!v6), "%s, IPv6 %v", s.Name(i), v6)
			require.NoError(t, s.Pass(time.Hour))
			require.NoError(t, s.Exchange(v6), "%s, IPv6 %v", s.Name(i), v6)
		}
	}
	f := packet(wire.IPv4Fields{Protocol: wire.ProtoUDP}, []byte{0, 9, 0, 7, 0, 12, 0, 0, 1, 2, 3, 4})
	require.Zero(t, testing.AllocsPerRun(10, func() {
		s.Enter(7)
		require.NoError(t, s.Hear(f))
		require.NoError(t, s.Exchange(true))
	}))
}

// TestExchangeAfterAConflict: an address that somebody has taken can be used again on the next link.
func TestExchangeAfterAConflict(t *testing.T) {
	s, err := New()
	require.NoError(t, err)
	s.Enter(1)
	require.Equal(t, "claiming its addresses", s.Name(1))
	b := make([]byte, 60)
	n := wire.EthernetFields{Dst: wire.Broadcast, Src: peerMAC, Type: wire.EtherTypeARP}.Put(b)
	wire.ARPFields{Op: wire.ARPReply, SenderMAC: peerMAC, SenderIP: stack4, TargetIP: stack4}.Put(b[n:])
	require.NoError(t, s.Hear(b))
	require.Equal(t, stack.AddrInUse, s.Stack().AddressStatus(stack4))
	require.NoError(t, s.Exchange(false))
}

// TestExchangeCanFail: a friend who is not served says what he lacks.
func TestExchangeCanFail(t *testing.T) {
	for _, c := range []struct {
		want   string
		damage func(s *Siege)
	}{
		{"has no address", func(s *Siege) { s.friend.to = wire.Addr{}; s.work = newHost(200) }},
		{"an answer to who has the address", func(s *Siege) { s.work.dev.Init(nil, nil) }},
		{"a listener", func(s *Siege) { s.Stack().TCPListen(wire.Addr{}, servicePort, 1) }},
	} {
		s, err := New()
		require.NoError(t, err)
		s.Enter(0)
		c.damage(s)
		require.ErrorContains(t, s.Exchange(c.want == "has no address"), c.want)
	}
}

// TestPassCanFail: time that has no end is told of, and a state that cannot be.
func TestPassCanFail(t *testing.T) {
	s, err := New()
	require.NoError(t, err)
	s.Enter(7)
	s.Late(-2 * time.Hour)
	require.ErrorContains(t, s.Pass(1), "does not hold in row")
}
