//go:build tinygo

// Command startup tells how the ESP32-P4 was brought up, for the judge of faults in that (cmd/firmware/startup): clocks,
// time, flash, and the EMAC by its own tests. It begins with a letter: w waits first, for longer than any watchdog does.
package main

import (
	"time"
	_ "unsafe" // go:align

	"stackproof/cmd/firmware/board"
	"stackproof/drivers/emac"
	"stackproof/drivers/emac/selftest"
)

const rings = 4

// memory is the driver's.
//
//go:align 64
var memory [2 * rings * (emac.DescriptorSize + emac.BufferSize)]byte

var (
	tests selftest.Runner
	flash [260]byte
	touch uint32 // zero at the start
	kept  uint32 = 0x1234_5678
)

func main() {
	println("variables", touch, kept)
	var letter [1]byte
	for board.Read(letter[:]) == 0 {
	}
	if letter[0] == 'w' {
		for start := board.Ticks(); board.Ticks()-start < board.TicksPerSecond*3/2; {
		}
	}
	for _, off := range []int{0, 1, 257} {
		sum := uint32(0)
		board.ReadFlash(flash[:], off)
		for _, b := range flash {
			sum = sum*31 + uint32(b)
		}
		println("flash", off, sum)
	}
	var e board.EMAC
	e.Start()
	println("version", e.Read(emac.Version)&0xff, "bus", e.BusHz())
	tests.Bus, tests.Clock, tests.Memory, tests.Rings, tests.PHY, tests.BusHz = e, ticks{}, memory[:], rings, board.PHYAddress, e.BusHz()
	for t := range selftest.Tests {
		r := tests.Run(t)
		println(t.String(), r.Flaw.String(), r.Want, r.Got)
	}
	board.Exit(0)
}

// ticks is the board's time.
type ticks struct{}

// Now counts sixteenths of a microsecond.
func (ticks) Now() time.Duration { return time.Duration(board.Ticks() * 125 / 2) }
