package conformance

import (
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Job is one run of one program.
type Job struct {
	Program *Program
	Twin    bool   // with the negative twin's fault
	Seed    uint64 // not 0: instead of the program's
	// Start and Swap are vm.RunOptions': when the program begins, and where the judge's numbers lie.
	Start sut.Time
	Swap  bool
}

// Executor runs programs on one stack. A stack that crashes or hangs costs the run at hand: the next one finds a fresh
// stack.
type Executor interface {
	// Execute runs a job. tracer may be nil; an executor that is not beside the stack may not call it.
	Execute(j *Job, tracer vm.Tracer) vm.Verdict
	// Why says in one line what the executor knows of the last crash, hang or error beyond the verdict; "" for nothing.
	Why() string
	// Close lets go of the stack.
	Close() error
}

// explainer is a stack that can say more about its failure, such as a remote one.
type explainer interface{ Err() error }

// Local is an Executor whose interpreter runs in this process, over any stack under test.
type Local struct {
	stack   sut.SUT
	machine vm.Machine
}

// Tick is the granularity of the stack's timers.
func (l *Local) Tick() sut.Time {
	var c sut.Caps
	if l.stack.Capabilities(&c) != sut.OK {
		return 0
	}
	return c.Tick
}

// NewLocal makes a Local.
func NewLocal(stack sut.SUT) *Local {
	l := &Local{stack: stack}
	l.machine.Init(vm.Storage{Queue: make([]byte, 64<<10), Slots: make([]vm.Slot, 128), Data: make([]byte, 256<<10)})
	return l
}

// speaker is a stack that can have its sockets as another personality has them.
type speaker interface {
	As(p sut.Personality) (s sut.SUT, ok bool)
}

// speaking is the stack for a program: itself or, if the program is about other personalities, as one of them.
func (l *Local) speaking(p *Program) sut.SUT {
	s, ok := l.stack.(speaker)
	if !ok {
		return l.stack
	}
	for _, personality := range p.Case.Personalities {
		if as, ok := s.As(personality); ok {
			return as
		}
	}
	return l.stack
}

// Execute implements Executor.
func (l *Local) Execute(j *Job, tracer vm.Tracer) vm.Verdict {
	return l.machine.Run(j.Program.Bytes, l.speaking(j.Program), vm.RunOptions{Twin: j.Twin, Seed: j.Seed, Start: j.Start, Swap: j.Swap}, tracer)
}

// Why implements Executor.
func (l *Local) Why() string {
	if e, ok := l.stack.(explainer); ok && e.Err() != nil {
		return e.Err().Error()
	}
	return ""
}

// Close implements Executor.
func (l *Local) Close() error {
	if c, ok := l.stack.(interface{ Close() error }); ok {
		return c.Close()
	}
	return nil
}
