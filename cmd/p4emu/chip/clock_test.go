package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Addresses.
const (
	lpClock     = 0x5011_1040
	cpuDivider  = 0x500e_6004
	pll         = 0x500e_60bc
	analogueBus = 0x5012_4000
)

// lock brings the PLL up; skip leaves a step out.
func lock(b *board, skip int) {
	for i, step := range []func(){
		func() { b.set(0x5012_0000, 1<<27) },
		func() { b.set(analogueBus+0x20, 1<<11) },
		func() { b.set(0x5011_50cc, 1<<27|1<<23) },
		func() { b.clear(pll, 1<<3) },
		func() { b.store(analogueBus, partPLL|2<<8|0x50<<16|1<<24) },
		func() { b.store(analogueBus, partPLL|3<<8|9<<16|1<<24) },
		func() { b.store(analogueBus, partPLL|6<<8|0x73<<16|1<<24) },
		func() { b.set(pll, 1<<3) },
		func() { b.set(0x5011_50cc, 1<<17) },
	} {
		if i != skip {
			step()
		}
	}
}

func TestPLL(t *testing.T) {
	b := newBoard(t)
	lock(b, -1)
	b.store(lpClock, 1)
	b.works()
	require.Equal(t, uint64(360_000_000), b.Clock.Hertz())
	b.store(cpuDivider, 3<<5|1<<4)
	require.Equal(t, uint64(90_000_000), b.Clock.Hertz())
	require.Zero(t, b.load(cpuDivider)&(1<<4), "the update bit clears itself")
	b.store(cpuDivider, 0)
	require.Equal(t, uint64(90_000_000), b.Clock.Hertz(), "no update")
	b.store(lpClock, 0)
	require.Equal(t, uint64(10_000_000), b.Clock.Hertz())

	b.store(analogueBus, partPLL|3<<8)
	require.Equal(t, uint32(9), b.load(analogueBus)>>16&0xff)
}

// TestPLLNeedsEachStep: with any step left out the PLL does not run, and the switch to it is an error.
func TestPLLNeedsEachStep(t *testing.T) {
	for skip := range 9 {
		b := newBoard(t)
		lock(b, skip)
		b.store(lpClock, 1)
		b.fails(Misuse, "the processor's clock is switched to the PLL, which does not run")
	}
}

// TestTimeAcrossRates: a change of the rate does not change the time that has passed.
func TestTimeAcrossRates(t *testing.T) {
	b := newBoard(t)
	b.executed = 40_000_000 // 1.5 s
	lock(b, -1)
	b.store(lpClock, 1)
	require.Equal(t, 1500*1000*Microsecond, b.Clock.Now())
	b.executed += 360_000_000
	require.Equal(t, 3*Second, b.Clock.Now())
	require.Equal(t, uint64(240_000_000), b.Clock.count(Second))
}
