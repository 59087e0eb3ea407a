// Package chip is the ESP32-P4 around its processor: memory and data cache, the ROM's part in starting an image, and the
// devices that an image meets, a file for each. It knows nothing of how instructions are executed; cmd/p4emu/cpu does.
//
// Time is counted from executed instructions, so a run is the same each time. What is modelled is what the image uses
// and what it may forget: an access to anything else ends the run with a Problem.
package chip

import (
	"fmt"

	"stackproof/drivers/emac/model"
)

// Device is a block of registers, read and written as whole words at multiples of four.
type Device interface {
	// Read returns the register at offset, and Write sets it; ok is false where the device has none there.
	Read(offset uint32) (value uint32, ok bool)
	Write(offset, value uint32) (ok bool)
}

// Line is the other end of the serial line.
type Line interface {
	Send(c byte)
	// Receive takes a byte that has arrived. wait asks to wait for one in real time. ok is false where there is none, and
	// after wait where there will never be.
	Receive(wait bool) (c byte, ok bool)
}

// Kind says why a run ended.
type Kind uint8

const (
	Reset   Kind = iota + 1 // a watchdog
	Nothing                 // an access to an address or a register that is not there
	Misuse                  // what the hardware or the ROM does not allow
	HungUp                  // the other end of the serial line has gone
	Limit                   // as many instructions as were asked for
)

// Problem is why a run ended that the image did not end itself.
type Problem struct {
	Kind Kind
	What string
}

func (p *Problem) Error() string { return p.What }

// Chip is all but the processor.
type Chip struct {
	Memory *Memory
	Clock  *Clock
	ROM    *ROM
	PMP    *Protection
	EMAC   *model.EMAC
	Most   uint64 // instructions after which the run ends; 0 is no limit

	blocks    []block
	uart      *uart
	wake      func()
	ethernet  *ethernet
	cache     *cache
	watchdogs []*watchdog
	stale     bool // an earlier program's EMAC still runs
	problem   *Problem
}

type block struct {
	base, size uint32
	name       string
	device     Device
}

// Config is what a chip is made of.
type Config struct {
	Memory       *Memory
	Flash        []byte // from address 0
	Line         Line
	Instructions func() uint64     // executed so far
	Wake         func()            // told that Tick has to be called soon: what is due has changed; may be nil
	Revision     uint32            // major*100 + minor
	Warm         bool              // the reset was the processor's alone: the rest is as an earlier program has left it
	NoPLL        bool              // the PLL does not settle
	Sent         func(model.Frame) // hears of frames that the EMAC sends; nil: nobody does
	Partner      Partner           // what is at the other end of the EMAC's cable; nil: nothing that sends
	PHY          model.PHYConfig   // of the zero value the model's own
	Counting     func(bool)        // told when the image begins and ceases to do what is measured; may be nil
	Measured     func(Measurement) // told of each measurement; may be nil
}

// New is a chip in the state in which its ROM hands over to an image: on the crystal, watchdogs running.
func New(c Config) *Chip {
	p := &Chip{Memory: c.Memory, Clock: newClock(c.Instructions), PMP: &Protection{}, wake: c.Wake}
	if p.wake == nil {
		p.wake = func() {}
	}
	p.ROM = &ROM{memory: c.Memory, flash: c.Flash, fail: p.Fail}
	analogue := newAnalogue(c.NoPLL)
	system, low := &systemClocks{clock: p.Clock, analogue: analogue}, &lowClocks{chip: p}
	p.Clock.system, p.Clock.low = system, low
	system.reset()
	p.cache = &cache{memory: c.Memory, fail: p.Fail}
	p.Place(0x3ff1_0000, 0x1000, "cache controller", p.cache)
	var timers []*timerWatchdog
	for i, base := range []uint32{0x500c_2000, 0x500c_3000} {
		w := newTimerWatchdog(p.Clock, fmt.Sprintf("TIMG%d's watchdog", i), i == 0)
		w.base, timers = base, append(timers, w)
		p.watchdogs = append(p.watchdogs, &w.watchdog)
		p.Place(base, 0x1000, fmt.Sprintf("TIMG%d", i), w)
	}
	l := newLowWatchdogs(p.Clock)
	l.main.base, l.super.base = 0x5011_6000, 0x5011_6000
	p.watchdogs = append(p.watchdogs, &l.main, &l.super)
	p.Place(0x5011_6000, 0x1000, "LP_WDT", l)
	p.uart = &uart{line: c.Line, fail: p.Fail}
	p.Place(0x500c_a000, 0x1000, "UART0", p.uart)
	p.Place(0x500d_2000, 0x1000, "USB-Serial-JTAG", usb{})
	p.Place(0x500d_6000, 0x1000, "INTERRUPT_CORE0", newPlain(0x000, 0x200))
	m := &meter{clock: p.Clock, counting: c.Counting, measured: c.Measured}
	gpio, mux, hp := &gpio{plain: *newPlain(0x000, 0x700), changed: m.pins}, newPlain(0x000, 0x100), newPlain(0x14c, 0x150)
	p.ethernet = newEthernet(p, c, wires{system, low, gpio, mux, hp})
	p.EMAC = p.ethernet.model
	if c.Warm {
		p.leftBehind(timers)
	}
	p.Place(0x5009_8000, 0x2000, "EMAC", p.ethernet)
	p.Place(0x500e_0000, 0x1000, "GPIO", gpio)
	p.Place(0x500e_1000, 0x1000, "IO_MUX", mux)
	p.Place(0x500e_2000, 0x1000, "SYSTIMER", &systimer{clock: p.Clock, fail: p.Fail})
	p.Place(0x500e_5000, 0x1000, "HP_SYSTEM", hp)
	p.Place(0x500e_6000, 0x1000, "HP_SYS_CLKRST", system)
	p.Place(0x5011_1000, 0x1000, "LP_AON_CLKRST", low)
	p.Place(0x5011_5000, 0x1000, "PMU", &power{analogue: analogue})
	p.Place(0x5012_0000, 0x1000, "LPPERI", &lowPower{analogue: analogue})
	p.Place(0x5012_4000, 0x1000, "analogue bus", analogue)
	p.Place(0x5012_d000, 0x1000, "EFUSE", fuses(c.Revision))
	return p
}

