package emac

import (
	"time"

	driver "stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// The steps of a program, by the low four bits of their first byte.
const (
	doSend = iota
	doReceive
	doRelease
	doPoll
	doRun
	doSleep
	doArrive
	doLie
	doRxWords
	doTxWords
	doRxEager
	doTxEager
	doInterrupt
	doLine
	doGroup
	doInit
)

// registers are those that the driver reads.
var registers = []uint32{driver.BusMode, driver.Status, driver.GMIIAddr, driver.GMIIData, driver.Missed, driver.OpMode, driver.Version, driver.CurRxDesc}

// step does one thing; a is the step's first byte too, above its kind.
func (w *world) step(kind, a, b, c byte) {
	n := int(a)<<8 | int(b)
	switch kind & 15 {
	case doSend:
		w.send(w.frame(max(16, n%(driver.MaxFrame+8))))
	case doReceive:
		w.release()
		w.receive()
	case doRelease:
		w.release()
	case doPoll:
		w.release()
		w.poll()
	case doRun:
		w.release()
		w.run(time.Duration(1)<<(a&31)*time.Nanosecond, 64)
	case doSleep:
		w.watch.At(w.watch.Now() + time.Duration(1)<<(a&31)*time.Nanosecond)
	case doArrive:
		w.arrive(n, c)
	case doLie:
		w.lie(kind>>4, a, b, c)
	case doRxWords:
		w.watch.scribble(receives, int(a)%w.config.Receive, words(kind, b, c))
	case doTxWords:
		w.watch.scribble(transmits, int(a)%w.config.Transmit, words(kind, b, c))
	case doRxEager:
		w.watch.eager[receives] = words(kind&^(1<<7), b, c)
	case doTxEager:
		w.watch.eager[transmits] = words(kind&^(1<<7), b, c)
	case doInterrupt:
		if a&1 != 0 {
			w.call("Interrupt", w.nic.Interrupt)
		} else {
			w.call("EnableInterrupt", w.nic.EnableInterrupt)
		}
	case doLine:
		w.line(a, b)
	case doGroup:
		group := [6]byte{0x33, 0x33, 0, 0, 0, b % 16}
		if a&1 != 0 {
			w.call("Join", func() { w.nic.Join(group) })
		} else {
			w.call("Leave", func() { w.nic.Leave(group) })
		}
	default:
		w.start()
	}
}

// words are a descriptor's status and extended status: the DMA's with the top bit of kind; a frame's length or any bits; with
// the bits of b as they lie in the status.
func words(kind, b, c byte) *[driver.DescriptorSize / 4]uint32 {
	var d [driver.DescriptorSize / 4]uint32
	s := uint32(b)<<8 | uint32(c)
	switch kind >> 4 & 3 {
	case 0: // a whole frame of any length
		s = s<<driver.RxFLAt&driver.RxFL | driver.RxFS | driver.RxLS
	case 1: // one of 64 bytes with any bits
		s |= 64 << driver.RxFLAt
	case 2: // all of it
		s |= s << 16
	default: // a good one whose checksums are said to be wrong
		s = driver.RxFS | driver.RxLS | driver.RxESA | 100<<driver.RxFLAt
		d[driver.WordExtended] = uint32(b)
	}
	if s &^= driver.DescOwn; kind&(1<<7) != 0 {
		s |= driver.DescOwn
	}
	d[driver.WordStatus] = s
	return &d
}

// lie has a register read as something else, for some times or for ever.
func (w *world) lie(how, a, b, c byte) {
	l := lie{left: int(c & 63), set: uint32(b) << (how >> 1 & 3 * 8)}
	switch {
	case how&8 != 0: // with some bits turned
		l.keep = ^uint32(0)
	case b == 255:
		l.set = ^uint32(0)
	}
	if c >= 128 {
		l.left = -1
	}
	w.watch.lies[registers[int(a)%len(registers)]] = l
}

// arrive lets a frame come in from the wire, good or not.
func (w *world) arrive(n int, how byte) {
	e, now := w.watch.EMAC, w.watch.Now()
	if e.Backlog() > 16 {
		return
	}
	f := w.frame(60 + n%1455)
	switch how % 6 {
	default:
		e.Receive(now, f)
	case 2:
		g := model.Seal(f)
		g[n%len(g)] ^= how | 1
		e.Arrive(model.Arrival{At: now, Bytes: g})
	case 3:
		e.Arrive(model.Arrival{At: now, Bytes: model.FCS(f[:16+n%40])})
	case 4:
		e.Arrive(model.Arrival{At: now, Bytes: model.FCS(w.frame(1519 + n%2000))})
	case 5:
		e.Arrive(model.Arrival{At: now, Bytes: model.Seal(f), Error: how&64 != 0, Dribble: how&128 != 0})
	}
}

// line is what happens around the MAC.
func (w *world) line(a, b byte) {
	e, now := w.watch.EMAC, w.watch.Now()
	switch on := b&1 != 0; a % 7 {
	case 0:
		e.SetCable(now, on)
	case 1:
		e.SetPHYReset(now, on) // without its clock a reset does not end
	case 2:
		e.Stall(now, time.Duration(b)*time.Microsecond)
	case 3:
		e.WedgeOnOverflow(on)
	case 4:
		e.LoseLast(on)
	case 5:
		e.SlowMDIO(int(b&7), time.Duration(b>>3)*time.Millisecond)
	default:
		e.Spurious(now)
	}
}

// send sends a frame, if there is room.
func (w *world) send(f []byte) {
	var b []byte
	w.call("Reserve", func() { b = w.nic.Reserve(len(f)) })
	if len(f) > driver.MaxFrame && b != nil {
		w.fail("Reserve has room for %d bytes", len(f))
	}
	if b == nil {
		return
	}
	i := w.watch.buffer(transmits, b)
	if i < 0 || len(b) < len(f) || w.watch.rings[transmits].given[i] {
		w.fail("Reserve gives %d bytes of buffer %d for %d", len(b), i, len(f))
	}
	copy(b, f)
	w.call("Send", func() { w.nic.Send(len(f)) })
}

// receive takes a frame, if there is one, and keeps it.
func (w *world) receive() bool {
	var f []byte
	w.call("Receive", func() { f = w.nic.Receive() })
	if w.held = f; f == nil {
		return false
	}
	w.watch.lent(f)
	return true
}

// release gives the frame that was taken back.
func (w *world) release() {
	if w.held == nil {
		return
	}
	i := w.watch.buffer(receives, w.held)
	w.held = nil
	up := w.nic.State() == driver.Up
	w.call("Release", w.nic.Release)
	if up {
		w.watch.returned(i)
	}
}
