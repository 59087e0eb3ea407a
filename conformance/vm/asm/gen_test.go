package asm

import (
	"time"

	"pgregory.net/rapid"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

func number(t *rapid.T, most uint64) uint64 {
	return rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Max(most), rapid.Just(most)).Draw(t, "number")
}

func length(t *rapid.T) time.Duration {
	n := rapid.Int64Range(0, vm.MaxTime).Draw(t, "time")
	return time.Duration(rapid.SampledFrom([]int64{0, n, n / 1000 * 1000, 1000, 999, vm.MaxTime}).Draw(t, "which"))
}

func some(t *rapid.T, least, most int) []byte {
	return rapid.SliceOfN(rapid.Byte(), least, most).Draw(t, "bytes")
}

func array(t *rapid.T, a []byte) { copy(a, some(t, 0, len(a))) }

func enum(t *rapid.T, count int) uint8 { return uint8(rapid.IntRange(0, count-1).Draw(t, "enum")) }

func draw(t *rapid.T) *vm.Program {
	p := &vm.Program{Needs: sut.Features(rapid.Uint32().Draw(t, "needs")), Personalities: rapid.Byte().Draw(t, "personalities"), Tolerance: length(t)}
	g := &p.Config
	g.Seed, g.MTU = number(t, 1<<64-1), uint16(number(t, 1<<16-1))
	array(t, g.MAC[:])
	array(t, g.Addr4[:])
	array(t, g.Gateway4[:])
	array(t, g.Addr6[:])
	array(t, g.Gateway6[:])
	g.RcvBuf = rapid.Uint32().Draw(t, "receive buffer")
	g.SndBuf = rapid.Uint32().Draw(t, "send buffer")
	g.Prefix4, g.Prefix6 = enum(t, 33), enum(t, 129)
	array(t, p.Peer.MAC[:])
	array(t, p.Peer.IP4[:])
	array(t, p.Peer.IP6[:])
	p.Peer.Port, p.Peer.Neighbour = uint16(number(t, 1<<16-1)), rapid.Bool().Draw(t, "neighbour")
	n := rapid.IntRange(0, 6).Draw(t, "events")
	for i := range n {
		e := event(t, i == n-1)
		p.Events = append(p.Events, e)
	}
	if n > 0 && rapid.Bool().Draw(t, "twin") {
		f := &p.Fault
		f.Kind = vm.FaultKind(1 + enum(t, int(vm.FaultOption)))
		f.Target, f.N = uint16(rapid.IntRange(0, n-1).Draw(t, "target")), uint32(number(t, 1<<32-1))
		if f.Kind == vm.FaultOut || f.Kind == vm.FaultIn {
			f.Field = field(t)
		}
	}
	return p
}

func field(t *rapid.T) frame.Field { return frame.Field(1 + enum(t, frame.Fields-1)) }

func event(t *rapid.T, last bool) vm.Event {
	e := vm.Event{Mode: vm.Relative, At: length(t)}
	e.Kind = vm.Kind(1 + enum(t, int(vm.Wait)))
	if last && rapid.Bool().Draw(t, "end") {
		e.Kind = vm.End
	}
	switch e.Kind {
	case vm.Inject:
		e.Packet = packet(t, vm.Inject)
	case vm.Expect:
		if e.Span = length(t); e.Span%3 == 0 {
			e.Mode, e.At, e.Span = vm.AnyTime, 0, 0
		}
		e.Packet = packet(t, vm.Expect)
	case vm.Call:
		call(t, &e)
	case vm.Link:
		e.Value = int64(enum(t, 2))
	case vm.Knob:
		e.Knob, e.Value, e.Soft = sut.KnobMSL, int64(number(t, 1<<64-1)), number(t, 1) == 1
	case vm.Inspect:
		e.Figure, e.Call.FD, e.Value = sut.Figure(enum(t, 25)), sut.FD(enum(t, vm.MaxFDs)), int64(number(t, 1<<64-1))
		e.Check = vm.Equal + vm.CheckOp(enum(t, 6))
		if rapid.Bool().Draw(t, "variable") {
			e.Base, e.Var = vm.BaseVar, enum(t, vm.Vars)
		} else if e.Check == vm.Capture {
			e.Var = enum(t, vm.Vars)
		}
	}
	return e
}

func packet(t *rapid.T, kind vm.Kind) vm.Packet {
	p := vm.Packet{
		Net: vm.Net(enum(t, 4)), Flow: enum(t, vm.Flows), Payload: payload(t), Quote: rapid.Bool().Draw(t, "quote"),
		Split: rapid.Bool().Draw(t, "split"), Later: rapid.Bool().Draw(t, "later"), OptionsAny: rapid.Bool().Draw(t, "any"), NetOptions: some(t, 0, 8),
		Truncate: uint16(number(t, frame.MaxLen)), Pad: uint16(number(t, frame.MaxLen)),
	}
	if p.Net >= vm.NetIPv4 {
		p.Transport = vm.Transport(enum(t, 4))
	}
	if p.Pad > 0 {
		p.PadByte = rapid.Byte().Draw(t, "pad")
	}
	for range rapid.IntRange(0, 5).Draw(t, "fields") {
		p.Fields = append(p.Fields, fieldOp(t, kind))
	}
	for range rapid.IntRange(0, 5).Draw(t, "options") {
		p.Options = append(p.Options, option(t))
	}
	return p
}

