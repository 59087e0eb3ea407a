package edits

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"stackproof/stack"
)

// Run is what is to be thrown.
type Run struct {
	Depth  int // the greatest number of edits at a time: 1 to 3
	Jobs   int
	Seed   uint64
	Match  func(id string) bool // selects STATE/BASE; nil: all
	Thin   int                  // of so many frames one is thrown; 0: all
	Rounds int                  // how often each pair of fields is drawn values for, and as many triples are; 0: once
	First  bool                 // the first failure is the last
	tamper func(j *judge, b []byte) []byte
	meddle func(j *judge)
}

// Failure is an order that has failed, made smaller.
type Failure struct {
	Name  string
	Err   error
	Frame []byte
}

// Summary is what was thrown, and what came of it.
type Summary struct {
	States, Bases, Fields, Values int
	Frames                        [MostEdits + 1]int // by the number of edits
	Replies                       int
	Dropped                       [stack.NumCounters]uint64
	Missed                        []string // fields, and states, that nothing was thrown about
	Failures                      []Failure
	Failed                        int // of which the first of each kind are in Failures
	Wall                          time.Duration
	Stopped                       bool
	whole                         bool // nothing was left out
}

// MostEdits is how many edits a frame has at most, MostFailures how many failures are kept.
const (
	MostEdits    = 3
	MostFailures = 10
)

// task is all edits of a base in a state.
type task struct{ state, base int }

// tally is what one worker has done.
type tally struct {
	frames   [MostEdits + 1]int
	fields   map[task][]bool // that edits were of
	failures []failure
}

type failure struct {
	order Order
	err   error
}

// Do throws all.
func (r *Run) Do(ctx context.Context) *Summary {
	begin := time.Now()
	t := NewTable()
	s := &Summary{}
	within, enough := context.WithCancel(ctx)
	defer enough()
	tasks, fields := r.tasks(t, s)
	todo := make(chan task)
	var all sync.WaitGroup
	var mutex sync.Mutex
	covered, states := map[string]bool{}, map[int]bool{}
	for range max(1, r.Jobs) {
		all.Go(func() {
			j := newJudge()
			j.tamper, j.meddle = r.tamper, r.meddle
			w := &worker{Run: r, judge: j, tally: tally{fields: map[task][]bool{}}}
			for x := range todo {
				w.work(within, x)
				if r.First && len(w.failures) > 0 {
					enough()
				}
				mutex.Lock()
				states[x.state] = true
				mutex.Unlock()
			}
			mutex.Lock()
			defer mutex.Unlock()
			s.add(j, &w.tally)
			for x, all := range w.fields {
				for f, is := range all {
					covered[fieldOf(t, x.state, t.Bases[x.state][x.base], f)] = is || covered[fieldOf(t, x.state, t.Bases[x.state][x.base], f)]
				}
			}
		})
	}
	for _, x := range tasks {
		if within.Err() != nil {
			break
		}
		todo <- x
	}
	close(todo)
	all.Wait()
	s.missed(t, tasks, fields, covered, states)
	slices.SortFunc(s.Failures, func(a, b Failure) int { return strings.Compare(a.Name, b.Name) })
	s.Failures = s.Failures[:min(len(s.Failures), MostFailures)]
	s.Stopped, s.whole = ctx.Err() != nil, r.Thin <= 1 && !r.First
	s.Wall = time.Since(begin)
	return s
}

// tasks are what is to be done, and the fields that it is about.
func (r *Run) tasks(t *Table, s *Summary) (tasks []task, fields map[string]bool) {
	fields = map[string]bool{}
	for i, state := range t.States {
		any := false
		for k, b := range t.Bases[i] {
			if r.Match != nil && !r.Match(state+"/"+b.Name) {
				continue
			}
			any = true
			tasks = append(tasks, task{i, k})
			for f := range b.Fields {
				fields[fieldOf(t, i, b, f)] = true
				s.Values += len(b.values[f])
			}
		}
		if any {
			s.States++
		}
	}
	s.Bases, s.Fields = len(tasks), len(fields)
	return tasks, fields
}

// missed notes the fields and states that nothing was thrown about.
func (s *Summary) missed(t *Table, tasks []task, fields, covered map[string]bool, states map[int]bool) {
	for f := range fields {
		if !covered[f] {
			s.Missed = append(s.Missed, f)
		}
	}
	for _, x := range tasks {
		if name := t.States[x.state]; !states[x.state] && !slices.Contains(s.Missed, name) {
			s.Missed = append(s.Missed, name)
		}
	}
	slices.Sort(s.Missed)
}

