package remote

import (
	"errors"
	"fmt"
	"io"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// exchange sends a request whose body is head and tail (it is s.req), and takes in what comes in answer. A watchdog
// closes the connection when the limit is over, which ends a read or write that waits.
func (s *Stack) exchange(head, tail []byte, out sut.Sink) sut.Status {
	s.err = nil
	conn := s.conn
	watchdog := time.AfterFunc(s.limit, func() { conn.Close() })
	err := s.wire.write(head, tail)
	if err == nil {
		err = s.listen(out)
	}
	if !watchdog.Stop() {
		err = errExpired
	}
	return s.conclude(err)
}

// listen takes in events up to and including the final answer, which it leaves in s.ans.
func (s *Stack) listen(out sut.Sink) error {
	for events := 0; ; {
		body, err := s.wire.read()
		if err != nil {
			return err
		}
		if fault := s.ans.Decode(body); !fault.OK() {
			return violation("stack's answer to %s: %s (byte %d of %d)", name(s.req.Op), fault.Cause, fault.At, len(body))
		}
		if s.ans.ID != s.id && s.wire.stale {
			continue
		}
		if err := s.heard(&s.ans); err != nil {
			return err
		}
		if s.ans.Op >= message.EventFrame {
			if events++; events > message.MaxEvents {
				return violation("stack did more than %d things during %s", message.MaxEvents, name(s.req.Op))
			}
			s.hand(out)
			continue
		}
		s.wire.stale = false
		if n := int(s.ans.Events); n != events {
			return violation("stack counts %d events during %s, %d came%s", n, name(s.req.Op), events, s.noise())
		}
		return nil
	}
}

// hand gives the event in s.ans to the tester. A result has an id only while it is pending.
func (s *Stack) hand(out sut.Sink) {
	switch {
	case out == nil:
	case s.ans.Op == message.EventFrame:
		out.Frame(s.ans.At, s.ans.Frame)
	default:
		id := s.ans.Result.ID
		s.ans.Result.ID = 0
		out.Done(s.ans.At, id, &s.ans.Result)
	}
}

// heard checks a message that came, whatever it is.
func (s *Stack) heard(a *message.Answer) error {
	if a.ID != s.id {
		return violation("stack answered request %d while it was asked request %d", a.ID, s.id)
	}
	if a.Op == message.EventFrame || a.Op == message.EventDone {
		return s.state.event(&s.req, a)
	}
	if a.Op != s.req.Op|message.Reply {
		return violation("stack was asked to %s and answered as to %s", name(s.req.Op), name(a.Op))
	}
	return s.state.final(&s.req, a)
}

// conclude turns what came of an exchange into a status.
func (s *Stack) conclude(err error) sut.Status {
	var v violated
	var g garbled
	switch {
	case errors.Is(err, errExpired):
		return s.fail(sut.Hung, "no answer to %s within %v%s", name(s.req.Op), s.limit, s.noise())
	case errors.As(err, &v):
		return s.fail(sut.Malformed, "%w", v)
	case errors.As(err, &g):
		return s.fail(sut.Malformed, "stack's answer to %s is no message but %w", name(s.req.Op), g)
	case err != nil:
		return s.fail(sut.Crashed, "stack ended during %s: %s", name(s.req.Op), s.obituary(err))
	}
	a := &s.ans
	switch a.Status {
	case sut.OK:
	case sut.Crashed, sut.Hung:
		return s.fail(a.Status, "stack's side says that it %s during %s: %s", a.Status, name(s.req.Op), a.Reason)
	default:
		s.err = fmt.Errorf("remote: stack answers %s: %s", name(s.req.Op), a.Status)
		if len(a.Reason) > 0 {
			s.err = fmt.Errorf("%w: %q", s.err, a.Reason)
		}
	}
	return a.Status
}

// name is what an operation is called, its number if it has no name.
func name(op message.Op) string {
	if s := op.String(); s != "unknown" {
		return s
	}
	return fmt.Sprintf("operation %02X", uint8(op))
}

// noise tells of what came instead of an answer: a part of one, or damaged messages on a serial line.
func (s *Stack) noise() (what string) {
	if s.wire.split.Partial() {
		what = ", but the beginning of a message"
	}
	if n := s.wire.split.Damaged; n > 0 {
		what += fmt.Sprintf(" (%d damaged messages on the line)", n)
	}
	return what
}

// obituary says how a connection ended, as well as it can be known.
func (s *Stack) obituary(err error) string {
	if m, ok := s.conn.(mortal); ok {
		return m.Obituary(grace)
	}
	if errors.Is(err, io.EOF) {
		return "end of file"
	}
	return err.Error()
}
