package emac

import "sync/atomic"

// slotsAFrame is how many slot times of 512 bits, the unit of PAUSE, the longest frame takes with preamble and gap.
const slotsAFrame = 24

// pauseTime is what PAUSE frames ask for, as in FlowControl: the time of half a ring of frames.
func (d *Driver) pauseTime() uint32 {
	return uint32(min(len(d.rx)/2*slotsAFrame, 0xffff)) << FlowPTAt
}

// askForPause sends a PAUSE frame if half of the ring waits for the processor, and none is being sent.
func (d *Driver) askForPause() {
	ahead := d.next + len(d.rx)/2
	if ahead >= len(d.rx) {
		ahead -= len(d.rx)
	}
	d.bus.Invalidate(d.rxAt+uint32(ahead)*DescriptorSize, DescriptorSize)
	if atomic.LoadUint32(&d.rx[ahead][WordStatus])&DescOwn != 0 {
		return
	}
	if flow := d.bus.Read(FlowControl); flow&FlowFCB == 0 {
		d.bus.Write(FlowControl, flow|FlowFCB)
		d.counters.Pauses++
	}
}
