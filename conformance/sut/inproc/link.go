package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack"
)

// Link is what carries frames between the judge and the stack, a driver on its hardware for example. The time that it
// takes is its own: a moment of the stack's lasts until nothing is under way. So what is exact in virtual time stays exact
// whatever carries the frames.
type Link interface {
	stack.Device
	// Open begins anew, with nothing under way and the cable in, for an interface of this address.
	Open(mac [6]byte)
	// Arrive brings a frame from the judge: when it returns Receive lends the frame, or the link has lost it.
	Arrive(frame []byte)
	// Sent lends the next frame that has left, oldest first, until it is called again; nil: all that was sent has left.
	Sent() []byte
	// Plug puts the cable in or pulls it, and reports whether the link is then up.
	Plug(in bool) (up bool)
}

// carried is the stack's interface where a link carries the frames.
type carried struct{ host *Host }

func (c carried) Receive() []byte { return c.host.link.Receive() }
func (c carried) Release()        { c.host.link.Release() }
func (c carried) Send(n int)      { c.host.link.Send(n) }

// Reserve waits where all buffers are under way, which takes none of the stack's time: what has left goes to the judge.
func (c carried) Reserve(n int) []byte {
	b := c.host.link.Reserve(n)
	if b == nil && c.host.dev.out != nil {
		c.host.barrier(c.host.dev.out)
		b = c.host.link.Reserve(n)
	}
	return b
}

// Over lets the host's frames go over a link, from the next Reset on. Without one they are handed over as they are.
func (h *Host) Over(l Link) { h.link = l }

// device is what the stack is on.
func (h *Host) device() stack.Device {
	if h.link != nil {
		return carried{h}
	}
	return &h.dev
}

// barrier reports what the link carries to the judge, until nothing is under way.
func (h *Host) barrier(out sut.Sink) {
	if h.link == nil {
		return
	}
	for f := h.link.Sent(); f != nil; f = h.link.Sent() {
		out.Frame(h.now, f)
	}
}
