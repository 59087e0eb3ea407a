package vm

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// Encode writes a program into buf and answers its length; where that is more than buf has, buf is not filled and must
// be so long. What an event sets that its kind has no use for is not written.
func Encode(buf []byte, p *Program) (n int, bad Bad) {
	c := coder{b: buf, writing: true}
	if len(p.Events) > MaxEvents {
		c.fail(BadCount)
		return 0, c.bad
	}
	c.head(p, len(p.Events))
	for i := range p.Events {
		c.event = i
		c.one(&p.Events[i], nil, nil)
		if p.Events[i].Kind == End && i+1 < len(p.Events) {
			c.fail(BadEnd)
		}
	}
	return c.at, c.bad
}

// head is all of a program but its events.
func (c *coder) head(p *Program, events int) int {
	if c.byte(Version) != Version {
		c.fail(BadVersion)
	}
	g, peer := &p.Config, &p.Peer
	g.Seed = c.uint(g.Seed, 1<<64-1)
	c.array(g.MAC[:])
	g.MTU = uint16(c.uint(uint64(g.MTU), 1<<16-1))
	c.array(g.Addr4[:])
	g.Prefix4 = c.enum(g.Prefix4, 33)
	c.array(g.Gateway4[:])
	c.array(g.Addr6[:])
	g.Prefix6 = c.enum(g.Prefix6, 129)
	c.array(g.Gateway6[:])
	g.RcvBuf = uint32(c.uint(uint64(g.RcvBuf), 1<<32-1))
	g.SndBuf = uint32(c.uint(uint64(g.SndBuf), 1<<32-1))

	c.array(peer.MAC[:])
	c.array(peer.IP4[:])
	c.array(peer.IP6[:])
	peer.Port = uint16(c.uint(uint64(peer.Port), 1<<16-1))
	peer.Neighbour = c.enum(flag(peer.Neighbour, 1), 2) != 0

	p.Needs = sut.Features(c.uint(uint64(p.Needs), 1<<32-1))
	p.Personalities = c.byte(p.Personalities)
	p.Tolerance = c.time(p.Tolerance)
	events = c.count(events, MaxEvents)
	c.fault(&p.Fault, events)
	return events
}

func (c *coder) fault(f *Fault, events int) {
	f.Kind = FaultKind(c.enum(uint8(f.Kind), uint8(faultKinds)))
	if f.Kind == NoFault {
		return
	}
	f.Target = uint16(c.uint(uint64(f.Target), 1<<16-1))
	if int(f.Target) >= events {
		c.fail(BadFault)
	}
	if f.Kind == FaultOut || f.Kind == FaultIn {
		f.Field = c.fieldName(f.Field)
	}
	f.N = c.int32(f.N)
}

// fieldName is a field that exists.
func (c *coder) fieldName(f frame.Field) frame.Field {
	f = frame.Field(c.enum(uint8(f), uint8(frame.Fields)))
	if f == frame.FieldNone {
		c.fail(BadField)
	}
	return f
}

// one is an event. fields and options are where those that are read go.
func (c *coder) one(e *Event, fields []FieldOp, options []Option) {
	kind, mode := c.pair(uint8(e.Kind), uint8(e.Mode))
	e.Kind, e.Mode = Kind(kind), TimeMode(mode)
	if e.Kind >= kinds || e.Mode >= modes {
		c.fail(BadEnum)
		return
	}
	if e.Mode != AnyTime {
		e.At = c.time(e.At)
	} else if e.Kind != Expect {
		c.fail(BadEnum)
	}
	switch e.Kind {
	case Inject:
		c.packet(&e.Packet, Inject, fields, options)
	case Expect:
		if e.Mode != AnyTime {
			e.Span = c.time(e.Span)
		}
		c.packet(&e.Packet, Expect, fields, options)
	case Call:
		c.call(e)
	case Link:
		e.Value = int64(c.enum(flag(e.Value != 0, 1), 2))
	case Knob:
		knob := c.byte(uint8(e.Knob) | flag(e.Soft, softKnob))
		e.Knob, e.Soft = sut.Knob(knob&^softKnob), knob&softKnob != 0
		e.Value = c.int(e.Value)
		c.known(e.Knob.Known())
	case Inspect:
		c.inspect(e)
	}
}

