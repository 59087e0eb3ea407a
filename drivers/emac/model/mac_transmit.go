package model

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"stackproof/drivers/emac"
)

const (
	preamble    = 8  // bytes, with the start delimiter
	minFrame    = 60 // bytes, without the FCS
	fcsSize     = 4
	slotBytes   = 64   // of half duplex: collisions later than this are late
	jamBytes    = 4    // what the others hear of a collision
	jabber      = 2048 // bytes, after which a frame is cut
	jabberJumbo = 10240
	attempts    = 16 // to send a frame in half duplex
)

// transmitMAC is the transmitter.
type transmitMAC struct {
	state    transmitting
	start    time.Duration // of the preamble
	gapEnd   time.Duration // the next frame may start
	byte     time.Duration // a byte's time in this frame
	tries    int           // collisions of this frame
	jammed   bool          // there is a collision
	pause    []byte        // a PAUSE frame that is being sent
	wire     []byte        // the frame as it goes over the wire, once it is complete
	deferred bool          // the carrier was there, since:
	since    time.Duration
	collided int // bytes that were sent before the collision
}

type transmitting int

const (
	transmitIdle    transmitting = iota
	transmitGap                  // waits until it may start
	transmitSending              // a frame of the FIFO, or PAUSE
	transmitBackoff
)

func (m *transmitMAC) debug(e *EMAC) (v uint32) {
	switch {
	case m.pause != nil:
		v |= 2<<emac.DebugTFCSTSAt | emac.DebugTPESTS
	case m.state == transmitSending:
		v |= 3<<emac.DebugTFCSTSAt | emac.DebugTPESTS
	case m.state != transmitIdle:
		v |= 1 << emac.DebugTFCSTSAt
	}
	if e.flow.paused(e) {
		v |= emac.DebugTXPAUSED
	}
	if len(e.tx.queue) > 0 {
		v |= emac.DebugTXFSTS
	}
	switch e.tx.state {
	case transmitReading:
		v |= 1 << emac.DebugTRCSTSAt
	case transmitWaiting:
		v |= 2 << emac.DebugTRCSTSAt
	}
	return v
}

// sentBytes is how much of the frame at the head of the FIFO has left it.
func (m *transmitMAC) sentBytes(e *EMAC) int {
	if m.state != transmitSending || m.pause != nil {
		return 0
	}
	gone := int((e.now-m.start)/m.byte) - preamble
	return max(0, min(gone, len(e.tx.queue[0].bytes)))
}

// room is the free part of the FIFO. In half duplex a frame stays whole for a repetition until it has the wire for itself.
func (m *transmitMAC) room(e *EMAC) int {
	used := 0
	for _, f := range e.tx.queue {
		used += len(f.bytes)
	}
	return e.cfg.TransmitFIFO - used + m.sentBytes(e)
}

// roomIn is how long it takes until n more bytes are free; false: nothing is on its way out.
func (m *transmitMAC) roomIn(e *EMAC, n int) (time.Duration, bool) {
	if m.state != transmitSending || m.pause != nil {
		return 0, false
	}
	gone := m.sentBytes(e) + n
	if gone > len(e.tx.queue[0].bytes) {
		return 0, false
	}
	return m.start + time.Duration(preamble+gone)*m.byte - e.now, true
}

// transmitThreshold is how much of a frame must be in the FIFO (TTC).
func (e *EMAC) transmitThreshold() int {
	return [8]int{64, 128, 192, 256, 40, 32, 24, 16}[e.reg[emac.OpMode/4]>>emac.OpModeTTCAt&7]
}

// ready reports whether the frame at the head of the FIFO may start.
func (e *EMAC) ready() bool {
	if len(e.tx.queue) == 0 {
		return false
	}
	f := e.tx.queue[0]
	if f.complete || e.txMAC.room(e) < burst {
		return true
	}
	return e.reg[emac.OpMode/4]&emac.OpModeTSF == 0 && len(f.bytes) >= e.transmitThreshold()
}

