//go:build tinygo && !board_esp32p4

package main

import (
	"stackproof/conformance/device"
	"stackproof/conformance/sut"
)

// attach is the stack as the agent has it: this board has no network interface.
func attach() sut.SUT { return &host }

// carry chooses what carries the frames: there is no choice.
func carry([]byte) bool { return false }

// selfTest tests the hardware: there is nothing to test.
func selfTest(int, *device.Line) bool { return false }
