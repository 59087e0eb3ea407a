package conformance

import (
	"fmt"
	"hash/fnv"
	"time"

	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// isnTick is how long an initial sequence number waits for the next: RFC 9293 3.4.1, MUST-8.
const isnTick = 4 * time.Microsecond

// runWraps runs a form that has passed twice more: with the initial sequence numbers of both sides shortly before 2^31, and
// before 2^32, so that the signed and the unsigned numbers wrap within the exchange. The judge's own numbers are its choice.
// The stack's come from a clock, as RFC 9293 MUST-8 has it, and something that depends on the connection and stays the
// same with the seed: so they are chosen by when the connection begins, up to five hours after the stack did. first is
// the run whose numbers are known.
func (r *Runner) runWraps(prog *Program, first *vm.Verdict, fail *report.Failure, res *report.Results) {
	for _, top := range []uint32{1 << 31, 0} {
		want := top - 1 - before(prog, r.Seed)
		j := &Job{Program: prog, Seed: r.Seed, Swap: top != 0}
		if first.ISN != 0 && !r.unsteered() {
			j.Start = time.Duration(want-first.ISN) * isnTick
		}
		v := r.Exec.Execute(j, nil)
		if first.ISN != 0 {
			res.Summary.WrapsTotal++
			r.steered[1]++
			if v.ISN == want {
				res.Summary.Wraps++
				r.steered[0]++
			}
		}
		if v.Outcome == vm.Pass {
			continue
		}
		rec := newRecorder(prog)
		if again := r.Exec.Execute(j, rec); again.Outcome != vm.Pass { // once more, to tell how it went
			v = again
		}
		fail.Outcome = outcome(v.Outcome)
		describe(prog, &v, rec, r.Exec.Why(), fail)
		fail.Kind = fmt.Sprintf("with initial sequence numbers before %d: %s", max(1<<31, uint64(top-1)+1), fail.Kind)
		return
	}
}

// before is how far before the wrap a program's connection begins: most of the time less than a segment, and with every
// other program less than four.
func before(prog *Program, seed uint64) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %s %d wrap", prog.Case.ID, prog.Form.Form, seed)
	n := h.Sum32()
	if n>>8&1 != 0 {
		return n & 3
	}
	return n & 0x7f
}

// unsteered tells of a stack whose numbers do not follow the clock: then it is of no use to wait. Nor is it where the stack
// counts the hours up in ticks, which takes a second each time: then only the judge's numbers are near the wraps.
func (r *Runner) unsteered() bool {
	if t, ok := r.Exec.(ticker); ok && t.Tick() >= coarseTick {
		return true
	}
	return r.steered[1] >= 6 && 2*r.steered[0] < r.steered[1]
}

// ticker is an executor that knows the granularity of the stack's timers.
type ticker interface{ Tick() sut.Time }

// coarseTick is a granularity of timers that are counted.
const coarseTick = 100 * time.Millisecond

// usesTCP tells the programs that have sequence numbers.
func usesTCP(prog *Program) bool { return prog.Form.Program.Needs.Has(sut.FeatureTCP) }
