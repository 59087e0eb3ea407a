package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance"
	"stackproof/conformance/cases/robust"
	"stackproof/conformance/report"
)

// robustFlags are the arguments of `stackproof robust`.
type robustFlags struct {
	stack   string
	limit   time.Duration
	verbose bool
}

func newRobust() *cobra.Command {
	f := robustFlags{}
	cmd := &cobra.Command{
		Use:   "robust [ROW | PROTOCOL]",
		Short: "run the cases of the robustness table and print it",
		Long: `robust runs the cases that prove a row of the robustness table, and prints a line for each row: the
result, the row, its cases, and what it is known by. A row is a packet that has broken some stack, and
what a stack has to do about it. ROW is one such as R032, PROTOCOL all of one, such as ndp.

A row passes if all of its cases do. One that only tests can prove is not run here: the line says
which tests they are. Others wait: the line says why. With -v the packet and the reaction stand below
each line.

STACK is one of
` + stacksHelp + `

Exit codes: 0 no row failed, 1 one did, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Example: `  stackproof robust
  stackproof robust R032 -v
  stackproof robust ndp
  stackproof robust --stack lwip`,
		Args: atMost(1, "one row or protocol"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRobust(cmd.Context(), &f, strings.Join(args, ""), cmd.OutOrStdout())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.stack, "stack", conformance.OwnStack, "the stack under test")
	addLimit(cmd, &f.limit)
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "tell of each row's packet and reaction")
	return cmd
}

// rowsOf are the rows that an argument selects.
func rowsOf(arg string) (rows []*robust.Row, err error) {
	all, err := robust.Load()
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if arg == "" || r.ID == arg || r.Protocol == arg {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("robust: there is neither a row nor a protocol %q: rows are R001 to R%03d", arg, len(all))
	}
	return rows, nil
}

func runRobust(ctx context.Context, f *robustFlags, arg string, out io.Writer) error {
	rows, err := rowsOf(arg)
	if err != nil {
		return err
	}
	suite, err := conformance.LoadSuite()
	if err != nil {
		return err
	}
	stack, err := openStack(ctx, f.stack, conformance.DirectLink, suite, f.limit)
	if err != nil {
		return err
	}
	defer stack.Close()
	part := suite.Only(func(id string) bool {
		for _, r := range rows {
			if proves(r, id) {
				return true
			}
		}
		return false
	})
	t := table{out: out, verbose: f.verbose, verdicts: map[string]*report.Verdict{}, messages: map[string]string{}}
	runner := conformance.Runner{Suite: part, Stack: f.stack, Link: conformance.DirectLink, Exec: stack, Command: command(), Done: t.judged}
	runner.Run(ctx, conformance.Pattern{})
	if ctx.Err() != nil {
		return fmt.Errorf("robust: interrupted: %d cases were run", len(t.verdicts))
	}
	for _, r := range rows {
		t.row(r)
	}
	fmt.Fprintf(out, "robust: rows=%d pass=%d tests=%d waiting=%d unsupported=%d fail=%d cases=%d stack=%s\n", len(rows), t.pass, t.tests, t.waiting, t.lacks, t.fail,
		len(t.verdicts), f.stack)
	switch {
	case t.fail > 0:
		return exitCode(report.ExitFail)
	case t.pass == 0:
		return exitCode(report.ExitNone)
	}
	return nil
}

// proves tells whether a case is one of a row's.
func proves(r *robust.Row, id string) bool {
	for _, want := range r.Cases {
		if id == want || strings.HasSuffix(want, "/") && strings.HasPrefix(id, want) {
			return true
		}
	}
	return false
}

// table is what is printed, and what the cases have come to.
type table struct {
	out      io.Writer
	verbose  bool
	verdicts map[string]*report.Verdict
	messages map[string]string // of those that have failed

	pass, tests, waiting, lacks, fail int
}

func (t *table) judged(_, _ int, v *report.Verdict, failures []*report.Failure) {
	t.verdicts[v.ID] = v
	if len(failures) > 0 {
		t.messages[v.ID] = failures[0].Message()
	}
}

// row prints one row. What has failed goes before what the stack lacks, and that before what passes.
func (t *table) row(r *robust.Row) {
	label, cause := "PASS", ""
	for id, v := range t.verdicts {
		switch {
		case !proves(r, id) || v.Outcome == report.Pass:
		case v.Outcome == report.Unsupported:
			if label == "PASS" {
				label, cause = "UNSUPPORTED", id
			} else if label == "UNSUPPORTED" {
				cause = min(cause, id)
			}
		case label != "FAIL" || id < cause:
			label, cause = "FAIL", id
		}
	}
	line := r.ID
	switch {
	case r.Why != "":
		label, line = "NOTRUN", line+": "+r.Why
		t.waiting++
	case len(r.Cases) == 0:
		var tests []string
		for _, at := range r.Tests {
			tests = append(tests, fmt.Sprintf("go test ./%s -run '%s'", at.Folder, strings.Join(at.Names, "|")))
		}
		label, line = "NOTRUN", line+": "+strings.Join(tests, " && ")
		t.tests++
	case label == "FAIL":
		line += ": " + cause + ": " + t.verdicts[cause].Outcome.String() + ": " + t.messages[cause]
		t.fail++
	case label == "UNSUPPORTED":
		line += ": " + cause
		t.lacks++
	default:
		line += " " + strings.Join(r.Cases, " ")
		t.pass++
	}
	if refs := r.Refs(); len(refs) > 0 {
		line += " (" + strings.Join(refs, " ") + ")"
	}
	fmt.Fprintln(t.out, label+" "+line)
	if t.verbose {
		t.tell(r)
	}
}

// tell prints what a row is about.
func (t *table) tell(r *robust.Row) {
	for _, l := range [][2]string{{r.Protocol, r.Text}, {"base", r.Base}, {"edit", r.Edit}, {"state", r.State}, {"want", r.Want}, {"note", r.Note}} {
		if l[1] != "" {
			fmt.Fprintf(t.out, "    %-9s %s\n", l[0], l[1])
		}
	}
}
