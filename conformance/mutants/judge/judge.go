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
	points   Points
	newStack func() sut.SUT
	exec     conformance.Executor
	suite    *conformance.Suite
	base     []baseline
}

// baseline is how a program goes without a fault.
type baseline struct {
	steps int
	hash  uint64
	hits  []uint64
	skip  bool // the stack does not have what it needs
}

// Main is the worker's main function; it returns the exit code. It ends with its input: an interrupt is for its parent.
func Main(in io.Reader, out io.Writer, p Points, newStack func() sut.SUT) int {
	signal.Ignore(os.Interrupt)
	enc, dec := json.NewEncoder(out), json.NewDecoder(in)
	w := &worker{points: p, newStack: newStack}
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
	w.suite, w.exec = suite, conformance.NewLocal(w.newStack())
	for i := range suite.Programs {
		p := &suite.Programs[i]
		clear(w.points.Hits)
		*w.points.Steps, *w.points.Limit = 0, math.MaxInt
		v := w.exec.Execute(&conformance.Job{Program: p}, nil)
		if v.Outcome != vm.Pass && v.Outcome != vm.Unsupported {
			return fmt.Errorf("%s does not pass without a fault: %s: %s", p.Case.ID, v.Outcome, v.Reason)
		}
		w.base = append(w.base, baseline{*w.points.Steps, v.Hash, pack(w.points.Hits), v.Outcome != vm.Pass})
		h.Programs = append(h.Programs, p.Case.ID)
		h.Traces = append(h.Traces, fmt.Sprintf("%016x", v.Hash))
	}
	return nil
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
		if b.skip || b.hits[r.Point/64]>>(r.Point%64)&1 == 0 {
			continue
		}
		if a.Reached++; r.Tell {
			tell(&Answer{Fault: r.Fault, At: i, Running: true})
		}
		*w.points.Active, *w.points.Steps, *w.points.Limit = r.Fault, 0, slack*b.steps+least
		v, panicked := w.run(&w.suite.Programs[i])
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
			a.Why = w.why(&w.suite.Programs[i], &v)
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
func (w *worker) run(p *conformance.Program) (v vm.Verdict, panicked string) {
	defer func() {
		if e := recover(); e != nil {
			panicked = fmt.Sprint(e)
			w.exec = conformance.NewLocal(w.newStack())
		}
	}()
	return w.exec.Execute(&conformance.Job{Program: p}, nil), ""
}
