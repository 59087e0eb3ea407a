package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance"
	"stackproof/conformance/cases"
	"stackproof/conformance/report"
	"stackproof/conformance/reqs"
)

func newExplain() *cobra.Command {
	var stack string
	var limit time.Duration
	cmd := &cobra.Command{
		Use:   "explain CASE | FILE.pkt",
		Short: "say what one case demands, and show how it goes",
		Long: `explain prints what a case is about: the requirements that it proves, its script, the fault of
its negative twin; then it runs the case and shows every packet and call with its virtual time.
FILE.pkt is a script of your own.`,
		Example: "  stackproof explain tcp/handshake/passive-open",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain: want one case, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return explain(cmd.Context(), cmd.OutOrStdout(), args[0], stack, limit)
		},
	}
	cmd.Flags().StringVar(&stack, "stack", conformance.OwnStack, "the stack to show it on")
	addLimit(cmd, &limit)
	return cmd
}

func explain(ctx context.Context, out io.Writer, id, stack string, limit time.Duration) error {
	suite, all, file, err := selected(id, stack)
	if err != nil {
		return err
	}
	forms := suite.Find(id)
	if file != "" {
		forms = suite.Cases(all)[0]
	}
	if forms == nil {
		return fmt.Errorf("explain: there is no case %q%s", id, nearest(suite, id))
	}
	exec, err := openStack(ctx, stack, conformance.DirectLink, suite, limit)
	if err != nil {
		return err
	}
	defer exec.Close()
	register, err := reqs.Load()
	if err != nil {
		return err
	}
	c := forms[0].Case
	fmt.Fprintf(out, "%s  %s:%d\n\n%s\n\n", c.ID, c.File, c.Line, c.Title)
	for _, id := range c.Reqs {
		if q, ok := register.Find(id); ok {
			fmt.Fprintf(out, "proves  %s %s\n", q.Level, q)
		}
	}
	fmt.Fprintf(out, "needs   %s\n", strings.Join(c.Needs(), " "))
	if c.Twin.Text != "" {
		fmt.Fprintf(out, "twin    %s, red at \"%s\"\n", c.Twin.Text, c.Twin.Phrase)
	}
	fmt.Fprintln(out)
	fmt.Fprintln(out, indent(body(c)))
	for _, prog := range forms {
		v, records := conformance.Show(exec, prog)
		if ctx.Err() != nil {
			return fmt.Errorf("explain: interrupted")
		}
		fmt.Fprintf(out, "\n%s on %s: %s\n", prog.Form.Form, stack, v.Outcome)
		report.WriteRecords(out, records, "  ")
	}
	return nil
}

// body is the script without its header.
func body(c *cases.Case) string {
	lines := strings.Split(strings.TrimRight(c.Text, "\n"), "\n")
	for len(lines) > 0 && (lines[0] == "" || strings.HasPrefix(lines[0], "//")) {
		lines = lines[1:]
	}
	return strings.Join(lines, "\n")
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }

// nearest suggests cases that contain what was asked for.
func nearest(suite *conformance.Suite, id string) string {
	var like []string
	for i := range suite.Programs {
		c := suite.Programs[i].Case.ID
		if strings.Contains(c, strings.Trim(id, "/")) && (len(like) == 0 || like[len(like)-1] != c) {
			like = append(like, c)
		}
	}
	if len(like) == 0 {
		return "; stackproof run -v lists them"
	}
	return "; there are " + strings.Join(like[:min(len(like), 5)], ", ")
}
