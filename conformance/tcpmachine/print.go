package tcpmachine

import (
	"fmt"
	"io"
	"text/tabwriter"

	"stackproof/conformance/cases/oracle"
)

// origin is the state's name, and how it was reached where that matters.
func (s *Step) origin() string {
	if s.Passive {
		return s.From.String() + " (from LISTEN)"
	}
	return s.From.String()
}

// Print writes the machine as a table: the states with their signatures, the steps that lead from one to another, or all
// of them, and what differs.
func (m *Machine) Print(w io.Writer, all bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "state\tis told by")
	for state := oracle.Closed; state <= oracle.TimeWait; state++ {
		if sig, ok := m.Signatures[state]; ok {
			fmt.Fprintf(t, "%s\t%s\n", state, sig)
		}
	}
	fmt.Fprintln(t)
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t, "from\tevent\tanswer\tto\tin RFC 9293")
	for _, s := range m.Steps {
		if all || s.Moves() {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", s.origin(), s.Event, s.Output, s.After(), s.Source)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return m.printDifferences(w)
}

func (m *Machine) printDifferences(w io.Writer) (err error) {
	say := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format, args...)
		}
	}
	say("\n")
	for _, f := range figure {
		if f.unasked != "" {
			say("not asked: %s -> %s, %s (%s): %s\n", f.From, f.To, f.Label, f.source(), f.unasked)
		}
	}
	for state := oracle.Closed; state <= oracle.TimeWait; state++ {
		if why, ok := m.Unreached[state]; ok {
			say("difference: %s: %s\n", state, why)
		}
	}
	for _, f := range m.Missing {
		say("difference: %s -> %s, %s: the machine lacks what %s has\n", f.From, f.To, f.Label, f.source())
	}
	for _, s := range m.Steps {
		if s.Difference != "" {
			say("difference: %s, %s: to %s with %s; %s\n", s.origin(), s.Event, s.After(), s.Output, s.Difference)
		}
	}
	return err
}
