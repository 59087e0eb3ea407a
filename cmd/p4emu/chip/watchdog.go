package chip

// key unlocks a watchdog's registers.
const key = 0x50d8_3aa1

// Rates that watchdogs count at. The slow clock is an RC oscillator; 150 kHz is its nominal rate.
const slow = 150_000

// watchdog counts down from a limit while it is armed.
type watchdog struct {
	name  string
	clock *Clock
	armed func() bool
	limit func() Time
	fed   Time
	open  bool   // unlocked
	base  uint32 // of the block that it is in
}

// left is the time until the chip is reset.
func (w *watchdog) left(now Time) (left Time, armed bool) {
	if !w.armed() {
		return 0, false
	}
	if end := w.fed + w.limit(); end > now {
		return end - now, true
	}
	return 0, true
}

func (w *watchdog) feed() { w.fed = w.clock.Now() }

// lowWatchdogs is LP_WDT: the main one, and the super watchdog.
type lowWatchdogs struct {
	main, super watchdog
	config      [5]uint32
	superConfig uint32
}

func newLowWatchdogs(clock *Clock) *lowWatchdogs {
	const on, flashBoot, superFeedsItself, superOff = 1 << 31, 1 << 12, 1 << 18, 1 << 30
	l := &lowWatchdogs{config: [5]uint32{flashBoot, 200_000}}
	l.main = watchdog{name: "LP_WDT", clock: clock,
		armed: func() bool { return l.config[0]&(on|flashBoot) != 0 },
		limit: func() Time { return Time(l.config[1]) * (Second / slow) }}
	l.super = watchdog{name: "the super watchdog", clock: clock,
		armed: func() bool { return l.superConfig&(superFeedsItself|superOff) == 0 },
		limit: func() Time { return Second }}
	return l
}

func (l *lowWatchdogs) Read(offset uint32) (uint32, bool) {
	switch {
	case offset < 0x14:
		return l.config[offset/4], true
	case offset == 0x1c:
		return l.superConfig, true
	case offset == 0x14, offset == 0x18, offset == 0x20:
		return 0, true
	}
	return 0, false
}

// Write: what is locked keeps its value, without a word.
func (l *lowWatchdogs) Write(offset, value uint32) bool {
	switch {
	case offset < 0x14:
		if l.main.open {
			l.config[offset/4] = value
		}
	case offset == 0x14:
		if l.main.open {
			l.main.feed()
		}
	case offset == 0x18:
		l.main.open = value == key
	case offset == 0x1c:
		if l.super.open {
			l.superConfig = value
		}
	case offset == 0x20:
		l.super.open = value == key
	default:
		return false
	}
	return true
}

// timerWatchdog is the watchdog of a timer group.
type timerWatchdog struct {
	watchdog
	config, written uint32 // in effect, and as written
	prescale, hold  uint32
}

func newTimerWatchdog(clock *Clock, name string, flashBoot bool) *timerWatchdog {
	const on, bootMode = 1 << 31, 1 << 14
	t := &timerWatchdog{prescale: 1, hold: 26_000_000}
	if flashBoot {
		t.config = bootMode
	}
	t.written = t.config
	t.watchdog = watchdog{name: name, clock: clock,
		armed: func() bool { return t.config&(on|bootMode) != 0 },
		limit: func() Time { return Time(t.hold) * (Second / crystal) * Time(max(1, t.prescale)) }}
	return t
}

func (t *timerWatchdog) Read(offset uint32) (uint32, bool) {
	switch offset {
	case 0x48:
		return t.written, true
	case 0x4c:
		return t.prescale << 16, true
	case 0x50:
		return t.hold, true
	case 0x60, 0x64:
		return 0, true
	}
	return 0, false
}

// Write: a configuration takes effect only when the update bit is written, with it or after it.
func (t *timerWatchdog) Write(offset, value uint32) bool {
	const takeOver = 1 << 22
	switch offset {
	case 0x64:
		t.open = value == key
	case 0x48, 0x4c, 0x50, 0x60:
		if t.open {
			t.set(offset, value, takeOver)
		}
	default:
		return false
	}
	return true
}

func (t *timerWatchdog) set(offset, value, takeOver uint32) {
	switch offset {
	case 0x48:
		t.written = value &^ takeOver
		if value&takeOver != 0 {
			t.config = t.written
		}
	case 0x4c:
		t.prescale = value >> 16
	case 0x50:
		t.hold = value
	case 0x60:
		t.feed()
	}
}
