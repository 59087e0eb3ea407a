package inproc

import (
	"time"

	"stackproof/conformance/sut"
)

// maxFrame is the longest frame that the stack sends, without the FCS.
const maxFrame = 14 + mtu

// device is the stack's network interface. What the stack sends goes straight to the judge.
type device struct {
	now   time.Duration
	out   sut.Sink
	frame []byte // received and not taken yet
	send  [maxFrame]byte
}

// Receive lends the frame that is being delivered.
func (d *device) Receive() []byte { return d.frame }

// Release takes it back.
func (d *device) Release() { d.frame = nil }

// Reserve gives the one transmit buffer, which is free again as soon as a frame is sent. There is none while nobody
// takes frames.
func (d *device) Reserve(n int) []byte {
	if d.out == nil || n > len(d.send) {
		return nil
	}
	return d.send[:n]
}

// Send reports the frame.
func (d *device) Send(n int) { d.out.Frame(d.now, d.send[:n]) }
