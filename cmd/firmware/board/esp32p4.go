//go:build tinygo && board_esp32p4

package board

import (
	"device/riscv"
	"runtime/volatile"
	"unsafe"
)

// The ESP32-P4 as its ROM hands it over: this file is what the image uses all the time; esp32p4_start.go brings the chip
// up, esp32p4_emac.go its Ethernet pins.

// TicksPerSecond is the rate of SYSTIMER, which does not depend on the processor's clock.
const TicksPerSecond = 16_000_000

// Where the list of cases lies: in flash behind the room that the image has, at a multiple of the 64 KiB pages of the
// flash cache; or, where a loader has put the image into memory, right behind the image.
const (
	casesInFlash = 0x5_0000

	// FlashSize is what 16 MiB of flash leave for the list.
	FlashSize = 16<<20 - casesInFlash
)

//go:extern _image_end
var imageEnd [1]byte

//go:extern _window_end
var windowEnd [0]byte

// entry is 1 where the image was loaded into memory: start.S.
//
//go:extern stackproof_entry
var entry uint32

// romFlashRead is esp_rom_spiflash_read: n bytes from src, all three multiples of four. 0 is success.
//
//export esp_rom_spiflash_read
func romFlashRead(src uint32, dst *uint32, n int32) int32

// bounce takes what the ROM reads, which is aligned as the caller's bytes need not be.
var bounce [64]uint32

// ReadFlash fills p with what lies from off on, all of which must be within FlashSize. Where the ROM cannot read, p is
// filled with 0xff, as erased flash is; the list's hash then differs.
func ReadFlash(p []byte, off int) {
	if entry != 0 {
		readMemory(p, off)
		return
	}
	buffer := (*[4 * len(bounce)]byte)(unsafe.Pointer(&bounce))
	for len(p) > 0 {
		skip := off & 3
		n := min(len(p), len(buffer)-skip)
		if romFlashRead(uint32(casesInFlash+off-skip), &bounce[0], int32((skip+n+3)&^3)) != 0 {
			for i := range buffer {
				buffer[i] = 0xff
			}
		}
		copy(p[:n], buffer[skip:])
		p, off = p[n:], off+n
	}
}

// readMemory is ReadFlash where the list lies behind the image. Behind the window nothing is read.
func readMemory(p []byte, off int) {
	start := uintptr(unsafe.Pointer(&imageEnd))
	size := int(uintptr(unsafe.Pointer(&windowEnd)) - start)
	list := unsafe.Slice(&imageEnd[0], size)
	for i := range p {
		p[i] = 0xff
		if off+i < size {
			p[i] = list[off+i]
		}
	}
}

// at is the register at an address.
func at(address uintptr) *volatile.Register32 {
	return (*volatile.Register32)(unsafe.Pointer(address))
}

// UART0, as the ROM leaves it: 115200 baud from the crystal, whatever the processor's clock, pins 37 and 38.
const (
	uartFIFO   = 0x500c_a000
	uartStatus = 0x500c_a01c // received 7:0, to be sent 23:16

	uartFull = 126 // of 128 bytes
)

// USB-Serial-JTAG, the chip's other console.
const (
	usbData   = 0x500d_2000
	usbStatus = 0x500d_2004

	usbFlush    = 1 << 0 // written: send what is there
	usbCanSend  = 1 << 1
	usbReceived = 1 << 2

	usbPatience = 20_000 // looks at usbCanSend: some milliseconds, longer than a host that is there takes
)

// usbAbsent is set while nobody takes what USB is to send.
var usbAbsent bool

// Read takes at most len(p) received bytes without waiting and returns how many. It reads both consoles.
func Read(p []byte) int {
	n := 0
	for n < len(p) && at(uartStatus).Get()&0xff != 0 {
		p[n] = byte(at(uartFIFO).Get())
		n++
	}
	for n < len(p) && at(usbStatus).HasBits(usbReceived) {
		p[n] = byte(at(usbData).Get())
		n++
	}
	return n
}

// Wait returns at once: without interrupts nothing would end the processor's sleep.
func Wait() {}

// Write sends p on both consoles.
func Write(p []byte) {
	for _, c := range p {
		putchar(c)
	}
	at(usbStatus).Set(usbFlush)
}

//export stackproof_board_putchar
func putchar(c byte) {
	for at(uartStatus).Get()>>16&0xff >= uartFull {
	}
	at(uartFIFO).Set(uint32(c))
	putUSB(c)
}

// putUSB sends c where a host listens. One that does not is waited for once.
func putUSB(c byte) {
	for patience := usbPatience; !at(usbStatus).HasBits(usbCanSend); patience-- {
		if usbAbsent || patience == 0 {
			usbAbsent = true
			return
		}
	}
	usbAbsent = false
	at(usbData).Set(uint32(c))
	if c == '\n' {
		at(usbStatus).Set(usbFlush)
	}
}

// SYSTIMER.
const (
	timerUpdate = 0x500e_2004 // unit 0: ask for its value
	timerHigh   = 0x500e_2040
	timerLow    = 0x500e_2044

	timerAsk   = 1 << 30
	timerValid = 1 << 29
)

// Ticks counts sixteenths of a microsecond since the chip was reset.
func Ticks() uint64 {
	at(timerUpdate).Set(timerAsk)
	for !at(timerUpdate).HasBits(timerValid) {
	}
	return uint64(at(timerHigh).Get())<<32 | uint64(at(timerLow).Get())
}

//export stackproof_board_nanotime
func nanotime() int64 { return int64(Ticks() * 125 / 2) }

// Exit halts for good, with the code in register a0, where a debugger or an emulator finds it.
func Exit(code int) { exit(int32(code)) }

//export stackproof_board_exit
func exit(code int32) {
	for {
		riscv.AsmFull("mv a0, {code}\nwfi", map[string]interface{}{"code": code})
	}
}
