package conformance

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"stackproof/conformance/report"
	"stackproof/conformance/vm"
)

// Runner runs cases of a suite on one stack and judges them.
type Runner struct {
	Suite *Suite
	Stack string // the stack's name in reports
	Link  string // what carries the frames, in reports: direct, emac
	Exec  Executor
	// More are other executors over stacks like Exec's: then so many cases are judged at once. What is told, and in which
	// order, is the same.
	More []Executor
	Seed uint64 // all chance in the run; 0: each program's own
	// File is the script that a user gave, if the suite is of that; else "".
	File string
	// Command is how a shell starts the program, for the line that runs a case again; "": stackproof.
	Command string
	// Again is how a shell runs a case once more whose id follows, where that is not Command's run; "": it is.
	Again string
	// Waivers are what the stack is known to fail; nil: nothing.
	Waivers Waivers
	// steered counts the runs whose numbers of the stack were to be, and those that were, where wanted.
	steered [2]int
	// Done is told of each case when it is judged, with how many of how many that were; may be nil.
	Done func(n, of int, v *report.Verdict, failures []*report.Failure)
}

// repeatEvery: one run in so many is repeated and must give the same verdict, trace hash included.
const repeatEvery = 20

// Run runs the cases that the pattern selects. When ctx ends it stops after the run at hand, or with it if the executor
// breaks it off; the cases that are left stay notrun, and nothing of the others is lost.
func (r *Runner) Run(ctx context.Context, p Pattern) *report.Results {
	start := time.Now()
	res := &report.Results{}
	res.Summary.Stack, res.Summary.Seed = r.Stack, r.Seed
	groups := planned(r.Suite.Cases(p))
	r.each(ctx, groups, func(i int, j *judged) {
		v, failures := j.verdict, j.failures
		if w := r.Waivers.of(v.ID); w != nil {
			failures = w.apply(v, failures)
		}
		res.Verdicts = append(res.Verdicts, *v)
		res.Failures = append(res.Failures, failures...)
		res.Plan = append(res.Plan, j.part.Plan...)
		res.Summary.Counts[v.Outcome]++
		add(&res.Summary, &j.part.Summary)
		if r.Done != nil {
			r.Done(i+1, len(groups), v, failures)
		}
	})
	cover(res)
	res.Summary.WallSeconds = time.Since(start).Seconds()
	return res
}

// judge runs one case in all its forms. The verdict tells of the form that decides it: the first of the gravest.
func (r *Runner) judge(ctx context.Context, forms []*Program, bad map[string]bool, res *report.Results) (*report.Verdict, []*report.Failure) {
	c := forms[0].Case
	v := &report.Verdict{
		ID: c.ID, File: c.File, Line: c.Line, Stack: r.Stack, Link: r.Link, Level: string(c.Level),
		Reqs: c.Reqs, Needs: c.Needs(),
	}
	var failures []*report.Failure
	for i, prog := range forms {
		f := report.Form{Name: prog.Form.Form.String(), Twin: report.TwinNotRun}
		fail := &report.Failure{Verdict: v, Form: f.Name, Finding: report.Finding{Line: c.Line}}
		good := knownGood[topic(c.ID)]
		if hasTwin(prog) {
			res.Summary.TwinsTotal++
		}
		switch {
		case ctx.Err() != nil:
			fail.Outcome, fail.Got = report.NotRun, "interrupted"
		case bad[good+" "+f.Name]:
			fail.Outcome, fail.Got = report.Blocked, "the known-good exchange failed: "+good
		case i > 0 && v.Outcome == report.Timeout: // each form would cost as much real time
			fail.Outcome, fail.Got = report.Blocked, "the stack hung in the form before"
		default:
			r.runForm(prog, &f, fail, res)
			if ctx.Err() != nil && brokenOff(fail.Outcome) {
				*fail = report.Failure{Verdict: v, Form: f.Name, Finding: report.Finding{Outcome: report.NotRun, Line: c.Line, Got: "interrupted"}}
				f.Twin = report.TwinNotRun
			}
			if fail.Kind != "" {
				failures = append(failures, fail)
			}
			if fail.Outcome != report.Pass && fail.Outcome != report.Unsupported && good == c.ID {
				bad[c.ID+" "+f.Name] = true
			}
		}
		f.Outcome = fail.Outcome
		res.Plan = append(res.Plan, plan(fail))
		v.Forms = append(v.Forms, f)
		v.VirtualUS += f.VirtualUS
		if i == 0 || report.Worse(v.Outcome, f.Outcome) != v.Outcome {
			v.Outcome, v.Line, v.Phrase, v.Want, v.Got = fail.Outcome, fail.Line, fail.Phrase, fail.Want, fail.Got
		}
	}
	return v, failures
}

// brokenOff reports whether an outcome may come of it that the run was broken off: then it is no evidence of anything.
func brokenOff(o report.Outcome) bool {
	return o == report.Timeout || o == report.Crash || o == report.Error
}

// hasTwin tells a case of our own from somebody else's script.
func hasTwin(prog *Program) bool { return prog.Form.Program.Fault.Kind != vm.NoFault }

