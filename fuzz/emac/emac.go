// Package emac sets hardware that lies against the driver of the EMAC: bytes are a program of what the driver is asked for,
// and of what the hardware does that it must not: words in descriptors that no DMA writes, registers that read as anything,
// resets that do not end, descriptors that come back at once and without end.
//
// What is held, whatever the hardware does: no panic; accesses to the bus counted, and few for each call; none outside the
// driver's memory and the registers, nothing written around it; no descriptor and no buffer touched that is the DMA's; what
// is received lies in its buffer, is as long as its descriptor says, in the order of the ring, and is delivered once. Then
// the hardware behaves, the driver is started anew, and frames pass both ways without any rule of the hardware broken. A
// driver cannot see by itself that descriptors or registers have lied, so that Init is the remedy.
package emac

import (
	"bytes"
	"fmt"
	"time"

	driver "stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// nic is what is tried: a [driver.Driver], or in a test one with a fault.
type nic interface {
	Init(driver.Bus, *driver.Config, time.Duration) driver.Problem
	Poll(time.Duration) time.Duration
	Reserve(int) []byte
	Send(int)
	Receive() []byte
	Release()
	Join([6]byte)
	Leave([6]byte)
	Interrupt()
	EnableInterrupt()
	State() driver.State
	Pending() int
}

const (
	stepLen   = 4
	mostSteps = 128
	guard     = driver.CacheLine // bytes before and behind the driver's memory
	guardByte = 0x5c
)

var own = [6]byte{2, 0, 0, 0, 0, 1}

// world is a driver, its hardware, and what is known of both.
type world struct {
	nic    nic
	watch  watch
	config driver.Config
	sent   [][]byte // frames on the wire, with FCS
	held   []byte   // what Receive has lent
	steps  int
	number int // of the last frame made
}

// Program runs the program in data: a byte for the sizes of the rings, one for the configuration, then steps. It panics if
// a promise is broken, and returns 1 for an input that is worth keeping, else 0.
func Program(data []byte) int {
	return try(data, func(driver.Bus) nic { return new(driver.Driver) })
}

func try(data []byte, build func(driver.Bus) nic) int {
	if len(data) < 2+stepLen {
		return 0
	}
	w := newWorld(data[0], data[1], build)
	for s := data[2:]; len(s) >= stepLen && w.steps < mostSteps; s = s[stepLen:] {
		w.steps++
		w.step(s[0], s[1], s[2], s[3])
		w.look()
	}
	w.finish()
	return 1
}

func newWorld(size, flags byte, build func(driver.Bus) nic) *world {
	w := &world{config: driver.Config{
		Address: own, PHY: 1, BusHz: 180_000_000, Receive: 2 + int(size&7), Transmit: 2 + int(size>>3&7),
		Pause: flags&1 != 0, Checksums: flags&2 != 0, Promiscuous: flags&4 != 0,
	}}
	n := driver.Size(w.config.Receive, w.config.Transmit)
	h := model.NewHost(model.Config{Sent: func(f model.Frame) {
		if !f.Broken {
			w.sent = append(w.sent, bytes.Clone(f.Bytes))
		}
	}}, n+2*guard)
	memory := h.RAM.CPU()
	for i := range guard {
		memory[i], memory[guard+n+i] = guardByte, guardByte
	}
	h.RAM.WriteBackAll()
	w.config.Memory = memory[guard : guard+n]
	w.watch.init(w, h)
	w.nic = build(&w.watch)
	w.start()
	return w
}

// start has the driver take the hardware over.
func (w *world) start() {
	w.held = nil
	w.watch.stopped() // what the engines still do before the reset is nobody's
	w.call("Init", func() {
		if p := w.nic.Init(&w.watch, &w.config, w.watch.Now()); p != driver.Fine {
			w.fail("Init says problem %d", p)
		}
	})
}

// fail ends the program.
func (w *world) fail(format string, args ...any) {
	panic(fmt.Sprintf("emac: step %d: ", w.steps) + fmt.Sprintf(format, args...))
}

// mostAccesses is what a call may cost for itself; each descriptor may cost some more.
const (
	mostAccesses  = 80
	perDescriptor = 8
)

// call makes a call of the driver, and counts what it costs.
func (w *world) call(name string, do func()) {
	w.watch.accesses, w.watch.during = 0, name
	do()
	w.watch.during = ""
}

// look: nothing was written around the driver's memory.
func (w *world) look() {
	n := len(w.config.Memory)
	for _, side := range [][]byte{w.watch.RAM.CPU(), w.watch.RAM.DMA()} {
		for i := range guard {
			if side[i] != guardByte || side[guard+n+i] != guardByte {
				w.fail("something was written beside the driver's memory")
			}
		}
	}
	if p := w.nic.Pending(); p < 0 || p > w.config.Transmit {
		w.fail("%d frames are pending of %d", p, w.config.Transmit)
	}
}

// run lets the driver live for d, as long as it does not take too many polls.
func (w *world) run(d time.Duration, polls int) {
	end := w.watch.Now() + d
	for range polls {
		now := w.watch.Now()
		if now >= end {
			return
		}
		next := min(w.poll(), end)
		w.drain()
		if at, ok := w.watch.EMAC.Next(); ok {
			next = min(next, at)
		}
		w.watch.At(max(next, now+1))
	}
	w.watch.At(end)
}

func (w *world) poll() (next time.Duration) {
	now := w.watch.Now()
	w.call("Poll", func() { next = w.nic.Poll(now) })
	if next < now {
		w.fail("Poll at %v wants to be called at %v", now, next)
	}
	return next
}

// drain takes what has been received, as many frames as the ring has.
func (w *world) drain() (got [][]byte) {
	for range w.config.Receive {
		if !w.receive() {
			break
		}
		got = append(got, bytes.Clone(w.held))
		w.release()
	}
	return got
}

// frame is one to us of n bytes, no two alike.
func (w *world) frame(n int) []byte {
	w.number++
	f := make([]byte, n)
	for i := range f {
		f[i] = byte(i * w.number)
	}
	copy(f, own[:])
	copy(f[6:], []byte{2, 0, 0, 0, 0, 9, 0x88, 0xb5, byte(w.number >> 8), byte(w.number)})
	return f
}

// finish has the hardware behave, starts anew, and has frames pass.
func (w *world) finish() {
	w.release()
	w.watch.heal()
	w.run(50*time.Millisecond, 100) // what is under way ends
	w.start()
	w.run(4*time.Second, 10_000)
	if w.nic.State() != driver.Up {
		w.fail("the driver is in state %d, seconds after a new start", w.nic.State())
	}
	w.watch.EMAC.Forgive()
	w.watch.strict = true
	for range w.config.Receive + w.config.Transmit + 1 { // more than there are descriptors: none has been lost
		w.exchange()
	}
	w.look()
	for _, v := range w.watch.EMAC.Violations() {
		w.fail("after a new start: %v", v)
	}
}

// exchange sends a frame and receives one.
func (w *world) exchange() {
	f := w.frame(60 + 97*w.number%1400)
	w.sent = nil
	w.send(f)
	w.watch.EMAC.Receive(w.watch.Now(), f)
	w.watch.At(w.watch.Now() + time.Millisecond)
	w.poll()
	got := w.drain()
	if len(w.sent) != 1 || !bytes.Equal(w.sent[0], model.Seal(f)) {
		w.fail("%d frames on the wire for one that was sent", len(w.sent))
	}
	if len(got) != 1 || !bytes.Equal(got[0], f) {
		w.fail("%d frames received for one that came", len(got))
	}
	if n := w.nic.Pending(); n != 0 {
		w.fail("%d frames are pending that were sent", n)
	}
}
