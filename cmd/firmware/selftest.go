//go:build tinygo && board_esp32p4 && !face_lwip

package main

import (
	"stackproof/cmd/firmware/board"
	"stackproof/conformance/device"
	"stackproof/drivers/emac/selftest"
)

var tests selftest.Runner

// selfTest tests the EMAC; a case that runs later starts the driver anew.
func selfTest(i int, l *device.Line) bool {
	if i < 0 || i >= int(selftest.Tests) {
		return false
	}
	start()
	tests.Bus, tests.Clock, tests.Memory, tests.Rings = board.EMAC{}, ticks{}, ring[:], rings
	tests.PHY, tests.BusHz = board.PHYAddress, board.EMAC{}.BusHz()
	r := tests.Run(selftest.Test(i))
	l.Int("of", int64(selftest.Tests)).Str("name", selftest.Test(i).String()).Str("flaw", r.Flaw.String())
	l.Int("want", int64(r.Want)).Int("got", int64(r.Got))
	return true
}
