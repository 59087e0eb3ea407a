package siege

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// TestStates: the states are what their names say.
func TestStates(t *testing.T) {
	want := map[string]tcp.State{
		"LISTEN": tcp.Listen, "SYN-SENT": tcp.SynSent, "SYN-RECEIVED": tcp.SynReceived, "ESTABLISHED": tcp.Established, "ESTABLISHED with data both ways": tcp.Established,
		"CLOSE-WAIT": tcp.CloseWait, "LAST-ACK": tcp.LastAck, "FIN-WAIT-1": tcp.FinWait1, "FIN-WAIT-2": tcp.FinWait2, "TIME-WAIT": tcp.TimeWait,
	}
	for _, x := range prepare() {
		if s, ok := want[x.name]; ok {
			require.Equal(t, 1, x.host.TCPCount(s), x.name)
			delete(want, x.name)
		}
	}
	require.Empty(t, want)
}

// TestFrames: what is thrown is counted, arrives where it is aimed, and is answered.
func TestFrames(t *testing.T) {
	s, err := New()
	require.NoError(t, err)
	for _, f := range [][]byte{
		segment(wire.FlagACK|wire.FlagPSH, 1, 1, []byte("hello")), segment(wire.FlagSYN, 5, 0, nil), segment(wire.FlagRST, 0, 0, nil),
		packet(wire.IPv4Fields{Protocol: wire.ProtoUDP}, append([]byte{0, 9, 0, 7, 0, 12, 0, 0}, 1, 2, 3, 4)), {1, 2, 3}, make([]byte, 60), make([]byte, 1515),
	} {
		require.NoError(t, s.Frame(f))
	}
	require.EqualValues(t, 1, s.TooLong)
	require.EqualValues(t, 5, s.Driven)
	require.NotZero(t, s.Replies)
	require.NotZero(t, s.Dropped(stack.DropEthernetShort))
	require.NotZero(t, s.Dropped(stack.DropTCPSYN), "an aimed SYN comes into a connection")
}

// TestFindsFaults: each of the things that must not happen is seen.
func TestFindsFaults(t *testing.T) {
	s, err := New()
	require.NoError(t, err)
	x := &s.states[0]
	x.host.now = 0 // a stack whose clock runs backwards has nothing due, which is no fault
	require.NoError(t, s.throw(x, segment(wire.FlagSYN, 5, 0, nil)))
	s.work.dev.Init(nil, nil) // a device that gives the stack no frame
	require.ErrorContains(t, s.throw(x, segment(wire.FlagSYN, 5, 0, nil)), "0 frames were counted for one")
	s.work = nil
	require.ErrorContains(t, s.throw(x, segment(wire.FlagSYN, 5, 0, nil)), "panics")
}
