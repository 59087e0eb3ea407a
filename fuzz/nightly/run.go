package nightly

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"stackproof/conformance/filelock"
)

// Options are what a run is to do.
type Options struct {
	Root     string        // of the source tree
	Dir      string        // that keeps corpora, findings, the state, the reports
	For      time.Duration // how long, with what an unfinished run has spent
	Slice    time.Duration // how long one turn of one task is; 0: as suits For
	Turns    int           // how many turns in all; 0: as many as For has room for
	Jobs     int           // how many at once, each of one core
	Program  string        // this program, for commands
	Commands []Command
	Targets  []Target
	Say      func(line string) // a line for each slice and finding
}

// run is one run.
type run struct {
	Options
	programs programs
	tasks    []string
	targets  map[string]Target
	commands map[string]*Command
	began    time.Time
	before   time.Duration // that was spent before it was resumed

	mutex sync.Mutex // for all below
	state *State
	busy  map[string]bool
	turns int
	err   error
}

// Run fuzzes until the time is over, or until ctx is: then the folder has all it needs to go on. The state tells what was
// done and found.
func Run(ctx context.Context, o Options) (*State, error) {
	if err := os.MkdirAll(filepath.Join(o.Dir, "programs"), 0o777); err != nil {
		return nil, fmt.Errorf("fuzz: %w", err)
	}
	unlock, err := filelock.Try(filepath.Join(o.Dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("fuzz: %s is used by another run: %w", o.Dir, err)
	}
	defer unlock()
	state, resumed, err := load(o.Dir)
	if err != nil {
		return nil, err
	}
	r := &run{
		Options: o, state: state, before: state.Spent, began: time.Now(), busy: map[string]bool{},
		targets: map[string]Target{}, commands: map[string]*Command{},
		programs: programs{root: o.Root, dir: filepath.Join(o.Dir, "programs"), built: map[string]*program{}},
	}
	if resumed {
		r.Say(fmt.Sprintf("fuzz: going on with a run that stopped after %s of %s", state.Spent.Round(time.Second), state.Limit))
	}
	state.Limit = o.For
	for _, t := range o.Targets {
		r.tasks, r.targets[t.String()] = append(r.tasks, t.String()), t
	}
	for i := range o.Commands {
		c := &o.Commands[i]
		r.tasks, r.commands[c.Name] = append(r.tasks, c.Name), c
	}
	slices.SortStableFunc(r.tasks, func(a, b string) int { return cmp.Compare(r.modesty(a), r.modesty(b)) })
	if r.Slice == 0 {
		r.Slice = sliceOf(o.For, o.Jobs, len(r.tasks))
	}
	r.parallel(ctx, r.work)
	if r.err == nil && ctx.Err() == nil {
		r.finish(ctx)
	}
	state.Done = r.err == nil && ctx.Err() == nil
	return state, errors.Join(r.err, r.keep())
}

// sliceOf is how long a slice is: every task is to have its turn several times, but a start costs a second or more.
func sliceOf(total time.Duration, jobs, tasks int) time.Duration {
	const turns, shortest, longest = 4, 5 * time.Second, 5 * time.Minute
	return min(max(total*time.Duration(jobs)/time.Duration(turns*max(tasks, 1)), shortest), longest).Round(time.Second)
}

// parallel runs a worker for each job.
func (r *run) parallel(ctx context.Context, worker func(context.Context)) {
	var all sync.WaitGroup
	for range r.Jobs {
		all.Go(func() { worker(ctx) })
	}
	all.Wait()
}

// work takes slices until none is left.
func (r *run) work(ctx context.Context) {
	for ctx.Err() == nil {
		task, p, slice := r.next()
		if task == "" {
			return
		}
		begin := time.Now()
		did, err := r.one(ctx, task, p, slice)
		r.mutex.Lock()
		p.Slices++
		p.Seconds += time.Since(begin).Seconds()
		p.Execs += did.execs
		p.Fresh += did.fresh
		if p.lean++; did.fresh > 0 {
			p.lean = 0
		}
		delete(r.busy, task)
		r.err = errors.Join(r.err, err)
		r.mutex.Unlock()
		if err := r.keep(); err != nil {
			r.fail(err)
		}
		r.Say(fmt.Sprintf("%-50s %6.1f s  %9d executions  %5d new", task, time.Since(begin).Seconds(), did.execs, did.fresh))
	}
}

func (r *run) fail(err error) {
	r.mutex.Lock()
	r.err = errors.Join(r.err, err)
	r.mutex.Unlock()
}

// keep writes the state.
func (r *run) keep() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.state.Spent = r.before + time.Since(r.began)
	return r.state.save(r.Dir)
}

// next is the task whose turn it is, and for how long: the one that has had the least time, where one that has stopped
// finding anything is content with less, and so is a property. Near the end there is none: what was learnt must be put in order.
func (r *run) next() (task string, p *Progress, slice time.Duration) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	slice = min(r.Slice, r.left()-reserve(r.For))
	if r.err != nil || slice < time.Second || r.Turns > 0 && r.turns == r.Turns {
		return "", nil, 0
	}
	least := 0.
	for _, name := range r.tasks {
		q := r.state.progress(name)
		had := q.Seconds * float64(1+min(q.lean, 3)) * r.modesty(name)
		if !r.busy[name] && q.Stopped == "" && (task == "" || had < least) {
			task, p, least = name, q, had
		}
	}
	if task != "" {
		r.busy[task] = true
		r.turns++
	}
	return task, p, slice
}