// Place puts a device at an address, in front of one that is there. Base and size are multiples of 4096.
func (p *Chip) Place(base, size uint32, name string, d Device) {
	p.blocks = append([]block{{base, size, name, d}}, p.blocks...)
}

// Read is a load from the address of a device.
func (p *Chip) Read(address uint32, size int) uint32 {
	b := p.find(address, size, "read")
	if b == nil {
		return 0
	}
	v, ok := b.device.Read(address - b.base)
	if !ok {
		p.Fail(Nothing, "read of %s+0x%03x (0x%08x), which the emulator does not have", b.name, address-b.base, address)
	}
	return v
}

// Write is a store to the address of a device.
func (p *Chip) Write(address uint32, size int, value uint32) {
	b := p.find(address, size, "write")
	if b == nil {
		return
	}
	for _, w := range p.watchdogs {
		if w.open && w.base != b.base {
			p.Fail(Misuse, "write to %s while the registers of %s are unlocked", b.name, w.name)
		}
	}
	if !b.device.Write(address-b.base, value) {
		p.Fail(Nothing, "write of 0x%08x to %s+0x%03x (0x%08x), which the emulator does not have", value, b.name, address-b.base, address)
	}
	if !isConsole(b.device) {
		p.ethernet.rewire()
	}
}

func (p *Chip) find(address uint32, size int, verb string) *block {
	for i := range p.blocks {
		if b := &p.blocks[i]; address-b.base < b.size {
			if size != 4 || address%4 != 0 {
				p.Fail(Misuse, "%s of %d bytes at 0x%08x: %s takes whole words only", verb, size, address, b.name)
				return nil
			}
			if !isConsole(b.device) {
				p.uart.busy()
			}
			return b
		}
	}
	p.Fail(Nothing, "%s at 0x%08x, where no device is", verb, address)
	return nil
}

func isConsole(d Device) bool {
	switch d.(type) {
	case *uart, usb:
		return true
	}
	return false
}

// Fail ends the run; the first reason is kept.
func (p *Chip) Fail(kind Kind, format string, args ...any) {
	if p.problem == nil {
		p.problem = &Problem{kind, fmt.Sprintf(format, args...)}
	}
}

// Problem is why the run must end, nil while it may go on.
func (p *Chip) Problem() *Problem { return p.problem }

// strayFrame is when a frame comes that an earlier program's EMAC would receive.
const strayFrame = 1000 * Microsecond

// Tick looks whether a watchdog has run out, and returns the number of executed instructions at which to look again.
func (p *Chip) Tick() (next uint64) {
	now, wait := p.Clock.Now(), Second
	for _, w := range p.watchdogs {
		if left, armed := w.left(now); armed && left <= 0 {
			p.Fail(Reset, "reset by %s: the image neither fed nor stopped it for %v s", w.name, w.limit().Seconds())
		} else if armed {
			wait = min(wait, left)
		}
	}
	if p.stale && now >= strayFrame {
		p.Fail(Misuse, "the EMAC of an earlier program, which the image has not reset, writes a frame to memory")
	} else if p.stale {
		wait = min(wait, strayFrame-now)
	}
	if at, due := p.ethernet.advance(); due {
		wait = min(wait, Time(at)*1000-min(now, Time(at)*1000))
	}
	done := p.Clock.Instructions()
	next = done + max(1, p.Clock.count(wait))
	if p.Most > 0 {
		next = min(next, p.Most)
		if done >= p.Most {
			p.Fail(Limit, "%d instructions executed", done)
		}
	}
	return next
}
