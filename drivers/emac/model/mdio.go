package model

import (
	"time"

	"stackproof/drivers/emac"
)

// mdio is a transfer on the management interface.
type mdio struct {
	busy  bool
	stuck bool // it is the fault of a transfer that takes too long: nobody answers
}

// mdcDivider is the bus clock's divider for MDC (CR).
var mdcDivider = [16]int{42, 62, 16, 26, 102, 124, 0, 0, 4, 6, 8, 10, 12, 14, 16, 18}

const (
	mdcMost  = 2_500_000 // IEEE 802.3 clause 22: MDC's period is at least 400 ns
	mdioBits = 64        // preamble, command, data
)

// mdioStart begins the transfer that GMIIAddr describes.
func (e *EMAC) mdioStart() {
	divider := mdcDivider[e.reg[emac.GMIIAddr/4]&emac.MDIOCR>>emac.MDIOCRAt]
	if divider == 0 {
		e.misuse(RuleReserved, emac.GMIIAddr, "CR has a reserved value")
		divider = 42
	}
	if hz := e.cfg.SystemHz / divider; hz > mdcMost {
		e.misuse(RuleSpeed, emac.GMIIAddr, "MDC has %d Hz: at most %d", hz, mdcMost)
	}
	e.mdio.busy = true
	after := time.Duration(mdioBits*divider) * time.Second / time.Duration(e.cfg.SystemHz)
	if f := &e.faults; f.slowMDIO > 0 {
		f.slowMDIO--
		e.mdio.stuck = true
		if f.slowFor == 0 {
			return
		}
		after = f.slowFor
	}
	e.in(evMDIO, after)
}

func (e *EMAC) mdioDone() {
	command := e.reg[emac.GMIIAddr/4]
	phy, register := command&emac.MDIOPA>>emac.MDIOPAAt, int(command&emac.MDIOGR>>emac.MDIOGRAt)
	answers := !e.mdio.stuck && e.phy.answers(e, int(phy))
	e.mdio = mdio{}
	switch {
	case command&emac.MDIOGW == 0 && answers:
		e.reg[emac.GMIIData/4] = uint32(e.phy.read(e, register))
	case command&emac.MDIOGW == 0:
		e.reg[emac.GMIIData/4] = 0xffff // nobody drives the line
	case answers:
		e.phy.write(e, register, uint16(e.reg[emac.GMIIData/4]))
	}
}
