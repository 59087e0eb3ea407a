package emac

import "sync/atomic"

// Reserve returns a buffer for a frame of n bytes, nil if none is free or n is more than MaxFrame.
func (d *Driver) Reserve(n int) []byte {
	if n > MaxFrame {
		return nil
	}
	if d.pending == len(d.tx) {
		d.reclaim()
		if d.pending == len(d.tx) {
			d.starved = true
			d.counters.TxNoRoom++
			return nil
		}
	}
	d.starved = false
	first := d.head * BufferSize
	return d.txBuffers[first : first+n : first+n]
}

// Send sends the first n bytes of the buffer that Reserve has returned.
func (d *Driver) Send(n int) {
	if d.state != Up {
		d.counters.TxNoLink++
		return
	}
	if d.pending == len(d.tx) {
		return // nothing is reserved
	}
	bits := uint32(DescOwn | TxFS | TxLS)
	if half := len(d.tx) / 2; d.head%half == half-1 {
		// Who waits for a buffer finds half of the ring free: an interrupt for each frame would cost more than the frame.
		bits |= TxIC
	}
	if d.config.Checksums {
		bits |= CICFull
	}
	if d.head == len(d.tx)-1 {
		bits |= TxTER
	}
	desc := &d.tx[d.head]
	at := d.txAt + uint32(d.head)*DescriptorSize
	d.bus.WriteBack(d.txBufferAt+uint32(d.head)*BufferSize, lines(n))
	desc[WordSizes] = uint32(n)
	d.bus.Barrier()
	atomic.StoreUint32(&desc[WordStatus], bits)
	d.bus.WriteBack(at, DescriptorSize)
	d.bus.Barrier()
	d.bus.Write(TxPoll, 0)
	if d.pending == 0 {
		d.sentAt = d.now
	}
	d.pending++
	if d.head++; d.head == len(d.tx) {
		d.head = 0
	}
}

// reclaim takes back what the DMA has closed. A descriptor that does not move for a long time is a transmitter that hangs.
func (d *Driver) reclaim() {
	d.collect()
	if d.pending > 0 && d.now-d.sentAt >= sendPatience {
		d.counters.TxStalls++
		d.reset()
	}
}

// collect counts and frees the descriptors that the DMA has closed, the oldest first.
func (d *Driver) collect() {
	for d.pending > 0 {
		i := d.head - d.pending
		if i < 0 {
			i += len(d.tx)
		}
		d.bus.Invalidate(d.txAt+uint32(i)*DescriptorSize, DescriptorSize)
		status := atomic.LoadUint32(&d.tx[i][WordStatus])
		if status&DescOwn != 0 {
			return
		}
		if status&TxES != 0 {
			d.counters.TxErrors++
		} else {
			d.counters.TxFrames++
		}
		d.pending--
		d.sentAt = d.now
	}
}

// Pending is how many frames have been sent and not been closed by the hardware, as far as Poll has seen.
func (d *Driver) Pending() int { return d.pending }
