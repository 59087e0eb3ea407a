package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/compatcheck/diff"
	"stackproof/conformance/peers/lwip"
	"stackproof/conformance/report"
)

// diffFlags are the arguments of `stackproof compat diff`.
type diffFlags struct {
	n, jobs int
	seed    uint64
	first   bool
	out     string
}

func newCompatDiff() *cobra.Command {
	f := diffFlags{}
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "run socket programs on the lwIP face and on lwIP, and compare",
		Long: `diff draws socket programs from a seed: calls of several tasks on stream, datagram and raw sockets, over IPv4,
IPv6 and the loopback, and between them what a peer sends, loses and refuses. Each runs on this
project's lwIP face and on lwIP itself, and results, errors, memory, readiness, the time of return and
what the peer has got in the end are compared. A difference is shrunk, and printed as a script that runs
again: stackproof run FILE.pkt, and with --stack lwip. What is known stands, with its reason, in
compatcheck/diff/known.txt. The end says what was exercised, in counts.

It needs lwIP, which is built where its source can be had: see conformance/peers/lwip/README.md.

Exit codes: 0 no difference that is not known, 1 a difference, 2 the tester failed, was used wrongly, or has
not exercised what it should (asked of 1000 programs and more; of 10000 and more each known difference
that is not marked as seldom has to show, too), 3 lwIP cannot be had here: nothing ran.`,
		Example: `  stackproof compat diff
  stackproof compat diff --n 10000 --seed 7
  stackproof compat diff --n 1500 --out results`,
		Args: atMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCompatDiff(cmd.Context(), &f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&f.n, "n", 1500, "how many programs")
	fl.Uint64Var(&f.seed, "seed", 1, "what the programs are drawn from")
	fl.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "how many run at a time")
	fl.BoolVar(&f.first, "first", false, "end at the first difference")
	fl.StringVar(&f.out, "out", "", "a folder for the scripts of differences")
	return cmd
}

// everyKnown is how many programs it takes for each known difference to show that is not marked as seldom.
const everyKnown = 10_000

// runCompatDiff runs the programs and reports.
func runCompatDiff(ctx context.Context, f *diffFlags, stdout, stderr io.Writer) error {
	begin := time.Now()
	if f.n < 1 || f.jobs < 1 {
		return fmt.Errorf("stackproof compat diff: --n %d and --jobs %d must be 1 at least", f.n, f.jobs)
	}
	if f.out != "" {
		if err := os.MkdirAll(f.out, 0o777); err != nil {
			return fmt.Errorf("stackproof compat diff: %w", err)
		}
	}
	program, err := peerProgram(ctx, stderr)
	if errors.Is(err, lwip.ErrUnavailable) {
		fmt.Fprintf(stdout, "NOTRUN compat diff: %v\n", err)
		return exitCode(report.ExitNone)
	} else if err != nil {
		return err
	}
	screen := newScreen(stdout, io.Discard, true, 0)
	var wrong error
	found := func(d *diff.Finding) {
		fmt.Fprintf(stdout, "%s %s: %s: after %d programs\n%s", screen.label(report.Fail), d.ID, d.What, d.Programs, d.Script)
		if f.out != "" && wrong == nil {
			name := strings.ReplaceAll(d.ID, "/", "-") + ".pkt"
			wrong = os.WriteFile(filepath.Join(f.out, name), []byte(d.Script), 0o666)
		}
	}
	r, err := diff.Run(ctx, diff.Options{Seed: f.seed, N: f.n, Jobs: f.jobs, LwIP: program, First: f.first, Found: found})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return fmt.Errorf("compat %w", err)
	}
	fmt.Fprint(stdout, r.Text())
	unmet := r.Unmet()
	if f.n < diff.Least || r.Differences > 0 {
		unmet = nil
	} else if f.n >= everyKnown {
		for _, name := range r.Idle() {
			unmet = append(unmet, "known difference "+name)
		}
	}
	for _, goal := range unmet {
		fmt.Fprintf(stdout, "%s goal: no %s in %d programs\n", screen.label(report.Fail), goal, r.Programs)
	}
	fmt.Fprintf(stdout, "compat diff: programs=%d lines=%d calls=%d errors=%d states=%d differences=%d known=%d unmet=%d seed=%d wall_seconds=%.3f\n",
		r.Programs, r.Lines, diff.Total(r.Calls), diff.Total(r.Errors), len(r.States), r.Differences, diff.Total(r.Known), len(unmet),
		f.seed, time.Since(begin).Seconds())
	switch {
	case r.Differences > 0:
		return exitCode(report.ExitFail)
	case len(unmet) > 0:
		return exitCode(report.ExitTester)
	}
	return nil
}

// peerProgram builds lwIP, if it is not there yet.
func peerProgram(ctx context.Context, log io.Writer) (string, error) {
	repo, err := lwip.Repo(".")
	if err != nil {
		return "", fmt.Errorf("stackproof: lwIP is built in the repository: %w", err)
	}
	return lwip.Build(ctx, repo, log)
}
