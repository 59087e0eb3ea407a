//go:build tinygo && board_esp32p4

package main

import (
	"time"
	_ "unsafe" // go:align

	"stackproof/cmd/firmware/board"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/loopback"
	"stackproof/drivers/emac"
)

// rings is how many descriptors there are each way: few, so that they wrap often and that bursts fill them.
const rings = 4

// ring is the driver's memory.
//
//go:align 64
var ring [2 * rings * (emac.DescriptorSize + emac.BufferSize)]byte

var (
	wire    loopback.Link // the way through the EMAC
	stack   sut.OverMAC
	started bool
)

// attach is the stack as the agent has it: over no link until carry says so.
func attach() sut.SUT {
	stack.SUT = &host
	return &stack
}

// carry chooses what carries the frames: direct, which is nothing, or emac.
func carry(name []byte) bool {
	switch {
	case is(name, "direct"):
		host.Over(nil)
		stack.MAC = nil
	case is(name, "emac"):
		start()
		host.Over(&wire)
		stack.MAC = &wire
	default:
		return false
	}
	return true
}

// start brings up what is around the EMAC, once.
func start() {
	if started {
		return
	}
	started = true
	board.EMAC{}.Start()
	wire.Init(board.EMAC{}, ticks{}, ring[:], rings, board.EMAC{}.BusHz())
}

func is(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i] != s[i] {
			return false
		}
	}
	return true
}

// ticks is the board's time.
type ticks struct{}

// Now counts sixteenths of a microsecond.
func (ticks) Now() time.Duration { return time.Duration(board.Ticks() * 125 / 2) }
