package diff

import (
	"context"
	"fmt"
	"sync"
)

// Options say what is run.
type Options struct {
	Seed  uint64
	N     int    // programs
	Jobs  int    // so many at a time
	LwIP  string // the program of the peer
	First bool   // no more programs once a difference was found
	// Found is told of differences that are not known, those that look alike once, as they come.
	Found func(*Finding)
}

// Finding is a difference that is not known.
type Finding struct {
	ID       string // of the program
	Index    int
	What     string // in one line
	Script   string // the shortest program that shows it, with what lwIP does
	Programs int    // how many were run until then
}

// mostShown is how many differences are shrunk: more are of no use to anybody.
const mostShown = 10

// run is a run that is under way.
type run struct {
	Options
	list []*known

	mu     sync.Mutex
	next   int
	done   int
	over   bool
	err    error
	report Report
	seen   map[string]bool
}

// Run runs the programs and reports what they have exercised. An error is the tester's own failure, or ctx's end.
func Run(ctx context.Context, o Options) (*Report, error) {
	list, err := parseKnown(knownText)
	if err != nil {
		return nil, err
	}
	r := &run{Options: o, list: list, seen: map[string]bool{}}
	r.report.begin(list)
	var wg sync.WaitGroup
	for range max(1, min(o.Jobs, o.N)) {
		wg.Go(func() { r.work(ctx) })
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("diff: interrupted: %d of %d programs run", r.done, o.N)
	}
	return &r.report, r.err
}

// work runs programs until there are none, with a pair of its own.
func (r *run) work(ctx context.Context) {
	p := newPair(ctx, r.LwIP, r.list)
	defer p.close()
	for {
		r.mu.Lock()
		i := r.next
		over := r.over || r.err != nil || i >= r.N || ctx.Err() != nil
		r.next++
		r.mu.Unlock()
		if over {
			return
		}
		if err := r.one(ctx, p, i); err != nil {
			r.mu.Lock()
			if r.err == nil {
				r.err = err
			}
			r.mu.Unlock()
			return
		}
	}
}

// one runs program i.
func (r *run) one(ctx context.Context, p *pair, i int) error {
	g := generate(r.Seed, i)
	var c count
	var used []*known
	p.use = func(k *known) { used = append(used, k) }
	d, did, err := p.run(g, func() { c.states(p.face) })
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil // lwIP has ended because it was to
	}
	p.use = nil
	c.program(g, did)
	r.mu.Lock()
	r.done++
	r.report.add(&c, used)
	shown := d == nil
	if d != nil {
		r.report.Differences++
		d.sign = d.signature(g)
		shown = r.seen[d.sign] || len(r.seen) >= mostShown
		r.seen[d.sign] = true
		r.over = r.over || r.First
	}
	done := r.done
	r.mu.Unlock()
	if shown {
		return nil
	}
	short := shrink(g, p.again(d))
	if e, _, err := p.run(short, nil); err == nil && e != nil {
		d = e
	}
	text, err := p.script(short)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Found(&Finding{ID: g.id, Index: i, What: d.String(), Script: text, Programs: done})
	return nil
}
