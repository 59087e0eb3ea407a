package model

import (
	"time"

	"stackproof/drivers/emac"
)

// receiveState is what the receive engine is doing.
type receiveState int

const (
	receiveStopped   receiveState = iota
	receiveFetching               // reads a descriptor
	receiveHolding                // has one, and waits for bytes
	receiveWriting                // moves bytes to the memory
	receiveAhead                  // reads the next descriptor in the middle of a frame
	receiveClosing                // closes the last descriptor of a frame
	receiveSuspended              // met a descriptor of the CPU's
	receiveDead                   // had a bus error
)

// receiveDMA is the receive engine.
type receiveDMA struct {
	state    receiveState
	at       uint32 // the current descriptor's address
	held     descriptor
	position int  // in the buffers of the held descriptor
	moving   int  // bytes of the burst
	first    bool // the held descriptor is the first of its frame
	buffer   uint32
	stopping bool
	owned    bool // the descriptor before this one was the DMA's: the next one that is not is news
	queue    []*incoming
}

// incoming is a frame on its way through the receive FIFO.
type incoming struct {
	bytes    []byte
	pushed   int    // that have come into the FIFO
	taken    int    // that have left it
	started  bool   // the DMA has begun to move it
	ended    bool   // no more will come
	headless bool   // its last descriptor is closed without LS: a fault
	status   uint32 // of RDES0
	extended uint32 // RDES4
	engine   bool   // the checksum engine has looked at it
	stamped  bool
	seconds  uint32
	nanos    uint32
}

func (r *receiveDMA) status() uint32 {
	switch r.state {
	case receiveFetching, receiveAhead:
		return emac.RxFetching
	case receiveHolding:
		return emac.RxWaiting
	case receiveWriting:
		return emac.RxWriting
	case receiveClosing:
		return emac.RxClosing
	case receiveSuspended:
		return emac.RxSuspended
	}
	return emac.RxStopped
}

// level is how many bytes are in the FIFO.
func (r *receiveDMA) level() (n int) {
	for _, f := range r.queue {
		n += f.pushed - f.taken
	}
	return n
}

func (r *receiveDMA) drop(f *incoming) {
	for i := range r.queue {
		if r.queue[i] == f {
			r.queue = append(r.queue[:i], r.queue[i+1:]...)
			return
		}
	}
}

// list is a write to RxList.
func (r *receiveDMA) list(e *EMAC, v uint32) {
	if v&3 != 0 {
		e.misuse(RuleAlignment, emac.RxList, "%#x is not a multiple of 4", v)
	}
	r.at = v &^ 3
	e.forget(true)
}

// receiveThreshold is how much of a frame must be in the FIFO before the engine begins with it (RTC).
func (e *EMAC) receiveThreshold() int {
	return [4]int{64, 32, 96, 128}[e.reg[emac.OpMode/4]>>emac.OpModeRTCAt&3]
}

// receiveRun starts and stops the engine (SR).
func (e *EMAC) receiveRun(on bool) {
	r := &e.rx
	switch {
	case r.state == receiveDead:
	case !on:
		r.stopping = true
		e.receiveStop()
	default:
		r.stopping = false
		if r.state == receiveStopped {
			r.owned = true
			e.receiveFetch()
		}
	}
}

// receiveStop stops the engine unless it is in the middle of a frame.
func (e *EMAC) receiveStop() {
	r := &e.rx
	switch r.state {
	case receiveHolding:
		if len(r.queue) > 0 && r.queue[0].started {
			return
		}
	case receiveFetching, receiveSuspended:
	default:
		return
	}
	r.state = receiveStopped
	e.cancel(evReceiveDMA)
	e.raise(emac.StatusRPS)
}

// receiveDemand is a write to RxPoll.
func (e *EMAC) receiveDemand() {
	r := &e.rx
	switch r.state {
	case receiveSuspended:
		e.missingWriteBack(emac.RxPoll, r.at)
		r.owned = true // a demand in vain is news too
		e.receiveFetch()
	case receiveStopped:
		if e.reg[emac.OpMode/4]&emac.OpModeSR == 0 {
			e.misuse(RuleOrder, emac.RxPoll, "a poll demand while the engine is stopped does nothing")
		}
	}
}

func (e *EMAC) receiveFetch() {
	e.rx.state = receiveFetching
	e.in(evReceiveDMA, e.cfg.DescriptorTime)
}

