package conformance

import (
	"context"
	"sync"
	"sync/atomic"

	"stackproof/conformance/report"
)

// judged is what came of one case.
type judged struct {
	verdict  *report.Verdict
	failures []*report.Failure
	part     report.Results // what it adds to plan and summary
}

// each judges all cases and tells of them in their order. The known-good ones, which come first, are judged one after the
// other, since the rest hangs on them, and the rest by all executors.
func (r *Runner) each(ctx context.Context, groups [][]*Program, told func(i int, j *judged)) {
	bad := map[string]bool{} // known-good cases, with their form, that failed
	one := func(w *Runner, i int) *judged {
		j := &judged{}
		j.verdict, j.failures = w.judge(ctx, groups[i], bad, &j.part)
		return j
	}
	first := len(groups)
	if len(r.More) > 0 {
		for first = 0; first < len(groups) && KnownGood(groups[first][0].Case.ID); first++ {
		}
	}
	for i := range first {
		told(i, one(r, i))
	}
	done := make([]chan *judged, len(groups)-first)
	for i := range done {
		done[i] = make(chan *judged, 1)
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	if len(done) > 0 {
		for _, exec := range append([]Executor{r.Exec}, r.More...) {
			w := *r
			w.Exec = exec
			workers.Go(func() {
				for i := next.Add(1) - 1; int(i) < len(done); i = next.Add(1) - 1 {
					done[i] <- one(&w, first+int(i))
				}
			})
		}
	}
	for i, c := range done {
		told(first+i, <-c)
	}
	workers.Wait()
}

// add adds to a summary what a case has counted.
func add(sum, part *report.Summary) {
	sum.TwinsRed += part.TwinsRed
	sum.TwinsTotal += part.TwinsTotal
	sum.Wraps += part.Wraps
	sum.WrapsTotal += part.WrapsTotal
	sum.VirtualSeconds += part.VirtualSeconds
}
