package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// stop stops each watchdog in the documented way; skip leaves one out.
func stop(b *board, skip string) {
	const main, super, timer0, timer1 = 0x5011_6018, 0x5011_6020, 0x500c_2064, 0x500c_3064
	if skip != "main" {
		b.unlocked(main, func() { b.clear(0x5011_6000, 1<<31|1<<12) })
	}
	if skip != "super" {
		b.unlocked(super, func() { b.set(0x5011_601c, 1<<18) })
	}
	for lock, config := range map[uint32]uint32{timer0: 0x500c_2048, timer1: 0x500c_3048} {
		if skip != "timer" {
			b.unlocked(lock, func() { b.clear(config, 1<<31|1<<14); b.set(config, 1<<22) })
		}
	}
}

func TestWatchdogs(t *testing.T) {
	for _, c := range []struct{ name, skip, want string }{
		{"all stopped", "", ""},
		{"main", "main", "reset by LP_WDT: the image neither fed nor stopped it for 1.3333332 s"},
		{"super", "super", "reset by the super watchdog: the image neither fed nor stopped it for 1 s"},
		{"timer", "timer", "reset by TIMG0's watchdog: the image neither fed nor stopped it for 0.65 s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBoard(t)
			stop(b, c.skip)
			b.after(0.6)
			b.works()
			b.after(5)
			if c.want == "" {
				b.works()
				return
			}
			require.Equal(t, Reset, b.Problem().Kind)
			require.Equal(t, c.want, b.Problem().What)
		})
	}
}

// TestWatchdogLocked: without the key nothing changes, and a timer's configuration waits for its update bit.
func TestWatchdogLocked(t *testing.T) {
	b := newBoard(t)
	stop(b, "timer")
	b.clear(0x500c_2048, 1<<14)
	require.NotZero(t, b.load(0x500c_2048)&(1<<14), "locked")
	b.unlocked(0x500c_2064, func() { b.clear(0x500c_2048, 1<<14) })
	b.after(0.7)
	require.NotNil(t, b.Problem(), "not updated")

	b = newBoard(t)
	stop(b, "main")
	b.store(0x5011_6018, key+1)
	b.clear(0x5011_6000, 1<<12)
	b.after(2)
	require.NotNil(t, b.Problem(), "a wrong key")
}

func TestWatchdogFed(t *testing.T) {
	b := newBoard(t)
	stop(b, "main")
	for range 10 {
		b.after(0.9)
		b.unlocked(0x5011_6018, func() { b.store(0x5011_6014, 1<<31) })
	}
	b.works()
	b.after(1.4)
	require.NotNil(t, b.Problem())
}

// TestTick: the next look is never later than the next reset.
func TestTick(t *testing.T) {
	b := newBoard(t)
	b.executed = b.Tick() - 1
	b.Tick()
	b.works()
	b.executed = b.Tick() + 1
	b.Tick()
	require.NotNil(t, b.Problem())
}

func TestLimit(t *testing.T) {
	b := newBoard(t)
	b.Most = 1000
	require.Equal(t, uint64(1000), b.Tick())
	b.works()
	b.executed = 1000
	b.Tick()
	b.fails(Limit, "1000 instructions executed")
}
