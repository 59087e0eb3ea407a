package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"stackproof/conformance"
	"stackproof/conformance/peers/lwip"
	"stackproof/conformance/report"
	"stackproof/conformance/sut/modelled"
)

// runFlags are the arguments of `stackproof run`.
type runFlags struct {
	stack, link  string
	out, waivers string
	seed         uint64
	limit        time.Duration
	verbose      bool
}

func newRun() *cobra.Command {
	f := runFlags{}
	cmd := &cobra.Command{
		Use:   "run [PATTERN | FILE.pkt]",
		Short: "run the cases against a stack",
		Long: `run runs the cases that PATTERN selects (all without one) and each one's negative twin.

PATTERN is a case's id, a folder of cases (tcp/close) or a glob over segments (tcp/*/reset*).
FILE.pkt is a case that you write: a script with an id: line in its header. A script without one is somebody else's, and
is run as stackproof script -v runs it.
STACK is one of
` + stacksHelp + `

LINK is what carries the frames of this project's stack in this process or on an emulated ESP32-P4, one of
  direct                 nothing: they are handed over as they are (the default)
  emac                   the Ethernet driver of the ESP32-P4, the modelled hardware, and a cable; on the ESP32-P4 the MAC's own loopback

Waivers are what the stack is known to fail, one a line, sorted by case:
  ` + conformance.WaiverFormat + `
  tcp/reset/in-window fail 2026-11-22 "silent" the vendor drops such a reset and says nothing
OUTCOME is fail, timeout, crash, blocked or error; MESSAGE a piece of what is then reported. The cases run
all the same. As expected they count as xfail; one that passes is xpass, a failure.

Exit codes: 0 all as expected, 1 a failure, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Example: `  stackproof run
  stackproof run tcp/loss -v
  stackproof run my-case.pkt
  stackproof run --stack pipe --out results
  stackproof run --link emac
  stackproof run --stack 'exec:./my-shim --quiet'`,
		Args: atMost(1, "one pattern"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return run(cmd.Context(), &f, strings.Join(args, ""), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.stack, "stack", conformance.OwnStack, "the stack under test")
	fl.StringVar(&f.link, "link", conformance.DirectLink, "what carries the frames")
	fl.StringVar(&f.out, "out", "", "write a results folder")
	fl.StringVar(&f.waivers, "waivers", "", "what the stack is known to fail: a file")
	fl.Uint64Var(&f.seed, "seed", 0, "all chance in the run; 0 is each case's own seed")
	addLimit(cmd, &f.limit)
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "a line for each case, on a terminal too")
	return cmd
}

// run finds the cases and the stack, runs and reports.
func run(ctx context.Context, f *runFlags, pattern string, stdout, stderr io.Writer) error {
	if strings.HasSuffix(pattern, ".pkt") && isExpectation(pattern) {
		return runExpectations(ctx, f, pattern, stdout)
	}
	if strings.HasSuffix(pattern, ".pkt") && conformance.IsForeign(pattern) {
		if f.out != "" || f.seed != 0 || f.waivers != "" || f.link != conformance.DirectLink {
			return fmt.Errorf("stackproof: %s: it has no id: line, so it is no case, and --out, --seed, --link and --waivers are for cases", pattern)
		}
		return runScripts(ctx, &scriptFlags{stack: f.stack, profile: "strict", limit: f.limit, verbose: true}, []string{pattern}, stdout, stderr)
	}
	suite, p, file, err := selected(pattern, f.stack)
	if err != nil {
		return err
	}
	waivers, err := loadWaivers(waiversOf(f, file), suite)
	if err != nil {
		return err
	}
	j := &running{suite: suite, pattern: p, said: pattern, file: file, waivers: waivers}
	j.open = func() (conformance.Executor, error) { return openOver(ctx, f, suite) }
	return j.run(ctx, f, stdout, stderr)
}

// running is what of a suite is run where.
type running struct {
	suite   *conformance.Suite
	pattern conformance.Pattern
	said    string // the pattern as the user has it
	file    string // the script that it is instead, or ""
	again   string // see conformance.Runner
	waivers conformance.Waivers
	open    func() (conformance.Executor, error)
	more    []conformance.Executor // see conformance.Runner; they are closed with the run
}

// run runs the cases and reports.
func (j *running) run(ctx context.Context, f *runFlags, stdout, stderr io.Writer) error {
	cases := len(j.suite.Cases(j.pattern))
	if cases == 0 {
		fmt.Fprintf(stderr, "stackproof: no case matches %q: nothing ran\n", j.said)
		return exitCode(report.ExitNone)
	}
	if f.out != "" {
		if err := report.PrepareFolder(f.out); err != nil {
			return err
		}
		outlive()
	}
	stack, err := j.open()
	if err != nil {
		return err
	}
	defer stack.Close()
	for _, another := range j.more {
		defer another.Close()
	}
	screen := newScreen(stdout, stderr, f.verbose, cases)
	runner := conformance.Runner{Suite: j.suite, Stack: f.stack, Link: f.link, Exec: stack, More: j.more, Seed: f.seed, File: j.file,
		Command: command(), Again: j.again, Waivers: j.waivers, Done: screen.done}
	res := runner.Run(ctx, j.pattern)
	screen.end(res)
	if f.out != "" {
		if err := res.Write(f.out); err != nil {
			return err
		}
	}
	if err := j.waivers.Stale(res.Verdicts); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("stackproof: interrupted: %d of %d cases not run", res.Summary.Counts[report.NotRun], res.Summary.Counts.Total())
	}
	if code := res.Summary.Counts.ExitCode(); code != report.ExitOK {
		return exitCode(code)
	}
	return nil
}

// openOver reaches the stack over the link.
func openOver(ctx context.Context, f *runFlags, suite *conformance.Suite) (conformance.Executor, error) {
	switch {
	case f.link == conformance.DirectLink, f.link == "emac" && f.stack == "p4emu":
		return openStack(ctx, f.stack, f.link, suite, f.limit)
	case f.link != "emac":
		return nil, fmt.Errorf("stackproof: no link is called %q: see stackproof run --help", f.link)
	case f.stack != conformance.OwnStack:
		return nil, fmt.Errorf("stackproof: --link %s: it carries the frames of --stack %s and p4emu alone, not of %s", f.link, conformance.OwnStack, f.stack)
	}
	return conformance.NewLocal(modelled.New()), nil
}

// waiversOf is the file of waivers: the one that was given, or for lwIP the one that comes with it.
func waiversOf(f *runFlags, script string) string {
	if f.waivers != "" || f.stack != "lwip" || script != "" {
		return f.waivers
	}
	repo, err := lwip.Repo(".")
	if err != nil {
		return "" // openStack says it
	}
	return filepath.Join(repo, lwip.Waivers)
}

// loadWaivers reads a file of waivers for the cases of a suite; without a file there are none.
func loadWaivers(file string, suite *conformance.Suite) (conformance.Waivers, error) {
	if file == "" {
		return nil, nil
	}
	all, err := conformance.LoadWaivers(file, time.Now())
	if err != nil {
		return nil, err
	}
	return all, all.Check(suite)
}

// selected is the suite and what of it an argument selects: a pattern, or the file of a script.
func selected(arg, stack string) (suite *conformance.Suite, p conformance.Pattern, file string, err error) {
	if strings.HasSuffix(arg, ".pkt") {
		if onBoard(stack) {
			return nil, p, "", fmt.Errorf("stackproof: %s: the image has its cases on board; --stack image-sut runs a file on it", arg)
		}
		suite, err = conformance.LoadFile(arg)
		return suite, p, arg, err
	}
	if p, err = conformance.ParsePattern(arg); err == nil {
		suite, err = conformance.LoadSuite()
	}
	return suite, p, "", err
}

// command is how this program was started, so that a line of output can be pasted into the same shell.
func command() string {
	if self, err := os.Executable(); err == nil && strings.Contains(self, "go-build") {
		return "go run stackproof/cmd/stackproof" // from anywhere in the module
	}
	return conformance.Quote(os.Args[0])
}

// screen is what the run shows: a progress bar on a terminal, a line for each case in a pipe or when asked.
type screen struct {
	out   io.Writer
	lines bool
	color bool
	bar   *progressbar.ProgressBar
}

func newScreen(stdout, stderr io.Writer, verbose bool, cases int) *screen {
	s := &screen{out: stdout, lines: verbose || !isTerminal(stdout)}
	dumb := os.Getenv("TERM") == "dumb" // it only knows how to print
	s.color = isTerminal(stdout) && os.Getenv("NO_COLOR") == "" && !dumb
	if !s.lines && isTerminal(stderr) && !dumb {
		s.bar = progressbar.NewOptions(cases, progressbar.OptionSetWriter(stderr), progressbar.OptionShowCount(),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(65*time.Millisecond), progressbar.OptionSetDescription("cases"))
	}
	return s
}

func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Colours of a line's label.
const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (s *screen) label(o report.Outcome) string {
	l := o.Label()
	if !s.color {
		return l
	}
	switch l {
	case "PASS":
		return green + l + plain
	case "FAIL":
		return red + l + plain
	}
	return yellow + l + plain
}

// line is a case's one line.
func (s *screen) line(v *report.Verdict, failures []*report.Failure) string {
	l := s.label(v.Outcome) + " " + v.ID
	for _, f := range failures {
		if f.Outcome != v.Outcome {
			continue
		}
		if v.Outcome != report.Fail {
			l += ": " + v.Outcome.String()
		}
		return l + ": " + f.Message()
	}
	if v.Outcome == report.XFail {
		l += ": " + v.Outcome.String()
	}
	if v.Got != "" {
		l += ": " + v.Got
	}
	return l
}

func (s *screen) done(_, _ int, v *report.Verdict, failures []*report.Failure) {
	switch {
	case s.lines:
		fmt.Fprintln(s.out, s.line(v, failures))
	case s.bar != nil:
		_ = s.bar.Add(1)
	}
}

// end tells of failures in full, and closes with the counts.
func (s *screen) end(res *report.Results) {
	if s.bar != nil {
		_ = s.bar.Finish()
	}
	told := false
	for _, f := range res.Failures {
		if f.Outcome == report.XFail {
			continue
		}
		fmt.Fprintln(s.out)
		f.Text(s.out)
		told = true
	}
	if told {
		fmt.Fprintln(s.out)
	}
	sum := &res.Summary
	line := fmt.Sprintf("run: stack=%s cases=%d", sum.Stack, sum.Counts.Total())
	for i, n := range sum.Counts {
		if o := report.Outcome(i); n > 0 || o == report.Pass || o == report.Fail {
			line += fmt.Sprintf(" %s=%d", o, n)
		}
	}
	fmt.Fprintf(s.out, "%s twins=%d/%d wraps=%d/%d must=%d/%d should=%d/%d seed=%d virtual_seconds=%.3f wall_seconds=%.3f\n", line,
		sum.TwinsRed, sum.TwinsTotal, sum.Wraps, sum.WrapsTotal, sum.MustCovered, sum.MustTotal, sum.ShouldCovered, sum.ShouldTotal, sum.Seed,
		sum.VirtualSeconds, sum.WallSeconds)
}
