package model

import (
	"time"

	"stackproof/drivers/emac"
)

// transmitState is what the transmit engine is doing.
type transmitState int

const (
	transmitStopped   transmitState = iota
	transmitFetching                // reads a descriptor
	transmitReading                 // reads a buffer into the FIFO, or waits for room in it
	transmitWaiting                 // has read a frame, and waits for the end of an earlier one
	transmitSuspended               // met a descriptor of the CPU's
	transmitDead                    // had a bus error
)

// burst is how many bytes an engine moves at a time: 32 beats of 4 bytes.
const burst = 128

// flushTime is how long FTF takes.
const flushTime = 200 * time.Nanosecond

// transmitDMA is the transmit engine.
type transmitDMA struct {
	state    transmitState
	at       uint32 // the current descriptor's address
	held     descriptor
	position int // in the buffers of the held descriptor
	buffer   uint32
	frame    *outgoing // the frame that is being read
	skipping bool      // the rest of a frame whose start has gone is passed by
	skipped  uint32    // why, as in TDES0
	waiting  bool      // the FIFO has no room for the next burst
	stopping bool      // ST has been cleared
	queue    []*outgoing
	done     []*outgoing // sent, and not yet closed
}

// outgoing is a frame on its way through the transmit FIFO.
type outgoing struct {
	bytes    []byte
	first    uint32 // control word of the descriptor with FS
	last     descriptor
	complete bool   // all of it is in the FIFO
	status   uint32 // of TDES0
	seconds  uint32
	nanos    uint32
}

func (t *transmitDMA) status() uint32 {
	switch t.state {
	case transmitFetching:
		return emac.TxFetching
	case transmitReading:
		return emac.TxReading
	case transmitWaiting:
		return emac.TxStatusWait
	case transmitSuspended:
		return emac.TxSuspended
	}
	return emac.TxStopped
}

// list is a write to TxList.
func (t *transmitDMA) list(e *EMAC, v uint32) {
	if v&3 != 0 {
		e.misuse(RuleAlignment, emac.TxList, "%#x is not a multiple of 4", v)
	}
	t.at, t.skipping = v&^3, false
	e.forget(false)
}

// forget drops what is known of a list's descriptors.
func (e *EMAC) forget(receive bool) {
	for at, r := range e.known {
		if r == receive {
			delete(e.known, at)
		}
	}
}

// transmitRun starts and stops the engine (ST).
func (e *EMAC) transmitRun(on bool) {
	t := &e.tx
	if t.state == transmitDead {
		return
	}
	if !on {
		t.stopping = true
		e.transmitStop()
		return
	}
	if e.reg[emac.MACConfig/4]&emac.ConfigTE == 0 {
		e.misuse(RuleOrder, emac.OpMode, "ST is set before TE: the transmitter can hang")
	}
	t.stopping = false
	if t.state == transmitStopped {
		e.transmitFetch()
	}
}

// transmitStop stops the engine where nothing is under way: after a frame, not in it.
func (e *EMAC) transmitStop() {
	t := &e.tx
	if t.state == transmitSuspended && t.frame != nil && len(t.queue) == 1 && e.txMAC.state != transmitSending {
		e.stats.Flushed++ // its rest may never come
		e.skip(emac.TxFF)
	}
	if t.state == transmitStopped || len(t.queue) > 0 || len(t.done) > 0 || t.skipping && t.state != transmitSuspended {
		return
	}
	t.state = transmitStopped
	e.cancel(evTransmitDMA)
	e.raise(emac.StatusTPS)
}

// transmitDemand is a write to TxPoll.
func (e *EMAC) transmitDemand() {
	t := &e.tx
	switch t.state {
	case transmitSuspended:
		e.missingWriteBack(emac.TxPoll, t.at)
		e.transmitFetch()
	case transmitStopped:
		if e.reg[emac.OpMode/4]&emac.OpModeST == 0 {
			e.misuse(RuleOrder, emac.TxPoll, "a poll demand while the engine is stopped does nothing")
		}
	}
}

// missingWriteBack looks, at a poll demand, for a descriptor that the CPU has given away only in its cache.
func (e *EMAC) missingWriteBack(register, at uint32) {
	if e.memory.Dirty(at, 4) && e.memory.Seen(at)&emac.DescOwn != 0 {
		e.report(Violation{Rule: RuleWriteBack, Offset: register, Address: at,
			Reason: "a poll demand, and the descriptor that it is for has not been written back"})
	}
}

func (e *EMAC) transmitFetch() {
	e.tx.state = transmitFetching
	e.in(evTransmitDMA, e.cfg.DescriptorTime)
}

// transmitStep is the end of what the engine was doing.
func (e *EMAC) transmitStep() {
	switch e.tx.state {
	case transmitFetching:
		e.transmitFetched()
	case transmitReading:
		e.transmitRead()
	}
}

