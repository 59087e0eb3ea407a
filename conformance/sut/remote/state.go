package remote

import (
	"fmt"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// state is what the tester knows of the stack, against which each answer is held.
type state struct {
	now     sut.Time
	last    sut.Time // when the stack last acted
	acted   bool     // in this operation
	next    sut.Time
	hasNext bool
	pending map[sut.CallID]sut.Call // without their data; nil before the first Reset
}

// violated is an answer that the protocol does not allow, in words.
type violated string

func (v violated) Error() string { return string(v) }

func violation(format string, args ...any) error { return violated(fmt.Sprintf(format, args...)) }

// event checks that the stack did something at a time that it may have done it.
func (s *state) event(r *message.Request, a *message.Answer) error {
	switch at := a.At; {
	case r.Op == message.Capabilities, r.Op == message.Reset, r.Op == message.Inspect, r.Op > message.Inspect:
		return violation("stack acted during %s", r.Op)
	case r.Op != message.Advance && at != s.now:
		return violation("stack said that it acted at %v while time stands at %v", at, s.now)
	case at < s.now:
		return violation("stack said that it acted at %v, when it was already %v", at, s.now)
	case at < s.last:
		return violation("stack said that it acted at %v after it had acted at %v", at, s.last)
	case r.Op == message.Advance && at > r.To:
		return violation("stack said that it acted at %v while time went to %v only", at, r.To)
	case r.Op == message.Advance && !s.acted && !s.hasNext:
		return violation("stack acted at %v and had named no deadline", at)
	case r.Op == message.Advance && !s.acted && at < s.next:
		return violation("stack acted at %v, before the deadline that it had named, %v", at, s.next)
	}
	s.last, s.acted = a.At, true
	if a.Op == message.EventDone {
		return s.done(&a.Result)
	}
	return nil
}

// done checks the completion of a pending call.
func (s *state) done(r *sut.Result) error {
	c, ok := s.pending[r.ID]
	if !ok {
		return violation("stack completed call %d, which is not pending", r.ID)
	}
	delete(s.pending, r.ID)
	return checkResult(&c, r)
}

// final checks the final answer to a request and takes its consequences.
func (s *state) final(r *message.Request, a *message.Answer) error {
	acted := s.acted
	s.acted = false
	if a.Status != sut.OK {
		if acted && (a.Status == sut.Unsupported || a.Status == sut.Malformed) {
			return violation("stack acted during %s and then answered %s", r.Op, a.Status)
		}
		return nil
	}
	switch r.Op {
	case message.Reset:
		*s = state{pending: map[sut.CallID]sut.Call{}}
	case message.Advance:
		if r.To < s.now {
			return violation("stack let time go back from %v to %v", s.now, r.To)
		}
		s.now, s.last = r.To, r.To
	case message.Cancel:
		if _, ok := s.pending[r.CallID]; !ok {
			return violation("stack cancelled call %d, which is not pending", r.CallID)
		}
		delete(s.pending, r.CallID)
	case message.Call:
		if err := s.called(&r.Call, &a.Result); err != nil {
			return err
		}
	}
	return s.deadline(r, a)
}

// deadline checks the next deadline and keeps it.
func (s *state) deadline(r *message.Request, a *message.Answer) error {
	switch {
	case s.pending == nil:
		return nil // a board may still have the stack of an earlier connection
	case a.HasNext && a.Next < s.now:
		return violation("stack names the deadline %v, when it is already %v", a.Next, s.now)
	case a.HasNext && a.Next == s.now && r.Op == message.Advance:
		return violation("stack names the deadline %v after it was taken there", a.Next)
	}
	s.next, s.hasNext = a.Next, a.HasNext
	return nil
}

// called checks what a call gave at once.
func (s *state) called(c *sut.Call, r *sut.Result) error {
	if !r.Pending {
		return checkResult(c, r)
	}
	if other, ok := s.pending[r.ID]; ok {
		return violation("stack names a pending %s call %d, as it does a pending %s", c.Op, r.ID, other.Op)
	}
	keep := *c
	keep.Value = max(keep.Value, int32(len(c.Data))) // what checkResult needs of the data
	keep.Data = nil
	s.pending[r.ID] = keep
	return nil
}

// checkResult checks that a call gave no more than was asked for. What else it gave is for the cases to judge.
func checkResult(c *sut.Call, r *sut.Result) error {
	asked := int(max(c.Value, int32(len(c.Data))))
	switch c.Op {
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		switch {
		case len(r.Data) > asked:
			return violation("%s of %d bytes gave %d", c.Op, asked, len(r.Data))
		case r.Ret >= 0 && int(r.Ret) != len(r.Data):
			return violation("%s returned %d and gave %d bytes", c.Op, r.Ret, len(r.Data))
		}
		return nil
	case sut.OpWrite, sut.OpSend, sut.OpSendTo:
		if int(r.Ret) > asked {
			return violation("%s of %d bytes returned %d", c.Op, asked, r.Ret)
		}
	case sut.OpSocket, sut.OpAccept:
		if r.Ret >= 0 && r.Ret != int32(c.NewFD) {
			return violation("%s returned descriptor %d, not %d as it was told", c.Op, r.Ret, c.NewFD)
		}
	case sut.OpGetSockOpt:
		if len(r.Data) > maxOption {
			return violation("getsockopt gave %d bytes, at most %d", len(r.Data), maxOption)
		}
		return nil
	case sut.OpC:
		if len(r.Data) < resultInC || len(r.Data) > resultInC+asked {
			return violation("a call in C of %d bytes gave %d", asked, len(r.Data))
		}
		return nil
	case sut.OpPoll:
		if r.Ret >= 0 && len(r.Data) != 2 {
			return violation("poll gave %d bytes, not the 2 of its events", len(r.Data))
		}
		return nil
	}
	if len(r.Data) > 0 {
		return violation("%s gave %d bytes of data", c.Op, len(r.Data))
	}
	return nil
}

// resultInC is the length of a result and of errno, with which the answer to a call in C begins.
const resultInC = 8

// maxOption is the length of the longest socket option's value: two numbers (sut.Option).
const maxOption = 8
