package model

import (
	"encoding/binary"
	"time"

	"stackproof/drivers/emac"
)

const (
	chunk     = 32   // bytes that the receiver takes at a time
	shortest  = 64   // bytes with the FCS; a shorter frame is a runt
	longest   = 1518 // with the FCS, 4 more with a VLAN tag; a longer frame is a giant
	longest2K = 2000
	jumbo     = 9018
	watchdog  = 2048 // bytes, after which reception is cut
)

// Arrival is a frame that comes in from the wire, with its FCS.
type Arrival struct {
	At      time.Duration // start of the preamble; later if the wire is busy
	Bytes   []byte
	Error   bool // the PHY signals an error in its middle
	Dribble bool // it does not end at a byte
}

// Arrive lets a frame come in.
func (e *EMAC) Arrive(a Arrival) { e.arrive(a, false) }

// Receive lets a frame without padding and FCS come in as early as possible, from now on.
func (e *EMAC) Receive(now time.Duration, frame []byte) {
	e.arrive(Arrival{At: now, Bytes: Seal(frame)}, false)
}

// Backlog is how many frames have been handed to Arrive and Receive and have not begun.
func (e *EMAC) Backlog() int { return len(e.rxMAC.arrivals) }

type arrival struct {
	Arrival
	looped bool
}

// receiveMAC is the receiver, and the wire in front of it.
type receiveMAC struct {
	arrivals []arrival
	busy     bool // a frame is coming in
	current  arrival
	start    time.Duration
	end      time.Duration
	byte     time.Duration
	position int  // bytes that have come
	limit    int  // of the watchdog
	heard    bool // the receiver was on when it began
	open     bool // it is taken
	whole    int  // bytes that go to the memory
	frame    *incoming
	stamp    bool
	seconds  uint32
	nanos    uint32
}

// accepting reports whether the receiver takes the frame that is coming in.
func (m *receiveMAC) accepting() bool { return m.busy && m.open }

func (e *EMAC) arrive(a Arrival, looped bool) {
	m := &e.rxMAC
	a.Bytes = append([]byte(nil), a.Bytes...)
	m.arrivals = append(m.arrivals, arrival{a, looped})
	if !m.busy && len(m.arrivals) == 1 {
		e.nextArrival()
	}
}

// nextArrival waits for the next frame's preamble.
func (e *EMAC) nextArrival() {
	m := &e.rxMAC
	if len(m.arrivals) > 0 {
		e.due[evReceiveMAC] = max(e.now, m.arrivals[0].At, m.end+e.lineGap())
	}
}

// lineGap is the shortest gap between frames on the wire, at the wire's speed.
func (e *EMAC) lineGap() time.Duration { return e.lineByte() * 12 }

// lineByte is a byte's time on the wire: what the PHY has negotiated, or without a link the receive clock.
func (e *EMAC) lineByte() time.Duration {
	if b := e.phy.byteTime(); b != 0 {
		return b
	}
	return byteTime(e.clocks.ReceiveDivider)
}

func (e *EMAC) receiveMACEvent() {
	m := &e.rxMAC
	if !m.busy {
		e.receiveStart()
		return
	}
	n := min(chunk, len(m.current.Bytes)-m.position)
	m.position += n
	if m.open {
		e.receiveChunk()
	}
	if m.position == len(m.current.Bytes) {
		m.busy = false
		if m.heard && Intact(m.current.Bytes) {
			e.obey(m.current.Bytes)
		}
		if m.open {
			e.receiveEnd()
		}
		m.current, m.frame = arrival{}, nil
		e.nextArrival()
		e.tryTransmit() // half duplex
		return
	}
	e.nextChunk()
}

func (e *EMAC) nextChunk() {
	m := &e.rxMAC
	n := min(m.position+chunk, len(m.current.Bytes))
	e.due[evReceiveMAC] = m.start + time.Duration(preamble+n)*m.byte
}

