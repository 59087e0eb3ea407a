package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"stackproof/conformance/cases"
	"stackproof/conformance/reqs"
)

func newReqs() *cobra.Command {
	var missing bool
	cmd := &cobra.Command{
		Use:   "reqs [PREFIX]",
		Short: "say which requirements the cases prove",
		Long: `reqs prints the register of requirements: each one's id, level, state and text, and the cases
that prove it. PREFIX selects by the beginning of the id. States: covered, waived, untestable
(with the reason), missing, replaced.`,
		Example: `  stackproof reqs
  stackproof reqs 'RFC9293 MUST'
  stackproof reqs RFC4861 --missing`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return printReqs(cmd.OutOrStdout(), strings.Join(args, ""), missing)
		},
	}
	cmd.Flags().BoolVar(&missing, "missing", false, "only those that no case proves and one could")
	return cmd
}

func printReqs(out io.Writer, prefix string, missing bool) error {
	register, err := reqs.Load()
	if err != nil {
		return err
	}
	all, err := cases.Load()
	if err != nil {
		return err
	}
	var proofs []reqs.Proof
	for _, c := range all {
		proofs = append(proofs, reqs.Proof{ID: c.ID, Reqs: c.Reqs})
	}
	coverage, err := register.Coverage(proofs)
	if err != nil {
		return err
	}
	var selected reqs.Coverage
	for _, e := range coverage {
		if strings.HasPrefix(e.ID, prefix) && (!missing || e.State == reqs.Missing) {
			selected = append(selected, e)
			printReq(out, &e)
		}
	}
	if len(selected) == 0 && !missing {
		return fmt.Errorf("reqs: no requirement begins with %q", prefix)
	}
	line := "reqs:"
	for _, l := range []reqs.Level{reqs.Must, reqs.Should, reqs.May} {
		counts, total := selected.Count(l)
		line += fmt.Sprintf(" %s=%d/%d", strings.ToLower(string(l)), counts[reqs.Covered], total)
	}
	n := map[reqs.State]int{}
	for _, e := range selected {
		n[e.State]++
	}
	fmt.Fprintf(out, "%s covered=%d waived=%d untestable=%d missing=%d replaced=%d\n", line, n[reqs.Covered],
		n[reqs.Waived], n[reqs.Untestable], n[reqs.Missing], n[reqs.Replaced])
	return nil
}

func printReq(out io.Writer, e *reqs.Entry) {
	fmt.Fprintf(out, "%-22s %-6s %-10s %s\n", e.ID, e.Level, e.State, e.Text)
	switch {
	case e.State == reqs.Untestable:
		fmt.Fprintf(out, "%41s%s\n", "", e.Why)
	case e.State == reqs.Replaced:
		fmt.Fprintf(out, "%41sby %s\n", "", e.By)
	case len(e.Cases) > 0:
		fmt.Fprintf(out, "%41s%s\n", "", strings.Join(e.Cases, " "))
	}
}
