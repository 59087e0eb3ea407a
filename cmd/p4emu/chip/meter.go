package chip

// The pins on which an image says what it does, for whoever measures it: with a logic analyser on a board, with the
// instructions that are executed meanwhile here.
const (
	PinWorking   = 20 // high while it works, low while it waits
	PinMeasuring = 21 // high while what it does is to be measured
)

// Measurement is what was done while PinMeasuring was high.
type Measurement struct {
	Instructions uint64 // all
	Working      uint64 // those while PinWorking was high too
	Time         Time
}

// meter follows the two pins. A change of a pin counts from the end of the block of instructions that it is in.
type meter struct {
	clock    *Clock
	counting func(bool)        // told when what is executed begins and ceases to be work that is measured; may be nil
	measured func(Measurement) // told when PinMeasuring falls; may be nil

	start, working uint64 // instructions, at the rising edges
	from           Time
	sum            uint64 // of the work up to the last falling edge
}

// pins is told of each change: bit n is pin n.
func (m *meter) pins(was, is uint64) {
	high := func(pins uint64, pin int) bool { return pins>>pin&1 != 0 }
	done := m.clock.Instructions()
	measuredWas, measuredIs := high(was, PinMeasuring), high(is, PinMeasuring)
	workWas, workIs := measuredWas && high(was, PinWorking), measuredIs && high(is, PinWorking)
	if !measuredWas && measuredIs {
		m.start, m.from, m.sum = done, m.clock.Now(), 0
	}
	if !workWas && workIs {
		m.working = done
	}
	if workWas && !workIs {
		m.sum += done - m.working
	}
	if workWas != workIs && m.counting != nil {
		m.counting(workIs)
	}
	if measuredWas && !measuredIs && m.measured != nil {
		m.measured(Measurement{done - m.start, m.sum, m.clock.Now() - m.from})
	}
}
