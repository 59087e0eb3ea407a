package emac

import "sync/atomic"

// Receive lends the next received frame without its FCS, nil if there is none. It passes by what is no whole, good frame,
// but no more of them than the ring has: what is left then has come since the last Poll, and raises the line again.
func (d *Driver) Receive() []byte {
	if d.state != Up {
		return nil
	}
	for range d.rx {
		at := d.rxAt + uint32(d.next)*DescriptorSize
		d.bus.Invalidate(at, DescriptorSize)
		desc := &d.rx[d.next]
		status := atomic.LoadUint32(&desc[WordStatus])
		if status&DescOwn != 0 {
			return nil
		}
		if d.good(status, desc[WordExtended]) {
			if d.now-d.since >= drainTime {
				d.doubt = false // this one came after the overflow: the receiver works
			}
			n := int(status&RxFL>>RxFLAt) - fcsSize
			first := d.next * BufferSize
			d.bus.Invalidate(d.rxBufferAt+uint32(first), lines(n))
			d.counters.RxFrames++
			d.lent = true
			if d.link.pause {
				d.askForPause()
			}
			return d.rxBuffers[first : first+n : first+n]
		}
		d.giveBack()
	}
	return nil
}

// good reports whether a descriptor holds a whole frame without errors, and counts what it is if not.
func (d *Driver) good(status, extended uint32) bool {
	const whole = RxFS | RxLS
	n := status & RxFL >> RxFLAt
	switch {
	case status&whole != whole:
		// A frame in several descriptors is longer than any that we take; one that an overflow cuts may lack its end
		// (ESP-IDF issue 18799). It is counted where it begins.
		if status&RxFS != 0 {
			d.counters.RxCut++
		}
	case status&(RxDE|RxOE) != 0, n > MaxFrame+fcsSize:
		d.counters.RxCut++
	case status&(RxCE|RxRE|RxRWT|RxLC|RxGF) != 0, n < shortest:
		d.counters.RxErrors++
	case status&RxESA != 0 && extended&(ExtIPHE|ExtIPPE) != 0:
		d.counters.RxChecksum++
	case status&RxES != 0:
		d.counters.RxErrors++
	default:
		return true
	}
	return false
}

// Release gives the frame of the last Receive back.
func (d *Driver) Release() {
	if d.lent {
		d.giveBack()
	}
}

// giveBack gives the descriptor at next to the DMA, which may have suspended for want of it.
func (d *Driver) giveBack() {
	atomic.StoreUint32(&d.rx[d.next][WordStatus], DescOwn)
	d.bus.WriteBack(d.rxAt+uint32(d.next)*DescriptorSize, DescriptorSize)
	d.bus.Barrier()
	d.bus.Write(RxPoll, 0)
	d.lent = false
	if d.next++; d.next == len(d.rx) {
		d.next = 0
	}
}

// abandon counts the frames that the DMA has received and the stack will not see.
func (d *Driver) abandon() {
	i := d.next
	for range d.rx {
		d.bus.Invalidate(d.rxAt+uint32(i)*DescriptorSize, DescriptorSize)
		status := atomic.LoadUint32(&d.rx[i][WordStatus]) // what the DMA owns has no status: giveBack has cleared it
		if status&RxFS != 0 && !(d.lent && i == d.next) {
			d.counters.RxLost++
		}
		if i++; i == len(d.rx) {
			i = 0
		}
	}
}

const (
	fcsSize  = 4
	shortest = 64 // bytes of a frame with its FCS: a shorter one is what a collision has left
)

// lines is n bytes in whole cache lines.
func lines(n int) uint32 { return uint32(n+CacheLine-1) &^ (CacheLine - 1) }
