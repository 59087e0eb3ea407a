// Package face is this project's stack with the lwIP face as a stack under test whose calls are those of C: what
// compatcheck/expect and its like hold against lwIP. Of the other calls it has poll.
package face

import (
	"encoding/binary"
	"slices"
	"time"

	"stackproof/compatcheck/ccall"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/stack/invariant"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
)

var le = binary.LittleEndian

// Stack is such a stack.
type Stack struct {
	*inproc.Host
	face    *lwip.Face // the host's, since the first call
	now     sut.Time
	fds     map[sut.FD]int // the face's numbers of open descriptors
	pending []*call        // that wait, in the order of their starts
	started sut.CallID
}

var _ sut.SUT = (*Stack)(nil)

// New makes one.
func New() *Stack {
	as, ok := large.New().As(sut.LwIP)
	if !ok {
		panic("face: the stack has no lwIP face")
	}
	return &Stack{Host: as.(*inproc.Host)}
}

// call is a call in C.
type call struct {
	id    sut.CallID
	task  uint8
	newFD sut.FD
	name  string
	args  []ccall.Arg

	op    lwip.Op
	ret   int32
	err   abi.Errno
	msg   lwip.Message
	sets  [3]*abi.FdSet
	polls []abi.Pollfd
}

// Reset makes a fresh stack.
func (s *Stack) Reset(cfg *sut.Config) sut.Status {
	s.now, s.fds, s.pending, s.started = 0, map[sut.FD]int{}, nil, 0
	return s.Host.Reset(cfg)
}

// Deliver gives the stack a frame, and then the calls that wait another try.
func (s *Stack) Deliver(frame []byte, out sut.Sink) sut.Status {
	st := s.Host.Deliver(frame, out)
	s.step(out)
	return st
}

// Link sets the link up or down.
func (s *Stack) Link(up bool, out sut.Sink) sut.Status {
	st := s.Host.Link(up, out)
	s.step(out)
	return st
}

// Next is the stack's next deadline, or the next at which a call gives up.
func (s *Stack) Next() (at sut.Time, ok bool) {
	at, ok = s.Host.Next()
	for _, c := range s.pending {
		if d, limited := s.face.Deadline(&c.op); limited && (!ok || d < at) {
			at, ok = d, true
		}
	}
	return max(at, s.now), ok
}

// Advance passes through every deadline up to and including to.
func (s *Stack) Advance(to sut.Time, out sut.Sink) sut.Status {
	if to < s.now {
		return sut.Malformed
	}
	for {
		at, ok := s.Next()
		if !ok || at > to {
			break
		}
		if st := s.pass(at, out); st != sut.OK {
			return st
		}
	}
	return s.pass(to, out)
}

func (s *Stack) pass(to sut.Time, out sut.Sink) sut.Status {
	s.now = to
	st := s.Host.Advance(to, out)
	s.step(out)
	return st
}

// step tries the calls that wait until none is done any more.
func (s *Stack) step(out sut.Sink) {
	for again := true; again; {
		again = false
		for _, c := range slices.Clone(s.pending) {
			done := false
			s.Host.Use(out, func(f *lwip.Face, now time.Duration) { done = f.Step(now, &c.op) })
			if !done {
				continue
			}
			again = true
			s.pending = slices.DeleteFunc(s.pending, func(o *call) bool { return o == c })
			out.Done(s.now, c.id, &sut.Result{Data: s.finish(c)})
		}
	}
}

// Call makes a call in C, or asks for readiness.
func (s *Stack) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	*r = sut.Result{}
	switch c.Op {
	case sut.OpPoll:
		s.poll(c, r, out)
		return sut.OK
	case sut.OpC:
		return s.make(c, r, out)
	}
	return sut.Unsupported
}