// receiveArrived is told of bytes in the FIFO. A suspended engine looks for a descriptor when a frame begins.
func (e *EMAC) receiveArrived(f *incoming) {
	if e.rx.state == receiveSuspended && f.taken == 0 && f.pushed <= chunk && !e.faults.sleepy {
		e.receiveFetch()
		return
	}
	e.receiveContinue()
}

// receiveStep is the end of what the engine was doing.
func (e *EMAC) receiveStep() {
	switch e.rx.state {
	case receiveFetching:
		e.receiveFetched()
	case receiveWriting:
		e.receiveWritten()
	case receiveAhead:
		e.receiveLooked()
	case receiveClosing:
		e.receiveClosed()
	}
}

func (e *EMAC) receiveFetched() {
	r := &e.rx
	d, owned, ok := e.fetch(r.at, true)
	if !ok {
		return
	}
	if !owned {
		r.held = d
		e.receiveUnavailable()
		return
	}
	e.receiveHold(d)
	r.first = true
	e.receiveContinue()
}

// receiveHold takes a descriptor.
func (e *EMAC) receiveHold(d descriptor) {
	r := &e.rx
	r.state, r.held, r.at, r.position, r.owned = receiveHolding, d, d.at, 0, true
	first, second := receiveSizes(&d)
	e.checkBuffer(&d, 1, d.words[2], uint32(first))
	e.checkBuffer(&d, 2, d.words[3], uint32(second))
	if first+second == 0 {
		e.misplaced(RuleDescriptor, d.at, "a receive descriptor without room")
	}
	if d.words[1]&(3<<29|1<<13) != 0 {
		e.misplaced(RuleReserved, d.at, "reserved bits in RDES1: %#x", d.words[1])
	}
}

// checkBuffer finds a buffer that shares a word of the bus, or a line of the cache, with something else.
func (e *EMAC) checkBuffer(d *descriptor, i int, at, n uint32) {
	align := max(e.memory.Line(), emac.AlignBuffer)
	if n > 0 && (at%align != 0 || n%align != 0) {
		e.misplaced(RuleAlignment, d.at, "buffer %d of %d bytes at %#x is not made of units of %d", i, n, at, align)
	}
}

func receiveSizes(d *descriptor) (first, second int) {
	first = int(d.words[1] & emac.RxSize)
	if d.words[1]&emac.RxRCH == 0 {
		second = int(d.words[1] >> emac.RxRBS2At & emac.RxSize)
	}
	return first, second
}

func (e *EMAC) receiveNext(d *descriptor) uint32 {
	return e.next(d, d.words[1]&emac.RxRCH != 0, d.words[1]&emac.RxRER != 0, e.reg[emac.RxList/4])
}

// receiveUnavailable is a descriptor that is the CPU's. Without DFF the frame that waits for it is lost, and counted.
func (e *EMAC) receiveUnavailable() {
	r := &e.rx
	r.state = receiveSuspended
	if r.owned {
		e.raise(emac.StatusRU)
	}
	r.owned = false
	if r.stopping {
		e.receiveStop()
		return
	}
	if len(r.queue) == 0 || e.reg[emac.OpMode/4]&emac.OpModeDFF != 0 {
		return
	}
	e.stats.Missed++
	e.missed(0, emac.MissedFrames, emac.MissedFramesOver)
	e.receiveDiscard()
	if len(r.queue) > 0 {
		e.receiveFetch()
	}
}

// receiveDiscard throws away what is left of the first frame in the FIFO, and what is still to come of it.
func (e *EMAC) receiveDiscard() {
	r := &e.rx
	f := r.queue[0]
	r.queue = append(r.queue[:0], r.queue[1:]...)
	if e.rxMAC.frame == f {
		e.rxMAC.frame, e.rxMAC.open = nil, false
	}
}

// receiveContinue goes on with the first frame in the FIFO, if the engine holds a descriptor and there is enough of it.
func (e *EMAC) receiveContinue() {
	r := &e.rx
	if r.state != receiveHolding {
		return
	}
	if len(r.queue) == 0 || !r.queue[0].started && r.stopping {
		if r.stopping {
			e.receiveStop()
		}
		return
	}
	f := r.queue[0]
	available := f.pushed - f.taken
	if !f.ended && (e.reg[emac.OpMode/4]&emac.OpModeRSF != 0 || available == 0 || !f.started && available < e.receiveThreshold()) {
		return
	}
	f.started = true
	if f.ended && available == 0 {
		r.state = receiveClosing
		e.in(evReceiveDMA, e.cfg.DescriptorTime)
		return
	}
	_, room := e.receivePlace()
	if room == 0 {
		r.state = receiveAhead
		e.in(evReceiveDMA, e.cfg.DescriptorTime)
		return
	}
	r.moving = min(available, burst, room)
	r.state = receiveWriting
	e.in(evReceiveDMA, e.moving(r.moving))
}

