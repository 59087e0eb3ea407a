//go:build tinygo && !board_esp32p4

package main

import "stackproof/conformance/sut"

// attach is the stack as the agent has it: this board has no network interface.
func attach() sut.SUT { return &host }

// carry chooses what carries the frames: there is no choice.
func carry([]byte) bool { return false }
