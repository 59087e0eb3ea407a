package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance"
	"stackproof/conformance/gotool"
	"stackproof/conformance/report"
	"stackproof/fuzz/nightly"
	"stackproof/fuzz/simulate"
)

// fuzzFlags are the arguments of `stackproof fuzz`.
type fuzzFlags struct {
	limit         time.Duration
	jobs, turns   int
	corpus        string
	list, verbose bool
}

func newFuzz() *cobra.Command {
	f := fuzzFlags{}
	cmd := &cobra.Command{
		Use:   "fuzz [PATTERN]",
		Short: "spend a given time on everything that draws at random",
		Long: `fuzz spends a given time on every fuzz target of the source tree and on every command that draws from seeds. PATTERN
selects some of them, as it does cases.

Each has its turn for a slice of the time, again and again; who finds nothing new is content with less. The folder
--corpus keeps what was learnt (corpus), what failed (findings), the state, and the report (report.txt, report.json,
report.html). A run that was stopped goes on there when fuzz is started again. At the end each corpus is made small:
what others reach as well is dropped. What failed is one finding if it fails in the same place in the same way; its
input becomes a named seed of its target in the source tree, which go test runs from then on: commit it.

It needs the go command and the source tree.

Exit codes: 0 nothing was found, 1 something was, 2 the tester failed, was interrupted or used wrongly, 3 nothing ran.`,
		Example: `  stackproof fuzz --for 10m
  stackproof fuzz --for 8h --jobs 16 --corpus ~/corpus
  stackproof fuzz --for 1m stack/wire
  stackproof fuzz --list`,
		Args: atMost(1, "one pattern"),
		RunE: func(cmd *cobra.Command, args []string) error {
			pattern := ""
			if len(args) > 0 {
				pattern = args[0]
			}
			return runFuzz(cmd.Context(), &f, pattern, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.DurationVar(&f.limit, "for", 10*time.Minute, "how long, with what an unfinished run has spent")
	fl.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "how many slices at once, each of one core")
	fl.StringVar(&f.corpus, "corpus", "", "the folder that keeps everything (default: build/fuzz in the source tree)")
	fl.IntVar(&f.turns, "turns", 0, "at most so many slices in all; 0: as many as there is time for")
	fl.BoolVar(&f.list, "list", false, "list what would run, and do nothing else")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "a line for each slice")
	return cmd
}

// seedCommands are the commands that draw from seeds.
var seedCommands = []nightly.Command{{
	Name: "simulate", Goals: simulate.Enough,
	Args: func(first, seeds uint64) []string {
		return []string{"simulate", "--seed", fmt.Sprint(first), "--seeds", fmt.Sprint(seeds), "--jobs", "1"}
	},
	One: func(seed uint64) string { return fmt.Sprintf("stackproof simulate --seed %d", seed) },
}, {
	Name: "edits",
	Args: func(first, seeds uint64) []string {
		return []string{"edits", "--seed", fmt.Sprint(first), "--seeds", fmt.Sprint(seeds), "--jobs", "1"}
	},
	One: func(seed uint64) string { return fmt.Sprintf("stackproof edits --seed %d --seeds 1", seed) },
}}

// runFuzz fuzzes and reports.
func runFuzz(ctx context.Context, f *fuzzFlags, pattern string, stdout, stderr io.Writer) error {
	const shortest = 5 * time.Second
	if f.limit < shortest {
		return fmt.Errorf("stackproof fuzz: --for %s: it must be %s or more", f.limit, shortest)
	}
	if f.jobs < 1 {
		return fmt.Errorf("stackproof fuzz: --jobs %d: it must be 1 or more", f.jobs)
	}
	if f.turns < 0 {
		return fmt.Errorf("stackproof fuzz: --turns %d: it must not be less than 0", f.turns)
	}
	p, err := conformance.ParsePattern(pattern)
	if err != nil {
		return err
	}
	root, err := gotool.Root(ctx, "fuzz: targets are built with the engine's instrumentation")
	if err != nil {
		return interruptedOr(ctx, err)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("fuzz: %w", err)
	}
	o := nightly.Options{Root: root, Dir: f.corpus, For: f.limit, Turns: f.turns, Jobs: f.jobs, Program: program}
	if o.Dir == "" {
		o.Dir = filepath.Join(root, "build", "fuzz")
	}
	targets, err := nightly.Targets(root)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if p.Match(t.String()) {
			o.Targets = append(o.Targets, t)
		}
	}
	for _, c := range seedCommands {
		if p.Match(c.Name) {
			o.Commands = append(o.Commands, c)
		}
	}
	if len(o.Targets)+len(o.Commands) == 0 {
		fmt.Fprintf(stderr, "stackproof: nothing matches %q: nothing ran\n", pattern)
		return exitCode(report.ExitNone)
	}
	if f.list {
		for _, t := range o.Targets {
			fmt.Fprintln(stdout, t)
		}
		for _, c := range o.Commands {
			fmt.Fprintln(stdout, c.Name)
		}
		return nil
	}
	outlive()
	return fuzzed(ctx, &o, f.verbose, stdout, stderr)
}

// fuzzed runs what was chosen, says what happens, and ends with the report.
func fuzzed(ctx context.Context, o *nightly.Options, verbose bool, stdout, stderr io.Writer) error {
	var mutex sync.Mutex
	s := newScreen(stdout, stderr, verbose, int(o.For.Seconds()))
	begin := time.Now()
	o.Say = func(line string) {
		mutex.Lock()
		defer mutex.Unlock()
		if s.bar != nil {
			_ = s.bar.Set(int(time.Since(begin).Seconds()))
		} else if verbose {
			fmt.Fprintln(stdout, line)
		}
	}
	state, err := nightly.Run(ctx, *o)
	if s.bar != nil {
		_ = s.bar.Clear()
	}
	if state == nil {
		return err
	}
	rep := state.Report()
	if e := rep.Write(o.Dir); err == nil {
		err = e
	}
	if e := rep.Text(stdout); err == nil {
		err = e
	}
	t := &rep.Total
	fmt.Fprintf(stdout, "fuzz: tasks=%d executions=%d new=%d coverage=%d findings=%d core_seconds=%.0f wall_seconds=%.0f\n",
		t.Tasks, t.Execs, t.Fresh, t.Coverage, t.Findings, t.Seconds, state.Spent.Seconds())
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return errors.New("fuzz: interrupted: the same command goes on from here")
	case t.Findings > 0:
		return exitCode(report.ExitFail)
	}
	return nil
}