// tryTransmit starts what there is to send, or waits for the moment to start it.
func (e *EMAC) tryTransmit() {
	m := &e.txMAC
	if m.state == transmitSending {
		e.transmitGoesOn()
		return
	}
	if m.state != transmitIdle || !e.clocked() || e.reset || e.reg[emac.MACConfig/4]&emac.ConfigTE == 0 {
		return
	}
	if !e.flow.pauseDue && (!e.ready() || e.flow.paused(e)) {
		return
	}
	m.state = transmitGap
	e.due[evTransmitMAC] = max(e.now, m.gapEnd, e.carrierEnd())
	if !m.deferred && e.carrierEnd() > e.now {
		m.deferred, m.since = true, e.now
	}
}

// carrierEnd is when the wire is free, for half duplex.
func (e *EMAC) carrierEnd() time.Duration {
	if e.reg[emac.MACConfig/4]&emac.ConfigDM != 0 || !e.rxMAC.busy {
		return 0
	}
	return e.rxMAC.end + e.gap()
}

// gap is the time between frames (IFG).
func (e *EMAC) gap() time.Duration {
	bits := 96 - 8*(e.reg[emac.MACConfig/4]&emac.ConfigIFG>>emac.ConfigIFGA)
	return byteTime(e.clocks.TransmitDivider) * time.Duration(bits) / 8
}

func (e *EMAC) transmitMACEvent() {
	m := &e.txMAC
	switch m.state {
	case transmitGap:
		m.state = transmitIdle
		if e.carrierEnd() > e.now {
			e.tryTransmit()
			return
		}
		e.transmitStart()
	case transmitBackoff:
		m.state = transmitIdle
		e.tryTransmit()
	case transmitSending:
		e.transmitEnd()
	}
}

func (e *EMAC) transmitStart() {
	m := &e.txMAC
	if !e.flow.pauseDue && (!e.ready() || e.flow.paused(e)) {
		return
	}
	m.state, m.start, m.byte = transmitSending, e.now, byteTime(e.clocks.TransmitDivider)
	m.jammed, m.wire = false, nil
	e.speedFits(e.clocks.TransmitDivider)
	if e.flow.pauseDue {
		m.pause = e.flow.frame(e)
		m.wire = m.pause
		e.due[evTransmitMAC] = m.start + time.Duration(preamble+len(m.pause))*m.byte
		return
	}
	f := e.tx.queue[0]
	if e.deferredTooLong(f) {
		m.state = transmitIdle
		e.frameLeft()
		return
	}
	if f.first&emac.TxTTSE != 0 && e.stamping() {
		f.seconds, f.nanos = e.stamps.at(e, m.start+preamble*m.byte)
		f.status |= emac.TxTTSS
	}
	if f.complete {
		m.wire = e.finish(f)
	}
	e.transmitGoesOn()
	e.collideOnStart()
	e.transmitRoom()
}

// transmitGoesOn sets the time at which the frame on the wire ends, or the FIFO is empty in its middle.
func (e *EMAC) transmitGoesOn() {
	m := &e.txMAC
	if m.pause != nil || m.jammed {
		return
	}
	f := e.tx.queue[0]
	if f.complete && m.wire == nil {
		m.wire = e.finish(f)
	}
	n := len(f.bytes)
	if f.complete {
		n = min(len(m.wire), e.jabberLimit())
	}
	e.due[evTransmitMAC] = m.start + time.Duration(preamble+n)*m.byte
}

func (e *EMAC) jabberLimit() int {
	switch c := e.reg[emac.MACConfig/4]; {
	case c&emac.ConfigJD != 0:
		return 1 << 30
	case c&emac.ConfigJE != 0:
		return jabberJumbo
	}
	return jabber
}

// transmitEnd is the end of a frame on the wire, good or bad.
func (e *EMAC) transmitEnd() {
	m := &e.txMAC
	m.state, m.gapEnd = transmitIdle, e.now+e.gap()
	if m.jammed {
		e.collided()
		return
	}
	if m.pause != nil {
		e.stats.PauseSent++
		e.leave(m.pause, false)
		m.pause = nil
		e.flow.sent(e)
		e.tryTransmit()
		return
	}
	f := e.tx.queue[0]
	switch {
	case !f.complete:
		e.underflow(f)
		return
	case len(m.wire) > e.jabberLimit():
		f.status |= emac.TxES | emac.TxJT
		e.raise(emac.StatusTJT)
		e.leave(m.wire[:e.jabberLimit()], true)
	default:
		if !e.halfDuplexStatus(f) {
			e.leave(m.wire, false)
		}
	}
	e.frameLeft()
}

