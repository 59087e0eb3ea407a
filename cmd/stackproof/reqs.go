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
	var missing, bugs, tc8 bool
	cmd := &cobra.Command{
		Use:   "reqs [PREFIX]",
		Short: "say which requirements the cases prove",
		Long: `reqs prints the register of requirements: each one's id, level, state and text, and the cases
that prove it. PREFIX selects by the beginning of the id. States: covered, waived, untestable
(with the reason), missing, replaced, declined (a SHOULD or MAY that the stack does not follow, with
the reason). Before all of it stands the register of known bugs of other
stacks: the cases that find each, or why none can; with --bugs that alone is printed, by PREFIX. With --tc8 it prints what the OPEN
Alliance's TC8 tests ask of TCP, group by group, and the cases that answer.`,
		Example: `  stackproof reqs
  stackproof reqs 'RFC9293 MUST'
  stackproof reqs RFC4861 --missing
  stackproof reqs --bugs
  stackproof reqs --bugs smoltcp
  stackproof reqs --tc8`,
		Args: atMost(1, "one prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case bugs && missing:
				return fmt.Errorf("%s: --bugs and --missing do not go together", cmd.CommandPath())
			case tc8 && (bugs || missing):
				return fmt.Errorf("%s: --tc8 stands alone", cmd.CommandPath())
			case tc8:
				return printTC8(cmd.OutOrStdout(), strings.Join(args, ""))
			case bugs:
				return printBugs(cmd.OutOrStdout(), strings.Join(args, ""))
			}
			if len(args) == 0 && !missing {
				if err := printBugs(cmd.OutOrStdout(), ""); err != nil {
					return err
				}
			}
			return printReqs(cmd.OutOrStdout(), strings.Join(args, ""), missing)
		},
	}
	cmd.Flags().BoolVar(&missing, "missing", false, "only those that no case proves and one could")
	cmd.Flags().BoolVar(&bugs, "bugs", false, "the known bugs of other stacks")
	cmd.Flags().BoolVar(&tc8, "tc8", false, "the groups of the OPEN Alliance's TC8 tests of TCP")
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
	known := false
	for _, e := range coverage {
		if !strings.HasPrefix(e.ID, prefix) {
			continue
		}
		known = true
		if !missing || e.State == reqs.Missing {
			selected = append(selected, e)
			printReq(out, &e)
		}
	}
	if !known {
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
	fmt.Fprintf(out, "%s covered=%d waived=%d untestable=%d missing=%d replaced=%d declined=%d\n", line, n[reqs.Covered],
		n[reqs.Waived], n[reqs.Untestable], n[reqs.Missing], n[reqs.Replaced], n[reqs.Declined])
	return nil
}

func printReq(out io.Writer, e *reqs.Entry) {
	fmt.Fprintf(out, "%-22s %-6s %-10s %s\n", e.ID, e.Level, e.State, e.Text)
	switch {
	case e.State == reqs.Untestable:
		fmt.Fprintf(out, "%41s%s\n", "", e.Why)
	case e.State == reqs.Declined:
		fmt.Fprintf(out, "%41s%s\n", "", e.Not)
	case e.State == reqs.Replaced:
		fmt.Fprintf(out, "%41sby %s\n", "", e.By)
	case len(e.Cases) > 0:
		fmt.Fprintf(out, "%41s%s\n", "", strings.Join(e.Cases, " "))
	}
}

func printBugs(out io.Writer, prefix string) error {
	bugs, err := cases.LoadBugs()
	if err != nil {
		return err
	}
	total, covered := 0, 0
	for _, b := range bugs {
		if !strings.HasPrefix(b.Slug, prefix) {
			continue
		}
		total++
		fmt.Fprintf(out, "%-27s %-6s %s\n", b.Slug, b.Protocol, b.Text)
		if len(b.Also) > 0 {
			fmt.Fprintf(out, "%35salso %s\n", "", strings.Join(b.Also, " "))
		}
		if b.Why != "" {
			fmt.Fprintf(out, "%35snot applicable: %s\n", "", b.Why)
			continue
		}
		covered++
		fmt.Fprintf(out, "%35s%s\n", "", strings.Join(b.Cases, " "))
	}
	if total == 0 {
		return fmt.Errorf("reqs: no bug begins with %q", prefix)
	}
	fmt.Fprintf(out, "bugs: total=%d covered=%d notapplicable=%d\n", total, covered, total-covered)
	return nil
}

func printTC8(out io.Writer, prefix string) error {
	groups, err := cases.LoadTC8()
	if err != nil {
		return err
	}
	n, there, topics, ours := 0, 0, 0, map[string]bool{}
	for _, g := range groups {
		if !strings.HasPrefix(g.Name, prefix) {
			continue
		}
		n++
		there += g.There
		topics += len(g.Topics)
		fmt.Fprintf(out, "%-22s %2d cases there  %s\n", g.Name, g.There, g.Text)
		for _, t := range g.Topics {
			fmt.Fprintf(out, "    %s\n        %s\n", t.Text, strings.Join(t.Cases, " "))
			for _, id := range t.Cases {
				ours[id] = true
			}
		}
	}
	if n == 0 {
		return fmt.Errorf("reqs: no group of TC8 begins with %q", prefix)
	}
	fmt.Fprintf(out, "reqs: tc8 groups=%d there=%d topics=%d cases=%d\n", n, there, topics, len(ours))
	return nil
}
