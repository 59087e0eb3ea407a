package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/check"
	"stackproof/conformance/sut/remote"
)

func newShimCheck() *cobra.Command {
	var stack string
	var seed uint64
	var limit time.Duration
	cmd := &cobra.Command{
		Use:   "shim-check [flags] --stack STACK | COMMAND ARG...",
		Short: "prove the stack-under-test side of a stack: its shim",
		Long: `shim-check holds a shim to the stack-under-test protocol (conformance/sut/PROTOCOL.md): what it
declares must be there, what it does not declare must be refused, a reset must be one, time must
be the tester's. A shim that says yes to everything, hangs, crashes, answers garbage or lies about
time is found out. STACK is what run --stack takes.

Exit codes: 0 all checks passed, 1 one did not, 2 used wrongly.`,
		Example: `  stackproof shim-check ./my-shim --quiet
  stackproof shim-check --stack serial:/dev/ttyUSB0@115200
  stackproof shim-check --stack pipe`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if (stack == "") == (len(args) == 0) {
				return fmt.Errorf("shim-check: want either --stack STACK or a command: see %s --help", cmd.CommandPath())
			}
			s, name, err := shimOf(cmd.Context(), stack, args, limit)
			if err != nil {
				return err
			}
			return shimCheck(cmd.Context(), s, name, seed, cmd.OutOrStdout())
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the command's name is the command's
	cmd.Flags().StringVar(&stack, "stack", "", "the stack behind the shim")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "all chance in the checks")
	addLimit(cmd, &limit)
	return cmd
}

// shimOf is the stack of that name, or behind the shim that the arguments start. They may also be a stack's address, as
// it stands after --stack.
func shimOf(ctx context.Context, stack string, args []string, limit time.Duration) (s sut.SUT, name string, err error) {
	if stack == "" {
		child := &remote.Command{Argv: args}
		err := reachable(child)
		if err == nil {
			return distant(ctx, child, limit), child.String(), nil
		}
		if !strings.Contains(args[0], ":") {
			return nil, "", err
		}
		stack = strings.Join(args, " ")
	}
	s, err = openSUT(ctx, stack, limit)
	return s, stack, err
}

func shimCheck(ctx context.Context, s sut.SUT, name string, seed uint64, out io.Writer) error {
	if c, ok := s.(io.Closer); ok {
		defer c.Close()
	}
	screen := newScreen(out, io.Discard, true, 0)
	var counts [3]int
	check.Run(ctx, s, seed, func(r check.Result) {
		counts[r.Outcome]++
		label := map[check.Outcome]report.Outcome{check.Pass: report.Pass, check.Fail: report.Fail, check.NotRun: report.NotRun}[r.Outcome]
		fmt.Fprintln(out, screen.label(label)+strings.TrimPrefix(r.String(), r.Outcome.String()))
	})
	fmt.Fprintf(out, "shim-check: stack=%s total=%d pass=%d fail=%d notrun=%d seed=%d\n", name,
		counts[check.Pass]+counts[check.Fail]+counts[check.NotRun], counts[check.Pass], counts[check.Fail], counts[check.NotRun], seed)
	if ctx.Err() != nil {
		return fmt.Errorf("shim-check: interrupted: %d checks not run", counts[check.NotRun])
	}
	if counts[check.Fail] > 0 || counts[check.Pass] == 0 {
		return exitCode(report.ExitFail)
	}
	return nil
}
