package inproc

import "stackproof/conformance/sut"

// maxDeadlines is how many deadlines Advance passes before it holds the stack to be stuck. A stack with eight
// connections that all have timers of a tenth of a second needs that many for twenty minutes.
const maxDeadlines = 100_000

// Next is the stack's next deadline, or the next at which a pending call gives up.
func (h *Host) Next() (at sut.Time, ok bool) {
	at, ok = h.next, h.waits
	for i := range h.calls {
		c := &h.calls[i]
		if c.seq == 0 {
			continue
		}
		if d, limited := h.face().deadline(c); limited && (!ok || d < at) {
			at, ok = d, true
		}
	}
	return max(at, h.now), ok
}

// Advance passes through every deadline up to and including to. Hung: they do not end.
func (h *Host) Advance(to sut.Time, out sut.Sink) sut.Status {
	if !h.ready || to < h.now {
		return sut.Malformed
	}
	for range maxDeadlines {
		at, ok := h.Next()
		if !ok || at > to {
			h.now = to
			return sut.OK
		}
		h.now = at
		h.settle(out, nil, nil)
	}
	return sut.Hung
}

// settle lets the stack do what is due, then the pending calls, then the stack what those have led to. own is the call
// that is being made, if it waits, and r its result.
func (h *Host) settle(out sut.Sink, own *call, r *sut.Result) {
	h.poll(out)
	if h.step(out, own, r) {
		h.poll(out)
	}
}

// maxPolls is how often the stack may ask to be polled again at once: what it sends to itself comes that way.
const maxPolls = 1000

func (h *Host) poll(out sut.Sink) {
	h.dev.now, h.dev.out = h.now, out
	for range maxPolls {
		h.next, h.waits = h.stack.Poll(h.now)
		if !h.waits || h.next > h.now {
			break
		}
	}
	h.barrier(out)
	h.dev.out = nil
}

// Deliver gives the stack a frame. It is lost where the stack does not take it at once, as on a real interface.
func (h *Host) Deliver(frame []byte, out sut.Sink) sut.Status {
	if !h.ready {
		return sut.Malformed
	}
	if h.link != nil {
		h.link.Arrive(frame)
	} else {
		h.dev.frame = frame
	}
	h.settle(out, nil, nil)
	h.dev.frame = nil
	return sut.OK
}

// Link sets the link.
func (h *Host) Link(up bool, out sut.Sink) sut.Status {
	if !h.ready {
		return sut.Malformed
	}
	h.dev.now, h.dev.out = h.now, out
	if h.link != nil {
		up = h.link.Plug(up)
	}
	h.stack.SetLink(h.now, up)
	h.settle(out, nil, nil)
	return sut.OK
}
