package model

import (
	"time"

	"stackproof/drivers/emac"
)

const (
	slotBits     = 512   // slot time
	deferralBits = 24288 // after which DC gives a frame up
)

func (e *EMAC) halfDuplex() bool { return e.reg[emac.MACConfig/4]&emac.ConfigDM == 0 }

// bitTimes is how long n bits take.
func (e *EMAC) bitTimes(n int) time.Duration {
	return byteTime(e.clocks.TransmitDivider) * time.Duration(n) / 8
}

// deferredTooLong gives a frame up that has waited for the carrier for too long (DC).
func (e *EMAC) deferredTooLong(f *outgoing) bool {
	m := &e.txMAC
	if e.reg[emac.MACConfig/4]&emac.ConfigDC == 0 || !m.deferred || e.now-m.since < e.bitTimes(deferralBits) {
		return false
	}
	f.status |= emac.TxES | emac.TxED
	return f.complete
}

// collideOnStart is the fault of a collision, for the frame that has just been started.
func (e *EMAC) collideOnStart() {
	if e.halfDuplex() && e.faults.collisions > 0 {
		e.faults.collisions--
		e.jam(e.faults.collideAt)
	}
}

// jam ends the frame that is being sent: another station sends too. What has gone out is after bytes long.
func (e *EMAC) jam(after int) {
	m := &e.txMAC
	m.jammed, m.collided = true, after
	e.due[evTransmitMAC] = m.start + time.Duration(preamble+after+jamBytes)*m.byte
}

// collided is the end of a jam: the frame is sent again later, or given up.
func (e *EMAC) collided() {
	m := &e.txMAC
	m.jammed, m.wire = false, nil
	if m.pause != nil {
		m.pause = nil
		e.tryTransmit()
		return
	}
	e.stats.SentBroken++
	f := e.tx.queue[0]
	m.tries++
	config := e.reg[emac.MACConfig/4]
	switch {
	case m.collided >= slotBytes:
		f.status |= emac.TxES | emac.TxLC
	case m.tries >= attempts || config&emac.ConfigDR != 0:
		f.status |= emac.TxES | emac.TxEC
	default:
		limit := [4]int{10, 8, 4, 1}[config>>emac.ConfigBLAt&3]
		slots := e.rand.IntN(1 << min(m.tries, limit))
		m.state = transmitBackoff
		e.in(evTransmitMAC, e.gap()+time.Duration(slots)*e.bitTimes(slotBits))
		return
	}
	if !f.complete {
		m.tries = 0
		e.skip(f.status &^ emac.TxES)
		return
	}
	f.status |= uint32(min(m.tries, 15)) << emac.TxCCAt
	e.frameLeft()
}

// halfDuplexStatus notes deferral and collisions of a frame that has had the wire for itself. It reports whether there was
// no wire at all.
func (e *EMAC) halfDuplexStatus(f *outgoing) (lost bool) {
	if !e.halfDuplex() {
		return false
	}
	m := &e.txMAC
	f.status |= uint32(m.tries) << emac.TxCCAt
	if m.deferred {
		f.status |= emac.TxDB
	}
	if e.reg[emac.MACConfig/4]&emac.ConfigDCRS == 0 && !e.phy.carries(m.byte) {
		f.status |= emac.TxES | emac.TxNC
		return true
	}
	return false
}
