package message

import "stackproof/conformance/sut"

// Answer is a message from the stack's side: an event, or the final answer to a request. Op says which of the other
// fields count.
type Answer struct {
	Op Op     // EventFrame, EventDone, or the request's Op with Reply
	ID uint16 // the request's

	At    sut.Time // events: when
	Frame []byte   // EventFrame

	Status  sut.Status // final answers
	Events  uint16     // final answers: how many events came before it, so that one lost on a line is missed
	Next    sut.Time   // final answers: the stack's next deadline
	HasNext bool       // whether it has one
	Reason  []byte     // final answers: a few words for the person who debugs a stack's side, never judged

	// Caps and MaxBody answer Capabilities: MaxBody is the length of the longest request body that can be received.
	// Stray is the first feature or personality whose name is not known here; it counts as not declared.
	Caps    sut.Caps
	MaxBody uint32
	Stray   []byte
	Result  sut.Result // Call and EventDone
	Value   int64      // Inspect
}

// Tail is what follows the head in the message's body: a frame or a result's data.
func (a *Answer) Tail() []byte {
	switch {
	case a.Op == EventFrame:
		return a.Frame
	case a.Op == EventDone, a.Op == Reply|Call && a.Status == sut.OK:
		return a.Result.Data
	}
	return nil
}

// PutHead writes the body up to its tail into dst and gives its length. ok is false where dst is too short (MaxHead is
// enough) or the answer cannot be said: a negative time, a frame longer than MaxFrame, data longer than MaxData, a
// reason longer than MaxReason.
func (a *Answer) PutHead(dst []byte) (n int, ok bool) {
	w := writer{b: dst}
	w.u8(uint8(a.Op))
	w.u16(a.ID)
	switch a.Op {
	case EventFrame:
		w.time(a.At)
		w.bad = w.bad || len(a.Frame) > MaxFrame
	case EventDone:
		w.time(a.At)
		w.result(&a.Result)
	default:
		w.final(a)
	}
	return w.n, !w.bad
}

// Decode reads a body into a, which borrows from it. Where there is a fault a.Op and a.ID hold if the body has them.
func (a *Answer) Decode(body []byte) Fault {
	in := reader{b: body}
	*a = Answer{Op: Op(in.u8()), ID: in.u16()}
	switch {
	case !in.fault.OK():
	case a.Op == EventFrame:
		a.At = in.time()
		a.Frame = in.frame()
	case a.Op == EventDone:
		a.At = in.time()
		in.result(&a.Result)
		if a.Result.Pending {
			in.fail(BadValue, header+8)
		}
	case a.Op >= Reply && a.Op <= Reply|MaxOp:
		in.final(a)
	default:
		in.fail(BadOp, 0)
	}
	return in.end()
}

func (w *writer) final(a *Answer) {
	w.u8(uint8(a.Status))
	w.u16(a.Events)
	w.deadline(a.Next, a.HasNext)
	if len(a.Reason) > MaxReason {
		w.bad = true
		return
	}
	w.u8(uint8(len(a.Reason)))
	w.bytes(a.Reason)
	if a.Status != sut.OK {
		return
	}
	switch a.Op &^ Reply {
	case Capabilities:
		w.caps(a)
	case Call:
		w.result(&a.Result)
	case Inspect:
		w.u64(uint64(a.Value))
	}
}

func (r *reader) final(a *Answer) {
	a.Status = sut.Status(r.u8())
	if a.Status > sut.Hung {
		r.fail(BadValue, r.n-1)
	}
	a.Events = r.u16()
	a.Next, a.HasNext = r.deadline()
	a.Reason = r.take(int(r.u8()))
	if a.Status != sut.OK {
		return
	}
	switch a.Op &^ Reply {
	case Capabilities:
		r.caps(a)
	case Call:
		r.result(&a.Result)
	case Inspect:
		a.Value = int64(r.u64())
	}
}

func (w *writer) caps(a *Answer) {
	c := &a.Caps
	w.u16(c.Version)
	w.u32(a.MaxBody)
	w.time(c.Tick)
	w.u8(c.NameLen)
	if int(c.NameLen) > len(c.Name) {
		w.bad = true
		return
	}
	w.bytes(c.Name[:c.NameLen])
	w.name(c.Personality.String())
	count, n := w.room(1), uint8(0)
	for f := sut.Feature(0); f < 32; f++ {
		if c.Features.Has(f) {
			w.name(f.String())
			n++
		}
	}
	if count != nil {
		count[0] = n
	}
}

func (r *reader) caps(a *Answer) {
	c := &a.Caps
	c.Version = r.u16()
	a.MaxBody = r.u32()
	c.Tick = r.time()
	c.NameLen = uint8(copy(c.Name[:], r.name()))
	var ok bool
	name := r.name()
	if c.Personality, ok = sut.PersonalityByName(name); !ok {
		a.Stray = name
	}
	for n := r.u8(); n > 0 && r.fault.OK(); n-- {
		name = r.name()
		f, ok := sut.FeatureByName(name)
		c.Features = c.Features.With(f)
		if !ok && a.Stray == nil {
			a.Stray = name
		}
	}
}

func (w *writer) result(s *sut.Result) {
	w.boolean(s.Pending)
	w.u16(uint16(s.ID))
	w.u32(uint32(s.Ret))
	w.name(s.Err.String())
	w.addr(&s.Addr)
	w.bad = w.bad || len(s.Data) > MaxData
}

func (r *reader) result(s *sut.Result) {
	s.Pending = r.boolean()
	s.ID = sut.CallID(r.u16())
	s.Ret = int32(r.u32())
	s.Err, _ = sut.ErrnoByName(r.name())
	s.Addr = r.addr()
	s.Data = r.data()
}
