package script

import (
	"fmt"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Compiled is a script as the interpreter runs it, with what the host keeps to itself.
type Compiled struct {
	Form    Form
	Program vm.Program
	Lines   []EventInfo // one for each of Program.Events
	Blocks  []Block     // of code, in their order
	Lack    *Lack       // where the program had to end; nil: it is the whole script
}

// EventInfo is where an event of the program comes from.
type EventInfo struct {
	Line   int    // in the script
	Phrase string // what the line expects, in words; "" where the author gave none
	Text   string // the line itself, without time and phrase
}

// Compile compiles a script for one IP version. A script with an `id:` in its header is one of our own, and must have
// phrases and a twin (Meta). The error is an *Error.
func Compile(s *Script, form Form) (*Compiled, error) { return compileAs(s, form, Foreign{}) }

func compileAs(s *Script, form Form, foreign Foreign) (out *Compiled, err error) {
	c := &compiler{
		script:  s,
		foreign: foreign,
		out:     &Compiled{Form: form},
		vars:    map[string]variable{},
		flows:   map[flowKey]*flow{},
		dialled: map[bool]dial{},
		fds:     map[int64]*socket{},
		knobs:   map[sut.Knob]int64{},
	}
	if c.meta, err = s.Meta(); err != nil {
		return nil, err
	}
	if err = c.host.options(s, form, foreign); err != nil {
		return nil, err
	}
	c.knobs[sut.KnobRecvBuffer], c.knobs[sut.KnobSendBuffer] = int64(c.host.config.RcvBuf), int64(c.host.config.SndBuf)
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			out, err = nil, e
		}
	}()
	c.program()
	return c.out, nil
}

// compiler holds what is known of the script so far. It reports a mistake by a panic with an *Error.
type compiler struct {
	script  *Script
	foreign Foreign
	meta    Meta
	host    host
	out     *Compiled
	vars    map[string]variable
	flows   map[flowKey]*flow
	dialled map[bool]dial // by: is it UDP
	fds     map[int64]*socket
	knobs   map[sut.Knob]int64 // those that the script has set
	system  string             // whose habits it counts with, a key of habits
	cut     bool               // the last segment that was injected went in parts
	subject *int64             // the descriptor that code looks at: the last that was accepted or connected
	used    [vm.Flows]bool     // flows of the program that belong to a connection already
	origin  []int              // which event of the script each of the program comes from
	clock   clock
	tasks   []taskState
}

func (c *compiler) fail(p Pos, what, format string, args ...any) {
	panic(&Error{File: c.script.File, Pos: p, What: what, Cause: fmt.Sprintf(format, args...)})
}

// unsupported ends the script at a construct of the closed list.
func (c *compiler) unsupported(p Pos, what, construct string) {
	panic(&Error{File: c.script.File, Pos: p, What: what, Cause: construct + " is not supported", Unsupported: construct})
}

func (c *compiler) program() {
	p := &c.out.Program
	c.need(sut.FeatureIPv4, sut.FeatureARP)
	if c.host.form == IPv6 {
		p.Needs = 0
		c.need(sut.FeatureIPv6, sut.FeatureNDP)
	}
	c.need(c.meta.Extra...)
	for _, n := range c.meta.Personalities {
		p.Personalities |= 1 << n
	}
	c.host.peer.Neighbour = !c.speaksNeighbour()
	if c.foreign.Neutral {
		c.script = coalesced(c.script)
	}
	c.lines()
	last := Pos{1, 1}
	if n := len(c.script.Events); n > 0 {
		last = c.script.Events[n-1].Pos
	}
	if c.meta.ID != "" {
		c.emit(vm.Event{Kind: vm.End, Mode: vm.Relative}, EventInfo{last.Line, "no frame is left over", "end"})
	}
	p.Config, p.Peer, p.Tolerance = c.host.config, c.host.peer, c.host.tolerance
	if c.meta.ID != "" {
		c.phrases()
		c.twin()
	}
}

func (c *compiler) need(fs ...sut.Feature) {
	for _, f := range fs {
		c.out.Program.Needs = c.out.Program.Needs.With(f)
	}
}

func (c *compiler) emit(ev vm.Event, info EventInfo) {
	c.out.Program.Events = append(c.out.Program.Events, ev)
	c.out.Lines = append(c.out.Lines, info)
}

// speaksNeighbour: a script with an ARP or neighbour discovery line says all of it itself; in any other the judge
// answers by itself.
func (c *compiler) speaksNeighbour() bool {
	for i := range c.script.Events {
		if k, ok := c.script.Events[i].Action.(*Packet); ok {
			switch k.Body.(type) {
			case *ARP, *ND:
				return true
			}
		}
	}
	return false
}

