package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance"
	"stackproof/conformance/report"
	"stackproof/conformance/tcpmachine"
)

// machineFlags are the arguments of `stackproof tcp-machine`.
type machineFlags struct {
	stack, dot, svg string
	all             bool
	limit           time.Duration
}

func newTCPMachine() *cobra.Command {
	f := machineFlags{}
	cmd := &cobra.Command{
		Use:   "tcp-machine",
		Short: "learn a stack's TCP state machine and compare it with RFC 9293's figure 5",
		Long: `tcp-machine takes a stack into each of TCP's eleven states, by the ways of figure 5, and has each
event happen there: every combination of SYN, FIN, RST and ACK where the next segment is expected,
every socket call, and an hour of silence. Probes tell the states apart from outside; the stack
is not asked. It prints the transitions, and what differs from the figure, its notes and 3.10.
A + after an answer: it acknowledges more than was acknowledged before.

In the drawings black is what the figure has, grey what only the text has, red what differs.

Exit codes: 0 the machine is RFC 9293's, 1 it differs, 2 the tester failed or was used wrongly.

STACK is one of
` + stacksHelp,
		Example: `  stackproof tcp-machine
  stackproof tcp-machine --stack exec:./my-shim --all
  stackproof tcp-machine --svg machine.svg --dot machine.dot`,
		Args: atMost(0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runTCPMachine(cmd.Context(), &f, cmd.OutOrStdout())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.stack, "stack", conformance.OwnStack, "the stack")
	fl.BoolVar(&f.all, "all", false, "also the events that change no state")
	fl.StringVar(&f.dot, "dot", "", "write the machine to a file for Graphviz")
	fl.StringVar(&f.svg, "svg", "", "draw the machine into a file")
	addLimit(cmd, &f.limit)
	return cmd
}

func runTCPMachine(ctx context.Context, f *machineFlags, out io.Writer) error {
	s, err := openSUT(ctx, f.stack, f.limit)
	if err != nil {
		return err
	}
	if c, ok := s.(io.Closer); ok {
		defer c.Close()
	}
	m, err := tcpmachine.Learn(s)
	if err != nil {
		return err
	}
	for _, d := range []struct {
		path string
		draw func(io.Writer) error
	}{{f.dot, m.Dot}, {f.svg, m.SVG}} {
		if err := drawInto(d.path, d.draw); err != nil {
			return err
		}
	}
	if err := m.Print(out, f.all); err != nil {
		return err
	}
	fmt.Fprintf(out, "tcp-machine: stack=%s states=%d transitions=%d differences=%d\n", f.stack, len(m.Signatures), m.Transitions(), m.Differences())
	if m.Differences() > 0 {
		return exitCode(report.ExitFail)
	}
	return nil
}

// drawInto writes a drawing to a file; none without a name.
func drawInto(path string, draw func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err == nil {
		err = draw(file)
		if e := file.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return fmt.Errorf("tcp-machine: cannot write the drawing: %w", err)
	}
	return nil
}
