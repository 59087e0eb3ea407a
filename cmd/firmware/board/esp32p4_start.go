//go:build tinygo && board_esp32p4

package board

// Bringing the chip up, in stages, each of which puts its letter on UART0 when it is done: the last letter that was seen
// tells in which stage a board stopped. cmd/firmware/SILICON.md lists them.
const (
	stageWatchdogs = '1' // no watchdog will reset us
	stageEMAC      = '2' // the DMA of an earlier program no longer writes to memory
	stageMemory    = '3' // variables have their initial values
	stageCrystal   = '4' // everything runs at the crystal's 40 MHz
	stagePLL       = '5' // the processor runs at 360 MHz
	stageNoPLL     = 'x' // the PLL did not settle: it stays at 40 MHz
)

// stage sends a letter on UART0 alone, needing nothing that a later stage sets up.
func stage(letter uint32) { at(uartFIFO).Set(letter) }

// early runs before variables have their values, so it uses none.
//
//export stackproof_board_early
func early() {
	for i := range len(bootWord) {
		stage(uint32(bootWord[i]))
	}
	stopWatchdogs()
	stage(stageWatchdogs)
	// A reset of the processor does not reset the EMAC.
	at(lpReset).SetBits(resetEMAC)
	at(lpReset).ClearBits(resetEMAC)
	stage(stageEMAC)
}

const bootWord = "boot:"

//export stackproof_board_init
func initialise() {
	stage(stageMemory)
	crystal()
	stage(stageCrystal)
	if pll() {
		stage(stagePLL)
	} else {
		stage(stageNoPLL)
	}
	stage('\r')
	stage('\n')
}

// Watchdogs. All run when the ROM hands over, and reset the chip within a second or so.
const (
	lpWatchdog       = 0x5011_6000 // configuration; armed and flash boot mode below
	lpWatchdogLock   = 0x5011_6018
	superWatchdog    = 0x5011_601c
	superLock        = 0x5011_6020
	timer0Watchdog   = 0x500c_2048
	timer0Lock       = 0x500c_2064
	timer1Watchdog   = 0x500c_3048
	timer1Lock       = 0x500c_3064
	watchdogKey      = 0x50d8_3aa1
	watchdogOn       = 1 << 31
	lpFlashBoot      = 1 << 12
	superFeedsItself = 1 << 18
	timerFlashBoot   = 1 << 14
	timerTakeOver    = 1 << 22
)

func stopWatchdogs() {
	at(lpWatchdogLock).Set(watchdogKey)
	at(lpWatchdog).ClearBits(watchdogOn | lpFlashBoot)
	at(lpWatchdogLock).Set(0)

	at(superLock).Set(watchdogKey)
	at(superWatchdog).SetBits(superFeedsItself)
	at(superLock).Set(0)

	stopTimerWatchdog(timer0Watchdog, timer0Lock)
	stopTimerWatchdog(timer1Watchdog, timer1Lock)
}

func stopTimerWatchdog(config, lock uintptr) {
	at(lock).Set(watchdogKey)
	at(config).ClearBits(watchdogOn | timerFlashBoot)
	at(config).SetBits(timerTakeOver)
	at(lock).Set(0)
}

// Clocks: HP_SYS_CLKRST's dividers, of which each writes one less than it divides by, and LP_AON_CLKRST's switch.
const (
	rootCPU    = 0x500e_6004 // CPU 12:5, its fraction 28:13, update 4
	rootMemory = 0x500e_6008 // memory, of the CPU's: 7:0; system, of the memory's: 31:24
	rootAPB    = 0x500e_600c // APB, of the system's: 23:16
	rootUpdate = 1 << 4
	pllControl = 0x500e_60bc
	pllStop    = 1 << 3
	pllSettled = 1 << 2

	lpClock   = 0x5011_1040
	sourceBit = 1<<0 | 1<<1
	fromPLL   = 1
	lpReset   = 0x5011_104c
	resetEMAC = 1 << 30

	// patience bounds the wait for something that takes microseconds, in looks at a register.
	patience = 100_000
)

