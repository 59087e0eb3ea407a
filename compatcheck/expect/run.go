package expect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stackproof/conformance/script"
	"stackproof/conformance/sut"
)

// Tick is the tick of lwIP's TCP, in which the waiting is counted.
const Tick = 500 * time.Millisecond

// prober is the task that asks for readiness; calls that wait have tasks from 0 on.
const prober = 255

// runner runs one expectation.
type runner struct {
	stack sut.SUT
	wire  wire
	peer  *peer // instead, if it is alive
	down  bool  // the link is
	now   sut.Time
	err   error

	event  int
	open   []sut.FD // in the order of their numbers
	calls  []*call
	frames [][]byte // sent, and not looked at yet
}

// call is one that was made.
type call struct {
	event   int
	src     *script.Call
	args    []argument
	newFD   sut.FD
	task    uint8
	id      sut.CallID
	started sut.Time
	data    []byte // the protocol's borrowed argument

	waits, done bool
	at          sut.Time
	on          int // lines on
	result      []byte
}

// Run runs the expectation and returns its lines as the stack has them.
func (s *Scenario) Run(stack sut.SUT) (lines []string, err error) {
	outcomes, err := s.Outcomes(stack)
	for i := range outcomes {
		lines = append(lines, s.Events[i].with(outcomes[i].Result, outcomes[i].remark()))
	}
	return lines, err
}

// Outcomes runs the expectation and returns what came of each line.
func (s *Scenario) Outcomes(stack sut.SUT) (all []Outcome, err error) {
	r := &runner{stack: stack}
	if st := stack.Reset(&config); st != sut.OK {
		return nil, fmt.Errorf("expect: %s: reset: %v", s.ID, st)
	}
	if s.Alive {
		r.peer = newPeer()
	}
	ready, before := make([]string, len(s.Events)), ""
	for i := range s.Events {
		e := &s.Events[i]
		r.event = i
		at := e.At
		if e.Rel {
			at += r.now
		}
		r.advance(at)
		r.act(e)
		r.settle()
		ready[i] = r.readiness()
		if i > 0 && ready[i] == before {
			ready[i] = ""
		} else {
			before = ready[i]
		}
		if r.err != nil {
			return nil, &Broken{Event: i, err: fmt.Errorf("expect: %s:%d: %w", s.File, e.Line, r.err)}
		}
		if s.Each != nil {
			s.Each()
		}
	}
	all = make([]Outcome, len(s.Events))
	for i := range all {
		if j := slices.IndexFunc(r.calls, func(c *call) bool { return c.event == i }); j >= 0 {
			all[i] = r.calls[j].outcome()
		}
		all[i].Ready = ready[i]
	}
	if s.Alive && len(all) > 0 {
		all[len(all)-1].Peer = r.drain()
	}
	if r.err != nil {
		return nil, &Broken{Event: len(all) - 1, err: fmt.Errorf("expect: %s: at the end: %w", s.File, r.err)}
	}
	return all, nil
}

// Broken is the error of a run that did not come to its end: the stack, or the line, is at fault.
type Broken struct {
	Event int // the line
	err   error
}

func (b *Broken) Error() string { return b.err.Error() }

// Unwrap returns why.
func (b *Broken) Unwrap() error { return b.err }

func (r *runner) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// Frame and Done are the stack's events (sut.Sink).
func (r *runner) Frame(_ sut.Time, b []byte) { r.frames = append(r.frames, slices.Clone(b)) }

func (r *runner) Done(at sut.Time, id sut.CallID, res *sut.Result) {
	for _, c := range r.calls {
		if c.waits && !c.done && c.id == id {
			c.done, c.at, c.on = true, at, r.event-c.event
			r.finish(c, res)
			return
		}
	}
	r.fail("a call completes that nobody has made: %d", id)
}

// finish notes what came of a call.
func (r *runner) finish(c *call, res *sut.Result) {
	c.result = slices.Clone(res.Data)
	opens := c.src.Name == "socket" || c.src.Name == "accept"
	switch {
	case len(c.result) < 8:
		r.fail("%s: an answer of %d bytes: %s", c.src.Name, len(c.result), res.Err)
	case c.ret() < 0:
	case opens:
		r.open = append(r.open, c.newFD)
		slices.Sort(r.open)
	}
}

func (c *call) ret() int32 { return int32(le.Uint32(c.result)) }

// must fails the run at an operation that the stack does not carry out.
func (r *runner) must(what string, st sut.Status) {
	if st != sut.OK {
		r.fail("%s: %v", what, st)
	}
}

// settle answers what the stack has sent, and what it sends to that.
func (r *runner) settle() {
	for n := 0; len(r.frames) > 0 && r.err == nil; n++ {
		if n > mostFrames {
			r.fail("the stack does not cease to send at %v", r.now)
			return
		}
		f := r.frames[0]
		r.frames = r.frames[1:]
		hear := r.wire.heard
		if r.peer != nil {
			hear = r.peer.heard
		}
		for _, answer := range hear(f) {
			r.must("deliver", r.stack.Deliver(answer, r))
		}
	}
}

