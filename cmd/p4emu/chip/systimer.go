package chip

// systimer is SYSTIMER's unit 0: 16 MHz, whatever the processor's clock.
type systimer struct {
	clock *Clock
	value uint64
	valid bool
	seen  bool // somebody has looked whether the value is there
	fail  func(kind Kind, format string, args ...any)
}

const timerPeriod = Second / 16_000_000

func (s *systimer) Read(offset uint32) (uint32, bool) {
	switch offset {
	case 0x00:
		return 1 << 30, true // unit 0 counts
	case 0x04:
		if s.valid {
			s.seen = true
			return 1 << 29, true
		}
		return 0, true
	case 0x40, 0x44:
		if !s.seen {
			s.fail(Misuse, "SYSTIMER's value was read before it was seen to be there")
		}
		if offset == 0x44 {
			return uint32(s.value), true
		}
		return uint32(s.value>>32) & 0xfffff, true
	}
	return 0, false
}

// Write: the value is taken when it is asked for.
func (s *systimer) Write(offset, value uint32) bool {
	switch offset {
	case 0x00:
		return value == 1<<30 // the emulator's does not stop
	case 0x04:
		if value>>30&1 != 0 {
			s.value, s.valid, s.seen = uint64(s.clock.Now()/timerPeriod), true, false
		}
		return true
	}
	return false
}