// receivePlace is where the next bytes go, and how many can in one piece.
func (e *EMAC) receivePlace() (at uint32, room int) {
	r := &e.rx
	first, second := receiveSizes(&r.held)
	if r.position < first {
		return r.held.words[2] + uint32(r.position), first - r.position
	}
	p := r.position - first
	return r.held.words[3] + uint32(p), second - p
}

func (e *EMAC) receiveWritten() {
	r := &e.rx
	f := r.queue[0]
	at, _ := e.receivePlace()
	r.buffer = at
	if e.faults.bus(emac.BusErrorRxData) {
		e.busError(emac.BusErrorRxData)
		return
	}
	e.underDirty(at, uint32(r.moving))
	if !e.memory.Store(at, f.bytes[f.taken:f.taken+r.moving]) {
		e.misplaced(RuleAddress, at, "%d bytes that were received are to go where no memory is", r.moving)
		e.busError(emac.BusErrorRxData)
		return
	}
	first, second := receiveSizes(&r.held)
	filled := r.position < first && r.position+r.moving >= first || r.position+r.moving == first+second
	f.taken += r.moving
	r.position += r.moving
	if filled && r.first && !(f.ended && f.taken == f.pushed) {
		e.raise(emac.StatusERI)
	}
	r.state = receiveHolding
	e.receiveContinue()
}

// receiveLooked is the next descriptor in the middle of a frame. If there is none, the frame ends here.
func (e *EMAC) receiveLooked() {
	r := &e.rx
	next := e.receiveNext(&r.held)
	d, owned, ok := e.fetch(next, true)
	if !ok {
		return
	}
	if !owned {
		f := r.queue[0]
		f.status |= emac.RxES | emac.RxDE
		f.ended = true
		e.receiveFinish(f, f.taken)
		return
	}
	held := r.held
	held.words[0] = 0
	if r.first {
		held.words[0] = emac.RxFS
	}
	if !e.store(&held, true) {
		return
	}
	e.receiveHold(d)
	r.first = false
	e.receiveContinue()
}

// receiveClosed writes the status of a frame's last descriptor.
func (e *EMAC) receiveClosed() {
	f := e.rx.queue[0]
	e.receiveFinish(f, f.pushed)
}

func (e *EMAC) receiveFinish(f *incoming, length int) {
	r := &e.rx
	d := r.held
	demandless := d.words[1]&emac.RxDIC != 0
	d.words[0] = f.status | uint32(length)<<emac.RxFLAt&emac.RxFL
	if r.first {
		d.words[0] |= emac.RxFS
	}
	if !f.headless {
		d.words[0] |= emac.RxLS
	}
	if !e.receiveExtend(f, &d) {
		return
	}
	if !e.store(&d, true) {
		return
	}
	e.receiveDiscard()
	switch {
	case f.headless:
	case demandless:
		e.stats.Received++
		if unit := e.reg[emac.RxWatchdog/4]; unit != 0 && e.due[evReceiveTimer] == never {
			e.in(evReceiveTimer, time.Duration(unit)*256*time.Second/time.Duration(e.cfg.SystemHz))
		}
	default:
		e.stats.Received++
		e.raise(emac.StatusRI)
	}
	r.at = e.receiveNext(&d)
	if r.stopping {
		r.state = receiveSuspended
		e.receiveStop()
		return
	}
	e.receiveFetch()
}

// receiveExtend writes the words that only the long form has, and says in RDES0 that they are there.
func (e *EMAC) receiveExtend(f *incoming, d *descriptor) bool {
	if e.descriptorSize() != 32 {
		return true
	}
	if f.engine || f.stamped {
		d.words[0] |= emac.RxESA
		d.words[4] = f.extended
		if !e.storeWords(d, true, 4, 4) {
			return false
		}
	}
	if f.stamped {
		d.words[0] |= emac.RxGF
		d.words[6], d.words[7] = f.nanos, f.seconds
		return e.storeStamp(d, true)
	}
	return true
}

// storeStamp writes the words of the time stamp.
func (e *EMAC) storeStamp(d *descriptor, receive bool) bool { return e.storeWords(d, receive, 6, 7) }