// receiveStart is the start of a preamble.
func (e *EMAC) receiveStart() {
	m := &e.rxMAC
	a := m.arrivals[0]
	m.arrivals = append(m.arrivals[:0], m.arrivals[1:]...)
	m.current, m.busy, m.position, m.frame = a, true, 0, nil
	m.start, m.byte = e.now, e.lineByte()
	if a.looped {
		m.byte = byteTime(e.clocks.TransmitDivider)
	}
	m.end = m.start + time.Duration(preamble+len(a.Bytes))*m.byte
	e.stats.Arrived++
	m.heard = e.hears(a)
	if m.open = m.heard; !m.open {
		e.stats.Deaf++
	}
	if m.stamp = e.stamping(); m.stamp {
		m.seconds, m.nanos = e.stamps.at(e, m.start+preamble*m.byte)
	}
	m.limit = e.watchdogLimit()
	m.whole = e.stripped(a.Bytes)
	if t := &e.txMAC; !a.looped && e.halfDuplex() && t.state == transmitSending && !t.jammed {
		e.jam(max(0, int((e.now-t.start)/t.byte)-preamble))
		m.open = false
	}
	e.nextChunk()
}

// hears reports whether the receiver takes part.
func (e *EMAC) hears(a arrival) bool {
	config := e.reg[emac.MACConfig/4]
	if e.reset || config&emac.ConfigRE == 0 || e.faults.wedged || !e.clocked() || len(a.Bytes) < 14 {
		return false
	}
	if loop := config&emac.ConfigLM != 0; loop || a.looped {
		return loop && a.looped
	}
	return e.speedFits(e.clocks.ReceiveDivider) && e.phy.carries(byteTime(e.clocks.ReceiveDivider))
}

func (e *EMAC) watchdogLimit() int {
	config, w := e.reg[emac.MACConfig/4], e.reg[emac.WdogTimeout/4]
	switch {
	case config&emac.ConfigWD != 0:
		return 1 << 30
	case w&(1<<16) != 0:
		return int(w & 0x3fff)
	case config&emac.ConfigJE != 0:
		return jabberJumbo
	}
	return watchdog
}

// stripped is how many bytes of a frame go to the memory (ACS, CST).
func (e *EMAC) stripped(frame []byte) int {
	config := e.reg[emac.MACConfig/4]
	if len(frame) < 14+fcsSize {
		return len(frame)
	}
	length := int(binary.BigEndian.Uint16(frame[12:]))
	switch {
	case length >= 1536 && config&emac.ConfigCST != 0:
		return len(frame) - fcsSize
	case length < 1536 && config&emac.ConfigACS != 0 && 14+length <= len(frame)-fcsSize:
		return 14 + length
	}
	return len(frame)
}

// receiveChunk puts what has come into the FIFO.
func (e *EMAC) receiveChunk() {
	m := &e.rxMAC
	if m.frame == nil {
		if m.position < 14 {
			return
		}
		pass, status := e.filter(m.current.Bytes)
		if !pass {
			m.open = false
			e.stats.Filtered++
			return
		}
		m.frame = &incoming{bytes: m.current.Bytes, status: status}
		e.rx.queue = append(e.rx.queue, m.frame)
	}
	f := m.frame
	to := max(f.pushed, min(m.position, m.whole, m.limit))
	if e.rx.level()+to-f.pushed > e.cfg.ReceiveFIFO {
		e.overflow(f)
		return
	}
	f.pushed = to
	e.receiveArrived(f)
}

// overflow is a FIFO that is full. A frame of which the DMA has nothing is lost whole, another one is cut.
func (e *EMAC) overflow(f *incoming) {
	m := &e.rxMAC
	m.open, m.frame = false, nil
	e.stats.Overflowed++
	e.missed(emac.MissedOverflowAt, emac.MissedOverflow, emac.MissedOverflowOver)
	e.raise(emac.StatusOVF)
	if e.faults.wedgeOnOverflow {
		e.faults.wedged = true
	}
	if !f.started {
		e.rx.drop(f)
		return
	}
	f.ended = true
	f.status |= emac.RxES | emac.RxOE
	f.headless = e.faults.loseLast
	e.receiveContinue()
}

