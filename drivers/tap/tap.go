// Package tap moves frames between a stack and a Linux TAP device: the kernel's own network interface at the other end
// of the wire. It is for live runs in real time; it exists on Linux only, elsewhere Open says so.
package tap

import (
	"sync"
	"sync/atomic"
)

// maxFrame is the longest frame without FCS that a TAP of the usual MTU of 1500 carries, with room for a VLAN tag.
const maxFrame = 1518

// queueLen is how many received frames wait for the stack; more are dropped and counted, as a NIC's ring does. It is as
// long as a large NIC's: some hundred connections send as much at once as their windows allow.
const queueLen = 4096

// Stats counts what the device did.
type Stats struct {
	Received, Sent             uint64 // frames
	ReceiveDropped, SendFailed uint64 // frames lost: the queue was full; the kernel did not take it
}

// Device is an open TAP. Receive, Release, Reserve and Send belong to the one owner that polls the stack and are its
// frame device; a reader of its own fills the queue. What Reserve and Receive return is borrowed as the stack's Device
// contract has it.
type Device struct {
	file  file
	ready chan struct{}

	mu   sync.Mutex
	ring [queueLen][]byte
	head int // index of the oldest
	n    int

	out [maxFrame]byte

	received, sent, dropped, failed atomic.Uint64
}

// file is what a Device needs of the operating system's handle.
type file interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	Close() error
}

// newDevice starts the reader.
func newDevice(f file) *Device {
	d := &Device{file: f, ready: make(chan struct{}, 1)}
	for i := range d.ring {
		d.ring[i] = make([]byte, 0, maxFrame)
	}
	go d.read()
	return d
}

// Ready delivers a token after frames have come in; it is closed when the device is.
func (d *Device) Ready() <-chan struct{} { return d.ready }

// Close ends the reader and removes the interface, unless it is persistent.
func (d *Device) Close() error { return d.file.Close() }

// Stats returns the counters.
func (d *Device) Stats() Stats {
	return Stats{d.received.Load(), d.sent.Load(), d.dropped.Load(), d.failed.Load()}
}

func (d *Device) read() {
	defer close(d.ready)
	buf := make([]byte, maxFrame+1)
	for {
		n, err := d.file.Read(buf)
		if err != nil {
			return // closed, or the interface is gone
		}
		d.received.Add(1)
		if !d.enqueue(buf[:n]) {
			d.dropped.Add(1)
			continue
		}
		select {
		case d.ready <- struct{}{}:
		default: // a token lies there already
		}
	}
}

func (d *Device) enqueue(frame []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n == queueLen || len(frame) > maxFrame {
		return false
	}
	slot := (d.head + d.n) % queueLen
	d.ring[slot] = append(d.ring[slot][:0], frame...)
	d.n++
	return true
}

// Receive borrows the oldest received frame, nil if there is none.
func (d *Device) Receive() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n == 0 {
		return nil
	}
	return d.ring[d.head] // the reader writes behind the queue's end only
}

// Release gives back the frame that Receive lent.
func (d *Device) Release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.n > 0 {
		d.head = (d.head + 1) % queueLen
		d.n--
	}
}

// Reserve returns the transmit buffer for a frame of n bytes, nil for one that is too long.
func (d *Device) Reserve(n int) []byte {
	if n > maxFrame {
		return nil
	}
	return d.out[:n]
}

// Send writes the first n reserved bytes as one frame. A frame that the kernel does not take (the interface is down) is
// lost, as on a wire, and counted.
func (d *Device) Send(n int) {
	if _, err := d.file.Write(d.out[:n]); err != nil {
		d.failed.Add(1)
		return
	}
	d.sent.Add(1)
}