// softKnob is set beside a knob that a stack may lack.
const softKnob = 1 << 7

// known refuses a value without a meaning.
func (c *coder) known(ok bool) {
	if !ok {
		c.fail(BadEnum)
	}
}

func (c *coder) inspect(e *Event) {
	e.Figure = sut.Figure(c.byte(uint8(e.Figure)))
	c.known(e.Figure.Known())
	e.Call.FD = sut.FD(c.uint(uint64(e.Call.FD), MaxFDs-1))
	e.Value = c.int(e.Value)
	e.Check = CheckOp(c.enum(uint8(e.Check), uint8(checkOps)))
	e.Base = Base(c.enum(uint8(e.Base), uint8(bases)))
	if e.Check < Equal || e.Base != BaseZero && e.Base != BaseVar {
		c.fail(BadField)
	}
	e.Var = c.variable(e.Var, e.Check, e.Base)
}

// variable is the number of a variable, where one is used.
func (c *coder) variable(v uint8, op CheckOp, base Base) uint8 {
	if op != Capture && base != BaseVar {
		return 0
	}
	return c.enum(v, Vars)
}

// Parts of a packet that few packets have, after the byte that says which.
const (
	packetQuote = 1 << iota
	packetSplit
	packetOptionsAny
	packetNetOptions
	packetTruncate
	packetPad
	packetLater
	packetParts
)

func (p *Packet) has() uint8 {
	return flag(p.Quote, packetQuote) | flag(p.Split, packetSplit) | flag(p.OptionsAny, packetOptionsAny) |
		flag(len(p.NetOptions) > 0, packetNetOptions) | flag(p.Truncate > 0, packetTruncate) | flag(p.Pad > 0, packetPad) |
		flag(p.Later, packetLater)
}

func (c *coder) packet(p *Packet, kind Kind, fields []FieldOp, options []Option) {
	if p.Net > NetIPv6 || p.Transport > TransportICMP {
		c.fail(BadEnum)
	}
	layers, flow := c.pair(uint8(p.Net)|uint8(p.Transport)<<2, p.Flow)
	p.Net, p.Transport, p.Flow = Net(layers&3), Transport(layers>>2), flow
	if p.Flow >= Flows || p.Net < NetIPv4 && p.Transport != TransportRaw {
		c.fail(BadEnum)
	}
	has := c.enum(p.has(), packetParts)
	p.Quote, p.Split, p.OptionsAny = has&packetQuote != 0, has&packetSplit != 0, has&packetOptionsAny != 0
	p.Later = has&packetLater != 0
	if has&packetNetOptions != 0 {
		p.NetOptions = c.bytes(p.NetOptions)
	}
	if has&packetTruncate != 0 {
		p.Truncate = uint16(c.uint(uint64(p.Truncate), frame.MaxLen))
	}
	if has&packetPad != 0 {
		p.Pad = uint16(c.uint(uint64(p.Pad), frame.MaxLen))
		p.PadByte = c.byte(p.PadByte)
	}
	if has != p.has() {
		c.fail(BadForm)
	}
	c.payload(&p.Payload)
	n := c.count(len(p.Fields), MaxFields)
	if !c.writing && n > 0 {
		p.Fields = fields[:n]
	}
	for i := range n {
		c.field(&p.Fields[i], kind)
	}
	n = c.count(len(p.Options), MaxOptions)
	if !c.writing && n > 0 {
		p.Options = options[:n]
	}
	for i := range n {
		c.option(&p.Options[i])
	}
}

