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
	Link  string // what carries the frames, in reports: direct
	Exec  Executor
	Seed  uint64 // all chance in the run; 0: each program's own
	// Done is told of each case when it is judged, with how many of how many that were; may be nil.
	Done func(n, of int, v *report.Verdict, failures []*report.Failure)
}

// repeatEvery: one run in so many is repeated and must give the same verdict, trace hash included.
const repeatEvery = 20

// Run runs the cases that the pattern selects. When ctx ends it stops after the run at hand; the cases that are left
// stay notrun, and nothing of the others is lost.
func (r *Runner) Run(ctx context.Context, p Pattern) *report.Results {
	start := time.Now()
	res := &report.Results{}
	res.Summary.Stack, res.Summary.Seed = r.Stack, r.Seed
	bad := map[string]bool{} // known-good cases, with their form, that failed
	groups := planned(r.Suite.Cases(p))
	for i, g := range groups {
		v, failures := r.judge(ctx, g, bad, res)
		res.Verdicts = append(res.Verdicts, *v)
		res.Failures = append(res.Failures, failures...)
		res.Summary.Counts[v.Outcome]++
		if r.Done != nil {
			r.Done(i+1, len(groups), v, failures)
		}
	}
	for i := range res.Failures { // the slice has stopped moving: point at what is kept
		for j := range res.Verdicts {
			if res.Verdicts[j].ID == res.Failures[i].Verdict.ID {
				res.Failures[i].Verdict = &res.Verdicts[j]
			}
		}
	}
	cover(res)
	res.Summary.WallSeconds = time.Since(start).Seconds()
	return res
}

// judge runs one case in all its forms.
func (r *Runner) judge(ctx context.Context, forms []*Program, bad map[string]bool, res *report.Results) (*report.Verdict, []*report.Failure) {
	c := forms[0].Case
	v := &report.Verdict{
		ID: c.ID, File: c.File, Line: c.Line, Stack: r.Stack, Link: r.Link, Level: string(c.Level),
		Reqs: c.Reqs, Needs: c.Needs(),
	}
	var failures []*report.Failure
	for i, prog := range forms {
		f := report.Form{Name: prog.Form.Form.String(), Twin: report.TwinNotRun}
		good := knownGood[topic(c.ID)]
		res.Summary.TwinsTotal++
		switch {
		case ctx.Err() != nil:
			f.Outcome = report.NotRun
			v.Got = "interrupted"
		case bad[good+" "+f.Name]:
			f.Outcome = report.Blocked
			v.Got = "the known-good exchange failed: " + good
		default:
			if fail := r.runForm(prog, v, &f, res); fail != nil {
				failures = append(failures, fail)
			}
			if f.Outcome != report.Pass && f.Outcome != report.Unsupported && good == c.ID {
				bad[c.ID+" "+f.Name] = true
			}
		}
		res.Plan = append(res.Plan, plan(v, &f))
		v.Forms = append(v.Forms, f)
		v.VirtualUS += f.VirtualUS
		if i == 0 {
			v.Outcome = f.Outcome
		} else {
			v.Outcome = report.Worse(v.Outcome, f.Outcome)
		}
	}
	return v, failures
}

// plan says why a form ran or did not.
func plan(v *report.Verdict, f *report.Form) report.Planned {
	p := report.Planned{ID: v.ID, Form: f.Name}
	switch f.Outcome {
	case report.NotRun, report.Blocked, report.Unsupported:
		p.Why = f.Outcome.String() + ": " + v.Got
	default:
		p.Run, p.Why = true, "selected"
	}
	return p
}

// runForm runs one form and, where it passes, its twin. What is said of a failure goes into v; the first failing form
// has the word.
func (r *Runner) runForm(prog *Program, v *report.Verdict, f *report.Form, res *report.Results) *report.Failure {
	rec := &recorder{}
	verdict := r.Exec.Execute(&Job{Program: prog, Seed: r.Seed}, rec)
	f.Outcome = outcome(verdict.Outcome)
	f.VirtualUS = verdict.At.Microseconds()
	f.Trace = fmt.Sprintf("%016x", verdict.Hash)
	res.Summary.VirtualSeconds += verdict.At.Seconds()
	fail := &report.Failure{Verdict: v, Form: f.Name}
	switch {
	case f.Outcome == report.Unsupported:
		if v.Got == "" {
			v.Got = unsupported(prog, &verdict)
		}
		return nil
	case f.Outcome == report.Pass && r.repeats(prog):
		if again := r.Exec.Execute(&Job{Program: prog, Seed: r.Seed}, nil); again != verdict {
			f.Outcome = report.Error
			fail.Kind = "not deterministic"
			v.Got = fmt.Sprintf("a second run with the same seed gave another trace: %016x, not %s", again.Hash, f.Trace)
		}
	}
	if f.Outcome == report.Pass {
		r.runTwin(prog, v, f, fail)
		if f.Twin == report.TwinRed {
			res.Summary.TwinsRed++
			return nil
		}
	} else if fail.Kind == "" {
		describe(prog, &verdict, rec, r.Exec.Why(), v, fail)
	}
	complete(prog, rec, r, fail)
	return fail
}

// runTwin runs the negative twin. A twin that is not red where it must be makes the case an error: it proves nothing.
func (r *Runner) runTwin(prog *Program, v *report.Verdict, f *report.Form, fail *report.Failure) {
	verdict := r.Exec.Execute(&Job{Program: prog, Twin: true, Seed: r.Seed}, nil)
	fault := &prog.Form.Program.Fault
	if verdict.Red(fault) {
		f.Twin = report.TwinRed
		return
	}
	f.Outcome = report.Error
	fail.Kind = "the case proves nothing"
	want := prog.Form.Lines[fault.Target]
	v.Line, v.Phrase, v.Want = want.Line, want.Phrase, "the twin fails here: "+prog.Case.Twin.Text
	switch {
	case verdict.Outcome == vm.Pass && !verdict.Planted:
		f.Twin, v.Got = report.TwinGreen, "the twin's fault was never planted"
	case verdict.Outcome == vm.Pass:
		f.Twin, v.Got = report.TwinGreen, "the twin passed"
	default:
		f.Twin = report.TwinElsewhere
		v.Got = fmt.Sprintf("the twin: %s at %s: %s", verdict.Outcome, lineOf(prog, verdict.Event), verdict.Reason)
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
	rec := &recorder{}
	v := exec.Execute(&Job{Program: prog}, rec)
	return v, rec.records
}
