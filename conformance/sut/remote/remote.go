// Package remote is the tester's side of the stack-under-test protocol: a sut.SUT whose stack is a child process, or a
// board behind a serial line.
//
// Nothing that the other side says is taken on trust. Each answer must come within a limit of real time and must be
// one that the protocol allows; a stack that crashes, hangs, answers garbage or lies about time fails the operation,
// with a reason in one line, and the next Reset starts it afresh.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// DefaultLimit is the real time within which an operation must be answered.
const DefaultLimit = 10 * time.Second

// Stack is a stack under test on the other side of a Transport. It is a sut.SUT.
//
// An operation whose status is Crashed or Hung, or Malformed by the stack's fault, breaks the connection: all further
// operations give the same status until Capabilities or Reset, with which each case begins, starts the stack again. It
// must not be used concurrently.
type Stack struct {
	transport Transport
	limit     time.Duration
	ctx       context.Context // the stack's side ends with it
	forget    func() bool     // that it does

	conn   io.ReadWriteCloser // nil before the first operation, and after Close
	broken sut.Status         // why the connection is of no use any more; OK while it is
	err    error
	log    string // what a child that is gone left on its standard error

	wire    wire
	id      uint16
	maxBody int // the longest request that the stack's side takes
	stray   string
	req     message.Request
	ans     message.Answer

	state state
}

// New makes a Stack. Nothing is started before the first operation. limit is the real time within which each
// operation must be answered; 0 is DefaultLimit.
func New(t Transport, limit time.Duration) *Stack {
	if limit == 0 {
		limit = DefaultLimit
	}
	return &Stack{transport: t, limit: limit, ctx: context.Background()}
}

// EndWith has the stack's side ended when ctx ends: an operation that waits then fails, as do all that follow. It must be
// called before the first operation.
func (s *Stack) EndWith(ctx context.Context) { s.ctx = ctx }

// Err says in one line why the last operation was not OK; nil if it was.
func (s *Stack) Err() error { return s.err }

// Log is the end of what the stack's process has written to its standard error, lines separated by newlines; empty
// where there is no process.
func (s *Stack) Log() string {
	if l, ok := s.conn.(logger); ok {
		return l.Log()
	}
	return s.log
}

// String names the stack as Parse takes it.
func (s *Stack) String() string { return s.transport.String() }

// Close says bye, waits a moment for the stack's process to end, and ends the connection. The error says that the
// stack's side did not answer.
func (s *Stack) Close() (err error) {
	if s.conn == nil {
		return nil
	}
	if s.broken == sut.OK {
		if s.do(&message.Request{Op: message.Bye}, nil) != sut.OK {
			err = s.err
		} else if m, ok := s.conn.(mortal); ok {
			m.Obituary(grace)
		}
	}
	s.drop()
	return err
}

// Mortal tells whether the stack's side is a process, which ends when the tester leaves.
func (s *Stack) Mortal() bool {
	_, ok := s.transport.(*Command)
	return ok
}

// Leave ends a stack's process as the protocol has it: with bye, or by the end of its standard input. The error says that
// it did not end, or not with status 0.
func (s *Stack) Leave(bye bool) error {
	m, ok := s.conn.(mortal)
	if !ok || s.broken != sut.OK {
		return errors.New("remote: there is no process to take leave of")
	}
	defer s.drop()
	what := "the end of its standard input"
	if bye {
		what = "bye"
		if s.do(&message.Request{Op: message.Bye}, nil) != sut.OK {
			return s.err
		}
	} else if err := m.CloseInput(); err != nil {
		return fmt.Errorf("remote: cannot close the stack's standard input: %w", err)
	}
	switch how := m.Obituary(s.limit); {
	case how == goesOn:
		return fmt.Errorf("remote: stack's process goes on running after %s", what)
	case !strings.HasPrefix(how, endedWell): // there may be words on its standard error behind it
		return fmt.Errorf("remote: stack's process ends badly after %s: %s", what, how)
	}
	return nil
}

// Capabilities implements sut.SUT. The answer is the stack's own each time; nothing is remembered. It starts the stack's
// side first if that is not running.
func (s *Stack) Capabilities(c *sut.Caps) sut.Status {
	st := s.restarted()
	if st == sut.OK {
		st = s.do(&message.Request{Op: message.Capabilities, Version: sut.Version}, nil)
	}
	if st == sut.OK {
		*c = s.ans.Caps
		s.stray = string(s.ans.Stray)
	}
	return st
}

// Stray is the first feature or personality in the last Capabilities whose name is none; empty if there was none.
func (s *Stack) Stray() string { return s.stray }

// Reset implements sut.SUT. It starts the stack's side first if that is not running.
func (s *Stack) Reset(cfg *sut.Config) sut.Status {
	st := s.restarted()
	if st == sut.OK {
		st = s.do(&message.Request{Op: message.Reset, Config: *cfg}, nil)
	}
	return st
}

// Deliver implements sut.SUT.
func (s *Stack) Deliver(frame []byte, out sut.Sink) sut.Status {
	return s.do(&message.Request{Op: message.Deliver, Frame: frame}, out)
}

