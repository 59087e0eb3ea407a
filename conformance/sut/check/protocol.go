package check

import (
	"bytes"
	"fmt"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// raw is a stack that takes bytes: one on the other side of a transport.
type raw interface {
	Raw(op message.Op, args []byte) sut.Status
}

// A transport says Malformed too when it finds the stack out, and then nothing more goes through: that is why checks that
// want Malformed of the stack want it to go on after that.

// bytesOf gives the stack as one that takes bytes.
func (e *env) bytesOf() raw {
	r, ok := e.stack.(raw)
	if !ok {
		e.skip("in process there are no bytes to send")
	}
	return r
}

func capabilitiesAnswered(e *env) {
	e.is(sut.OK, e.stack.Capabilities(&e.caps), "capabilities")
	switch {
	case e.caps.Version != sut.Version:
		e.fail("the stack speaks version %d of the protocol, this tester %d", e.caps.Version, sut.Version)
	case e.caps.NameLen == 0:
		e.fail("the stack has no name")
	case e.caps.Tick < 0:
		e.fail("the tick is %v", e.caps.Tick)
	}
}

func capabilitiesSame(e *env) {
	var before, again, after sut.Caps
	e.is(sut.OK, e.stack.Capabilities(&before), "capabilities")
	e.is(sut.OK, e.stack.Capabilities(&again), "capabilities")
	e.reset()
	e.is(sut.OK, e.stack.Capabilities(&after), "capabilities")
	if before != again {
		e.fail("asked twice, the stack tells different capabilities")
	}
	if before != after {
		e.fail("after a reset the stack tells different capabilities")
	}
}

func resetAnswered(e *env) {
	e.reset()
	e.advance(0)
	if at, ok := e.stack.Next(); ok && at < 0 {
		e.fail("the next deadline is %v", at)
	}
}

func capabilitiesNames(e *env) {
	s, ok := e.stack.(interface{ Stray() string })
	if !ok {
		e.skip("in process there are no names")
	}
	e.reset()
	if name := s.Stray(); name != "" {
		e.fail("the stack declares %q, which is no feature or personality", name)
	}
}

func nonsenseOperation(e *env) {
	r := e.bytesOf()
	for _, args := range [][]byte{nil, {1}, bytes.Repeat([]byte{0x5a}, 500)} {
		for _, op := range []message.Op{message.Bye + 1, 0x2a, message.MaxOp} {
			e.reset()
			e.is(sut.Unsupported, r.Raw(op, args), "operation %02X", uint8(op))
			e.is(sut.OK, e.stack.Advance(1, e), "advance after operation %02X", uint8(op))
		}
	}
}

func nonsenseCutShort(e *env) {
	r := e.bytesOf()
	for _, c := range []struct {
		op   message.Op
		args []byte
	}{{message.Capabilities, []byte{1}}, {message.Reset, make([]byte, 20)}, {message.Advance, make([]byte, 7)},
		{message.Cancel, []byte{1}}} {
		e.reset()
		e.is(sut.Malformed, r.Raw(c.op, c.args), "%s without its end", c.op)
		e.is(sut.OK, e.stack.Advance(1, e), "advance after a %s without its end", c.op)
	}
}

// nonsense replaces "unknown", which Unknown is sent as, by another word of the same length, so that no shim can know
// it.
func (e *env) nonsense(r *message.Request) []byte {
	head := make([]byte, message.MaxHead)
	n, ok := r.PutHead(head)
	if !ok {
		panic("check: a request that cannot be")
	}
	word := fmt.Sprintf("x%06x", e.seed&0xffffff)
	return bytes.ReplaceAll(head[3:n], []byte("unknown"), []byte(word))
}

// refusesName wants a request with a nonsense name to be unsupported, as it is said in Go and, where there are bytes,
// with another nonsense name.
func (e *env) refusesName(what string, r *message.Request, typed sut.Status) {
	e.is(sut.Unsupported, typed, "a nonsense %s", what)
	if b, ok := e.stack.(raw); ok {
		e.is(sut.Unsupported, b.Raw(r.Op, e.nonsense(r)), "a nonsense %s", what)
	}
	e.is(sut.OK, e.stack.Advance(e.now+1, e), "advance after a nonsense %s", what)
	e.now++
}

func nonsenseCall(e *env) {
	e.reset()
	c := sut.Call{Op: sut.Unknown, FD: 1}
	var result sut.Result
	e.refusesName("call", &message.Request{Op: message.Call, Call: c}, e.stack.Call(&c, &result, e))
}

func nonsenseOption(e *env) {
	e.reset()
	typ := uint8(sut.TypeStream)
	if e.has(sut.FeatureUDP) {
		typ = sut.TypeDatagram
	}
	var made sut.Result // whether it is made is not asked here: an option has no name for any socket
	e.stack.Call(&sut.Call{Op: sut.OpSocket, NewFD: 1, Domain: sut.DomainIPv4, Type: typ}, &made, e)
	for _, op := range []sut.Op{sut.OpGetSockOpt, sut.OpSetSockOpt} {
		c := sut.Call{Op: op, FD: 1, Option: sut.Unknown}
		if op == sut.OpSetSockOpt {
			c.Data = []byte{1, 0, 0, 0}
		}
		var result sut.Result
		e.refusesName("socket option", &message.Request{Op: message.Call, Call: c}, e.stack.Call(&c, &result, e))
	}
}

func nonsenseKnob(e *env) {
	e.reset()
	e.refusesName("knob", &message.Request{Op: message.Knob, Knob: sut.Unknown}, e.stack.Knob(sut.Unknown, 0, e))
}

func nonsenseFigure(e *env) {
	e.reset()
	var v int64
	e.refusesName("figure", &message.Request{Op: message.Inspect, Figure: sut.Unknown}, e.stack.Inspect(sut.Unknown, 0, &v))
}

func nonsenseCancel(e *env) {
	e.reset()
	e.is(sut.Malformed, e.stack.Cancel(0xbeef, e), "cancel of a call that is not pending")
	e.is(sut.OK, e.stack.Advance(1, e), "advance after a cancel of a call that is not pending")
}