func (e *EMAC) transmitFetched() {
	t := &e.tx
	if t.stopping && t.frame == nil && !t.skipping {
		t.state = transmitWaiting
		e.transmitStop()
		return
	}
	d, owned, ok := e.fetch(t.at, false)
	if !ok {
		return
	}
	t.held, t.position = d, 0
	if !owned {
		t.state = transmitSuspended
		e.raise(emac.StatusTU)
		if t.stopping {
			e.transmitStop()
		}
		return
	}
	e.checkTransmit(&d)
	if t.frame == nil && !t.skipping {
		t.frame = &outgoing{first: d.words[0], bytes: make([]byte, 0, longest)}
		t.queue = append(t.queue, t.frame)
	}
	t.state = transmitReading
	e.transmitMore()
}

// checkTransmit finds what is wrong with a descriptor that the engine has taken.
func (e *EMAC) checkTransmit(d *descriptor) {
	w := d.words[0]
	switch {
	case e.tx.skipping:
	case e.tx.frame == nil && w&emac.TxFS == 0:
		e.misplaced(RuleDescriptor, d.at, "a frame begins with a descriptor without FS: TDES0 is %#x", w)
	case e.tx.frame != nil && w&emac.TxFS != 0:
		e.misplaced(RuleDescriptor, d.at, "FS in the middle of a frame: TDES0 is %#x", w)
	}
	if w&emac.TxVLIC != 0 || d.words[1]>>emac.TxSAICAt != 0 {
		e.misplaced(RuleUnknown, d.at, "the model does not insert VLAN tags or source addresses")
	}
	if w&emac.TxCIC != 0 && w&emac.TxFS != 0 && e.reg[emac.OpMode/4]&emac.OpModeTSF == 0 {
		e.misplaced(RuleChecksum, d.at, "checksums are to be inserted without TSF: the whole frame must be in the FIFO")
	}
	if size(d) == 0 {
		e.misplaced(RuleDescriptor, d.at, "a descriptor without bytes")
	}
	if d.words[1]&^(emac.TxSize|emac.TxSize<<emac.TxTBS2At|7<<emac.TxSAICAt) != 0 {
		e.misplaced(RuleReserved, d.at, "reserved bits in TDES1: %#x", d.words[1])
	}
	if w&emac.TxTCH != 0 && w&emac.TxTER == 0 && d.words[3]&3 != 0 {
		e.misplaced(RuleAlignment, d.at, "the next descriptor's address %#x is not a multiple of 4", d.words[3])
	}
}

// sizes are the bytes of a transmit descriptor's buffers. A chained one has no second buffer.
func sizes(d *descriptor) (first, second int) {
	first = int(d.words[1] & emac.TxSize)
	if d.words[0]&emac.TxTCH == 0 {
		second = int(d.words[1] >> emac.TxTBS2At & emac.TxSize)
	}
	return first, second
}

func size(d *descriptor) int {
	first, second := sizes(d)
	return first + second
}

// piece is what the engine reads next of the held descriptor: never more than a burst, never from both buffers.
func (t *transmitDMA) piece() (at uint32, n int) {
	first, second := sizes(&t.held)
	if t.position < first {
		return t.held.words[2] + uint32(t.position), min(burst, first-t.position)
	}
	p := t.position - first
	return t.held.words[3] + uint32(p), min(burst, second-p)
}

// transmitMore goes on with the held descriptor: it reads on, waits for room, or is through with it.
func (e *EMAC) transmitMore() {
	t := &e.tx
	at, n := t.piece()
	t.buffer = at
	if n == 0 {
		e.transmitDescriptorDone()
		return
	}
	if t.skipping {
		t.position += n
		e.in(evTransmitDMA, 0)
		return
	}
	if room := e.txMAC.room(e); room < n {
		e.tryTransmit() // a frame that does not fit is sent all the same
		if wait, ok := e.txMAC.roomIn(e, n-room); ok {
			e.in(evTransmitDMA, wait)
		}
		t.waiting = true
		return
	}
	e.in(evTransmitDMA, e.moving(n))
}

// transmitRead is the end of a burst, or of a wait for room.
func (e *EMAC) transmitRead() {
	t := &e.tx
	if t.waiting {
		t.waiting = false
		e.transmitMore()
		return
	}
	at, n := t.piece()
	if t.skipping || n == 0 {
		e.transmitMore()
		return
	}
	start := len(t.frame.bytes)
	t.frame.bytes = append(t.frame.bytes, make([]byte, n)...)
	if e.faults.bus(emac.BusErrorTxData) {
		e.busError(emac.BusErrorTxData)
		return
	}
	if !e.memory.Load(at, t.frame.bytes[start:]) {
		e.misplaced(RuleAddress, at, "%d bytes are to be sent from where no memory is", n)
		e.busError(emac.BusErrorTxData)
		return
	}
	if e.memory.Dirty(at, uint32(n)) {
		e.misplaced(RuleWriteBack, at, "the DMA reads %d bytes to send, and the CPU has not written them back", n)
	}
	t.position += n
	e.transmitMore()
	e.tryTransmit()
}

