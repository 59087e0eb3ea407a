package modelled

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/drivers/emac"
)

// nobody takes what the stack does.
type nobody struct{ frames int }

func (n *nobody) Frame(sut.Time, []byte)               { n.frames++ }
func (*nobody) Done(sut.Time, sut.CallID, *sut.Result) {}

// arp is a request for the stack's address.
func arp() []byte {
	f := []byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 192, 0, 2, 2}
	return append(f, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1)
}

var config = sut.Config{MAC: [6]byte{2, 0, 0, 0, 0, 1}, MTU: 1500, Addr4: [4]byte{192, 0, 2, 1}, Prefix4: 24, Seed: 1}

// TestFaults: what goes wrong below the stack is a crash with the reason, and the next case finds all well.
func TestFaults(t *testing.T) {
	s := New()
	for _, c := range []struct {
		name string
		do   func(l *link)
		want string
	}{
		{"nothing", func(*link) {}, ""},
		{"a frame is lost on its way in", func(l *link) { l.host.EMAC.FailBus(emac.BusErrorRxData) }, "what happened"},
		{"a frame is lost on its way out", func(l *link) { l.host.EMAC.FailBus(emac.BusErrorTxData) }, "what happened"},
		{"a frame arrives corrupted", func(l *link) { l.host.EMAC.Stall(l.host.Now(), 1e6) }, "what happened"},
		{"a rule is broken", func(l *link) { l.host.Write(emac.Version, 1) }, "breaks a rule"},
		{"nothing any more", func(*link) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := &nobody{}
			require.Equal(t, sut.OK, s.Reset(&config))
			c.do(s.link)
			frame := arp()
			if c.name == "a frame arrives corrupted" {
				frame = append(frame, make([]byte, 1000)...)
			}
			status := s.Deliver(frame, out)
			if c.want == "" {
				require.NoError(t, s.Err())
				require.Equal(t, sut.OK, status)
				require.Equal(t, 1, out.frames)
				return
			}
			require.Equal(t, sut.Crashed, status)
			require.ErrorContains(t, s.Err(), c.want)
		})
	}
}

// TestLink: the stack hears from the driver that the cable is out, and is silent until it is in again.
func TestLink(t *testing.T) {
	s, out := New(), &nobody{}
	require.Equal(t, sut.OK, s.Reset(&config))
	require.Equal(t, sut.OK, s.Link(false, out))
	require.NotEqual(t, emac.Up, s.link.driver.State())
	require.Equal(t, sut.OK, s.Deliver(arp(), out))
	require.Zero(t, out.frames)
	require.Equal(t, sut.OK, s.Link(true, out))
	require.Equal(t, sut.OK, s.Deliver(arp(), out))
	require.Equal(t, 1, out.frames)
	require.Equal(t, sut.OK, s.Link(false, out))
	require.Equal(t, sut.OK, s.Reset(&config), "a new case begins with the cable in")
	require.Equal(t, sut.OK, s.Deliver(arp(), out))
	require.Equal(t, 2, out.frames)
}
