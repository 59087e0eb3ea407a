package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMeter: what is executed counts while both pins are high, the time while the one is.
func TestMeter(t *testing.T) {
	done := uint64(0)
	var got []Measurement
	var counting []bool
	p := New(Config{
		Memory: NewMemory(make([]byte, MemorySize)), Instructions: func() uint64 { return done },
		Measured: func(m Measurement) { got = append(got, m) },
		Counting: func(on bool) { counting = append(counting, on) },
	})
	const set, clearPin = 0x500e_0008, 0x500e_000c
	at := func(n uint64, register uint32, pin int) {
		done = n
		p.Write(register, 4, 1<<pin)
	}
	at(100, set, PinWorking) // not measured
	at(1000, set, PinMeasuring)
	at(1200, clearPin, PinWorking)
	at(1500, set, PinWorking)
	at(1510, set, PinWorking) // no change
	at(1600, clearPin, PinMeasuring)
	at(1700, clearPin, PinWorking)
	require.Nil(t, p.Problem())
	const cycle = Second / crystal
	require.Equal(t, []Measurement{{Instructions: 600, Working: 300, Time: 900 * cycle}}, got)
	require.Equal(t, []bool{true, false, true, false}, counting)
}
