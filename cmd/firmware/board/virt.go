//go:build tinygo && board_virt

package board

import (
	"device/riscv"
	"runtime/volatile"
	"unsafe"
)

// QEMU's machine "virt" (hw/riscv/virt.c): a 16550 UART behind a PLIC, the CLINT's clock, SiFive's test device, and
// two banks of flash, of which the first is used.

// TicksPerSecond is the rate of the CLINT's mtime.
const TicksPerSecond = 10_000_000

var (
	uart     = (*uart16550)(unsafe.Pointer(uintptr(0x1000_0000)))
	finisher = (*volatile.Register32)(unsafe.Pointer(uintptr(0x0010_0000)))
	mtime    = (*struct{ low, high volatile.Register32 })(unsafe.Pointer(uintptr(0x0200_bff8)))

	plicPriority = (*volatile.Register32)(unsafe.Pointer(uintptr(0x0c00_0000 + 4*uartIRQ)))
	plicEnable   = (*volatile.Register32)(unsafe.Pointer(uintptr(0x0c00_2000)))
	plicClaim    = (*volatile.Register32)(unsafe.Pointer(uintptr(0x0c20_0004)))
)

const uartIRQ = 10

// FlashSize is the length of the first bank of flash in bytes.
const FlashSize = 32 << 20

var flash = (*[FlashSize]byte)(unsafe.Pointer(uintptr(0x2000_0000)))

// ReadFlash fills p with what lies in flash from off on, all of which must be within it.
func ReadFlash(p []byte, off int) { copy(p, flash[off:off+len(p)]) }

// uart16550 is the register file. Data and interruptEnable are the divisor while lineControl has divisorAccess.
type uart16550 struct {
	data            volatile.Register8
	interruptEnable volatile.Register8
	fifoControl     volatile.Register8
	lineControl     volatile.Register8
	modemControl    volatile.Register8
	lineStatus      volatile.Register8
}

const (
	divisorAccess = 1 << 7 // lineControl
	eightBits     = 3      // lineControl: 8N1

	// fifoControl: on, asking for service at 14 of 16 bytes. QEMU hands over input in portions of this level: with the
	// default of one byte it is ten times slower.
	fifoOn = 0xc1

	received  = 1 << 0 // lineStatus; interruptEnable
	canAccept = 1 << 5 // lineStatus

	finishPass = 0x5555
	finishFail = 0x3333 // with the exit code in the upper half

	machineExternal = 1 << 11 // mie
)

// early has nothing to do that cannot wait.
//
//export stackproof_board_early
func early() {}

// initialise readies the line. Interrupts only end the sleep in Wait: mstatus.MIE stays off and none is taken.
//
//export stackproof_board_init
func initialise() {
	uart.lineControl.Set(divisorAccess | eightBits)
	uart.data.Set(1) // the fastest, so that the time-out of a FIFO that is not full is the shortest
	uart.interruptEnable.Set(0)
	uart.lineControl.Set(eightBits)
	uart.fifoControl.Set(fifoOn)
	uart.data.Get() // a byte that came before the FIFO was on is gone, but QEMU holds back the next until this read
	uart.interruptEnable.Set(received)
	plicPriority.Set(1)
	plicEnable.Set(1 << uartIRQ)
	riscv.MIE.Set(machineExternal)
}

// Read takes at most len(p) received bytes without waiting and returns how many.
func Read(p []byte) int {
	n := 0
	for n < len(p) && uart.lineStatus.HasBits(received) {
		p[n] = uart.data.Get()
		n++
	}
	return n
}

// Wait returns when there is, or may be, something to read.
func Wait() {
	// An answer is often on its way, and a sleep takes longer to end than a look.
	for range 1000 {
		if uart.lineStatus.HasBits(received) {
			return
		}
	}
	riscv.Asm("wfi")
	// The PLIC latches: without the claim the next sleep would end at once.
	if irq := plicClaim.Get(); irq != 0 {
		plicClaim.Set(irq)
	}
}

// Write sends p.
func Write(p []byte) {
	for _, c := range p {
		putchar(c)
	}
}

//export stackproof_board_putchar
func putchar(c byte) {
	for !uart.lineStatus.HasBits(canAccept) {
	}
	uart.data.Set(c)
}

// Ticks counts 100 ns since the machine started.
func Ticks() uint64 {
	for {
		high := mtime.high.Get()
		low := mtime.low.Get()
		if mtime.high.Get() == high { // else the lower half has just wrapped
			return uint64(high)<<32 | uint64(low)
		}
	}
}

//export stackproof_board_nanotime
func nanotime() int64 { return int64(Ticks() * (1_000_000_000 / TicksPerSecond)) }

// Exit ends QEMU with the code, which must lie within 0..255.
func Exit(code int) { exit(int32(code)) }

//export stackproof_board_exit
func exit(code int32) {
	if code == 0 {
		finisher.Set(finishPass)
	} else {
		finisher.Set(uint32(code)<<16 | finishFail)
	}
	for {
		riscv.Asm("wfi")
	}
}
