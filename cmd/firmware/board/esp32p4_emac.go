//go:build tinygo && board_esp32p4

package board

import (
	"device/riscv"
	"unsafe"
)

// The Ethernet MAC's surroundings, as they are on Espressif's ESP32-P4-Function-EV-Board and on Waveshare's
// ESP32-P4-Nano: an IP101 PHY on RMII, which makes the 50 MHz clock.

// PHYAddress is the PHY's on the management interface.
const PHYAddress = 1

// EMAC reaches the Ethernet MAC: it is an emac.Bus of package drivers/emac.
type EMAC struct{}

// Where pins go. All of RMII are the third function of theirs.
const (
	ioMux       = 0x500e_1004 // one word a pin: function 14:12, input 9, pull-up 8
	functionAt  = 12
	functionBit = 7
	rmii        = 3
	matrix      = 1
	inputOn     = 1 << 9
	pullUp      = 1 << 8

	pinMDC, pinMDIO, pinReset = 31, 52, 51

	gpioInput  = 0x500e_0158 // one word a signal: pin 5:0, through the matrix 7
	gpioOutput = 0x500e_0558 // one word a pin: signal 8:0, enabled by GPIO 10
	viaMatrix  = 1 << 7
	plainPin   = 256 | 1<<10

	gpioHigh   = 0x500e_0014 // pins from 32 on
	gpioLow    = 0x500e_0018
	gpioEnable = 0x500e_0030

	signalMDIOIn, signalMDC, signalMDIOOut = 107, 108, 109
)

// REF_CLK, TX_EN, TXD0, TXD1, CRS_DV, RXD0, RXD1.
var rmiiPins = [...]uint8{50, 49, 34, 35, 28, 29, 30}

// Clocks.
const (
	emacGate      = 0x500e_6018 // 13
	emacClocks    = 0x500e_6030 // output pad 24, RMII's source 26:25 and gate 27, receive's source 28 and gate 29
	emacDividers  = 0x500e_6034 // receive's 7:0, transmit's source 8, gate 9, divider 17:10
	emacInterface = 0x500e_514c // 4:2
	interfaceRMII = 4 << 2
	padClocks     = 1<<13 | 1<<14 | 1<<15 // of lpClock: transmit, receive, both
	padBoth       = 1 << 15
)

// Start routes the pins, resets the PHY, whose clock the EMAC needs for its own reset, and turns the clocks on, for
// 100 Mbit/s. It takes 20 ms.
func (EMAC) Start() {
	pin(pinReset, matrix, 0)
	at(gpioOutput + 4*pinReset).Set(plainPin)
	at(gpioLow).Set(1 << (pinReset - 32))
	at(gpioEnable).Set(1 << (pinReset - 32))
	for _, p := range rmiiPins {
		pin(uintptr(p), rmii, inputOn)
	}
	pin(pinMDC, matrix, 0)
	at(gpioOutput + 4*pinMDC).Set(signalMDC)
	pin(pinMDIO, matrix, inputOn|pullUp)
	at(gpioOutput + 4*pinMDIO).Set(signalMDIOOut)
	at(gpioInput + 4*signalMDIOIn).Set(pinMDIO | viaMatrix)
	sleep(10)
	at(gpioHigh).Set(1 << (pinReset - 32))
	sleep(10)

	at(emacGate).SetBits(1 << 13)
	at(emacInterface).ReplaceBits(interfaceRMII, 7<<2, 0)
	at(emacClocks).ReplaceBits(1<<27|1<<29, 1<<24|3<<25|1<<27|1<<28|1<<29, 0)
	EMAC{}.SetSpeed(true)
	at(lpClock).ReplaceBits(padBoth, padClocks, 0)
	at(lpReset).SetBits(resetEMAC)
	at(lpReset).ClearBits(resetEMAC)
	sleep(1)
}

// pin chooses a pin's function.
func pin(n, function uintptr, flags uint32) {
	at(ioMux+4*n).ReplaceBits(uint32(function)<<functionAt|flags, functionBit<<functionAt|inputOn|pullUp, 0)
}

// sleep lets milliseconds pass.
func sleep(ms uint64) {
	for start := Ticks(); Ticks()-start < ms*TicksPerSecond/1000; {
	}
}

// SetSpeed sets the dividers of the receive and transmit clocks, for 100 or 10 Mbit/s.
func (EMAC) SetSpeed(hundred bool) {
	divider := uint32(19)
	if hundred {
		divider = 1
	}
	at(emacDividers).ReplaceBits(divider|1<<9|divider<<10, 0xff|1<<8|1<<9|0xff<<10, 0)
}

// BusHz is the rate of the bus, from which MDC is divided.
func (EMAC) BusHz() uint32 {
	if at(lpClock).Get()&sourceBit == fromPLL {
		return 180_000_000
	}
	return 40_000_000
}

// HardwareAddress is the address that the chip was made with.
func (EMAC) HardwareAddress() (a [6]byte) {
	low, high := at(chipRevision-8).Get(), at(chipRevision-4).Get()
	return [6]byte{byte(high >> 8), byte(high), byte(low >> 24), byte(low >> 16), byte(low >> 8), byte(low)}
}

const emacBase = 0x5009_8000

// Read reads a register.
func (EMAC) Read(offset uint32) uint32 { return at(emacBase + uintptr(offset)).Get() }

// Write writes a register.
func (EMAC) Write(offset, value uint32) { at(emacBase + uintptr(offset)).Set(value) }

// Address is where the DMA finds b: where the processor does.
func (EMAC) Address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(&b[0]))) }

// The cache controller.
const (
	cacheControl  = 0x3ff1_0098
	cacheLevels   = 0x3ff1_009c
	cacheAddress  = 0x3ff1_00a0
	cacheSize     = 0x3ff1_00a4
	cacheDone     = 1 << 4
	levelData     = 1 << 4
	operationDrop = 1 << 0
	operationSave = 1 << 2
)

func cache(operation, address, n uint32) {
	at(cacheLevels).Set(levelData)
	at(cacheAddress).Set(address)
	at(cacheSize).Set(n)
	at(cacheControl).Set(operation)
	for !at(cacheControl).HasBits(cacheDone) {
	}
}

// WriteBack writes changed lines back.
func (EMAC) WriteBack(address, n uint32) { cache(operationSave, address, n) }

// Invalidate drops lines.
func (EMAC) Invalidate(address, n uint32) { cache(operationDrop, address, n) }

// Barrier keeps accesses before it before those after it.
func (EMAC) Barrier() { riscv.Asm("fence iorw, iorw") }