// mostFrames is more than a stack sends at one time.
const mostFrames = 10_000

// advance lets time pass, deadline by deadline.
func (r *runner) advance(to sut.Time) {
	for r.err == nil {
		at, ok := r.stack.Next()
		if !ok || at > to {
			break
		}
		r.must("advance", r.stack.Advance(at, r))
		r.now = at
		r.settle()
	}
	if to < r.now {
		return
	}
	r.must("advance", r.stack.Advance(to, r))
	r.now = to
	r.settle()
}

func (r *runner) act(e *Event) {
	switch a := e.Action.(type) {
	case *script.Call:
		r.call(a)
	case *script.Packet:
		r.packet(a)
	case *script.Command:
		r.command(a.Text)
	case *script.Wait:
	case *script.Link:
		r.down = !a.Up
		r.must("link", r.stack.Link(a.Up, r))
	case *script.Knob:
		k, ok := sut.KnobByName([]byte(a.Name))
		if !ok {
			r.fail("there is no knob %s", a.Name)
			return
		}
		r.must("knob", r.stack.Knob(k, int64(a.Value.N), r))
	default:
		r.fail("want a call, a packet from the peer, wait, link or knob")
	}
}

// packet delivers what the peer sends.
func (r *runner) packet(p *script.Packet) {
	build := r.wire.packet
	if r.peer != nil {
		build = r.peer.packet
	}
	if r.peer != nil && r.down {
		return // it does not arrive
	}
	f, err := build(p)
	switch {
	case err != nil:
		r.fail("%w", err)
	case f != nil: // an error that has nothing to quote is none
		r.must("deliver", r.stack.Deliver(f, r))
	}
}

// call makes a call, in a task of its own.
func (r *runner) call(src *script.Call) {
	data, args, err := encode(src)
	if err != nil {
		r.fail("%w", err)
		return
	}
	c := &call{event: r.event, src: src, args: args, data: data, newFD: 1000, started: r.now}
	if n := src.Result; n.Kind == script.ExprInt && n.N >= 0 && (src.Name == "socket" || src.Name == "accept") {
		c.newFD = sut.FD(n.N)
	}
	for slices.ContainsFunc(r.calls, func(o *call) bool { return o.waits && !o.done && o.newFD == c.newFD }) || slices.Contains(r.open, c.newFD) {
		c.newFD++ // of a call that is expected to fail, or whose number another has already
	}
	for slices.ContainsFunc(r.calls, func(o *call) bool { return o.waits && !o.done && o.task == c.task }) {
		c.task++
	}
	if src.Name == "close" && len(args) > 0 {
		r.open = slices.DeleteFunc(r.open, func(fd sut.FD) bool { return fd == sut.FD(args[0].N) })
	}
	if r.peer != nil && (r.received(c) || r.unopened(c)) {
		return
	}
	r.calls = append(r.calls, c)
	var res sut.Result
	st := r.stack.Call(&sut.Call{Op: sut.OpC, Task: c.task, NewFD: c.newFD, Data: data}, &res, r)
	r.must(src.Name, st)
	if st != sut.OK {
		return
	}
	if res.Pending {
		c.waits, c.id = true, res.ID
		return
	}
	c.done, c.at = true, r.now
	r.finish(c, &res)
}

// receives are the calls of which lwIP has one at a time: what a second task gets beside another that waits is chance.
var receives = map[string]bool{"read": true, "recv": true, "recvfrom": true, "readv": true, "recvmsg": true}

// received tells whether another task waits for the data that a call is to receive: then it is not made.
func (r *runner) received(c *call) bool {
	return receives[c.src.Name] && slices.ContainsFunc(r.calls, func(o *call) bool {
		return o.waits && !o.done && receives[o.src.Name] && o.args[0].N == c.args[0].N
	})
}

// unopened tells whether a call is to wait for a descriptor that is not open: lwIP has an answer that is chance.
func (r *runner) unopened(c *call) bool {
	return slices.ContainsFunc(c.args, func(a argument) bool {
		return slices.ContainsFunc(a.FDs, func(fd uint16) bool { return !slices.Contains(r.open, sut.FD(fd)) })
	})
}

// readiness is what poll says of all descriptors.
func (r *runner) readiness() string {
	var all []string
	for _, fd := range r.open {
		var res sut.Result
		r.must("poll", r.stack.Call(&sut.Call{Op: sut.OpPoll, Task: prober, FD: fd, Flags: sut.PollIn | sut.PollOut | sut.PollErr}, &res, r))
		if r.err != nil || len(res.Data) < 2 {
			r.fail("poll of %d: %d bytes", fd, len(res.Data))
			return ""
		}
		events, text := le.Uint16(res.Data), ""
		for i, bit := range []uint16{sut.PollIn, sut.PollOut, sut.PollErr} {
			if events&bit != 0 {
				text += "rwx"[i : i+1]
			}
		}
		if text == "" {
			text = "-"
		}
		all = append(all, fmt.Sprintf("%d %s", fd, text))
	}
	return strings.Join(all, ", ")
}
