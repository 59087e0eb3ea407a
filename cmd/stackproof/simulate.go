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

	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/remote"
	"stackproof/fuzz/simulate"
)

// simulateFlags are the arguments of `stackproof simulate`.
type simulateFlags struct {
	seed            uint64
	seeds, jobs     int
	minutes         float64
	repeat, verbose bool
	goals, lwip     bool
	without         []string
	out             string
}

func newSimulate() *cobra.Command {
	f := simulateFlags{}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "whole networks in virtual time, with faults: hosts, switches, a router, applications that check every byte",
		Long: `simulate draws a network from a seed: hosts with POSIX sockets and with lwIP's, some on the Ethernet
driver and the modelled hardware, on two wires with a router between them; what their applications
do; and what goes wrong: loss, duplicates, corruption, reordering, delay, partitions, links that go
down, faults of the hardware, no buffers, small tables, time jumps, reboots, hosts that mean harm.
Each seed has only some kinds of faults. In the first phase what is read must be what was written;
then the network heals, and everything must complete in time; in the end nothing may be left.

The plan is printed first and the command that plays the seed again last. A failure is made smaller,
and written with its frames into --out. A batch ends with the goals: rare things that must have
happened; in ` + fmt.Sprint(simulate.Enough) + ` seeds or more one that has not is an error. One seed in twenty is played twice and must
have the same trace.

Exit codes: 0 all is well, 1 a seed has failed or a goal was missed, 2 interrupted or used wrongly.`,
		Example: `  stackproof simulate --seed 17
  stackproof simulate --seeds 1000
  stackproof simulate --seed 17 --minutes 0.5 --without host3,fault1`,
		Args: atMost(0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSimulate(cmd.Context(), &f, cmd.OutOrStdout())
		},
	}
	fl := cmd.Flags()
	fl.Uint64Var(&f.seed, "seed", 0, "the first seed")
	fl.IntVar(&f.seeds, "seeds", 1, "how many seeds")
	fl.Float64Var(&f.minutes, "minutes", 0, "virtual `minutes` in which things go wrong; 0: as the seed says")
	fl.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "seeds at the same time")
	fl.BoolVar(&f.repeat, "repeat", false, "play every seed twice")
	fl.BoolVar(&f.goals, "goals", false, "also print in how many seeds each goal was hit")
	fl.BoolVar(&f.lwip, "lwip", false, "in some seeds one of the hosts is lwIP itself, in a child process")
	fl.StringSliceVar(&f.without, "without", nil, "leave `things` out, by the names of the plan")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "a line for each seed")
	fl.StringVar(&f.out, "out", filepath.Join("out", "simulate"), "`folder` for failures")
	return cmd
}

func (f *simulateFlags) check() error {
	switch {
	case f.seeds < 1:
		return fmt.Errorf("stackproof simulate: --seeds %d: at least 1", f.seeds)
	case f.jobs < 1:
		return fmt.Errorf("stackproof simulate: --jobs %d: at least 1", f.jobs)
	case !(f.minutes >= 0 && f.minutes <= 1440):
		return fmt.Errorf("stackproof simulate: --minutes %v: from 0 to 1440", f.minutes)
	case f.minutes > 0 && f.minutes < simulate.LeastMinutes:
		return fmt.Errorf("stackproof simulate: --minutes %v: at least %v", f.minutes, simulate.LeastMinutes)
	case len(f.without) > 0 && f.seeds > 1:
		return errors.New("stackproof simulate: --without is for one seed: names mean something else in another")
	}
	return nil
}

