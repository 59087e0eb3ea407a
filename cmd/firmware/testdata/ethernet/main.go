//go:build tinygo

// Command ethernet brings up the EMAC of an ESP32-P4 as far as its surroundings go: clocks, pins, PHY. It resets the
// MAC and reads the PHY's identity.
package main

import (
	"stackproof/cmd/firmware/board"
	"stackproof/drivers/emac"
)

func main() {
	var e board.EMAC
	e.Start()
	println("version", e.Read(emac.Version)&0xff, "bus", e.BusHz())
	a := e.HardwareAddress()
	println("address", a[0], a[1], a[2], a[3], a[4], a[5])
	e.Write(emac.BusMode, emac.BusModeSWR)
	start := board.Ticks()
	for e.Read(emac.BusMode)&emac.BusModeSWR != 0 {
		if board.Ticks()-start > board.TicksPerSecond {
			println("no clock")
			board.Exit(1)
		}
	}
	println("phy", phy(&e, emac.PHYID1), phy(&e, emac.PHYID2))
	board.Exit(0)
}

// phy reads a register of the PHY; MDC is the bus's clock divided by 102.
func phy(e *board.EMAC, register uint32) uint32 {
	e.Write(emac.GMIIAddr, board.PHYAddress<<11|register<<6|4<<2|emac.MDIOGB)
	for e.Read(emac.GMIIAddr)&emac.MDIOGB != 0 {
	}
	return e.Read(emac.GMIIData) & 0xffff
}
