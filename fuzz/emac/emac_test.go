package emac

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	driver "stackproof/drivers/emac"
)

func FuzzHardware(f *testing.F) {
	for _, b := range Seeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { Program(b) })
}

// TestNothingToDo: an input that has no step is none worth keeping.
func TestNothingToDo(t *testing.T) {
	require.Zero(t, Program(nil))
	require.Zero(t, Program([]byte{1, 2, 3, 4, 5}))
	require.Equal(t, 1, Program([]byte{0, 0, doPoll, 0, 0, 0}))
}

// liar is a driver with one fault.
type liar struct {
	*driver.Driver
	bus    driver.Bus
	config *driver.Config
	fault  string
}

func (l *liar) Init(bus driver.Bus, c *driver.Config, now time.Duration) driver.Problem {
	l.config = c
	return l.Driver.Init(bus, c, now)
}

func (l *liar) Poll(now time.Duration) time.Duration {
	switch l.fault {
	case "it waits for the hardware":
		for l.bus.Read(driver.BusMode)&driver.BusModeSWR != 0 { //nolint:revive // that is the fault
		}
	case "it writes beside its memory":
		l.config.Memory[:len(l.config.Memory)+1][len(l.config.Memory)] = 1
	case "it writes a register that is none":
		l.bus.Write(2, 0)
	case "it takes what is the DMA's":
		l.bus.WriteBack(l.bus.Address(l.config.Memory), driver.DescriptorSize)
	case "it writes back half a line":
		l.bus.WriteBack(l.bus.Address(l.config.Memory), 32)
	case "it is polled in the past":
		l.Driver.Poll(now)
		return now - 1
	case "it never comes up":
		return now + time.Second
	}
	return l.Driver.Poll(now)
}

func (l *liar) Receive() []byte {
	b := l.Driver.Receive()
	switch {
	case b == nil:
	case l.fault == "a frame is too short":
		return b[:len(b):len(b)][:len(b)-1]
	case l.fault == "a frame is another's":
		return l.config.Memory[len(l.config.Memory)-driver.BufferSize:][:len(b)]
	case l.fault == "a byte is another":
		b[20]++
	}
	return b
}

func (l *liar) Release() {
	if l.fault != "a buffer is kept" {
		l.Driver.Release()
	}
}

func (l *liar) Reserve(n int) []byte {
	if l.fault == "there is always room" {
		return l.config.Memory[len(l.config.Memory)-driver.BufferSize:][:n]
	}
	return l.Driver.Reserve(n)
}

func (l *liar) Send(n int) {
	if l.fault != "nothing is sent" {
		l.Driver.Send(n)
	}
}

// TestLiars: the seeds find each of these faults, and find none where there is none.
func TestLiars(t *testing.T) {
	finds := func(fault string) (found bool) {
		defer func() {
			if p := recover(); p != nil {
				require.Contains(t, fmt.Sprint(p), "emac: step ")
				found = true
			}
		}()
		for _, b := range Seeds() {
			try(b, func(bus driver.Bus) nic { return &liar{Driver: new(driver.Driver), bus: bus, fault: fault} })
		}
		return false
	}
	require.False(t, finds(""))
	for _, fault := range []string{
		"it waits for the hardware", "it writes beside its memory", "it writes a register that is none", "it takes what is the DMA's",
		"it writes back half a line", "it is polled in the past", "it never comes up", "a frame is too short", "a frame is another's",
		"a byte is another", "a buffer is kept", "there is always room", "nothing is sent",
	} {
		t.Run(fault, func(t *testing.T) { require.True(t, finds(fault)) })
	}
}
