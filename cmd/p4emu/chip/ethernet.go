package chip

import (
	"time"

	"stackproof/drivers/emac/model"
)

// ethernet is the EMAC behind its addresses, with the clocks and pins that reach it. All that the model reports ends the
// run.
type ethernet struct {
	chip  *Chip
	model *model.EMAC
	wires wires

	clocks  model.Clocks
	held    bool // the PHY, in reset
	hz      uint64
	partner Partner
}

// Partner is a computer at the other end of the cable. It has time of its own: what it does takes none of the chip's.
type Partner interface {
	// Plug tells it of the EMAC at which its frames arrive, before anything else.
	Plug(*model.EMAC)
	// Hear gives it a frame off the wire, whose bytes are only lent.
	Hear(model.Frame)
	// Poll lets it do what is due at now, and says when it has more to do, which is later.
	Poll(now time.Duration) (next time.Duration, due bool)
}

// wires are the blocks that decide what reaches the EMAC.
type wires struct {
	system *systemClocks
	low    *lowClocks
	gpio   *gpio
	mux    *plain
	hp     *plain
}

func newEthernet(chip *Chip, c Config, w wires) *ethernet {
	e := &ethernet{chip: chip, wires: w, held: true, partner: c.Partner}
	sent := c.Sent
	if sent == nil && c.Partner != nil {
		sent = c.Partner.Hear
	}
	e.model = model.New(model.Config{
		PHY:    c.PHY,
		Sent:   sent,
		Report: func(v model.Violation) { chip.Fail(Misuse, "the EMAC: %s", v.String()) },
	}, c.Memory.ram)
	if c.Partner != nil {
		c.Partner.Plug(e.model)
	}
	return e
}

func (e *ethernet) now() time.Duration { return time.Duration(e.chip.Clock.Now() / 1000) }

// advance lets the EMAC and its partner do what is due, and says when one has more to do.
func (e *ethernet) advance() (next time.Duration, due bool) {
	now := e.now()
	e.model.Advance(now)
	if e.partner == nil {
		return e.model.Next()
	}
	at, later := e.partner.Poll(now)
	next, due = e.model.Next()
	if later && (!due || at < next) {
		return at, true
	}
	return next, due
}

func (e *ethernet) Read(offset uint32) (uint32, bool) {
	v := e.model.Read(e.now(), offset)
	e.chip.wake()
	return v, true
}

func (e *ethernet) Write(offset, value uint32) bool {
	e.chip.cache.awaited()
	e.model.Write(e.now(), offset, value)
	e.chip.wake()
	return true
}

// rewire tells the model of clocks and pins that have changed.
func (e *ethernet) rewire() {
	if hz := e.chip.Clock.rates[rateSystem]; hz != e.hz {
		e.hz = hz
		e.model.SetSystemHz(int(hz))
	}
	if held := e.wires.phyHeld(); held != e.held {
		e.held = held
		e.model.SetPHYReset(e.now(), held)
		e.chip.wake()
	}
	if c := e.wires.clocks(); c != e.clocks {
		e.clocks = c
		e.model.SetClocks(e.now(), c)
		e.chip.wake()
	}
}

// Pins of the boards: REF_CLK, TX_EN, TXD0, TXD1, CRS_DV, RXD0, RXD1 by their function for RMII.
var rmiiPins = [...]uint32{50, 49, 34, 35, 28, 29, 30}

const (
	pinMDC, pinMDIO, pinReset = 31, 52, 51

	interfaceRMII = 4

	functionRMII, functionMatrix           = 3, 1
	signalMDIOIn, signalMDC, signalMDIOOut = 107, 108, 109
)

// clocks are what the registers say, for RMII with the clock of the PHY. Where anything on the way of a clock or of a
// signal is not as it must be, RMII is not there.
func (w wires) clocks() model.Clocks {
	gates, sources, dividers := *w.system.at(0x18), *w.system.at(0x30), *w.system.at(0x34)
	const pads = 1<<13 | 1<<14 | 1<<15
	return model.Clocks{
		System: gates>>13&1 != 0,
		Held:   w.low.held>>30&1 != 0,
		RMII: w.low.interfaceMode == interfaceRMII && sources>>24&15 == 1<<3 && // RMII's clock on, from the pad that both use
			w.low.root&pads == 1<<15 && w.routed(),
		Receive:         sources>>28&3 == 1<<1,
		Transmit:        dividers>>8&3 == 1<<1,
		ReceiveDivider:  int(dividers & 0xff),
		TransmitDivider: int(dividers >> 10 & 0xff),
	}
}

// routed tells whether all signals have their pins.
func (w wires) routed() bool {
	function := func(pin uint32) uint32 { return *w.mux.at(4 + 4*pin) >> 12 & 7 }
	input := func(pin uint32) bool { return *w.mux.at(4 + 4*pin)>>9&1 != 0 }
	for _, p := range rmiiPins {
		if function(p) != functionRMII {
			return false
		}
	}
	for _, p := range []uint32{50, 28, 29, 30} {
		if !input(p) {
			return false
		}
	}
	return function(pinMDC) == functionMatrix && *w.gpio.at(0x558 + 4*pinMDC)&0x5ff == signalMDC &&
		function(pinMDIO) == functionMatrix && *w.gpio.at(0x558 + 4*pinMDIO)&0x5ff == signalMDIOOut && input(pinMDIO) &&
		*w.gpio.at(0x158 + 4*signalMDIOIn)&0xff == pinMDIO|1<<7
}

// phyHeld tells whether the PHY is in reset: it is from power-on until the image drives its pin high.
func (w wires) phyHeld() bool {
	output := w.gpio.enabled>>pinReset&1 != 0 && *w.mux.at(4 + 4*pinReset)>>12&7 == functionMatrix &&
		*w.gpio.at(0x558 + 4*pinReset) == 256|1<<10
	return !output || w.gpio.high>>pinReset&1 == 0
}

// gpio is GPIO: pins by their numbers, set and cleared by bits; what else is written is kept.
type gpio struct {
	plain
	high, enabled uint64
	changed       func(was, is uint64) // told what is high
}

func (g *gpio) Write(offset, value uint32) bool {
	was := g.high
	if !g.write(offset, value) {
		return false
	}
	if was != g.high {
		g.changed(was, g.high)
	}
	return true
}

func (g *gpio) write(offset, value uint32) bool {
	switch offset {
	case 0x08:
		g.high |= uint64(value)
	case 0x0c:
		g.high &^= uint64(value)
	case 0x14:
		g.high |= uint64(value) << 32
	case 0x18:
		g.high &^= uint64(value) << 32
	case 0x24:
		g.enabled |= uint64(value)
	case 0x28:
		g.enabled &^= uint64(value)
	case 0x30:
		g.enabled |= uint64(value) << 32
	case 0x34:
		g.enabled &^= uint64(value) << 32
	default:
		return g.plain.Write(offset, value)
	}
	return true
}
