//go:build tinygo && board_esp32p4

package board

// Meter tells on two pins what the program does, for a logic analyser, and for cmd/p4emu, which counts instructions. The
// pins are free on both boards, and are outputs from Start on.
type Meter struct{}

const (
	pinWorking   = 20
	pinMeasuring = 21

	lowPinsHigh   = 0x500e_0008 // pins up to 31
	lowPinsLow    = 0x500e_000c
	lowPinsEnable = 0x500e_0024
)

// Start makes both pins outputs, low.
func (Meter) Start() {
	const both = 1<<pinWorking | 1<<pinMeasuring
	at(lowPinsLow).Set(both)
	at(lowPinsEnable).Set(both)
	for _, p := range [...]uintptr{pinWorking, pinMeasuring} {
		pin(p, matrix, 0)
		at(gpioOutput + 4*p).Set(plainPin)
	}
}

// Working is high while the program works, low while it waits.
func (Meter) Working(high bool) { setPin(pinWorking, high) }

// Measuring is high while what the program does is to be measured.
func (Meter) Measuring(high bool) { setPin(pinMeasuring, high) }

//go:noinline
func setPin(n uint, high bool) {
	register := at(lowPinsLow)
	if high {
		register = at(lowPinsHigh)
	}
	register.Set(1 << n)
}
