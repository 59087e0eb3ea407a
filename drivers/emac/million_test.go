package emac_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// siege is traffic both ways and faults for as long as one likes: what is checked is checked at once, and forgotten.
type siege struct {
	*bench
	rand       *rand.Rand
	accepted   uint32 // frames handed to Send
	arrived    uint32 // good ones that came to the wire
	sentLast   uint32 // number of the last one that left, from 1 on
	gotLast    uint32 // that was lent
	lent       uint32
	faults     int
	interrupts int
	wakes      int // times that the processor had a reason of its own to look
}

// numbered is a frame that its number makes, length and all.
func numbered(number uint32) []byte {
	f := make([]byte, 60+number*2654435761>>8%1455)
	copy(f, own[:])
	copy(f[6:], []byte{2, 0, 0, 0, 0, 9, 0x88, 0xb5})
	binary.BigEndian.PutUint32(f[14:], number)
	for i := 18; i < len(f); i++ {
		f[i] = byte(uint32(i) * number)
	}
	return f
}

// follows checks that a frame is whole, and one that comes after the last.
func follows(t rapid.TB, what string, frame []byte, last *uint32) {
	number := binary.BigEndian.Uint32(frame[14:])
	if number <= *last || !bytes.Equal(frame, numbered(number)) {
		t.Fatalf("%s: frame %d, behind frame %d, is doubled, changed, or out of order", what, number, *last)
	}
	*last = number
}

func newSiege(t *testing.T, seed uint64) *siege {
	s := &siege{rand: rand.New(rand.NewPCG(seed, 1))}
	s.bench = newBench(t, model.Config{Seed: seed}, emac.Config{Receive: emac.DefaultRing, Transmit: emac.DefaultRing, Pause: true, Checksums: true})
	s.host.Evict = 1
	return s
}

// live lets the processor live for d as an application would: it sleeps until the line rises or a time comes.
func (s *siege) live(d time.Duration) {
	end := s.host.Now() + d
	for next := s.host.Now(); ; {
		if s.host.EMAC.Interrupt() {
			s.interrupts++
			s.Interrupt()
			require.False(s.t, s.host.EMAC.Interrupt(), "the handler takes the line down")
		} else if next <= s.host.Now() {
			s.wakes++
		}
		next = s.Poll(s.host.Now())
		for f := s.Receive(); f != nil; f = s.Receive() {
			s.host.Reads(f)
			follows(s.t, "received", f, &s.gotLast)
			s.lent++
			s.Release()
		}
		for _, f := range s.sent {
			if binary.BigEndian.Uint16(f[12:]) != 0x8808 { // PAUSE
				follows(s.t, "sent", f[:len(f)-4], &s.sentLast)
			}
		}
		s.sent = s.sent[:0]
		s.EnableInterrupt()
		for !s.host.EMAC.Interrupt() && s.host.Now() < min(next, end) {
			at := min(next, end)
			if e, ok := s.host.EMAC.Next(); ok {
				at = min(at, e)
			}
			s.host.At(max(at, s.host.Now()+1))
		}
		if s.host.Now() >= end {
			return
		}
	}
}

// step is some traffic, or now and then a fault.
func (s *siege) step() {
	e, now := s.host.EMAC, s.host.Now()
	for range s.rand.IntN(6) {
		if s.send(numbered(s.accepted + 1)) {
			s.accepted++
		}
	}
	late := s.rand.IntN(20) == 0 // the processor is elsewhere, and the ring fills
	burst := s.rand.IntN(6)
	if late {
		burst = s.rand.IntN(20)
	}
	for range burst {
		s.arrived++
		e.Receive(now, numbered(s.arrived))
	}
	if late {
		s.host.At(now + 2*ms)
	}
	if s.rand.IntN(50) == 0 {
		s.faults++
		s.fault(e, now)
	}
	s.live(time.Duration(s.rand.IntN(600)) * time.Microsecond)
}

