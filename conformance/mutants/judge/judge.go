// Package judge is the worker of package mutants: it runs the cases on a stack that has many faults in it, of which one at
// a time is active.
//
// A worker reads requests and writes answers, each a line of JSON. It begins with Hello.
package judge

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"

	"stackproof/conformance"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Points is what the stack's code asks and tells.
type Points struct {
	Active       *int   // the number of the fault; 0: none
	Steps, Limit *int   // calls and rounds of loops: beyond the limit the stack panics
	Hits         []bool // statements that were reached
}

// Hello is the first line.
type Hello struct {
	Programs []string // the case of each program
	Traces   []string // what happens in each without a fault
	Error    string   // why there is nothing to judge with
}

// Request asks for the verdict on a fault.
type Request struct {
	Fault int
	Point int  // the statement that it changes
	All   bool // run all programs, not only to the first that fails
	Tell  bool // say with an answer of its own which program is about to run
}

// Answer is the verdict. At is the program about to run.
type Answer struct {
	Fault   int
	Reached int    // so many programs reach the statement
	Killed  []int  // these failed
	Why     string // how the first one failed
	Changed []int  // the first that went otherwise without failing
	At      int
	Running bool // the answer only says which program is about to run
}

// slack is how much longer than without a fault a run may take, and least in how many steps at least.
const slack, least = 20, 200_000

// worker judges.
type worker struct {
	points Points
	stacks []stack
	base   []baseline
}

// stack is one that programs run on.
type stack struct {
	fresh func() sut.SUT
	exec  conformance.Executor
}

// baseline is how a program goes without a fault.
type baseline struct {
	program *conformance.Program
	stack   *stack
	steps   int
	hash    uint64
	hits    []uint64
}

// Main is the worker's main function; it returns the exit code. It ends with its input: an interrupt is for its parent.
//
// The programs run on the first of the stacks, and on each other those that come to a statement there that they do not come
// to on the stacks before it: one with less memory has to make room where another has enough.
func Main(in io.Reader, out io.Writer, p Points, stacks ...func() sut.SUT) int {
	signal.Ignore(os.Interrupt)
	enc, dec := json.NewEncoder(out), json.NewDecoder(in)
	w := &worker{points: p}
	for _, m := range stacks {
		w.stacks = append(w.stacks, stack{m, conformance.NewLocal(m())})
	}
	hello := Hello{}
	if err := w.record(&hello); err != nil {
		hello.Error = err.Error()
	}
	for err := enc.Encode(&hello); err == nil; {
		var r Request
		if dec.Decode(&r) != nil {
			break
		}
		a := w.judge(&r, func(a *Answer) { _ = enc.Encode(a) })
		err = enc.Encode(&a)
	}
	return 0
}

// record runs all programs without a fault.
func (w *worker) record(h *Hello) error {
	suite, err := conformance.LoadSuite()
	if err != nil {
		return err
	}
	for i := range suite.Programs {
		p := &suite.Programs[i]
		var reached []uint64
		for k := range w.stacks {
			b, v := w.plain(p, &w.stacks[k])
			switch {
			case v.Outcome == vm.Unsupported: // the stack does not have what it needs
				continue
			case v.Outcome != vm.Pass:
				return fmt.Errorf("%s does not pass without a fault: %s: %s", p.Case.ID, v.Outcome, v.Reason)
			case reached != nil && !add(reached, b.hits):
				continue
			case reached == nil:
				reached = slices.Clone(b.hits)
			}
			w.base = append(w.base, b)
			h.Programs = append(h.Programs, p.Case.ID)
			h.Traces = append(h.Traces, fmt.Sprintf("%016x", v.Hash))
		}
	}
	return nil
}

// plain runs a program without a fault.
func (w *worker) plain(p *conformance.Program, s *stack) (baseline, vm.Verdict) {
	clear(w.points.Hits)
	*w.points.Steps, *w.points.Limit = 0, math.MaxInt
	v := s.exec.Execute(&conformance.Job{Program: p}, nil)
	return baseline{p, s, *w.points.Steps, v.Hash, pack(w.points.Hits)}, v
}

// add adds a set to another, and reports whether it has anything new.
func add(to, set []uint64) (more bool) {
	for i, x := range set {
		more = more || x&^to[i] != 0
		to[i] |= x
	}
	return more
}

// pack makes a set of numbers smaller.
func pack(hits []bool) []uint64 {
	set := make([]uint64, (len(hits)+63)/64)
	for i, h := range hits {
		if h {
			set[i/64] |= 1 << (i % 64)
		}
	}
	return set
}

// judge runs the programs that reach a fault.
func (w *worker) judge(r *Request, tell func(*Answer)) (a Answer) {
	a.Fault = r.Fault
	for i := range w.base {
		b := &w.base[i]
		if b.hits[r.Point/64]>>(r.Point%64)&1 == 0 {
			continue
		}
		if a.Reached++; r.Tell {
			tell(&Answer{Fault: r.Fault, At: i, Running: true})
		}
		*w.points.Active, *w.points.Steps, *w.points.Limit = r.Fault, 0, slack*b.steps+least
		v, panicked := w.run(b)
		*w.points.Active = 0
		switch {
		case panicked == "" && (v.Outcome == vm.Pass || v.Outcome == vm.Unsupported):
			if v.Hash != b.hash && a.Changed == nil {
				a.Changed = []int{i}
			}
			continue
		case a.Why != "":
		case panicked != "":
			a.Why = "panic: " + panicked
		default:
			a.Why = w.why(b.program, &v)
		}
		if a.Killed = append(a.Killed, i); !r.All {
			break
		}
	}
	return a
}

// why says how a run failed: in what way, and what was expected.
func (w *worker) why(p *conformance.Program, v *vm.Verdict) string {
	s := v.Reason.String()
	if int(v.Event) < len(p.Form.Lines) && p.Form.Lines[v.Event].Phrase != "" {
		s += ": " + p.Form.Lines[v.Event].Phrase
	}
	return s
}

// run runs a program. A stack that panics is done for: the next run has another.
func (w *worker) run(b *baseline) (v vm.Verdict, panicked string) {
	defer func() {
		if e := recover(); e != nil {
			panicked = fmt.Sprint(e)
			b.stack.exec = conformance.NewLocal(b.stack.fresh())
		}
	}()
	return b.stack.exec.Execute(&conformance.Job{Program: b.program}, nil), ""
}
