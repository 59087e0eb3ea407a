package model

import "stackproof/drivers/emac"

// descriptor is one that an engine holds: its address and its eight words, of which four are there without ATDS.
type descriptor struct {
	at    uint32
	words [8]uint32
}

// descriptorSize is 32 bytes with ATDS and 16 without.
func (e *EMAC) descriptorSize() uint32 {
	if e.reg[emac.BusMode/4]&emac.BusModeATDS != 0 {
		return 32
	}
	return 16
}

// fetch reads a descriptor, and finds what is wrong with it if it is the DMA's.
func (e *EMAC) fetch(at uint32, receive bool) (d descriptor, owned, ok bool) {
	kind := uint32(emac.BusErrorTxDescRead)
	if receive {
		kind = emac.BusErrorRxDescRead
	}
	d.at = at
	var b [32]byte
	size := e.descriptorSize()
	if e.faults.bus(kind) {
		e.busError(kind)
		return d, false, false
	}
	if !e.memory.Load(at, b[:size]) {
		e.misplaced(RuleAddress, at, "a descriptor is fetched where no memory is")
		e.busError(kind)
		return d, false, false
	}
	for i := range size / 4 {
		d.words[i] = word(b[:], int(i))
	}
	owned = d.words[0]&emac.DescOwn != 0
	e.known[at] = receive
	if !owned {
		return d, false, true
	}
	if line := e.memory.Line(); line != 0 && at%line != 0 {
		e.misplaced(RuleAlignment, at, "a descriptor does not begin a cache line: the line's other half is somebody else's")
	}
	if e.memory.Dirty(at, size) {
		e.misplaced(RuleOwnership, at, "the CPU has changed a descriptor that the DMA owns, and keeps that in its cache")
	}
	return d, true, true
}

// next is the address of the descriptor after d.
func (e *EMAC) next(d *descriptor, chained, end bool, base uint32) uint32 {
	switch {
	case end:
		return base
	case chained:
		return d.words[3]
	}
	skip := e.reg[emac.BusMode/4] >> emac.BusModeDSLAt & 31
	return d.at + e.descriptorSize() + 4*skip
}

// store writes word 0 of a descriptor back, and so gives it to the CPU.
func (e *EMAC) store(d *descriptor, receive bool) bool { return e.storeWords(d, receive, 0, 0) }

// storeWords writes words from to to of a descriptor back.
func (e *EMAC) storeWords(d *descriptor, receive bool, from, to int) bool {
	kind := uint32(emac.BusErrorTxDescWrite)
	if receive {
		kind = emac.BusErrorRxDescWrite
	}
	if e.faults.bus(kind) {
		e.busError(kind)
		return false
	}
	e.compare(d)
	e.underDirty(d.at, e.descriptorSize())
	var b [4]byte
	for i := from; i <= to; i++ {
		putWord(b[:], 0, d.words[i])
		if !e.memory.Store(d.at+uint32(4*i), b[:]) {
			e.misplaced(RuleAddress, d.at, "a descriptor is closed where no memory is")
			e.busError(kind)
			return false
		}
	}
	return true
}

// compare finds a change of a descriptor that was made in memory while the DMA held it.
func (e *EMAC) compare(d *descriptor) {
	var b [16]byte
	if !e.memory.Load(d.at, b[:]) {
		return
	}
	if word(b[:], 0)&emac.DescOwn == 0 {
		e.misplaced(RuleOwnership, d.at, "the CPU took a descriptor back that the DMA owns")
		return
	}
	for i := 1; i < 4; i++ {
		if v := word(b[:], i); v != d.words[i] {
			e.misplaced(RuleOwnership, d.at, "the CPU changed word %d of a descriptor that the DMA owns from %#x to %#x", i, d.words[i], v)
		}
	}
}

// underDirty reports a line that the DMA is about to write and that is dirty in the cache.
func (e *EMAC) underDirty(at, n uint32) {
	line := e.memory.Line()
	if line == 0 || n == 0 {
		return
	}
	from := at &^ (line - 1)
	to := (at + n + line - 1) &^ (line - 1)
	if e.memory.Dirty(from, to-from) {
		e.misplaced(RuleDirty, at, "the DMA writes %d bytes under a line that the CPU has changed", n)
	}
}

// watchWriteBack looks at a line on its way from the cache to the memory: a descriptor that the DMA owns must not change.
func (e *EMAC) watchWriteBack(line uint32, old, new []byte) {
	for o := uint32(0); o < uint32(len(old)); o += 16 {
		receive, known := e.known[line+o]
		running := e.tx.state != transmitStopped
		if receive {
			running = e.rx.state != receiveStopped
		}
		if !known || !running {
			continue
		}
		if word(old[o:], 0)&emac.DescOwn == 0 {
			if word(new[o:], 0)&emac.DescOwn != 0 && !e.memory.Settled() {
				e.misplaced(RuleBarrier, line+o, "the DMA is given a descriptor, and no barrier is behind the last write-back")
			}
			continue
		}
		for i := range 4 {
			if was, is := word(old[o:], i), word(new[o:], i); was != is {
				e.misplaced(RuleOwnership, line+o, "the CPU changes word %d of a descriptor that the DMA owns from %#x to %#x", i, was, is)
				break
			}
		}
	}
}
