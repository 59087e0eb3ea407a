package emac_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// watched is a bus on which something happens while the driver reads a register.
type watched struct {
	*model.Host
	offset uint32
	read   func(value uint32) uint32
	writes map[uint32]int // how often each register was written
}

func (w *watched) Read(offset uint32) uint32 {
	v := w.Host.Read(offset)
	if offset == w.offset && w.read != nil {
		v = w.read(v)
	}
	return v
}

func (w *watched) Write(offset, value uint32) {
	w.writes[offset]++
	w.Host.Write(offset, value)
}

// watch is a bench with a link whose driver is watched.
func watch(t *testing.T) (*bench, *watched) {
	b := newBench(t, model.Config{}, emac.Config{})
	w := &watched{Host: b.host, writes: map[uint32]int{}}
	require.Equal(t, emac.Fine, b.Init(w, &emac.Config{
		Address: own, Memory: b.host.RAM.CPU(), Receive: 4, Transmit: 4, PHY: 1, BusHz: 180_000_000,
	}, b.host.Now()))
	b.run(3 * time.Second)
	require.Equal(t, emac.Up, b.State())
	return b, w
}

// TestReleaseTwice: what was given back is not given back again, with a frame in it that nobody has seen.
func TestReleaseTwice(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	for i := range 3 {
		b.host.EMAC.Receive(b.host.Now(), frame(60, i))
	}
	b.host.At(b.host.Now() + ms)
	for i := range 3 {
		require.Equal(t, frame(60, i), b.Receive())
		b.Release()
		b.Release()
	}
	require.Nil(t, b.Receive())
}

// TestSendWithoutReserve: nothing happens where all descriptors are the DMA's.
func TestSendWithoutReserve(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	for i := range 4 {
		require.True(t, b.send(frame(1514, i)))
	}
	b.Send(60)
	b.run(ms)
	require.Len(t, b.sent, 4)
	require.EqualValues(t, 4, b.Stats().TxFrames)
}

// TestLostInTheRing: a reset counts the frames that the stack will not see.
func TestLostInTheRing(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	for i := range 3 {
		b.host.EMAC.Receive(b.host.Now(), frame(60, i))
	}
	b.host.At(b.host.Now() + ms)
	b.host.EMAC.FailBus(emac.BusErrorTxData)
	b.send(frame(60, 9))
	b.host.At(b.host.Now() + ms)
	b.Poll(b.host.Now())
	require.EqualValues(t, 1, b.Stats().BusErrors)
	require.EqualValues(t, 3, b.Stats().RxLost)
}

// TestNothingComesDuringAReset: what the DMA delivers while the driver counts is counted too, for the engines stand.
func TestNothingComesDuringAReset(t *testing.T) {
	b, w := watch(t)
	b.host.EMAC.FailBus(emac.BusErrorTxData)
	b.send(frame(60, 9))
	b.host.At(b.host.Now() + ms)
	w.offset, w.read = emac.Missed, func(v uint32) uint32 {
		b.host.EMAC.Receive(b.host.Now(), frame(60, 1))
		b.host.At(b.host.Now() + ms)
		return v
	}
	before := b.host.EMAC.Stats().Received
	b.Poll(b.host.Now())
	w.read = nil
	require.EqualValues(t, 1, b.Stats().BusErrors)
	require.EqualValues(t, b.Stats().RxLost, b.host.EMAC.Stats().Received-before, "delivered, and counted as lost")
}

// TestOverflowThatPasses: a receiver that goes on after an overflow is left alone.
func TestOverflowThatPasses(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	b.host.EMAC.Stall(b.host.Now(), 80*time.Microsecond)
	b.host.EMAC.Receive(b.host.Now(), frame(1514, 1))
	for i := range 10 {
		b.run(20 * ms)
		b.host.EMAC.Receive(b.host.Now(), frame(60, i))
	}
	b.run(500 * ms)
	require.EqualValues(t, 1, b.Stats().RxOverflow)
	require.Len(t, b.got, 10)
	require.Zero(t, b.Stats().RxStalls)
}

// TestUnderflow: the transmitter, which sleeps after one, is woken. Whole frames are stored before they leave, so the
// hardware has none of its own accord.
func TestUnderflow(t *testing.T) {
	b, w := watch(t)
	demands := w.writes[emac.TxPoll]
	w.offset, w.read = emac.Status, func(v uint32) uint32 { return v | emac.StatusUNF }
	b.Poll(b.host.Now())
	require.Equal(t, demands+1, w.writes[emac.TxPoll])
}

// TestMACInterruptsAreMasked: they have no handler, so nobody would take the line down.
func TestMACInterruptsAreMasked(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	const causes = emac.MACIntPMT | emac.MACIntTS | emac.MACIntLPI
	require.EqualValues(t, causes, b.host.Read(emac.IntMask)&causes)
}

// TestRingIsGivenAtTheStart: the first frames find descriptors before anybody has looked for frames.
func TestRingIsGivenAtTheStart(t *testing.T) {
	b := newBench(t, model.Config{}, emac.Config{Loopback: true})
	b.host.At(b.host.Now() + ms)
	b.Poll(b.host.Now())
	require.Equal(t, emac.Up, b.State())
	for i := range 4 {
		require.True(t, b.send(frame(60, i)))
	}
	b.host.At(b.host.Now() + ms)
	b.drain()
	require.Len(t, b.got, 4)
}

// TestFullRingIsWoken: a receive engine that has found no descriptor is told when it has one again, and need not be sent a
// frame to notice.
func TestFullRingIsWoken(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	b.host.EMAC.WakeOnlyOnDemand(true)
	for i := range 6 { // of which four fill the ring, and two stay in the FIFO
		b.host.EMAC.Receive(b.host.Now(), frame(60, i))
	}
	b.host.At(b.host.Now() + ms)
	b.run(ms)
	require.Len(t, b.got, 6)
	for i := range 3 {
		b.host.EMAC.Receive(b.host.Now(), frame(60, i))
		b.run(ms)
	}
	require.Len(t, b.got, 9)
}