// plan says why a form ran or did not.
func plan(f *report.Failure) report.Planned {
	p := report.Planned{ID: f.Verdict.ID, Form: f.Form}
	switch f.Outcome {
	case report.NotRun, report.Blocked, report.Unsupported:
		p.Why = f.Outcome.String() + ": " + f.Got
	default:
		p.Run, p.Why = true, "selected"
	}
	return p
}

// runForm runs one form and, where it passes, its twin. What is said of a failure goes into fail, whose Kind stays empty
// where there is none.
func (r *Runner) runForm(prog *Program, f *report.Form, fail *report.Failure, res *report.Results) {
	rec := newRecorder(prog)
	verdict := r.Exec.Execute(&Job{Program: prog, Seed: r.Seed}, rec)
	f.VirtualUS = verdict.At.Microseconds()
	f.Trace = fmt.Sprintf("%016x", verdict.Hash)
	res.Summary.VirtualSeconds += verdict.At.Seconds()
	switch fail.Outcome = outcome(verdict.Outcome); fail.Outcome {
	case report.Unsupported:
		fail.Got = unsupported(prog, &verdict, r.Exec.Why())
		return
	case report.Pass:
		if r.repeats(prog) {
			r.repeat(prog, &verdict, fail)
		}
		if fail.Outcome == report.Pass && hasTwin(prog) {
			r.runTwin(prog, f, fail)
		}
		if fail.Outcome == report.Pass && hasTwin(prog) && usesTCP(prog) {
			r.runWraps(prog, &verdict, fail, res)
		}
		if f.Twin != report.TwinRed && fail.Outcome == report.Error { // is that the case's fault?
			r.repeat(prog, &verdict, fail)
		}
	default:
		describe(prog, &verdict, rec, r.Exec.Why(), fail)
	}
	if f.Twin == report.TwinRed {
		res.Summary.TwinsRed++
	}
	if fail.Kind != "" {
		complete(prog, r, fail)
	}
}

// repeat runs a form that has passed once more: the same must happen. A stack that does something else draws on chance
// that is not the tester's, or broke down.
func (r *Runner) repeat(prog *Program, first *vm.Verdict, fail *report.Failure) {
	rec := newRecorder(prog)
	again := r.Exec.Execute(&Job{Program: prog, Seed: r.Seed}, rec)
	if again == *first {
		return
	}
	*fail = report.Failure{Verdict: fail.Verdict, Form: fail.Form, Finding: report.Finding{Outcome: report.Fail, Line: fail.Line}}
	if again.Outcome != vm.Pass {
		fail.Outcome = outcome(again.Outcome)
		describe(prog, &again, rec, r.Exec.Why(), fail)
		fail.Kind = "not deterministic: in a second run with the same seed: " + fail.Kind
	} else {
		fail.Kind = "not deterministic"
		fail.Got = fmt.Sprintf("a second run with the same seed gave another trace: %016x, not %016x", again.Hash, first.Hash)
		fail.Records = rec.records
	}
}

// runTwin runs the negative twin. A twin that is not red where it must be makes the case an error: it proves nothing;
// unless the stack broke down in it.
func (r *Runner) runTwin(prog *Program, f *report.Form, fail *report.Failure) {
	rec := newRecorder(prog)
	verdict := r.Exec.Execute(&Job{Program: prog, Twin: true, Seed: r.Seed}, rec)
	fault := &prog.Form.Program.Fault
	switch {
	case verdict.Red(fault):
		f.Twin = report.TwinRed
		return
	case verdict.Outcome == vm.Crash, verdict.Outcome == vm.Timeout, verdict.Outcome == vm.Fail && verdict.Reason > vm.FigureWrong:
		fail.Outcome, f.Twin = outcome(verdict.Outcome), report.TwinElsewhere
		describe(prog, &verdict, rec, r.Exec.Why(), fail)
		fail.Kind = "in the negative twin (" + prog.Case.Twin.Text + "): " + fail.Kind
		return
	}
	fail.Outcome, fail.Kind, fail.Records = report.Error, "the case proves nothing", rec.records
	want := prog.Form.Lines[fault.Target]
	fail.Line, fail.Phrase, fail.Want = want.Line, want.Phrase, "the twin fails here: "+prog.Case.Twin.Text
	switch {
	case verdict.Outcome == vm.Pass && !verdict.Planted:
		f.Twin, fail.Got = report.TwinGreen, "the twin's fault was never planted"
	case verdict.Outcome == vm.Pass:
		f.Twin, fail.Got = report.TwinGreen, "the twin passed"
	default:
		f.Twin = report.TwinElsewhere
		fail.Got = fmt.Sprintf("the twin: %s at %s: %s", verdict.Outcome, lineOf(prog, verdict.Event), verdict.Reason)
	}
}

// repeats chooses the runs that are repeated, by case and seed, so that in time all are.
func (r *Runner) repeats(prog *Program) bool {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %s %d", prog.Case.ID, prog.Form.Form, r.Seed)
	return h.Sum32()%repeatEvery == 0
}

// outcome is the report's word for the interpreter's.
func outcome(o vm.Outcome) report.Outcome { return report.Outcome(o) }

// Show runs one program and returns all that happened.
func Show(exec Executor, prog *Program) (vm.Verdict, []report.Record) {
	rec := newRecorder(prog)
	v := exec.Execute(&Job{Program: prog}, rec)
	return v, rec.records
}
