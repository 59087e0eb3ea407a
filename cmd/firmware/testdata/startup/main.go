//go:build tinygo

// Command startup tells how the ESP32-P4 was brought up, for the judge of faults in that (cmd/firmware/startup): clocks,
// time, flash, and the EMAC by its own tests. It begins with a letter: w waits first, for longer than any watchdog does; others
// are for traps.
package main

import (
	"device/riscv"
	"runtime/volatile"
	"time"
	"unsafe"

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
	code  uint32 = 0x0000_006f // an endless loop
)

// low lies below the window, where only the start clears.
//
//go:section .bss.low
var low uint32

func main() {
	println("variables", volatile.LoadUint32(&touch), volatile.LoadUint32(&kept), volatile.LoadUint32(&low), board.StackLeft() > 4<<10)
	var letter [1]byte
	for board.Read(letter[:]) == 0 {
	}
	if letter[0] == 'w' {
		for start := board.Ticks(); board.Ticks()-start < board.TicksPerSecond*3/2; {
		}
	}
	trap(letter[0])
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

// trap does what the start has to have made impossible, and the handler of traps to tell of.
func trap(letter byte) {
	const nothing, window = 0x7000_0000, 0x4ff4_0000
	switch letter {
	case 'l':
		println(*(*uint32)(unsafe.Pointer(uintptr(nothing))))
	case 's':
		*(*uint32)(unsafe.Pointer(uintptr(window))) = 0
	case 'x':
		riscv.AsmFull("jr {code}", map[string]interface{}{"code": uintptr(unsafe.Pointer(&code))})
	case 'o':
		println(dive(-1))
	case 'h': // as if the handler itself trapped
		riscv.AsmFull("csrw mscratch, {one}\nli a0, 42\nlw zero, 0({nothing})", map[string]interface{}{"one": 1, "nothing": uintptr(nothing)})
	}
}

// dive calls itself until the stack ends. One of two calls is no tail call, which the compiler would make a loop.
func dive(n int) int {
	if n == 0 {
		return 1
	}
	return dive(n-1) * dive(n-2)
}

// ticks is the board's time.
type ticks struct{}

// Now counts sixteenths of a microsecond.
func (ticks) Now() time.Duration { return time.Duration(board.Ticks() * 125 / 2) }
