package chip

import "math/bits"

// Time is virtual time since the ROM handed over, in picoseconds.
type Time uint64

// Durations.
const (
	Microsecond Time = 1_000_000
	Second           = 1_000_000 * Microsecond
)

// Seconds is the time as a number.
func (t Time) Seconds() float64 { return float64(t) / float64(Second) }

const crystal = 40_000_000 // Hz

// cyclesPerInstruction is counted in halves: 1.5 cycles each.
const halfCycles = 3

// Clock counts time from executed instructions at the processor's rate, which the image sets.
type Clock struct {
	Instructions func() uint64

	system *systemClocks
	low    *lowClocks
	hertz  uint64
	base   Time   // when hertz took effect,
	since  uint64 // after so many instructions
}

func newClock(instructions func() uint64) *Clock {
	return &Clock{Instructions: instructions, hertz: crystal}
}

// Hertz is the processor's rate.
func (c *Clock) Hertz() uint64 { return c.hertz }

// Now is the time.
func (c *Clock) Now() Time {
	high, low := bits.Mul64(c.Instructions()-c.since, halfCycles*uint64(Second)/2)
	ps, _ := bits.Div64(high, low, c.hertz)
	return c.base + Time(ps)
}

// count is how many instructions are executed in a time.
func (c *Clock) count(t Time) uint64 {
	high, low := bits.Mul64(uint64(t), 2*c.hertz)
	n, _ := bits.Div64(high, low, halfCycles*uint64(Second))
	return n
}

// set changes the rate from now on.
func (c *Clock) set(hertz uint64) {
	c.base, c.since = c.Now(), c.Instructions()
	c.hertz = hertz
}

// update works the rate out anew, after a change of switch or divider.
func (c *Clock) update() {
	source := uint64(crystal)
	if c.low.source() == sourcePLL {
		source = c.system.pll()
		if source == 0 {
			c.low.chip.Fail(Misuse, "the processor's clock is switched to the PLL, which does not run")
			return
		}
	}
	c.set(source / uint64(c.system.divider()))
}