// divide sets the dividers, the slowest clock's first, which suits a rise of all.
func divide(memory, apb uint32) {
	at(rootAPB).ReplaceBits(apb-1, 0xff, 16)
	update()
	at(rootMemory).ReplaceBits(0, 0xff, 24)
	update()
	at(rootMemory).ReplaceBits(memory-1, 0xff, 0)
	update()
	at(rootCPU).ClearBits(0xff<<5 | 0xffff<<13)
	update()
}

// update makes the dividers take effect.
func update() {
	at(rootCPU).SetBits(rootUpdate)
	await(rootCPU, rootUpdate, false)
}

// await waits until one of the bits is set, or all are clear, and tells whether that came in time.
func await(register uintptr, bits uint32, set bool) bool {
	for range patience {
		if at(register).HasBits(bits) == set {
			return true
		}
	}
	return false
}

// crystal runs processor, memory, system and buses from the crystal, undivided: the EMAC needs a system clock of 25 MHz
// or more.
func crystal() {
	at(lpClock).ReplaceBits(0, sourceBit, 0)
	divide(1, 1)
}

// Analogue parts are reached over a bus of their own.
const (
	analogueClock  = 0x5012_0000 // bit 27
	analogueClockN = 1 << 27
	analogueBus    = 0x5012_4000 // part 7:0, register 15:8, data 23:16, write 24, busy 25
	analogueWrite  = 1 << 24
	analogueBusy   = 1 << 25
	analogueSelect = 0x5012_4020
	analogueFast   = 0x5012_4034 // bit 0: a clock fast enough
	selectPLL      = 1 << 11
	selectBias     = 1 << 12

	partPLL  = 0x67
	partBias = 0x6a

	powerClocks = 0x5011_50cc
	powerPLL    = 1<<27 | 1<<23
	ungatePLL   = 1 << 17

	chipRevision = 0x5012_d04c // minor 3:0, major 5:4 and 23
	revisionBits = 0xf | 3<<4 | 1<<23
)

// analogue sets register r of a part.
func analogue(part, r, data uint32) bool {
	at(analogueBus).Set(part | r<<8 | data<<16 | analogueWrite)
	return await(analogueBus, analogueBusy, false)
}

// analogueBits sets the bits under mask of register r of a part.
func analogueBits(part, r, data, mask uint32) bool {
	at(analogueBus).Set(part | r<<8)
	if !await(analogueBus, analogueBusy, false) {
		return false
	}
	return analogue(part, r, at(analogueBus).Get()>>16&0xff&^mask|data)
}

// pll runs the processor at 360 MHz, memory and system at 180, buses at 90. Where it does not settle, all stays as
// crystal has set it.
func pll() bool {
	at(analogueClock).SetBits(analogueClockN)
	at(analogueFast).SetBits(1)
	at(analogueSelect).SetBits(selectBias)
	// More than 100 MHz need a higher bias.
	if !analogueBits(partBias, 0, 10<<4, 0xf0) || !analogueBits(partBias, 1, 10, 0x0f) {
		return false
	}
	at(powerClocks).SetBits(powerPLL)
	at(analogueSelect).SetBits(selectPLL)
	at(pllControl).ClearBits(pllStop)
	multiply := uint32(9)
	if at(chipRevision).Get()&revisionBits == 0 {
		multiply = 5 // the first revision counts from elsewhere
	}
	if !analogue(partPLL, 2, 0x50) || !analogue(partPLL, 3, multiply) || !analogue(partPLL, 6, 0x73) ||
		!await(pllControl, pllSettled, true) {
		return false
	}
	for start := Ticks(); Ticks()-start < 10*TicksPerSecond/1_000_000; {
	}
	at(pllControl).SetBits(pllStop)
	at(powerClocks).SetBits(ungatePLL)
	divide(2, 2)
	at(lpClock).ReplaceBits(fromPLL, sourceBit, 0)
	return true
}
