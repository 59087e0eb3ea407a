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

	memoryDivider = 0x500e_6008
	busDivider    = 0x500e_600c
)

// ready makes dividers and bias fit for the PLL's rate.
func ready(b *board) {
	b.store(memoryDivider, 1)
	b.store(busDivider, 1<<16)
	b.set(cpuDivider, 1<<4)
	b.set(0x5012_0000, 1<<27)
	b.set(analogueBus+0x34, 1)
	b.set(analogueBus+0x20, 1<<12)
	b.store(analogueBus, partBias|0<<8|(0xa0|romBias&0xf)<<16|1<<24)
	b.store(analogueBus, partBias|1<<8|(0x0a|romBias&0xf0)<<16|1<<24)
	b.clear(0x5012_0000, 1<<27)
	b.clear(analogueBus+0x34, 1)
}

// lock brings the PLL up; skip leaves a step out.
func lock(b *board, skip int) {
	ready(b)
	for i, step := range []func(){
		func() { b.set(0x5012_0000, 1<<27) },
		func() { b.set(analogueBus+0x34, 1) },
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
	for skip := range 10 {
		b := newBoard(t)
		lock(b, skip)
		b.store(lpClock, 1)
		b.fails(Misuse, "the processor's clock is switched to the PLL, which does not run")
	}
}

// TestTooFast: what the PLL's rate is too much for.
func TestTooFast(t *testing.T) {
	for _, c := range []struct {
		name, want string
		do         func(b *board)
	}{
		{"memory", "the clock of memory runs at 360000000 Hz: at most 200000000", func(b *board) { b.store(memoryDivider, 0) }},
		{"buses", "the clock of the buses runs at 180000000 Hz: at most 100000000", func(b *board) { b.store(busDivider, 0) }},
		{"bias", "the processor runs at 360000000 Hz, and the bias is that for 100000000", func(b *board) { b.store(analogueBus, partBias|1<<8|1<<24) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBoard(t)
			lock(b, -1)
			c.do(b)
			b.set(cpuDivider, 1<<4)
			b.works()
			b.store(lpClock, 1)
			b.fails(Misuse, c.want)
		})
	}
}

// TestNoPLL: it does not settle, and all goes on at the crystal's rate.
func TestNoPLL(t *testing.T) {
	b := newBoard(t)
	b.Clock.system.analogue.never = true
	lock(b, -1)
	require.Zero(t, b.load(pll)&pllSettled)
	b.store(lpClock, 1)
	b.fails(Misuse, "the processor's clock is switched to the PLL, which does not run")
}

// TestStrayDMA: after a reset of the processor alone the EMAC has to be reset, soon.
func TestStrayDMA(t *testing.T) {
	for _, reset := range []bool{true, false} {
		b := newBoard(t)
		b.stale = true
		b.after(0.0009)
		b.works()
		if reset {
			b.set(0x5011_104c, resetEMAC)
		}
		b.after(0.0002)
		if reset {
			b.works()
			continue
		}
		b.fails(Misuse, "the EMAC of an earlier program, which the image has not reset, writes a frame to memory")
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
