package inproc

import "stackproof/conformance/sut"

// call is a call while it is being made or pending.
type call struct {
	seq    uint32 // order of the starts; 0: the row is free
	id     sut.CallID
	what   sut.Op
	task   uint8
	newFD  sut.FD
	option sut.Option // getsockopt's
	face   faceCall
}

// Call makes a socket call. Malformed: the task is in another call, a name for a new descriptor is taken, or a size
// makes no sense. Unsupported: an unknown call or option, or more calls pending than there is room for.
func (h *Host) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	*r = sut.Result{}
	if !h.ready {
		return sut.Malformed
	}
	if s := h.admit(c); s != sut.OK {
		return s
	}
	p := h.enter(c)
	if p == nil {
		return sut.Unsupported
	}
	h.dev.now, h.dev.out = h.now, out
	done, s := h.face().start(h, p, c)
	if s != sut.OK {
		p.seq = 0
		return s
	}
	if done {
		h.finish(p, r)
		h.keep(r)
		h.settle(out, nil, nil)
		return sut.OK
	}
	// What the stack and other tasks do at this very moment may end the wait.
	r.Pending, r.ID = true, p.id
	h.settle(out, p, r)
	return sut.OK
}

// admit refuses what no caller may ask.
func (h *Host) admit(c *sut.Call) sut.Status {
	opens := c.Op == sut.OpSocket || c.Op == sut.OpAccept
	if opens && h.find(c.NewFD) != nil {
		return sut.Malformed
	}
	for i := range h.calls {
		p := &h.calls[i]
		if p.seq != 0 && (p.task == c.Task || opens && p.what == sut.OpAccept && p.newFD == c.NewFD) {
			return sut.Malformed
		}
	}
	return sut.OK
}

// enter takes a row for a call, nil if there is none.
func (h *Host) enter(c *sut.Call) *call {
	h.started++
	for h.pending(sut.CallID(h.started)) != nil {
		h.started++
	}
	for i := range h.calls {
		if p := &h.calls[i]; p.seq == 0 {
			p.seq, p.id, p.what, p.task, p.newFD = h.started, sut.CallID(h.started), c.Op, c.Task, c.NewFD
			return p
		}
	}
	return nil
}

// pending returns the call of that id, nil if there is none.
func (h *Host) pending(id sut.CallID) *call {
	for i := range h.calls {
		if p := &h.calls[i]; p.seq != 0 && p.id == id {
			return p
		}
	}
	return nil
}

// after returns the pending call that started next after seq, nil if none did.
func (h *Host) after(seq uint32) (next *call) {
	for i := range h.calls {
		if p := &h.calls[i]; p.seq > seq && (next == nil || p.seq < next.seq) {
			next = p
		}
	}
	return next
}

// step tries the pending calls again, in the order of their starts, and reports those that are done: own in r, for it
// is the call that is being made, the others to out. It tells whether there was any.
func (h *Host) step(out sut.Sink, own *call, r *sut.Result) (any bool) {
	p := h.after(0)
	for p != nil {
		any = true
		seq, done := p.seq, h.face().step(h.now, p)
		switch {
		case done && p == own:
			h.finish(p, r)
			h.keep(r)
		case done:
			h.finish(p, &h.result)
			h.barrier(out) // what it sent, before what it returns
			out.Done(h.now, p.id, &h.result)
		}
		p = h.after(seq)
	}
	return any
}

// finish makes the result of a call that is done, its data in h.memory.late, and frees the row.
func (h *Host) finish(p *call, r *sut.Result) {
	p.seq = 0
	h.face().finish(h, p, r)
}

// keep moves the data of the call that is being made to where no other call's data comes.
func (h *Host) keep(r *sut.Result) { r.Data = h.memory.data[:copy(h.memory.data[:], r.Data)] }

// Cancel gives a pending call up.
func (h *Host) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	if !h.ready {
		return sut.Malformed
	}
	p := h.pending(id)
	if p == nil {
		return sut.Malformed
	}
	h.dev.now, h.dev.out = h.now, out
	h.face().cancel(h.now, p)
	p.seq = 0
	h.settle(out, nil, nil)
	return sut.OK
}