// fieldOf is what is covered: a field of a base over a family.
func fieldOf(t *Table, state int, b *Base, f int) string {
	family := "4"
	if strings.HasSuffix(t.States[state], "6") {
		family = "6"
	}
	return "ipv" + family + "/" + b.Name + "/" + b.Fields[f].Name
}

func (s *Summary) add(j *judge, t *tally) {
	for i, n := range t.frames {
		s.Frames[i] += n
	}
	s.Replies += j.replies
	for c, n := range j.dropped {
		s.Dropped[c] += n
	}
	s.Failed += len(t.failures)
	for i := range t.failures {
		f := &t.failures[i]
		if len(s.Failures) >= MostFailures || slices.ContainsFunc(s.Failures, func(g Failure) bool { return same(g.Err, f.err) }) {
			continue
		}
		o, err := j.shrink(&f.order, f.err)
		s.Failures = append(s.Failures, Failure{j.Name(&o), err, j.Write(nil, &o)})
	}
}

// Thrown is how many frames were thrown.
func (s *Summary) Thrown() (n int) {
	for _, k := range s.Frames {
		n += k
	}
	return n
}

// Err says why the run is none to be content with.
func (s *Summary) Err() error {
	switch {
	case s.Failed > 0:
		return fmt.Errorf("edits: %d of %d frames have failed", s.Failed, s.Thrown())
	case s.Stopped:
		return fmt.Errorf("edits: interrupted after %d frames", s.Thrown())
	case s.whole && len(s.Missed) > 0:
		return fmt.Errorf("edits: nothing was thrown about %s", strings.Join(s.Missed, ", "))
	}
	return nil
}

// worker throws what tasks say.
type worker struct {
	*Run
	*judge
	tally
	dice *rand.Rand
	n    int // frames that there were to be
	edit [MostEdits]Edit
}

// mostFailures is after how many failures of a base a worker leaves it.
const mostFailures = 20

// work throws all edits of a base in a state: each value of each field, with the checksums right and as they were; then each
// pair of fields with values that are drawn, as often as there are pairs; then triples of fields, as many again.
func (w *worker) work(ctx context.Context, x task) {
	b := w.Bases[x.state][x.base]
	w.dice = rand.New(rand.NewPCG(w.Seed, uint64(x.state)<<32|uint64(x.base)))
	w.fields[x] = make([]bool, len(b.Fields))
	failed := len(w.failures)
	done := func() bool {
		return ctx.Err() != nil || len(w.failures) > failed+mostFailures || w.First && len(w.failures) > 0
	}
	for f := range b.Fields {
		for _, v := range b.values[f] {
			w.edit[0] = Edit{f, v}
			if w.one(x, 1); done() {
				return
			}
		}
	}
	for range max(1, w.Rounds) {
		if w.more(x, b, done) {
			return
		}
	}
}

// more throws a round of pairs and triples. It reports whether it was to stop.
func (w *worker) more(x task, b *Base, done func() bool) bool {
	n := len(b.Fields)
	for f := 0; f < n && w.Depth > 1; f++ {
		for g := f + 1; g < n; g++ {
			w.edit[0], w.edit[1] = w.draw(b, f), w.draw(b, g)
			if w.one(x, 2); done() {
				return true
			}
		}
	}
	for k := n * (n - 1) / 2; k > 0 && w.Depth > 2; k-- {
		f := w.dice.IntN(n)
		g := (f + 1 + w.dice.IntN(n-1)) % n
		h := (f + 1 + w.dice.IntN(n-1)) % n
		if h == g { // as good as any other draw
			continue
		}
		w.edit[0], w.edit[1], w.edit[2] = w.draw(b, f), w.draw(b, g), w.draw(b, h)
		if w.one(x, MostEdits); done() {
			return true
		}
	}
	return false
}

// draw draws a value for a field.
func (w *worker) draw(b *Base, f int) Edit {
	all := b.values[f]
	return Edit{f, all[w.dice.IntN(len(all))]}
}

// one throws a frame with n edits, with the checksums right and as they were.
func (w *worker) one(x task, n int) {
	for _, repair := range []bool{false, true} {
		if w.n++; w.Thin > 1 && w.n%w.Thin != 0 {
			continue
		}
		o := Order{x.state, x.base, w.edit[:n], repair}
		w.frames[n]++
		for i := range n {
			w.fields[x][o.Edits[i].Field] = true
		}
		if err := w.throw(&o); err != nil {
			o.Edits = slices.Clone(o.Edits)
			w.failures = append(w.failures, failure{o, err})
			w.renew()
		}
	}
}

// One throws the frame of a name once more.
func One(name string) (Failure, error) {
	j := newJudge()
	o, err := j.Parse(name)
	if err != nil {
		return Failure{}, err
	}
	err = j.throw(&o)
	return Failure{name, err, j.Write(nil, &o)}, nil
}
