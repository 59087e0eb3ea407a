// Package serve is the stack's side of the stack-under-test protocol for a stack that is a sut.SUT: bytes in, the
// operation carried out, bytes out. A child process feeds it from its standard input, a board from its UART.
//
// Core rules hold: the package runs on the board.
package serve

import (
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// MaxBuffers is the number of buffers that a Server can use.
const MaxBuffers = 16

// State is what a Server has come to.
type State uint8

const (
	// Serving: it waits for the next bytes.
	Serving State = iota
	// Ended: the tester said bye.
	Ended
	// Lost: the tester sent what cannot be a message, or cannot be written to. Nothing more can be served.
	Lost
)

// Server serves one stack on one stream. The memory that it needs is in itself and in the buffers given to Init.
type Server struct {
	stack   sut.SUT
	split   message.Splitter
	send    message.Sender
	events  events
	framing message.Framing
	state   State
	reset   bool // a Reset has been carried out
	unsaid  bool // an event of this operation could not be sent
	count   int  // events of this operation
	limit   int  // the longest request body that any of the buffers takes
	bufs    [][]byte
	cur     int              // the buffer that receives
	held    [MaxBuffers]held // by index in bufs
	req     message.Request
	ans     message.Answer
	head    [message.MaxHead]byte
	reason  [64]byte
}

// held marks a buffer whose data a pending call borrows.
type held struct {
	used bool
	id   sut.CallID
}

// Init readies the server for a stream's first byte: answers go to w. Each buffer takes one request, so its length is
// that of the longest request (message.MinBody at least, plus 4 on a Line). One buffer is needed to receive, and one
// more for each call with data that may be pending at the same time; a call beyond that is answered Unsupported.
func (s *Server) Init(stack sut.SUT, w message.Writer, f message.Framing, bufs [][]byte) {
	s.stack, s.framing = stack, f
	s.state, s.reset = Serving, false
	s.bufs, s.cur = bufs[:min(len(bufs), MaxBuffers)], 0
	s.held = [MaxBuffers]held{}
	s.limit = message.MaxBody
	for _, b := range s.bufs {
		s.limit = min(s.limit, message.Limit(f, b))
	}
	s.events.s = s
	s.send.Init(w, f)
	s.split.Init(f, s.bufs[0])
}

// Feed takes bytes that came from the tester and carries out the operations that they complete. Answers have been
// written when it returns.
func (s *Server) Feed(p []byte) State {
	for len(p) > 0 && s.state == Serving {
		n, found := s.split.Feed(p)
		p = p[n:]
		if found == message.More {
			continue
		}
		s.ans, s.unsaid, s.count = message.Answer{}, false, 0
		switch found {
		case message.Whole:
			s.request(s.split.Body())
		case message.TooLong:
			op, id := message.RequestID(s.split.Body())
			s.answer(op, id, sut.Unsupported, tooLong)
		case message.Lost:
			s.state = Lost
		}
	}
	return s.state
}

// What a person reads who debugs the other side.
const (
	tooLong   = "the request is longer than the declared limit"
	noReset   = "there is no stack before the first reset"
	noBuffer  = "no buffer is left for the call's data"
	noSuchOp  = "no such operation"
	noSuch    = "no such name"
	cannotSay = "what the stack did cannot be said"
)

// request decodes a request, carries it out and answers.
func (s *Server) request(body []byte) {
	r := &s.req
	if fault := r.Decode(body); !fault.OK() {
		s.answer(r.Op, r.ID, sut.Malformed, fault.Cause.String())
		return
	}
	st, why := s.dispatch(r)
	s.answer(r.Op, r.ID, st, why)
	if r.Op == message.Bye && s.state == Serving {
		s.state = Ended
	}
}

// dispatch carries a request out; what it results in is left in s.ans.
func (s *Server) dispatch(r *message.Request) (st sut.Status, why string) {
	switch {
	case r.Op > message.Bye:
		return sut.Unsupported, noSuchOp
	case r.Op == message.Bye:
		return sut.OK, ""
	case r.Op == message.Capabilities:
		s.ans.MaxBody = uint32(s.limit)
		return s.stack.Capabilities(&s.ans.Caps), ""
	case r.Op == message.Reset:
		s.held = [MaxBuffers]held{}
		st = s.stack.Reset(&r.Config)
		s.reset = s.reset || st == sut.OK
		return st, ""
	case !s.reset:
		return sut.Malformed, noReset
	}
	switch r.Op {
	case message.Deliver:
		st = s.stack.Deliver(r.Frame, &s.events)
	case message.Advance:
		st = s.stack.Advance(r.To, &s.events)
	case message.Call:
		return s.call(&r.Call)
	case message.Cancel:
		if st = s.stack.Cancel(r.CallID, &s.events); st == sut.OK {
			s.release(r.CallID)
		}
	case message.Link:
		st = s.stack.Link(r.Up, &s.events)
	case message.Knob:
		if r.Knob == sut.Unknown {
			return sut.Unsupported, noSuch
		}
		st = s.stack.Knob(r.Knob, r.Value, &s.events)
	case message.Inspect:
		if r.Figure == sut.Unknown {
			return sut.Unsupported, noSuch
		}
		st = s.stack.Inspect(r.Figure, r.FD, &s.ans.Value)
	}
	return st, ""
}

// call starts a socket call. If it stays pending, its data stay where they are, and another buffer receives.
func (s *Server) call(c *sut.Call) (st sut.Status, why string) {
	if c.Op == sut.Unknown || c.Option == sut.Unknown {
		return sut.Unsupported, noSuch
	}
	free := s.free()
	if free < 0 && len(c.Data) > 0 {
		return sut.Unsupported, noBuffer
	}
	st = s.stack.Call(c, &s.ans.Result, &s.events)
	if st == sut.OK && s.ans.Result.Pending && len(c.Data) > 0 {
		s.held[s.cur] = held{true, s.ans.Result.ID}
		s.cur = free
		s.split.SetBuffer(s.bufs[free])
	}
	return st, ""
}

// free is a buffer that neither receives nor is held, -1 where there is none.
func (s *Server) free() int {
	for i := range s.bufs {
		if i != s.cur && !s.held[i].used {
			return i
		}
	}
	return -1
}

// release lets go of the buffer that a call borrowed.
func (s *Server) release(id sut.CallID) {
	for i := range s.held {
		if s.held[i].used && s.held[i].id == id {
			s.held[i] = held{}
		}
	}
}

// answer sends the final answer to a request.
func (s *Server) answer(op message.Op, id uint16, st sut.Status, why string) {
	a := &s.ans
	a.Op, a.ID, a.Status = op&message.MaxOp|message.Reply, id, st
	a.Events = uint16(s.count)
	a.Reason = s.reason[:copy(s.reason[:], why)]
	if s.reset {
		a.Next, a.HasNext = s.stack.Next()
	}
	if s.unsaid || !s.put(a) {
		*a = message.Answer{Op: a.Op, ID: id, Status: sut.Malformed, Events: a.Events}
		a.Reason = s.reason[:copy(s.reason[:], cannotSay)]
		s.put(a)
	}
}

// put sends one message; ok is false where it has no encoding.
func (s *Server) put(a *message.Answer) (ok bool) {
	n, ok := a.PutHead(s.head[:])
	if ok && !s.send.Send(s.head[:n], a.Tail()) {
		s.state = Lost
	}
	return ok
}