func (s *Stack) make(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	name, args, ok := ccall.Parse(c.Data)
	start := table[name]
	if !ok || start == nil || len(args) > 8 {
		return sut.Unsupported
	}
	if slices.ContainsFunc(s.pending, func(o *call) bool { return o.task == c.Task }) {
		return sut.Malformed
	}
	made := &call{task: c.Task, newFD: c.NewFD, name: name, args: append(args, make([]ccall.Arg, 8-len(args))...)}
	done := false
	s.Host.Use(out, func(f *lwip.Face, now time.Duration) {
		s.face = f
		done = start(s, f, now, made)
	})
	if !done {
		// What the stack does at this very moment may end the wait.
		s.Host.Use(out, func(f *lwip.Face, now time.Duration) { done = f.Step(now, &made.op) })
	}
	if done {
		r.Data = s.finish(made)
	} else {
		s.started++
		made.id = s.started
		r.Pending, r.ID = true, made.id
		s.pending = append(s.pending, made)
	}
	s.step(out)
	return sut.OK
}

// Check walks the state of the sockets and the descriptors and returns the first rule that does not hold: a reference that
// no descriptor and no call has is a leak.
func (s *Stack) Check() invariant.Violation {
	if s.face == nil {
		return invariant.Violation{}
	}
	ops := make([]*lwip.Op, len(s.pending))
	for i, c := range s.pending {
		ops[i] = &c.op
	}
	return s.face.Check(ops)
}

// Cancel gives a pending call up.
func (s *Stack) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	i := slices.IndexFunc(s.pending, func(c *call) bool { return c.id == id })
	if i < 0 {
		return sut.Malformed
	}
	c := s.pending[i]
	s.pending = slices.Delete(s.pending, i, i+1)
	s.Host.Use(out, func(f *lwip.Face, now time.Duration) { f.Cancel(now, &c.op) })
	s.step(out)
	return sut.OK
}

// poll answers what select would say of a descriptor now.
func (s *Stack) poll(c *sut.Call, r *sut.Result, out sut.Sink) {
	var events uint16
	s.Host.Use(out, func(f *lwip.Face, _ time.Duration) {
		readable, writable, exception, open := f.Ready(s.own(c.FD))
		for i, is := range []bool{readable, writable, exception, false, !open} {
			if is {
				events |= 1 << i
			}
		}
	})
	if events != 0 {
		r.Ret = 1
	}
	r.Data = le.AppendUint16(nil, events&(c.Flags|sut.PollNil))
}

// own is the face's number for the tester's descriptor, -1 for none.
func (s *Stack) own(fd sut.FD) int {
	if n, ok := s.fds[fd]; ok {
		return n
	}
	return -1
}

// gone is a number that no descriptor has.
func (s *Stack) gone() int {
	for n := abi.FD_SETSIZE - 1; ; n-- {
		taken := false
		for _, m := range s.fds {
			taken = taken || m == n
		}
		if !taken {
			return n
		}
	}
}

// finish makes the answer to a call that is done.
func (s *Stack) finish(c *call) []byte {
	if after := afters[c.name]; after != nil {
		after(s, c)
	} else if waits[c.name] {
		c.ret, c.err = int32(c.op.Ret), c.op.Err
	}
	data := le.AppendUint32(nil, uint32(c.ret))
	data = le.AppendUint32(data, uint32(c.err))
	for i := range c.args {
		a := &c.args[i]
		switch a.Kind {
		case ccall.Memory:
			data = append(data, a.Bytes...)
		case ccall.Pieces:
			for _, p := range a.Parts {
				data = append(data, p...)
			}
		case ccall.FdSet:
			data = s.appendSet(data, a, c.sets[i-1])
		case ccall.Polls:
			for _, p := range c.polls {
				data = le.AppendUint16(data, uint16(p.Revents))
			}
		}
	}
	return data
}

func (s *Stack) appendSet(data []byte, a *ccall.Arg, set *abi.FdSet) []byte {
	var in []uint16
	for _, fd := range a.FDs {
		if n := s.own(sut.FD(fd)); n >= 0 && set.Has(n) {
			in = append(in, fd)
		}
	}
	data = append(data, byte(len(in)))
	for _, fd := range in {
		data = le.AppendUint16(data, fd)
	}
	return data
}