// frameLeft ends the head of the FIFO and starts its successor.
func (e *EMAC) frameLeft() {
	m := &e.txMAC
	m.wire, m.tries, m.deferred = nil, 0, false
	e.transmitSent()
	e.tryTransmit()
}

// underflow is a FIFO that is empty in the middle of a frame. The rest of it is passed by.
func (e *EMAC) underflow(f *outgoing) {
	e.leave(f.bytes, true)
	e.txMAC.wire, e.txMAC.tries = nil, 0
	e.skip(emac.TxUF)
	e.raise(emac.StatusUNF)
}

// cutTransmission ends a frame on the wire at once; why is the bit of TDES0 that says why.
func (e *EMAC) cutTransmission(why uint32) {
	m := &e.txMAC
	if m.state == transmitSending {
		n := max(0, int((e.now-m.start)/m.byte)-preamble)
		bytes := m.wire
		if bytes == nil {
			bytes = e.tx.queue[0].bytes
		}
		e.leave(bytes[:min(n, len(bytes))], true)
		if m.pause == nil && e.tx.queue[0].complete {
			e.tx.queue[0].status |= emac.TxES | why
			e.transmitSent()
		} else if m.pause == nil {
			e.skip(why)
		}
	}
	*m = transmitMAC{gapEnd: e.now}
	e.cancel(evTransmitMAC)
}

// leave hands a frame to the wire, or back to the receiver (LM).
func (e *EMAC) leave(frame []byte, broken bool) {
	m := &e.txMAC
	if broken {
		e.stats.SentBroken++
	} else {
		e.stats.Sent++
	}
	if e.reg[emac.MACConfig/4]&emac.ConfigLM != 0 {
		e.arrive(Arrival{At: m.start, Bytes: frame}, true)
		return
	}
	if e.phy.loops() {
		e.arrive(Arrival{At: m.start, Bytes: frame}, false)
		return
	}
	if e.cfg.Sent != nil && e.phy.carries(m.byte) {
		e.cfg.Sent(Frame{Start: m.start, End: e.now, Bytes: frame, Broken: broken})
	}
}

// completed does to a frame what needs all of it in the FIFO.
func (e *EMAC) completed(f *outgoing) {
	if cic := f.first & emac.TxCIC; cic != 0 && e.reg[emac.OpMode/4]&emac.OpModeTSF != 0 {
		if bad := insertChecksums(f.bytes, cic); bad != 0 {
			f.status |= bad | emac.TxES
		}
	}
	if len(f.bytes) >= 14 && binary.BigEndian.Uint16(f.bytes[12:]) == typeVLAN {
		f.status |= emac.TxVF
	}
}

// finish makes the frame as it goes over the wire: padded, with FCS.
func (e *EMAC) finish(f *outgoing) []byte {
	b := append([]byte(nil), f.bytes...)
	padded := false
	if f.first&emac.TxDP == 0 && len(b) < minFrame {
		b, padded = append(b, make([]byte, minFrame-len(b))...), true
	}
	switch {
	case f.first&emac.TxDC == 0 || padded:
		return FCS(b)
	case f.first&emac.TxCRCR != 0 && len(b) > fcsSize:
		return FCS(b[:len(b)-fcsSize])
	}
	return b
}

// FCS appends the frame check sequence.
func FCS(frame []byte) []byte {
	return binary.LittleEndian.AppendUint32(frame, crc32.ChecksumIEEE(frame))
}

// Seal pads a frame to the shortest length and appends the FCS: what a sender puts on the wire.
func Seal(frame []byte) []byte {
	b := make([]byte, max(len(frame), minFrame), max(len(frame), minFrame)+fcsSize)
	copy(b, frame)
	return FCS(b)
}

// Intact reports whether a frame ends with the right FCS.
func Intact(frame []byte) bool {
	n := len(frame) - fcsSize
	return n >= 0 && crc32.ChecksumIEEE(frame[:n]) == binary.LittleEndian.Uint32(frame[n:])
}