// modesty is by how much less time than others a task has. Of properties there are many, each is about little, and their
// tests draw for them too.
func (r *run) modesty(task string) float64 {
	if r.targets[task].Property {
		return 8
	}
	return 1
}

// left is the time that is left.
func (r *run) left() time.Duration { return r.For - r.before - time.Since(r.began) }

// reserve is the part of the time that is kept for putting the corpora in order.
func reserve(total time.Duration) time.Duration {
	return min(max(total/10, 2*time.Second), 5*time.Minute)
}

// outcome is what a slice did.
type outcome struct {
	execs int64
	fresh int
}

// one runs one slice.
func (r *run) one(ctx context.Context, task string, p *Progress, slice time.Duration) (outcome, error) {
	if c := r.commands[task]; c != nil {
		return r.seeds(ctx, c, p, slice)
	}
	o, err := r.order(ctx, r.targets[task])
	if err != nil {
		return outcome{}, err
	}
	o.time, o.limit = slice.String(), slice+grace
	s, err := o.run(ctx)
	if err != nil {
		return outcome{}, err
	}
	r.mutex.Lock()
	if p.Slices == 0 {
		p.Before = s.coverage
	}
	p.Coverage = max(p.Coverage, s.coverage)
	r.mutex.Unlock()
	if s.failure != "" || s.input != "" {
		err = r.found(&o, p, &s)
	}
	return outcome{s.execs, s.fresh}, err
}

// order is what runs a target.
func (r *run) order(ctx context.Context, t Target) (order, error) {
	file, err := r.programs.of(ctx, t)
	if ctx.Err() != nil {
		err = nil
	}
	return order{target: t, file: absolute(file), root: r.Root, limit: grace, cache: absolute(r.corpus(t))}, err
}

// corpus is the folder of a package's corpora.
func (r *run) corpus(t Target) string {
	return filepath.Join(r.Dir, "corpus", filepath.FromSlash(t.Pkg))
}

func absolute(file string) string {
	if a, err := filepath.Abs(file); err == nil {
		return a
	}
	return file
}

// blocked is how many slices in a row may find the same before the task is given up.
const blocked = 3

// found takes what a slice has found into the state, and its input out of the engine's way.
func (r *run) found(o *order, p *Progress, s *said) error {
	task := o.target.String()
	f := findingOf(task, s.failure)
	f.Again = fmt.Sprintf("go test ./%s -run '^%s$/^%s$'", o.target.Pkg, o.target.Func, f.Name)
	file, kept := o.failing(s)
	if kept {
		f.Again = fmt.Sprintf("go test ./%s -run '^%s$/^%s$'", o.target.Pkg, o.target.Func, filepath.Base(file))
	} else if file != "" {
		f.Input = filepath.Join(r.Dir, "findings", filepath.FromSlash(task), f.Name)
		b, err := os.ReadFile(file)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(f.Input), 0o777)
		}
		if err != nil {
			return fmt.Errorf("fuzz: %w", err)
		}
		if !exists(f.Input) {
			if err := replace(f.Input, b); err != nil {
				return err
			}
		}
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("fuzz: %w", err)
		}
		removeEmpty(filepath.Dir(file), 3)
	}
	r.remember(p, &f)
	return nil
}

// removeEmpty removes a folder if nothing is in it, and as many above it likewise: the engine makes testdata/fuzz/Target.
func removeEmpty(dir string, up int) {
	for ; up > 0 && os.Remove(dir) == nil; up-- {
		dir = filepath.Dir(dir)
	}
}

// remember adds a finding, and stops a task that finds nothing else.
func (r *run) remember(p *Progress, f *Finding) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	known, fresh := r.state.note(f, sameInput)
	if fresh {
		r.Say("FAIL " + f.Task + " " + f.Name + ": " + f.Words)
	}
	if p.row++; p.again != known.Name {
		p.again, p.row = known.Name, 1
	}
	if p.row >= blocked || f.Input == "" {
		p.Stopped = "finds nothing but " + known.Name
	}
}

// sameInput reports whether two findings have the same input.
func sameInput(a, b *Finding) bool {
	if a.Input == "" || b.Input == "" {
		return false
	}
	x, err := os.ReadFile(a.Input)
	if err != nil {
		return false
	}
	y, err := os.ReadFile(b.Input)
	return err == nil && bytes.Equal(x, y)
}

// seeds runs a slice of a command: as many seeds as it did in the time that it has had, or few at first.
func (r *run) seeds(ctx context.Context, c *Command, p *Progress, slice time.Duration) (outcome, error) {
	n := uint64(8)
	if p.Execs > 0 {
		n = max(uint64(float64(p.Execs)/p.Seconds*slice.Seconds()), 2) // one alone is not asked for its goals
	}
	h, err := c.run(ctx, r.Program, p.Next, n, slice+grace)
	if err != nil {
		return outcome{}, err
	}
	for seed, why := range h.failures {
		f := findingOf(c.Name, why)
		f.Again = c.One(seed)
		r.remember(&Progress{}, &f)
	}
	if h.rest != "" {
		f := findingOf(c.Name, h.rest)
		f.Again = strings.Join(append([]string{"stackproof"}, c.Args(p.Next, n)...), " ")
		r.remember(p, &f)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if ctx.Err() == nil {
		p.Next += n
	}
	if p.Goals == 0 {
		p.Unmet = h.unmet
	}
	p.Goals = h.goals
	p.Unmet = slices.DeleteFunc(p.Unmet, func(goal string) bool { return !slices.Contains(h.unmet, goal) })
	return outcome{execs: int64(h.seeds)}, nil
}