func (c *compiler) event(e *Event) {
	ev := vm.Event{At: e.Time.At}
	switch e.Time.Kind {
	case TimeRelative:
		ev.Mode = vm.Relative
	case TimeAny:
		ev.Mode = vm.AnyTime
	}
	if e.Time.Range {
		ev.Span = e.Time.To - e.Time.At
	}
	if k, ok := e.Action.(*Packet); (!ok || !k.Out) && (e.Time.Range || e.Time.Kind == TimeAny) {
		c.fail(e.Pos, "time", "a range and * are for expected packets")
	}
	c.clock.next(e.Time)
	var more []vm.Event // that follow at once
	switch a := e.Action.(type) {
	case *Packet:
		more = c.packets(&ev, a)
	case *Call:
		more = c.call(&ev, a, e.Time)
	case *Command:
		more = c.command(&ev, a)
	case *Code:
		more = c.code(&ev, a)
	case *Idle:
		ev.Kind = vm.Idle
	case *Wait:
		ev.Kind = vm.Wait
	case *Link:
		ev.Kind = vm.Link
		if a.Up {
			ev.Value = 1
		}
		c.need(sut.FeatureLink)
	case *Knob:
		c.knob(&ev, a)
	case *Inspect:
		c.inspect(&ev, a)
	}
	info := EventInfo{e.Pos.Line, e.Phrase, text(e.Action)}
	c.emit(ev, info)
	for _, ev := range more {
		ev.Mode, ev.At = vm.Relative, 0
		c.emit(ev, info)
	}
}

func (c *compiler) knob(ev *vm.Event, k *Knob) {
	n, ok := sut.KnobByName([]byte(k.Name))
	if !ok {
		c.fail(k.Pos, "knob", "there is no knob `%s`", k.Name)
	}
	ev.Kind, ev.Knob, ev.Value = vm.Knob, n, int64(k.Value.N)
}

func (c *compiler) inspect(ev *vm.Event, i *Inspect) {
	f, ok := sut.FigureByName([]byte(i.Name))
	if !ok {
		c.fail(i.Pos, "inspect", "there is no figure `%s`", i.Name)
	}
	switch {
	case (f == sut.FigTCPCount) != (i.State != ""):
		c.fail(i.Pos, "inspect", "tcp.count and nothing else is a figure of a state: tcp.count(ESTABLISHED)")
	case f.OfSocket() != i.HasFD:
		c.fail(i.Pos, "inspect", "%s is a figure of a socket, or of the whole stack: say so by (FD) or without", i.Name)
	}
	ev.Kind, ev.Figure = vm.Inspect, f
	ev.Call.FD = sut.FD(i.FD)
	if i.State != "" {
		state, _ := stateNumber(i.State)
		ev.Call.FD = sut.FD(state)
	}
	ev.Check = checkOps[i.Op]
	ev.Value = int64(i.Value.Num.N)
	if n, ok := stateNumber(i.Value.Text); ok {
		ev.Value = n
	} else if i.Value.Text != "" {
		c.inspectVariable(ev, i)
	}
	switch {
	case ev.Figure == sut.FigUrgent || ev.Figure == sut.FigAtMark:
		c.need(sut.FeatureUrgent)
	case i.HasFD:
		c.need(sut.FeatureTCPInfo)
	default:
		c.need(sut.FeatureCounter)
	}
}

// inspectVariable binds or uses a variable, as fields do.
func (c *compiler) inspectVariable(ev *vm.Event, i *Inspect) {
	v := &i.Value
	ev.Base = vm.BaseVar
	x, bound := c.vars[v.Text]
	switch {
	case !bound:
		if ev.Check != vm.Equal || v.Num.N != 0 {
			c.fail(v.Pos, "inspect", "%s has no value yet: give it one by `%s = %s`", v.Text, i.Name, v.Text)
		}
		x = c.newVar(v.Pos, v.Text, false)
		ev.Check, ev.Base = vm.Capture, vm.BaseZero
	case x.addr:
		c.fail(v.Pos, "inspect", "%s holds an address", v.Text)
	}
	ev.Var = x.n
}

var checkOps = map[string]vm.CheckOp{"=": vm.Equal, "!=": vm.NotEq, ">=": vm.AtLeast, "<=": vm.AtMost, "&": vm.Bits}

// clock follows the nominal time of the script, as far as it is known before the run.
type clock struct {
	now   time.Duration
	known bool
	begun bool
}

func (c *clock) next(t Time) {
	switch {
	case t.Kind == TimeAny || t.Range:
		c.known = false
	case t.Kind == TimeAbsolute:
		c.now, c.known = t.At, true
	case !c.begun:
		c.now, c.known = t.At, true
	default:
		c.now += t.At
	}
	c.begun = true
}

// taskState is a task of the script: a blocking call keeps it until a time that may not be known.
type taskState struct {
	busy  bool
	until time.Duration
	known bool
}

// task finds a free task for a call, so that a call can be made while another waits, also in the moment in which that ends:
// the one may be what ends the other.
func (c *compiler) task(p Pos) uint8 {
	for i := range c.tasks {
		t := &c.tasks[i]
		if t.busy && t.known && c.clock.known && t.until < c.clock.now {
			t.busy = false
		}
		if !t.busy {
			return uint8(i)
		}
	}
	if len(c.tasks) == maxTasks {
		c.fail(p, "call", "more than %d calls wait at a time", vm.MaxPending)
	}
	c.tasks = append(c.tasks, taskState{})
	return uint8(len(c.tasks) - 1)
}

// maxTasks is one more than the calls that may wait: another can then always be made.
const maxTasks = vm.MaxPending + 1
