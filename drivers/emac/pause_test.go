package emac_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// pauseFrame asks for so many slot times of silence, 5.12 us each at 100 Mbit/s.
func pauseFrame(slots byte) []byte {
	f := make([]byte, 60)
	copy(f, []byte{0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x88, 0x08, 0, 1, 0, slots})
	return f
}

// TestPause: flow control is agreed on with the partner, and then goes both ways.
func TestPause(t *testing.T) {
	const able = emac.Ability100 | emac.Ability100Ful
	for _, c := range []struct {
		name    string
		partner uint16
		offer   bool
		agreed  bool
	}{
		{"both ends can", able | emac.AbilityPause, true, true},
		{"the partner cannot", able, true, false},
		{"in half duplex nobody can", emac.Ability100 | emac.AbilityPause, true, false},
		{"it is not offered", able | emac.AbilityPause, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, model.Config{PHY: model.PHYConfig{Partner: model.Partner{Abilities: c.partner}}}, emac.Config{Pause: c.offer})
			b.run(5 * time.Second) // what it offers takes a second negotiation
			require.Equal(t, emac.Up, b.State())
			require.Equal(t, c.offer, b.host.EMAC.Told()&emac.AbilityPause != 0, "the partner has heard of it")
			b.host.EMAC.Receive(b.host.Now(), frame(60, 9))
			b.run(ms)
			require.Zero(t, b.Stats().Pauses, "a ring that is all but empty asks for nothing")
			b.got = nil
			b.host.EMAC.Receive(b.host.Now(), pauseFrame(200))
			b.host.At(b.host.Now() + 100*time.Microsecond)
			require.True(t, b.send(frame(60, 1)))
			b.run(500 * time.Microsecond)
			require.Equal(t, c.agreed, len(b.sent) == 0, "a millisecond of silence")
			b.run(ms)
			require.Len(t, b.sent, 1)

			b.sent = nil
			for i := range 3 { // of a ring of four
				b.host.EMAC.Receive(b.host.Now(), frame(60, i))
			}
			b.host.At(b.host.Now() + ms)
			b.run(ms)
			require.Len(t, b.got, 3)
			require.Equal(t, c.agreed, b.Stats().Pauses > 0)
			require.Len(t, b.sent, int(b.Stats().Pauses))
			for _, f := range b.sent {
				require.Equal(t, []byte{0x88, 0x08, 0, 1, 0, 48}, f[12:18], "half of the ring")
			}
		})
	}
}

// TestPauseSurvivesAReset: what the PHY has been told once it keeps, and the link is not lost a second time.
func TestPauseSurvivesAReset(t *testing.T) {
	b := newBench(t, model.Config{}, emac.Config{Pause: true})
	b.run(5 * time.Second)
	b.host.EMAC.FailBus(emac.BusErrorRxData)
	b.host.EMAC.Receive(b.host.Now(), frame(60, 1))
	b.run(500 * ms)
	require.EqualValues(t, 1, b.Stats().BusErrors)
	require.Equal(t, emac.Up, b.State())
	b.host.EMAC.Receive(b.host.Now(), pauseFrame(200))
	b.host.At(b.host.Now() + 100*time.Microsecond)
	require.True(t, b.send(frame(60, 1)))
	b.run(500 * time.Microsecond)
	require.Empty(t, b.sent)
}

// misread is a management interface of which an answer is read wrong, as often as left says.
type misread struct {
	*model.Host
	left int
}

func (m *misread) Read(offset uint32) uint32 {
	v := m.Host.Read(offset)
	if offset == emac.GMIIData && m.left > 0 {
		m.left--
		return 0
	}
	return v
}

// TestMisreadOffer: the PHY is not told to offer no mode because what it offers was read wrong; it would keep that.
func TestMisreadOffer(t *testing.T) {
	h := &misread{Host: model.NewHost(model.Config{}, emac.Size(4, 4)), left: 1}
	d := new(emac.Driver)
	config := emac.Config{Address: own, Memory: h.RAM.CPU(), Receive: 4, Transmit: 4, Pause: true, PHY: 1, BusHz: 180_000_000}
	require.Equal(t, emac.Fine, d.Init(h, &config, h.Now()))
	for end := h.Now() + 5*time.Second; h.Now() < end; {
		h.At(max(d.Poll(h.Now()), h.Now()+1))
	}
	require.Zero(t, h.left)
	up, hundred, full := d.Link()
	require.True(t, up && hundred && full)
}