// transmitDescriptorDone is where the buffers of the held descriptor have been read.
func (e *EMAC) transmitDescriptorDone() {
	t := &e.tx
	d := t.held
	t.at = e.next(&d, d.words[0]&emac.TxTCH != 0, d.words[0]&emac.TxTER != 0, e.reg[emac.TxList/4])
	if d.words[0]&emac.TxLS == 0 {
		d.words[0] &^= emac.DescOwn
		if e.store(&d, false) {
			e.transmitFetch()
		}
		return
	}
	if t.skipping {
		t.skipping = false
		e.closeOutgoing(&outgoing{first: d.words[0], last: d, status: emac.TxES | t.skipped})
		if t.skipped == emac.TxUF {
			t.state = transmitSuspended
			return
		}
	} else {
		t.frame.last, t.frame.complete = d, true
		e.completed(t.frame)
		t.frame = nil
		e.raise(emac.StatusETI)
	}
	t.state = transmitWaiting
	e.transmitNext()
	e.tryTransmit()
}

// transmitNext fetches the next frame's first descriptor, if the engine may: with OSF while one frame is being sent,
// without it when none is.
func (e *EMAC) transmitNext() {
	t := &e.tx
	if t.state != transmitWaiting {
		return
	}
	if t.stopping {
		e.transmitStop()
		return
	}
	most := 1
	if e.reg[emac.OpMode/4]&emac.OpModeOSF != 0 {
		most = 2
	}
	if len(t.queue)+len(t.done) < most {
		e.transmitFetch()
	}
}

// sent takes the first frame of the queue, which has left the MAC, to be closed.
func (e *EMAC) transmitSent() {
	t := &e.tx
	f := t.queue[0]
	t.queue = append(t.queue[:0], t.queue[1:]...)
	e.closeOutgoing(f)
	e.transmitRoom()
}

// transmitRoom goes on with a frame for which the FIFO may now have room.
func (e *EMAC) transmitRoom() {
	if t := &e.tx; t.state == transmitReading && t.waiting {
		t.waiting = false
		e.transmitMore()
	}
}

// skip passes by the rest of the frame that is being read, which is the last one in the FIFO.
func (e *EMAC) skip(why uint32) {
	t := &e.tx
	t.queue, t.frame, t.skipping, t.skipped = t.queue[:len(t.queue)-1], nil, true, why
	e.transmitRoom()
}

func (e *EMAC) closeOutgoing(f *outgoing) {
	e.tx.done = append(e.tx.done, f)
	if e.due[evTransmitClose] == never {
		e.in(evTransmitClose, e.cfg.DescriptorTime)
	}
}

// transmitClose writes the status of the oldest frame that has been sent.
func (e *EMAC) transmitClose() {
	t := &e.tx
	f := t.done[0]
	t.done = append(t.done[:0], t.done[1:]...)
	d := f.last
	w := d.words[0]
	d.words[0] = w&^(emac.DescOwn|0x3ffff) | f.status
	if f.status&emac.TxTTSS != 0 && e.descriptorSize() == 32 {
		d.words[6], d.words[7] = f.nanos, f.seconds
		if !e.storeStamp(&d, false) {
			return
		}
	}
	if !e.store(&d, false) {
		return
	}
	if w&emac.TxIC != 0 {
		e.raise(emac.StatusTI)
	}
	if len(t.done) > 0 {
		e.in(evTransmitClose, e.cfg.DescriptorTime)
	}
	e.transmitNext()
	if t.stopping {
		e.transmitStop()
	}
}

// flush empties the transmit FIFO (FTF). Frames that are whole in it are closed with FF; the one on the wire is cut.
func (e *EMAC) flush() {
	e.reg[emac.OpMode/4] |= emac.OpModeFTF
	e.cutTransmission(emac.TxFF)
	t := &e.tx
	for len(t.queue) > 0 {
		f := t.queue[0]
		if !f.complete {
			break
		}
		e.stats.Flushed++
		f.status |= emac.TxES | emac.TxFF
		e.transmitSent()
	}
	if t.frame != nil { // its rest is passed by
		e.stats.Flushed++
		e.skip(emac.TxFF)
	}
	if e.clocked() {
		e.in(evFlush, flushTime)
	}
}

func (e *EMAC) flushDone() { e.reg[emac.OpMode/4] &^= emac.OpModeFTF }