func fieldOp(t *rapid.T, kind vm.Kind) vm.FieldOp {
	f := vm.FieldOp{Field: field(t)}
	if kind == vm.Inject {
		f.Op = vm.CheckOp(enum(t, 2))
		if f.Field == frame.PayloadLen {
			f.Field = frame.IPLen
		}
	} else {
		f.Op = vm.Equal + vm.CheckOp(enum(t, 6))
	}
	if f.Field.IsAddr() {
		if f.Op == vm.Add || f.Op == vm.AtLeast || f.Op == vm.AtMost || f.Op == vm.Bits {
			f.Op = map[bool]vm.CheckOp{true: vm.Set, false: vm.NotEq}[kind == vm.Inject]
		}
		array(t, f.B[:])
		f.Base = rapid.SampledFrom([]vm.Base{vm.BaseZero, vm.BaseVar}).Draw(t, "base")
	} else {
		f.N, f.Base = uint32(number(t, 1<<32-1)), vm.Base(enum(t, int(vm.BaseVar)+1))
	}
	if f.Base == vm.BaseVar || f.Op == vm.Capture {
		f.Var = enum(t, vm.Vars)
	}
	return f
}

func option(t *rapid.T) vm.Option {
	o := vm.Option{Kind: rapid.SampledFrom([]uint8{0, 1, 2, 3, 4, 5, 8, 99}).Draw(t, "kind"), Any: rapid.Bool().Draw(t, "any"), Maybe: rapid.Bool().Draw(t, "maybe")}
	switch o.Kind {
	case 99:
		o.Raw, o.Data = true, append([]byte{99}, some(t, 0, 39)...)
		return o
	case frame.OptMSS, frame.OptWScale:
		o.Count = 1
	case frame.OptTimestamps:
		o.Count = 2
	case frame.OptSACK:
		o.Count = 2 * (1 + enum(t, 4))
	}
	for i := range o.Count {
		o.N[i] = uint32(number(t, map[uint8]uint64{2: 0xffff, 3: 0xff, 5: 1<<32 - 1, 8: 1<<32 - 1}[o.Kind]))
	}
	if o.Count > 0 {
		o.AnyN, o.AbsN = 1<<(o.Count-1), uint8(number(t, 1<<o.Count-1))
	}
	return o
}

func payload(t *rapid.T) vm.Payload {
	p := vm.Payload{Any: rapid.Bool().Draw(t, "any"), Salt: rapid.Byte().Draw(t, "salt")}
	if p.Literal = rapid.Bool().Draw(t, "literal"); p.Literal {
		p.Data = some(t, 0, 20)
		p.Len = uint32(len(p.Data))
	} else {
		p.Len = uint32(number(t, 1<<20))
	}
	return p
}

func call(t *rapid.T, e *vm.Event) {
	c := &e.Call
	c.Op, c.Task, c.FD, c.NewFD = sut.Op(enum(t, 19)), rapid.Byte().Draw(t, "task"), sut.FD(enum(t, vm.MaxFDs)), sut.FD(enum(t, vm.MaxFDs))
	c.Domain, c.Type, c.Proto = enum(t, 7), enum(t, 3), enum(t, 20)
	c.Option, c.Flags, c.Value = sut.Option(enum(t, 14)), uint16(number(t, 1<<16-1)), int32(number(t, 1<<32-1))
	c.Addr, c.Data = addr(t), some(t, 0, 8)
	e.Send = payload(t)
	if e.Blocks = rapid.Bool().Draw(t, "blocks"); e.Blocks {
		e.Span = length(t)
	}
	w := &e.Want
	w.Any, w.Ret, w.Err, w.Addr = rapid.Bool().Draw(t, "any"), int32(number(t, 1<<32-1)), sut.Errno(enum(t, 33)), addr(t)
	w.HasData, w.Pattern, w.Salt = rapid.Bool().Draw(t, "has data"), rapid.Bool().Draw(t, "pattern"), rapid.Byte().Draw(t, "salt")
	if w.HasData && !w.Pattern {
		w.Data = some(t, 0, 20)
	}
}

func addr(t *rapid.T) (a sut.Addr) {
	a.Family = rapid.SampledFrom([]uint8{0, sut.DomainIPv4, sut.DomainIPv6}).Draw(t, "family")
	array(t, a.IP[:])
	a.Port = uint16(number(t, 1<<16-1))
	return a
}
