package message

import "stackproof/conformance/sut"

// Request is one operation that the tester asks for. Op says which of the other fields count.
type Request struct {
	Op     Op
	ID     uint16     // the tester's name for the request; every message in answer to it repeats it
	Config sut.Config // Reset
	Frame  []byte     // Deliver
	To     sut.Time   // Advance
	Call   sut.Call   // Call
	CallID sut.CallID // Cancel
	Up     bool       // Link
	Knob   sut.Knob   // Knob
	Figure sut.Figure // Inspect
	FD     sut.FD     // Inspect
	Value  int64      // Knob
	// Version is the protocol version that the tester speaks: Capabilities.
	Version uint16
}

// Tail is what follows the head in the message's body: a frame or a call's data.
func (r *Request) Tail() []byte {
	switch r.Op {
	case Deliver:
		return r.Frame
	case Call:
		return r.Call.Data
	}
	return nil
}

// PutHead writes the body up to its tail into dst and gives its length. ok is false where dst is too short (MaxHead is
// enough) or the request cannot be said: a negative time, a frame longer than MaxFrame, data longer than MaxData.
func (r *Request) PutHead(dst []byte) (n int, ok bool) {
	w := writer{b: dst}
	w.u8(uint8(r.Op))
	w.u16(r.ID)
	switch r.Op {
	case Capabilities:
		w.u16(r.Version)
	case Reset:
		w.config(&r.Config)
	case Deliver:
		w.bad = w.bad || len(r.Frame) > MaxFrame
	case Advance:
		w.time(r.To)
	case Call:
		w.call(&r.Call)
	case Cancel:
		w.u16(uint16(r.CallID))
	case Link:
		w.boolean(r.Up)
	case Knob:
		w.name(r.Knob.String())
		w.u64(uint64(r.Value))
	case Inspect:
		w.name(r.Figure.String())
		w.u16(uint16(r.FD))
	}
	return w.n, !w.bad
}

// Decode reads a body into r, which borrows from it. An operation beyond Bye is no fault: it is to be answered
// Unsupported, as is a name that decodes as sut.Unknown. Where there is a fault r.Op and r.ID hold if the body has them.
func (r *Request) Decode(body []byte) Fault {
	in := reader{b: body}
	*r = Request{Op: Op(in.u8()), ID: in.u16()}
	if in.fault.OK() && (r.Op == 0 || r.Op > MaxOp) {
		in.fail(BadOp, 0)
	}
	switch r.Op {
	case Capabilities:
		r.Version = in.u16()
	case Reset:
		in.config(&r.Config)
	case Deliver:
		r.Frame = in.frame()
	case Advance:
		r.To = in.time()
	case Call:
		in.call(&r.Call)
	case Cancel:
		r.CallID = sut.CallID(in.u16())
	case Link:
		r.Up = in.boolean()
	case Knob:
		r.Knob, _ = sut.KnobByName(in.name())
		r.Value = int64(in.u64())
	case Inspect:
		r.Figure, _ = sut.FigureByName(in.name())
		r.FD = sut.FD(in.u16())
	case Bye:
	default:
		return in.fault // its arguments are unknown too
	}
	return in.end()
}

func (w *writer) config(c *sut.Config) {
	w.u64(c.Seed)
	w.bytes(c.MAC[:])
	w.u16(c.MTU)
	w.bytes(c.Addr4[:])
	w.u8(c.Prefix4)
	w.bytes(c.Gateway4[:])
	w.bytes(c.Addr6[:])
	w.u8(c.Prefix6)
	w.bytes(c.Gateway6[:])
	w.u32(c.RcvBuf)
	w.u32(c.SndBuf)
}

func (r *reader) config(c *sut.Config) {
	c.Seed = r.u64()
	copy(c.MAC[:], r.take(6))
	c.MTU = r.u16()
	copy(c.Addr4[:], r.take(4))
	c.Prefix4 = r.prefix(32)
	copy(c.Gateway4[:], r.take(4))
	copy(c.Addr6[:], r.take(16))
	c.Prefix6 = r.prefix(128)
	copy(c.Gateway6[:], r.take(16))
	c.RcvBuf = r.u32()
	c.SndBuf = r.u32()
}

// prefix is a prefix length of most bits at most.
func (r *reader) prefix(most uint8) uint8 {
	v := r.u8()
	if v > most {
		r.fail(BadValue, r.n-1)
	}
	return v
}

// frame is the rest of the body, MaxFrame bytes at most.
func (r *reader) frame() []byte {
	if len(r.b)-r.n > MaxFrame {
		r.fail(Surplus, r.n+MaxFrame)
	}
	return r.rest()
}

// data is the rest of the body, MaxData bytes at most.
func (r *reader) data() []byte {
	if len(r.b)-r.n > MaxData {
		r.fail(Surplus, r.n+MaxData)
	}
	return r.rest()
}

func (w *writer) call(c *sut.Call) {
	w.name(c.Op.String())
	w.u8(c.Task)
	w.u16(uint16(c.FD))
	w.u16(uint16(c.NewFD))
	w.u8(c.Domain)
	w.u8(c.Type)
	w.u8(c.Proto)
	w.name(c.Option.String())
	w.u16(c.Flags)
	w.u32(uint32(c.Value))
	w.addr(&c.Addr)
	w.bad = w.bad || len(c.Data) > MaxData
}

func (r *reader) call(c *sut.Call) {
	c.Op, _ = sut.OpByName(r.name())
	c.Task = r.u8()
	c.FD = sut.FD(r.u16())
	c.NewFD = sut.FD(r.u16())
	c.Domain = r.u8()
	c.Type = r.u8()
	c.Proto = r.u8()
	if name := r.name(); len(name) > 0 {
		c.Option, _ = sut.OptionByName(name)
	}
	c.Flags = r.u16()
	c.Value = int32(r.u32())
	c.Addr = r.addr()
	c.Data = r.data()
}