func runSimulate(ctx context.Context, f *simulateFlags, out io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	outlive()
	b := simulate.Batch{
		Setting: simulate.Setting{Minutes: f.minutes, Without: f.without},
		From:    f.seed, Count: f.seeds, Jobs: min(f.jobs, f.seeds), Repeat: f.repeat,
	}
	if f.lwip {
		peer, err := lwipPeer(ctx)
		if err != nil {
			return err
		}
		b.Peer = peer
	}
	if f.seeds == 1 {
		p, err := b.Plan(f.seed)
		if err != nil {
			return fmt.Errorf("stackproof %w", err)
		}
		p.Print(out)
	}
	each := f.verbose || f.seeds == 1 || !isTerminal(out)
	kept, last := 0, ""
	s := b.Run(ctx, func(r *simulate.Result) {
		if each || r.Err != nil {
			fmt.Fprintln(out, r.Line())
		}
		if r.Err != nil && kept < mostKept && ctx.Err() == nil {
			kept++
			last = keepFailure(&b.Setting, r, f.out, out)
		}
	})
	if f.goals || f.seeds >= simulate.Enough {
		fmt.Fprintf(out, "goals, in so many seeds:\n%s", s.Table())
	}
	hit, all := s.Goals()
	if missed := s.Unmet(); f.seeds > 1 && missed != nil {
		fmt.Fprintf(out, "never happened: %s\n", strings.Join(missed, "; "))
	}
	fmt.Fprintf(out, "simulate: seeds=%d pass=%d fail=%d goals=%d/%d repeated=%d frames=%d bytes=%d virtual_seconds=%.0f wall_seconds=%.1f\n",
		s.Seeds, s.Pass, s.Fail, hit, all, s.Repeated, s.Frames, s.Bytes, s.Virtual.Seconds(), s.Wall.Seconds())
	if f.seeds == 1 && last == "" {
		last = b.Arguments(f.seed)
	}
	if last != "" {
		fmt.Fprintf(out, "again: stackproof %s\n", last)
	}
	if s.Fail == 0 && s.Seeds < f.seeds {
		return fmt.Errorf("simulate: interrupted: %d of %d seeds not played", f.seeds-s.Seeds, f.seeds)
	}
	if s.Err() != nil {
		return exitCode(report.ExitFail)
	}
	return nil
}

// lwipPeer builds lwIP, and makes hosts of it.
func lwipPeer(ctx context.Context) (simulate.Peer, error) {
	t, err := transport(ctx, "lwip")
	if err != nil {
		return nil, err
	}
	return func() sut.SUT {
		s := remote.New(t, 0)
		s.EndWith(context.WithoutCancel(ctx))
		return s
	}, nil
}

// mostKept is how many failures of a batch are made smaller and kept; shrinking is how long one of them may take.
const (
	mostKept  = 3
	shrinking = 30 * time.Second
)

// keepFailure makes a failure smaller, writes what it was, and returns the arguments of the command that plays it again.
func keepFailure(s *simulate.Setting, r *simulate.Result, dir string, out io.Writer) string {
	smaller, result := s.Shrink(r, shrinking)
	again := smaller.Arguments(r.Seed)
	fmt.Fprintf(out, "  made smaller, to %d hosts, %d applications, %d faults: stackproof %s\n", result.Hosts, result.Apps, result.Faults, again)
	if err := writeFailure(&smaller, &result, dir); err != nil {
		fmt.Fprintf(out, "  %v\n", err)
	} else {
		fmt.Fprintf(out, "  its plan and frames: %s\n", filepath.Join(dir, failureName(r.Seed)+".pcapng"))
	}
	return again
}

func failureName(seed uint64) string { return fmt.Sprintf("seed-%d", seed) }

func writeFailure(s *simulate.Setting, r *simulate.Result, dir string) error {
	base := filepath.Join(dir, failureName(r.Seed))
	err := os.MkdirAll(dir, 0o755)
	if err != nil {
		return fmt.Errorf("stackproof simulate: cannot keep the failure: %w", err)
	}
	capture, err := os.Create(base + ".pcapng")
	if err == nil {
		_, err = s.Capture(r.Seed, capture)
		err = errors.Join(err, capture.Close())
	}
	var text strings.Builder
	if p, e := s.Plan(r.Seed); e == nil {
		p.Print(&text)
	}
	fmt.Fprintf(&text, "%s\nagain: stackproof %s\n", r.Line(), s.Arguments(r.Seed))
	if err == nil {
		err = os.WriteFile(base+".txt", []byte(text.String()), 0o644)
	}
	if err != nil {
		return fmt.Errorf("stackproof simulate: cannot keep the failure: %w", err)
	}
	return nil
}