func (s *siege) fault(e *model.EMAC, now time.Duration) {
	switch s.rand.IntN(10) {
	case 0:
		kinds := []uint32{emac.BusErrorRxData, emac.BusErrorTxData, emac.BusErrorRxDescRead, emac.BusErrorTxDescRead, emac.BusErrorRxDescWrite, emac.BusErrorTxDescWrite}
		e.FailBus(kinds[s.rand.IntN(len(kinds))])
	case 1, 2:
		e.Stall(now, time.Duration(s.rand.IntN(300))*time.Microsecond)
	case 3:
		e.WedgeOnOverflow(s.rand.IntN(2) == 0)
	case 4:
		e.LoseLast(s.rand.IntN(2) == 0)
	case 5:
		if s.State() != emac.Resetting {
			e.Spurious(now)
		}
	case 6:
		e.SlowMDIO(1, time.Duration(s.rand.IntN(30))*time.Millisecond)
	case 7:
		e.SetCable(now, false)
		s.live(time.Duration(s.rand.IntN(1000)) * time.Millisecond)
		e.SetCable(s.host.Now(), true)
		s.live(2 * time.Second)
	default:
		f := model.Seal(frame(60+s.rand.IntN(1400), 1))
		f[s.rand.IntN(len(f))] ^= 1 << s.rand.IntN(8)
		e.Arrive(model.Arrival{At: now, Bytes: f})
	}
}

// TestMillion: over a million frames, with a fault of any kind every fifty bursts, each frame arrives once or is counted,
// no buffer is lost, no rule of the hardware is broken, and the interrupt never storms.
func TestMillion(t *testing.T) {
	frames := uint32(100_000 / raceScale)
	if os.Getenv("STACKPROOF_LONG") != "" {
		frames = 1_000_000
	}
	s := newSiege(t, 1)
	s.live(5 * time.Second)
	for s.accepted+s.arrived < frames {
		s.step()
	}
	e := s.host.EMAC
	e.WedgeOnOverflow(false)
	e.LoseLast(false)
	e.SlowMDIO(0, 0)
	for range 20 { // bus errors that have not fired yet strike now
		s.accepted++
		if !s.send(numbered(s.accepted)) {
			s.accepted--
		}
		s.arrived++
		e.Receive(s.host.Now(), numbered(s.arrived))
		s.live(3 * time.Second)
	}
	c, hardware := s.Stats(), e.Stats()
	require.Equal(t, emac.Up, s.State())
	require.EqualValues(t, s.accepted, c.TxFrames+c.TxErrors+c.TxLost+c.TxNoLink, "%+v", c)
	require.EqualValues(t, s.lent, c.RxFrames)
	require.NotZero(t, min(c.RxErrors, c.RxCut, c.RxMissed, c.RxOverflow, c.RxStalls, c.TxLost, c.TxNoRoom, c.Pauses, c.BusErrors, c.LinkDowns), "all of it has happened: %+v", c)
	counted := uint64(c.RxErrors+c.RxCut+c.RxMissed+c.RxOverflow+c.RxLost) + hardware.Deaf + hardware.Flushed + hardware.Dropped
	require.LessOrEqual(t, uint64(s.arrived-s.lent), counted, "%+v %+v", c, hardware)
	require.LessOrEqual(t, s.interrupts, int(hardware.Sent+hardware.Arrived)+10*s.faults, "each interrupt has a frame or a fault")
	t.Logf("%d frames accepted, %d arrived, %d lent, %d faults, %d interrupts, %d other wakes: %+v", s.accepted, s.arrived, s.lent, s.faults, s.interrupts, s.wakes, c)

	first := s.lent
	for range 3 * emac.DefaultRing { // no buffer has been lost
		for range emac.DefaultRing {
			s.accepted++
			require.True(t, s.send(numbered(s.accepted)))
		}
		s.arrived++
		e.Receive(s.host.Now(), numbered(s.arrived))
		s.live(2 * ms)
	}
	s.live(0)
	require.EqualValues(t, 3*emac.DefaultRing, s.lent-first)
	require.Equal(t, s.accepted, s.sentLast)
}