// missed counts in a field of Missed.
func (e *EMAC) missed(at int, field, over uint32) {
	v := &e.reg[emac.Missed/4]
	if *v&field == field {
		*v = *v&^field | over
		return
	}
	*v += 1 << at
}

// receiveEnd is the end of a frame that was taken.
func (e *EMAC) receiveEnd() {
	m := &e.rxMAC
	f := m.frame
	if f == nil { // it was cut before there was a header
		e.stats.Dropped++
		return
	}
	m.open = false
	good := e.judge(f)
	if !good && !f.started {
		e.stats.Dropped++
		e.rx.drop(f)
		return
	}
	if m.stamp && e.stamps.wanted(e, m.current.Bytes) {
		f.stamped, f.seconds, f.nanos = true, m.seconds, m.nanos
	}
	f.ended = true
	e.receiveContinue()
}

// judge finds a frame's status at its end. It reports whether the FIFO hands it on.
func (e *EMAC) judge(f *incoming) bool {
	m := &e.rxMAC
	b := m.current.Bytes
	config, mode := e.reg[emac.MACConfig/4], e.reg[emac.OpMode/4]
	var errors uint32
	if len(b) > m.limit {
		errors |= emac.RxRWT
		e.raise(emac.StatusRWT)
	} else if !Intact(b) {
		errors |= emac.RxCE
	}
	if m.current.Error {
		errors |= emac.RxRE
	}
	if m.current.Dribble {
		f.status |= emac.RxDBE
	}
	length := int(binary.BigEndian.Uint16(b[12:]))
	switch {
	case length >= 0x600:
		f.status |= emac.RxFT
	case length > len(b)-18 || len(b) > shortest && length != len(b)-18:
		f.status |= emac.RxLE
	}
	limit := longest
	if length == typeVLAN {
		f.status |= emac.RxVLAN
		limit += 4
	}
	if config&emac.Config2KPE != 0 {
		limit = longest2K
	}
	if config&emac.ConfigJE != 0 {
		limit += jumbo - longest
	}
	giant := len(b) > limit
	if giant {
		errors |= emac.RxGF
	}
	f.status |= errors
	if errors != 0 {
		f.status |= emac.RxES
	}
	sound := e.judgeChecksums(f, b)
	runt := len(b) < shortest
	switch {
	case giant && mode&emac.OpModeDGF != 0:
		return false
	case errors != 0 || runt && mode&emac.OpModeFUF == 0:
		return mode&emac.OpModeFEF != 0
	}
	return sound || mode&emac.OpModeDT != 0
}

// judgeChecksums is the checksum engine (IPC).
func (e *EMAC) judgeChecksums(f *incoming, b []byte) (sound bool) {
	if e.reg[emac.MACConfig/4]&emac.ConfigIPC == 0 || len(b) < 14+fcsSize || len(b) > rxMost {
		return true
	}
	x := verifyChecksums(b[:len(b)-fcsSize])
	f.extended, f.engine = x, true
	if x&(emac.ExtIPHE|emac.ExtIPPE) == 0 {
		return true
	}
	f.status |= emac.RxES
	if e.descriptorSize() == 16 { // there is no RDES4 to say which
		if x&emac.ExtIPHE != 0 {
			f.status |= emac.RxGF
		} else {
			f.status |= emac.RxESA
		}
	}
	return false
}

// rxMost is the longest frame that the checksum engine looks at.
const rxMost = jabberJumbo

// cutReception ends a frame in its middle, where the clock or the link goes away: the receiver sees the carrier go.
func (e *EMAC) cutReception() {
	m := &e.rxMAC
	if !m.busy {
		return
	}
	m.current.Bytes = m.current.Bytes[:m.position]
	m.end = e.now
	e.in(evReceiveMAC, 0)
}