// Advance implements sut.SUT.
func (s *Stack) Advance(to sut.Time, out sut.Sink) sut.Status {
	return s.do(&message.Request{Op: message.Advance, To: to}, out)
}

// Call implements sut.SUT.
func (s *Stack) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	st := s.do(&message.Request{Op: message.Call, Call: *c}, out)
	*r = sut.Result{}
	if st == sut.OK {
		*r = s.ans.Result
		if !r.Pending {
			r.ID = 0
		}
	}
	return st
}

// Cancel implements sut.SUT.
func (s *Stack) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	return s.do(&message.Request{Op: message.Cancel, CallID: id}, out)
}

// Link implements sut.SUT.
func (s *Stack) Link(up bool, out sut.Sink) sut.Status {
	return s.do(&message.Request{Op: message.Link, Up: up}, out)
}

// Knob implements sut.SUT.
func (s *Stack) Knob(k sut.Knob, value int64, out sut.Sink) sut.Status {
	return s.do(&message.Request{Op: message.Knob, Knob: k, Value: value}, out)
}

// Inspect implements sut.SUT.
func (s *Stack) Inspect(f sut.Figure, fd sut.FD, value *int64) sut.Status {
	st := s.do(&message.Request{Op: message.Inspect, Figure: f, FD: fd}, nil)
	if st == sut.OK {
		*value = s.ans.Value
	}
	return st
}

// Next implements sut.SUT: the deadline in the last answer.
func (s *Stack) Next() (at sut.Time, ok bool) { return s.state.next, s.state.hasNext }

// Raw sends an operation with arguments as bytes, for what no Request can say: nonsense. The status is the stack's own.
func (s *Stack) Raw(op message.Op, args []byte) sut.Status {
	st := s.started()
	if st != sut.OK {
		return st
	}
	s.req = message.Request{Op: op}
	s.id++
	return s.exchange(append([]byte{byte(op), byte(s.id), byte(s.id >> 8)}, args...), nil, nil)
}

// do carries one operation out.
func (s *Stack) do(r *message.Request, out sut.Sink) sut.Status {
	if s.broken != sut.OK {
		return s.broken
	}
	s.id++
	r.ID = s.id
	s.req = *r
	if s.conn == nil {
		return s.refuse(sut.Malformed, "%s before the first reset", r.Op)
	}
	var head [message.MaxHead]byte
	n, ok := r.PutHead(head[:])
	if !ok {
		return s.refuse(sut.Malformed, "%s: an argument that the protocol cannot say", r.Op)
	}
	if size := n + len(r.Tail()); size > s.maxBody {
		return s.refuse(sut.Unsupported, "%s of %d bytes, the stack takes %d", r.Op, size, s.maxBody)
	}
	return s.exchange(head[:n], r.Tail(), out)
}

// refuse is for what is not even sent.
func (s *Stack) refuse(st sut.Status, format string, args ...any) sut.Status {
	s.err = fmt.Errorf("remote: "+format, args...)
	return st
}

// fail breaks the connection.
func (s *Stack) fail(st sut.Status, format string, args ...any) sut.Status {
	s.err = fmt.Errorf("remote: "+format, args...)
	s.broken = st
	s.conn.Close()
	return st
}

// drop lets go of the connection; the next Capabilities or Reset makes another.
func (s *Stack) drop() {
	if s.conn != nil {
		s.forget()
		s.conn.Close()
		s.log = s.Log()
	}
	s.conn, s.broken = nil, sut.OK
}

// restarted is started, afresh after what broke the connection.
func (s *Stack) restarted() sut.Status {
	if s.broken != sut.OK {
		s.drop()
	}
	return s.started()
}

// started makes sure of a connection whose other side speaks the protocol.
func (s *Stack) started() sut.Status {
	if s.broken != sut.OK || s.conn != nil {
		return s.broken
	}
	s.state = state{}
	conn, err := s.open()
	if err != nil {
		s.broken = sut.Crashed
		return s.refuse(sut.Crashed, "cannot start the stack: %w", err)
	}
	s.conn, s.maxBody = conn, message.MinBody
	s.forget = context.AfterFunc(s.ctx, func() { conn.Close() })
	s.wire.init(conn, s.transport.Framing())
	if st := s.do(&message.Request{Op: message.Capabilities, Version: sut.Version}, nil); st != sut.OK {
		if s.broken == sut.OK {
			st = s.fail(sut.Malformed, "stack does not tell its capabilities: it answers %s", st)
		}
		return st
	}
	switch v, most := s.ans.Caps.Version, s.ans.MaxBody; {
	case v != sut.Version:
		return s.fail(sut.Malformed, "stack speaks version %d of the protocol, this tester %d", v, sut.Version)
	case most < message.MinBody:
		return s.fail(sut.Malformed, "stack takes messages of %d bytes at most, it must take %d", most, message.MinBody)
	default:
		s.maxBody = int(min(most, message.MaxBody))
	}
	return sut.OK
}

// open makes a connection, unless it is too late for one.
func (s *Stack) open() (io.ReadWriteCloser, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	return s.transport.Open()
}

var errExpired = errors.New("the limit of real time is over")
