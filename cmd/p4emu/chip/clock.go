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
	rates  [4]uint64
	base   Time   // when hertz took effect,
	since  uint64 // after so many instructions
}

func newClock(instructions func() uint64) *Clock {
	return &Clock{Instructions: instructions, hertz: crystal, rates: [4]uint64{crystal, crystal / 2, crystal / 2, crystal / 4}}
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
	r := c.system.rates(source)
	for i, most := range [...]uint64{rateCPU: 400_000_000, rateMemory: 200_000_000, rateSystem: 200_000_000, rateAPB: 100_000_000} {
		if r[i] > most {
			c.low.chip.Fail(Misuse, "the clock of %s runs at %d Hz: at most %d", [...]string{"the processor", "memory", "the system", "the buses"}[i], r[i], most)
		}
	}
	if r[rateCPU] > lowBias && !c.system.analogue.biased() {
		c.low.chip.Fail(Misuse, "the processor runs at %d Hz, and the bias is that for %d", r[rateCPU], uint64(lowBias))
	}
	c.rates = r
	c.set(r[rateCPU])
}

// The rates that depend on one another, in this order.
const (
	rateCPU = iota
	rateMemory
	rateSystem
	rateAPB
)

// lowBias is how fast the processor may run with the bias of the supply that the ROM leaves.
const lowBias = 100_000_000
