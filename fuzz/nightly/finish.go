package nightly

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// finish makes the corpora small and turns findings into regression cases. It may take as long again as was kept for it.
func (r *run) finish(ctx context.Context) {
	var turn atomic.Int64
	r.parallel(ctx, func(ctx context.Context) {
		for ctx.Err() == nil && r.left() > -reserve(r.For) {
			i := int(turn.Add(1)) - 1
			if i >= len(r.Targets) {
				return
			}
			if err := r.tidy(ctx, r.Targets[i]); err != nil {
				r.fail(err)
				return
			}
		}
	})
	for _, c := range r.Commands {
		if p := r.state.progress(c.Name); c.Goals > 0 && p.Execs >= c.Goals && len(p.Unmet) > 0 {
			f := findingOf(c.Name, fmt.Sprintf("never happened in %d seeds: %s", p.Execs, strings.Join(p.Unmet, "; ")))
			f.Again = strings.Join(append([]string{"stackproof"}, c.Args(0, uint64(p.Execs))...), " ")
			r.remember(p, &f)
		}
	}
	for _, f := range r.state.Findings {
		t, ok := r.targets[f.Task]
		if !ok || f.Input == "" || f.Shown {
			continue
		}
		if err := r.regress(ctx, t, f); err != nil {
			r.fail(err)
		}
	}
}

// tidy makes a target's corpus small.
func (r *run) tidy(ctx context.Context, t Target) error {
	r.mutex.Lock()
	p := r.state.progress(t.String())
	idle := p.Slices == 0
	r.mutex.Unlock()
	if idle {
		return nil
	}
	o, err := r.order(ctx, t)
	if err != nil {
		return err
	}
	return r.lean(ctx, &o, p)
}

// lean makes the corpus of a target small. What the engine finds meanwhile is as good as what a slice finds.
func (r *run) lean(ctx context.Context, o *order, p *Progress) error {
	c, err := minimise(ctx, *o)
	if err == nil && c.failure.input != "" {
		err = r.found(o, p, &c.failure)
	}
	if ctx.Err() != nil {
		return nil
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p.Corpus, p.Dropped, p.Coverage = c.left, c.dropped, max(p.Coverage, c.coverage)
	return err
}

// regress makes a finding a regression case, a named file of the target's seeds in the source tree, if it fails there once
// more. go test runs it from then on.
func (r *run) regress(ctx context.Context, t Target, f *Finding) error {
	home := filepath.Join(r.Root, filepath.FromSlash(t.Pkg))
	file := filepath.Join(home, "testdata", "fuzz", t.Func, f.Name)
	b, err := os.ReadFile(f.Input)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o777)
	}
	if err == nil {
		err = os.WriteFile(file, b, 0o666)
	}
	if err != nil {
		return fmt.Errorf("fuzz: %w", err)
	}
	program, err := r.programs.of(ctx, t)
	if err != nil {
		return err
	}
	const patience = time.Minute // for one input
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(limited, absolute(program), "-test.run=^"+t.Func+"$/^"+f.Name+"$")
	cmd.Dir = home
	if cmd.Run() != nil {
		f.Shown = ctx.Err() == nil
	}
	if !f.Shown {
		f.Again = "it did not fail again when it was run alone: " + f.Input
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("fuzz: %w", err)
		}
		removeEmpty(filepath.Dir(file), 3)
	}
	return nil
}
