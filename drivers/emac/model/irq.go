package model

import "stackproof/drivers/emac"

// irq is what the interrupt line has beside Status.
type irq struct {
	spurious bool   // the line is raised without a cause, until Status is read
	errors   uint32 // kind of the last bus error
}

// Interrupt is the level of the interrupt line.
func (e *EMAC) Interrupt() bool {
	if e.irq.spurious {
		return true
	}
	status, enable := e.reg[emac.Status/4], e.reg[emac.IntEnable/4]
	return status&enable&(emac.StatusNIS|emac.StatusAIS) != 0 || e.macInterrupts()&^e.reg[emac.IntMask/4] != 0
}

// raise sets bits of Status. RI takes ERI back.
func (e *EMAC) raise(bits uint32) {
	status := &e.reg[emac.Status/4]
	*status |= bits
	if bits&emac.StatusRI != 0 {
		*status &^= emac.StatusERI
		e.cancel(evReceiveTimer)
	}
	e.summarise()
}

// summarise sets the summaries of what is enabled. They stay until they are cleared, which a lasting cause undoes.
func (e *EMAC) summarise() {
	status := &e.reg[emac.Status/4]
	causes := *status & e.reg[emac.IntEnable/4]
	if causes&emac.StatusNormal != 0 {
		*status |= emac.StatusNIS
	}
	if causes&emac.StatusAbnormal != 0 {
		*status |= emac.StatusAIS
	}
}

// clearStatus is a write to Status: ones clear.
func (e *EMAC) clearStatus(ones uint32) {
	e.reg[emac.Status/4] &^= ones & emac.StatusClear
	e.summarise()
}

// readStatus adds what Status only shows: the engines' states, the kind of bus error, and the MAC's interrupts.
func (e *EMAC) readStatus() uint32 {
	e.irq.spurious = false
	v := e.reg[emac.Status/4] | e.rx.status()<<emac.StatusRSAt | e.tx.status()<<emac.StatusTSAt
	v |= e.irq.errors << emac.StatusEBAt
	if e.macInterrupts()&^e.reg[emac.IntMask/4]&emac.MACIntTS != 0 {
		v |= emac.StatusTTI
	}
	return v
}

// macInterrupts is IntStatus.
func (e *EMAC) macInterrupts() uint32 {
	if e.stamps.status != 0 {
		return emac.MACIntTS
	}
	return 0
}

// busError stops an engine for good: only a reset helps.
func (e *EMAC) busError(kind uint32) {
	e.irq.errors = kind
	switch kind {
	case emac.BusErrorRxData, emac.BusErrorRxDescRead, emac.BusErrorRxDescWrite:
		e.rx.state = receiveDead
		e.cancel(evReceiveDMA)
	default:
		e.tx.state = transmitDead
		e.cancel(evTransmitDMA)
		e.cancel(evTransmitClose)
	}
	e.raise(emac.StatusFBI)
}
