package message

import (
	"time"

	"pgregory.net/rapid"

	"stackproof/conformance/sut"
)

// The generators below draw every message that the protocol can say.

func fixed(t *rapid.T, label string, dst []byte) {
	copy(dst, rapid.SliceOfN(rapid.Byte(), len(dst), len(dst)).Draw(t, label))
}

func drawBytes(t *rapid.T, label string) []byte {
	return rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, label)
}

func drawTime(t *rapid.T, label string) sut.Time {
	return sut.Time(rapid.Int64Range(0, 1<<63-1).Draw(t, label))
}

func drawAddr(t *rapid.T) (a sut.Addr) {
	a.Family = rapid.SampledFrom([]uint8{0, sut.DomainIPv4, sut.DomainIPv6}).Draw(t, "family")
	fixed(t, "ip", a.IP[:])
	a.Port = rapid.Uint16().Draw(t, "port")
	return a
}

func drawConfig(t *rapid.T) (c sut.Config) {
	c.Seed = rapid.Uint64().Draw(t, "seed")
	fixed(t, "mac", c.MAC[:])
	c.MTU = rapid.Uint16().Draw(t, "mtu")
	fixed(t, "addr4", c.Addr4[:])
	fixed(t, "gateway4", c.Gateway4[:])
	fixed(t, "addr6", c.Addr6[:])
	fixed(t, "gateway6", c.Gateway6[:])
	c.RcvBuf = rapid.Uint32().Draw(t, "receive buffer")
	c.SndBuf = rapid.Uint32().Draw(t, "send buffer")
	c.Prefix4 = rapid.Uint8Range(0, 32).Draw(t, "prefix4")
	c.Prefix6 = rapid.Uint8Range(0, 128).Draw(t, "prefix6")
	return c
}

func drawCall(t *rapid.T) sut.Call {
	return sut.Call{
		Op:     sut.Op(rapid.Uint8Range(0, uint8(sut.OpPoll)).Draw(t, "call")),
		Task:   rapid.Uint8().Draw(t, "task"),
		FD:     sut.FD(rapid.Uint16().Draw(t, "fd")),
		NewFD:  sut.FD(rapid.Uint16().Draw(t, "new fd")),
		Domain: rapid.Uint8().Draw(t, "domain"),
		Type:   rapid.Uint8().Draw(t, "type"),
		Proto:  rapid.Uint8().Draw(t, "proto"),
		Option: sut.Option(rapid.Uint8Range(0, uint8(sut.IPv6V6Only)).Draw(t, "option")),
		Flags:  rapid.Uint16().Draw(t, "flags"),
		Value:  rapid.Int32().Draw(t, "value"),
		Addr:   drawAddr(t),
		Data:   drawBytes(t, "data"),
	}
}

func drawRequest(t *rapid.T) *Request {
	r := &Request{Op: Op(rapid.Uint8Range(1, uint8(Bye)).Draw(t, "op")), ID: rapid.Uint16().Draw(t, "id")}
	switch r.Op {
	case Capabilities:
		r.Version = rapid.Uint16().Draw(t, "version")
	case Reset:
		r.Config = drawConfig(t)
	case Deliver:
		r.Frame = drawBytes(t, "frame")
	case Advance:
		r.To = drawTime(t, "to")
	case Call:
		r.Call = drawCall(t)
	case Cancel:
		r.CallID = sut.CallID(rapid.Uint16().Draw(t, "call id"))
	case Link:
		r.Up = rapid.Bool().Draw(t, "up")
	case Knob:
		r.Knob = rapid.SampledFrom([]sut.Knob{sut.KnobMSL, sut.Unknown}).Draw(t, "knob")
		r.Value = rapid.Int64().Draw(t, "value")
	case Inspect:
		r.Figure = rapid.SampledFrom([]sut.Figure{sut.FigTCPState, sut.FigDrops, sut.Unknown}).Draw(t, "figure")
		r.FD = sut.FD(rapid.Uint16().Draw(t, "fd"))
	}
	return r
}

func drawResult(t *rapid.T, mayPend bool) sut.Result {
	return sut.Result{
		Pending: mayPend && rapid.Bool().Draw(t, "pending"),
		ID:      sut.CallID(rapid.Uint16().Draw(t, "call id")),
		Ret:     rapid.Int32().Draw(t, "ret"),
		Err:     sut.Errno(rapid.Uint8Range(0, uint8(sut.EOther)).Draw(t, "err")),
		Addr:    drawAddr(t),
		Data:    drawBytes(t, "data"),
	}
}

func drawCaps(t *rapid.T) sut.Caps {
	c := sut.Caps{
		Version:     rapid.Uint16().Draw(t, "version"),
		Personality: sut.Personality(rapid.Uint8Range(0, uint8(sut.LwIP)).Draw(t, "personality")),
		Tick:        sut.Time(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "tick")),
	}
	c.NameLen = uint8(copy(c.Name[:], rapid.SliceOfN(rapid.Byte(), 0, sut.MaxName).Draw(t, "name")))
	for f := sut.Feature(0); f.String() != "unknown"; f++ {
		if rapid.Bool().Draw(t, f.String()) {
			c.Features = c.Features.With(f)
		}
	}
	return c
}

func drawAnswer(t *rapid.T) *Answer {
	a := &Answer{ID: rapid.Uint16().Draw(t, "id")}
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		a.Op, a.At, a.Frame = EventFrame, drawTime(t, "at"), drawBytes(t, "frame")
		return a
	case 1:
		a.Op, a.At, a.Result = EventDone, drawTime(t, "at"), drawResult(t, false)
		return a
	}
	a.Op = Reply | Op(rapid.Uint8Range(0, 0x3f).Draw(t, "op"))
	a.Status = sut.Status(rapid.Uint8Range(0, uint8(sut.Hung)).Draw(t, "status"))
	a.Events = rapid.Uint16().Draw(t, "events")
	if a.HasNext = rapid.Bool().Draw(t, "has next"); a.HasNext {
		a.Next = drawTime(t, "next")
	}
	a.Reason = rapid.SliceOfN(rapid.Byte(), 0, MaxReason).Draw(t, "reason")
	if a.Status != sut.OK {
		return a
	}
	switch a.Op &^ Reply {
	case Capabilities:
		a.Caps, a.MaxBody = drawCaps(t), rapid.Uint32().Draw(t, "max body")
	case Call:
		a.Result = drawResult(t, true)
	case Inspect:
		a.Value = rapid.Int64().Draw(t, "value")
	}
	return a
}
