package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/cmd/firmware/startup"
	"stackproof/compatcheck/diff/planted"
	"stackproof/conformance"
	"stackproof/conformance/mutants"
	"stackproof/conformance/report"
	"stackproof/fuzz/unforeseen"
)

// mutantsFlags are the arguments of `stackproof mutants`.
type mutantsFlags struct {
	chosen, mechanical, matrix, update bool
	sample                             int
	seed                               uint64
	out                                string
}

func newMutants() *cobra.Command {
	f := mutantsFlags{}
	cmd := &cobra.Command{
		Use:   "mutants [PATTERN]",
		Short: "plant faults in the stack and see which case finds each",
		Long: `mutants plants faults, one at a time, and runs what judges them until something fails: a fault that
nothing finds is a gap. PATTERN selects faults by id, as it does cases:

  tcp/...      in this project's TCP; the cases judge
  emac/...     in its Ethernet driver; the tests on modelled hardware judge, then the cases over it
  sockets/...  in its sockets; lwIP judges, with what compat diff draws
  unforeseen/... in all of these, where no case aims; fuzzing, simulation, edits and properties judge,
               for minutes: only if they are asked for
  startup/...  in what brings the ESP32-P4 up; the emulated chip judges, on which an image is booted

The chosen faults are written down in conformance/mutants/chosen; every one must be found. The
mechanical ones are made of every comparison, operator, constant, assignment, call and return of the
TCP (tcp/..., stack/...), of the table of datagrams that are put together (reassembly/...), of the
neighbour cache (neighbour/...) and of the parsers (wire/...).
What of them nothing finds must stand in conformance/mutants/survivors/TARGET.txt, with the reason.

It needs the go command and the source tree, which it does not change; for the start-up also what device build needs.

Exit codes: 0 all as expected, 1 a fault was not found or a case is the clone of another, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Example: `  stackproof mutants
  stackproof mutants tcp/sequence
  stackproof mutants emac
  stackproof mutants startup/watchdog
  stackproof mutants --mechanical --sample 100 --seed 7
  stackproof mutants --mechanical 'tcp/Conn.acceptable'
  stackproof mutants --matrix --out results`,
		Args: atMost(1, "one pattern"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMutants(cmd.Context(), &f, strings.Join(args, ""), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.chosen, "chosen", false, "the chosen faults (the default)")
	fl.BoolVar(&f.mechanical, "mechanical", false, "the mechanical faults")
	fl.IntVar(&f.sample, "sample", 0, "only so many of them, drawn by --seed; 0 is all")
	fl.Uint64Var(&f.seed, "seed", 0, "what --sample draws")
	fl.BoolVar(&f.matrix, "matrix", false, "run every case for each fault, and list the cases that find nothing that another of the same requirement does not")
	fl.BoolVar(&f.update, "update", false, "write the table of survivors anew, after a run of all mechanical faults: new ones are gaps")
	fl.StringVar(&f.out, "out", "", "write a results folder")
	return cmd
}

// runMutants judges faults and reports.
func runMutants(ctx context.Context, f *mutantsFlags, pattern string, stdout, stderr io.Writer) error {
	begin := time.Now()
	if f.chosen && f.mechanical {
		return errors.New("stackproof mutants: --chosen and --mechanical do not go together")
	}
	if f.update && (!f.mechanical || f.sample > 0) {
		return errors.New("stackproof mutants: --update is for --mechanical with all faults, or all of a target")
	}
	if f.sample < 0 {
		return fmt.Errorf("stackproof mutants: --sample %d: it must not be less than 0", f.sample)
	}
	p, err := conformance.ParsePattern(pattern)
	if err != nil {
		return err
	}
	root, err := mutants.Root(ctx)
	if err != nil {
		return interruptedOr(ctx, err)
	}
	if f.out != "" {
		if err := report.PrepareFolder(f.out); err != nil {
			return err
		}
		outlive()
	}
	o := mutants.Options{Pattern: p, Mechanical: f.mechanical, Sample: f.sample, Seed: f.seed, All: f.matrix, Update: f.update}
	res, err := judgeMutants(ctx, root, pattern, &o, stdout, func(v *mutants.Verdict) { fmt.Fprintln(stdout, v) })
	if err != nil {
		return interruptedOr(ctx, err)
	}
	if len(res.Verdicts) == 0 {
		fmt.Fprintf(stderr, "stackproof: no fault matches %q: nothing ran\n", pattern)
		return exitCode(report.ExitNone)
	}
	clones := 0
	if f.matrix {
		if clones, err = tellContained(res, stdout); err != nil {
			return err
		}
	}
	if f.out != "" {
		if err := res.Write(f.out); err != nil {
			return err
		}
	}
	sum := res.Summary()
	fmt.Fprintf(stdout, "mutants: %s seed=%d wall_seconds=%.3f\n", sum, f.seed, time.Since(begin).Seconds())
	if err := res.Stale(); err != nil {
		return err
	}
	if sum.Failed() && !f.update || clones > 0 {
		return exitCode(report.ExitFail)
	}
	return nil
}

// tellContained lists the cases that find nothing that another does not, and counts those in which the same happens, too.
func tellContained(res *mutants.Report, out io.Writer) (clones int, err error) {
	contained, err := res.Contained()
	for _, c := range contained {
		fmt.Fprintln(out, c)
		if c.Clone {
			clones++
		}
	}
	if err == nil {
		fmt.Fprintf(out, "contained: total=%d clones=%d\n", len(contained), clones)
	}
	return clones, err
}

// judgeMutants judges the faults of each target that has any which the options select.
// Those of the start-up are left out, in words, where no image can be built, and those of the sockets where lwIP cannot be
// had, unless they were asked for.
func judgeMutants(ctx context.Context, root, pattern string, o *mutants.Options, stdout io.Writer, done func(*mutants.Verdict)) (*mutants.Report, error) {
	all := &mutants.Report{}
	targets := []*mutants.Target{&startup.Target, &planted.Target, &unforeseen.Target, &mutants.EMAC, &mutants.TCP}
	if o.Mechanical {
		targets = mutants.Generated
	}
	for _, t := range targets {
		if !o.Mechanical {
			if has, err := t.Has(o.Pattern); err != nil {
				return nil, err
			} else if !has {
				continue
			}
		}
		if t == &unforeseen.Target && pattern == "" {
			fmt.Fprintf(stdout, "NOTRUN %s: it takes minutes: stackproof mutants %s\n", t.Name, t.Name)
			continue
		}
		if err := available(ctx, t); err != nil {
			if pattern != "" || ctx.Err() != nil {
				return nil, err
			}
			fmt.Fprintf(stdout, "NOTRUN %s: %v\n", t.Name, err)
			continue
		}
		r, err := mutants.Run(ctx, root, t, o, done)
		if err != nil {
			return nil, err
		}
		all.Add(r)
	}
	return all, nil
}

// available tells whether this machine has what judges a target.
func available(ctx context.Context, t *mutants.Target) error {
	switch t {
	case &startup.Target:
		return startup.Available()
	case &planted.Target:
		return planted.Available(ctx)
	}
	return nil
}

// interruptedOr says that a command was interrupted, if it was, instead of what that led to.
func interruptedOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("mutants: interrupted")
	}
	return err
}
