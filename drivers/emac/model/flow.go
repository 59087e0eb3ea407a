package model

import (
	"encoding/binary"
	"time"

	"stackproof/drivers/emac"
)

// flow is flow control with PAUSE frames.
type flow struct {
	until     time.Duration // the transmitter is paused
	asserted  bool          // the sideband asks for pauses
	pauseDue  bool          // a PAUSE frame waits, of
	quanta    uint16        // so many slot times
	requested bool          // FCB has not cleared
}

// pauseAddress is where PAUSE frames go.
var pauseAddress = [6]byte{0x01, 0x80, 0xc2, 0, 0, 1}

const (
	typeControl = 0x8808
	opcodePause = 1
)

func (f *flow) command() uint32 {
	if f.requested {
		return emac.FlowFCB
	}
	return 0
}

func (f *flow) paused(e *EMAC) bool {
	return e.now < f.until && e.reg[emac.FlowControl/4]&emac.FlowRFE != 0
}

// flowWritten is a write to FlowControl.
func (e *EMAC) flowWritten(v uint32) {
	if v&emac.FlowFCB == 0 {
		e.tryTransmit()
		return
	}
	if e.halfDuplex() {
		e.misuse(RuleUnknown, emac.FlowControl, "the model has no back-pressure")
		return
	}
	if v&emac.FlowTFE != 0 {
		e.flow.requested = true
		e.sendPause(uint16(v >> emac.FlowPTAt))
	}
}

func (e *EMAC) sendPause(quanta uint16) {
	e.flow.pauseDue, e.flow.quanta = true, quanta
	e.tryTransmit()
}

// frame is the PAUSE frame that waits.
func (f *flow) frame(e *EMAC) []byte {
	b := append(make([]byte, 0, minFrame+fcsSize), pauseAddress[:]...)
	b = append(b, e.address.slots[0].bytes[:]...)
	b = binary.BigEndian.AppendUint16(b, typeControl)
	b = binary.BigEndian.AppendUint16(b, opcodePause)
	f.pauseDue = false
	return Seal(binary.BigEndian.AppendUint16(b, f.quanta))
}

func (f *flow) sent(*EMAC) { f.requested = false }

// SetFlowControl is the sideband signal (SBD_FLOWCTRL): while it is on, PAUSE frames go out one after the other.
func (e *EMAC) SetFlowControl(now time.Duration, on bool) {
	e.Advance(now)
	v := e.reg[emac.FlowControl/4]
	if on == e.flow.asserted || v&emac.FlowTFE == 0 || e.halfDuplex() {
		return
	}
	e.flow.asserted = on
	switch {
	case on:
		e.pauseAgain()
	case v&emac.FlowDZPQ == 0:
		e.cancel(evPause)
		e.sendPause(0)
	default:
		e.cancel(evPause)
	}
}

// pauseAgain sends a PAUSE frame, and the next one before its time is over (PLT).
func (e *EMAC) pauseAgain() {
	v := e.reg[emac.FlowControl/4]
	quanta := int(v >> emac.FlowPTAt)
	early := [4]int{4, 28, 144, 256}[v>>emac.FlowPLTAt&3]
	e.sendPause(uint16(quanta))
	if quanta > early {
		e.in(evPause, time.Duration(quanta-early)*e.bitTimes(slotBits))
	}
}

// obey pauses the transmitter if a good frame says so.
func (e *EMAC) obey(frame []byte) {
	v := e.reg[emac.FlowControl/4]
	if v&emac.FlowRFE == 0 || e.halfDuplex() || len(frame) != minFrame+fcsSize {
		return
	}
	to := [6]byte(frame)
	if to != pauseAddress && (v&emac.FlowUP == 0 || to != e.address.slots[0].bytes) {
		return
	}
	if binary.BigEndian.Uint16(frame[12:]) != typeControl || binary.BigEndian.Uint16(frame[14:]) != opcodePause {
		return
	}
	e.stats.PauseReceived++
	quanta := binary.BigEndian.Uint16(frame[16:])
	e.flow.until = e.now + time.Duration(quanta)*e.bitTimes(slotBits)
	e.due[evPauseEnd] = e.flow.until
}
