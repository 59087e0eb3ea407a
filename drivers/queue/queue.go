// Package queue is an Ethernet device in memory: two rings of frames between a stack and whoever plays the rest of the
// link. It depends on nothing and allocates nothing, so it serves tests and the board alike.
package queue

// MaxFrame is the longest frame, without the FCS, that a slot holds: 1500 bytes of payload behind the header.
const MaxFrame = 1514

// Frame is a slot for one frame.
type Frame struct {
	n     int
	bytes [MaxFrame]byte
}

// Device has a ring of frames for each direction. The stack's half is Receive, Release, Reserve and Send; the other half
// is Put, Sent and Done.
type Device struct {
	rx, tx   ring
	reserved int // bytes that Reserve has given
}

// Init gives the device its slots: rx for frames to the stack, tx for frames from it. Both rings are empty then. A stack
// finds no transmit buffer when all of tx is taken; a device with none never has one.
func (d *Device) Init(rx, tx []Frame) { *d = Device{rx: ring{slots: rx}, tx: ring{slots: tx}} }

// Put queues a copy of a frame for the stack, and reports whether there was a slot long enough for it.
func (d *Device) Put(frame []byte) bool {
	f := d.rx.free()
	if f == nil || len(frame) > MaxFrame {
		return false
	}
	f.n = copy(f.bytes[:], frame)
	d.rx.count++
	return true
}

// Sent returns the oldest frame that the stack sent, nil if there is none. It stays, and takes a slot, until Done.
func (d *Device) Sent() []byte { return d.tx.oldest() }

// Done frees the slot of the frame that Sent returns.
func (d *Device) Done() { d.tx.drop() }

// Receive returns the oldest frame for the stack, nil if there is none.
func (d *Device) Receive() []byte { return d.rx.oldest() }

// Release frees the slot of the frame that Receive returned.
func (d *Device) Release() { d.rx.drop() }

// Reserve returns a buffer for a frame of n bytes, nil if all slots are taken or n is more than MaxFrame.
func (d *Device) Reserve(n int) []byte {
	f := d.tx.free()
	if f == nil || n > MaxFrame {
		return nil
	}
	d.reserved = n
	return f.bytes[:n:n]
}

// Send queues the first n bytes of the buffer that Reserve returned last. More than were reserved are not sent, and
// without a reservation nothing is.
func (d *Device) Send(n int) {
	f := d.tx.free()
	if f == nil || d.reserved == 0 {
		return
	}
	f.n = min(n, d.reserved)
	d.tx.count++
	d.reserved = 0
}

// ring is a queue of frames.
type ring struct {
	slots []Frame
	head  int // the oldest
	count int
}

func (r *ring) free() *Frame {
	if r.count == len(r.slots) {
		return nil
	}
	return &r.slots[(r.head+r.count)%len(r.slots)]
}

func (r *ring) oldest() []byte {
	if r.count == 0 {
		return nil
	}
	f := &r.slots[r.head]
	return f.bytes[:f.n:f.n]
}

func (r *ring) drop() {
	if r.count > 0 {
		r.head = (r.head + 1) % len(r.slots)
		r.count--
	}
}
