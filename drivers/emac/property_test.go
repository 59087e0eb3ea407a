package emac_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// storm is traffic and faults at random, and what must be true of it in the end.
type storm struct {
	*bench
	accepted [][]byte // handed to Send
	arrived  [][]byte // good ones that came to the wire
}

// TestStorm: whatever happens, no rule of the hardware is broken, nothing is doubled, changed or out of order, every frame
// that is lost is counted, and when the faults end everything works again.
func TestStorm(t *testing.T) { rapid.Check(t, propertyStorm) }

func FuzzStorm(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyStorm)) }

func propertyStorm(t *rapid.T) {
	b := newBench(t, model.Config{Seed: rapid.Uint64().Draw(t, "seed")}, emac.Config{
		Receive:  rapid.IntRange(2, 8).Draw(t, "receive"),
		Transmit: rapid.IntRange(2, 8).Draw(t, "transmit"),
	})
	s := &storm{bench: b}
	s.run(2 * time.Second)
	for range rapid.IntRange(10, 80).Draw(t, "steps") {
		s.step(t)
	}
	s.heal()
	s.judge(t)
}

func (s *storm) step(rt *rapid.T) {
	e, now := s.host.EMAC, s.host.Now()
	length := func() int { return rapid.IntRange(60, 1514).Draw(rt, "length") }
	switch rapid.IntRange(0, 19).Draw(rt, "step") {
	case 0, 1, 2, 3:
		for range rapid.IntRange(1, 6).Draw(rt, "frames") {
			if f := frame(length(), len(s.accepted)); s.send(f) {
				s.accepted = append(s.accepted, f)
			}
		}
	case 4, 5, 6, 7:
		for range rapid.IntRange(1, 12).Draw(rt, "frames") {
			f := frame(length(), len(s.arrived))
			e.Receive(now, f)
			s.arrived = append(s.arrived, f)
		}
	case 8:
		f := model.Seal(frame(length(), 0))
		f[rapid.IntRange(0, len(f)-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		e.Arrive(model.Arrival{At: now, Bytes: f})
	case 9:
		e.Arrive(model.Arrival{At: now, Bytes: model.FCS(frame(rapid.IntRange(16, 55).Draw(rt, "runt"), 0))})
	case 10:
		e.Arrive(model.Arrival{At: now, Bytes: model.FCS(frame(rapid.IntRange(1520, 3000).Draw(rt, "giant"), 0))})
	case 11:
		e.FailBus(rapid.SampledFrom([]uint32{emac.BusErrorRxData, emac.BusErrorTxData, emac.BusErrorRxDescRead,
			emac.BusErrorTxDescRead, emac.BusErrorRxDescWrite, emac.BusErrorTxDescWrite}).Draw(rt, "kind"))
	case 12:
		e.Stall(now, time.Duration(rapid.IntRange(1, 300).Draw(rt, "stall"))*time.Microsecond)
	case 13:
		e.WedgeOnOverflow(rapid.Bool().Draw(rt, "wedge"))
	case 14:
		e.LoseLast(rapid.Bool().Draw(rt, "lose"))
	case 15:
		e.SetCable(now, rapid.Bool().Draw(rt, "cable"))
	case 16:
		e.SlowMDIO(1, time.Duration(rapid.IntRange(0, 30).Draw(rt, "slow"))*time.Millisecond)
	case 17:
		e.Spurious(now)
	default:
		span := rapid.SampledFrom([]time.Duration{time.Microsecond, 100 * time.Microsecond, ms, 300 * ms}).Draw(rt, "unit")
		s.run(span * time.Duration(rapid.IntRange(1, 10).Draw(rt, "times")))
	}
}

// heal ends all faults and waits until everything must be well.
func (s *storm) heal() {
	e := s.host.EMAC
	e.WedgeOnOverflow(false)
	e.LoseLast(false)
	e.SlowMDIO(0, 0)
	e.SetCable(s.host.Now(), true)
	s.run(5 * time.Second)
	// Bus errors that have not fired yet strike now.
	for range 12 {
		f := frame(60, 0)
		if s.send(f) {
			s.accepted = append(s.accepted, f)
		}
		e.Receive(s.host.Now(), f)
		s.arrived = append(s.arrived, f)
		s.run(20 * ms)
	}
	s.run(time.Second)
}

func (s *storm) judge(rt *rapid.T) {
	for _, v := range s.host.EMAC.Violations() {
		rt.Fatalf("violation: %v", v)
	}
	c := s.Stats()
	sent := make([][]byte, len(s.accepted))
	for i, f := range s.accepted {
		sent[i] = model.Seal(f)
	}
	subsequence(rt, "sent", s.sent, sent)
	subsequence(rt, "received", s.got, s.arrived)
	require.EqualValues(rt, len(s.accepted), c.TxFrames+c.TxErrors+c.TxLost+c.TxNoLink, "every frame that was handed over: %+v", c)
	require.LessOrEqual(rt, len(s.sent), int(c.TxFrames+c.TxLost))
	require.EqualValues(rt, len(s.got), c.RxFrames)
	hardware := s.host.EMAC.Stats()
	lost := uint64(len(s.arrived) - len(s.got))
	counted := uint64(c.RxErrors+c.RxCut+c.RxMissed+c.RxOverflow+c.RxLost) + hardware.Deaf + hardware.Flushed + hardware.Dropped // cut before their header
	require.LessOrEqual(rt, lost, counted, "every frame that was lost is counted: %+v %+v", c, hardware)

	require.Equal(rt, emac.Up, s.State(), "%+v", c)
	s.sent, s.got = nil, nil
	for i := range 20 { // more than there are descriptors: none has been lost
		f := frame(100, i)
		require.True(rt, s.send(f))
		s.host.EMAC.Receive(s.host.Now(), f)
		s.run(ms)
	}
	require.Len(rt, s.sent, 20)
	require.Len(rt, s.got, 20)
}

// subsequence: got is part of all, in the same order.
func subsequence(rt *rapid.T, what string, got, all [][]byte) {
	i := 0
	for n, f := range got {
		for i < len(all) && !bytes.Equal(f, all[i]) {
			i++
		}
		if i == len(all) {
			rt.Fatalf("%s: frame %d of %d is none that it may be, or out of order", what, n, len(got))
		}
		i++
	}
}

// TestLineRate: 100 Mbit/s each way at once, without a loss and without a gap, with 8 descriptors each way.
func TestLineRate(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{Receive: 8, Transmit: 8})
	b.host.Evict = 0
	f := frame(1514, 1)
	const frames = 2000
	start, accepted, arrived := b.host.Now(), 0, 0
	for len(b.sent) < frames || len(b.got) < frames {
		for accepted < frames && b.send(f) {
			accepted++
		}
		for ; arrived < frames && b.host.EMAC.Backlog() < 2; arrived++ {
			b.host.EMAC.Receive(b.host.Now(), f)
		}
		b.run(100 * time.Microsecond)
	}
	took := b.host.Now() - start
	wire := frames * 1538 * 80 * time.Nanosecond
	require.Less(t, took, wire*1001/1000, "what the wire takes")
	require.Zero(t, b.Stats().RxMissed+b.Stats().RxOverflow+b.Stats().TxErrors)
}