func (c *coder) field(f *FieldOp, kind Kind) {
	if !c.writing {
		*f = FieldOp{}
	}
	f.Field = c.fieldName(f.Field)
	op, base := c.pair(uint8(f.Op), uint8(f.Base))
	f.Op, f.Base = CheckOp(op), Base(base)
	f.Var = c.variable(f.Var, f.Op, f.Base)
	addr := f.Field.IsAddr()
	if addr {
		c.array(f.B[:])
	} else {
		f.N = c.int32(f.N)
	}
	switch {
	case f.Op >= checkOps || f.Base >= bases:
		c.fail(BadEnum)
	case (kind == Inject) != (f.Op < Equal),
		kind == Inject && f.Field == frame.PayloadLen,
		addr && f.Op != Set && f.Op != Equal && f.Op != NotEq && f.Op != Capture,
		addr && f.Base != BaseZero && f.Base != BaseVar:
		c.fail(BadField)
	}
}

const (
	optionRaw = 1 << iota
	optionAny
	optionAnyN
	optionAbsN
	optionMaybe
	optionParts
)

func (o *Option) has() uint8 {
	return flag(o.Raw, optionRaw) | flag(o.Any, optionAny) | flag(o.AnyN != 0, optionAnyN) | flag(o.AbsN != 0, optionAbsN) |
		flag(o.Maybe, optionMaybe)
}

func (c *coder) option(o *Option) {
	if !c.writing {
		*o = Option{}
	}
	o.Kind = c.byte(o.Kind)
	has := c.enum(o.has(), optionParts)
	o.Raw, o.Any, o.Maybe = has&optionRaw != 0, has&optionAny != 0, has&optionMaybe != 0
	if has&optionAnyN != 0 {
		o.AnyN = c.byte(o.AnyN)
	}
	if has&optionAbsN != 0 {
		o.AbsN = c.byte(o.AbsN)
	}
	if has != o.has() {
		c.fail(BadForm)
	}
	if o.Raw {
		o.Data = c.bytes(o.Data)
		if len(o.Data) < 1 || len(o.Data) > 40 || o.Data[0] != o.Kind {
			c.fail(BadOption)
		}
		return
	}
	o.Count = c.enum(o.Count, uint8(len(o.N)+1))
	for i := range o.Count {
		o.N[i] = c.int32(o.N[i])
	}
	if !o.valid() {
		c.fail(BadOption)
	}
}

// valid tells whether an option has the numbers of its kind; one that any values meet may have none.
func (o *Option) valid() bool {
	if o.AnyN>>o.Count != 0 || o.AbsN>>o.Count != 0 {
		return false
	}
	switch o.Kind {
	case frame.OptEOL, frame.OptNOP, frame.OptSACKPerm:
		return o.Count == 0
	case frame.OptMSS:
		return o.Count == 1 && o.N[0] <= 0xffff || o.Any && o.Count == 0
	case frame.OptWScale:
		return o.Count == 1 && o.N[0] <= 0xff || o.Any && o.Count == 0
	case frame.OptTimestamps:
		return o.Count == 2 || o.Any && o.Count == 0
	case frame.OptSACK:
		return o.Count%2 == 0 && (o.Count > 0 || o.Any)
	}
	return false
}

const (
	payloadLen = 1 << iota
	payloadLiteral
	payloadAny
	payloadSalt
	payloadParts
)

func (p *Payload) has() uint8 {
	return flag(p.Len > 0, payloadLen) | flag(p.Literal, payloadLiteral) | flag(p.Any, payloadAny) |
		flag(p.Salt != 0, payloadSalt)
}

func (c *coder) payload(p *Payload) {
	has := c.enum(p.has(), payloadParts)
	p.Literal, p.Any = has&payloadLiteral != 0, has&payloadAny != 0
	if has&payloadLen != 0 {
		p.Len = uint32(c.uint(uint64(p.Len), 1<<20))
	}
	if has&payloadSalt != 0 {
		p.Salt = c.byte(p.Salt)
	}
	if p.Literal {
		p.Data = c.raw(p.Data, int(p.Len))
	}
	if has != p.has() {
		c.fail(BadForm)
	}
}
