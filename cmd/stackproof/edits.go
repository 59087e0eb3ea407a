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

	"stackproof/conformance"
	"stackproof/conformance/report"
	"stackproof/fuzz/edits"
	"stackproof/stack"
)

// editsFlags are the arguments of `stackproof edits`.
type editsFlags struct {
	depth, jobs, rounds, seeds int
	seed                       uint64
	list                       bool
	one, out                   string
}

func newEdits() *cobra.Command {
	f := editsFlags{}
	cmd := &cobra.Command{
		Use:   "edits [PATTERN]",
		Short: "every field of every header set to the edges of its range, in every state of the stack",
		Long: `edits sets every field of every header that the stack reads to the values at the edges of its range, and throws
the frame at the stack in every state of TCP, over both families, and in what other states there are: one
field at a time with every value, then every pair of fields and as many triples with values that are drawn,
each with the checksums right and as they were. PATTERN selects STATE/FRAME, as it does cases.

The stack must not panic, must do a bounded amount of work, keep the rules of its state, count each frame
once, answer only what is well-formed and only to one host, and serve a friend afterwards. A wrong checksum,
or another station's frame, must change nothing.

A failure is made smaller; its frame is written into --out, and the command that throws it again is printed
last. --seeds makes short runs of draws, each of a seed.

Exit codes: 0 all is well, 1 a frame has failed, 2 interrupted or used wrongly, 3 nothing matches.`,
		Example: `  stackproof edits
  stackproof edits 'established*/tcp-*' --depth 1
  stackproof edits --seed 7 --seeds 10
  stackproof edits --list
  stackproof edits --frame listen-over-ipv4/tcp-syn/tcp.sport=0+sums`,
		Args: atMost(1, "one pattern"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEdits(cmd.Context(), &f, strings.Join(args, ""), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&f.depth, "depth", edits.MostEdits, "fields at a time, at most: 1 to 3")
	fl.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "states at the same time")
	fl.IntVar(&f.rounds, "rounds", 4, "how often pairs and triples are drawn")
	fl.Uint64Var(&f.seed, "seed", 0, "the (first) seed of what is drawn")
	fl.IntVar(&f.seeds, "seeds", 0, "only so many short runs, of a seed each; 0: one that is whole")
	fl.BoolVar(&f.list, "list", false, "list the frames and their fields, and do nothing else")
	fl.StringVar(&f.one, "frame", "", "throw the one frame of this `name`")
	fl.StringVar(&f.out, "out", filepath.Join("out", "edits"), "`folder` for failures")
	return cmd
}

func (f *editsFlags) check() error {
	switch {
	case f.depth < 1 || f.depth > edits.MostEdits:
		return fmt.Errorf("stackproof edits: --depth %d: from 1 to %d", f.depth, edits.MostEdits)
	case f.jobs < 1:
		return fmt.Errorf("stackproof edits: --jobs %d: at least 1", f.jobs)
	case f.rounds < 1:
		return fmt.Errorf("stackproof edits: --rounds %d: at least 1", f.rounds)
	case f.seeds < 0:
		return fmt.Errorf("stackproof edits: --seeds %d: at least 0", f.seeds)
	}
	return nil
}

// thin is of how many frames a short run throws one.
const thin = 40

func runEdits(ctx context.Context, f *editsFlags, pattern string, out, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	p, err := conformance.ParsePattern(pattern)
	if err != nil {
		return err
	}
	if f.one != "" {
		return throwOne(f, out)
	}
	if n := listEdits(out, &p, f.list); n == 0 {
		fmt.Fprintf(stderr, "stackproof: nothing matches %q: nothing ran\n", pattern)
		return exitCode(report.ExitNone)
	}
	if f.list {
		return nil
	}
	outlive()
	r := edits.Run{Depth: f.depth, Jobs: f.jobs, Rounds: f.rounds, Seed: f.seed, Match: p.Match}
	if f.seeds > 0 {
		return shortEdits(ctx, f, r, out)
	}
	s := r.Do(ctx)
	dropped := ""
	for c := range stack.NumCounters {
		if s.Dropped[c] > 0 {
			dropped += fmt.Sprintf("  %9d  %s\n", s.Dropped[c], strings.TrimPrefix(c.String(), "drop-"))
		}
	}
	fmt.Fprintf(out, "dropped, for these reasons:\n%s", dropped)
	fmt.Fprintf(out, "edits: states=%d frames_to_edit=%d fields=%d values=%d one=%d two=%d three=%d frames=%d answers=%d fail=%d frames_per_second=%.0f wall_seconds=%.1f\n",
		s.States, s.Bases, s.Fields, s.Values, s.Frames[1], s.Frames[2], s.Frames[3], s.Thrown(), s.Replies, s.Failed,
		float64(s.Thrown())/max(s.Wall.Seconds(), 0.001), s.Wall.Seconds())
	keepEdits(s.Failures, f.out, out)
	if s.Failed > 0 {
		return exitCode(report.ExitFail)
	}
	return s.Err()
}

// listEdits counts what a pattern selects, and lists it.
func listEdits(out io.Writer, p *conformance.Pattern, list bool) (n int) {
	t := edits.NewTable()
	for i, state := range t.States {
		for _, b := range t.Bases[i] {
			if !p.Match(state + "/" + b.Name) {
				continue
			}
			n++
			if list {
				var names []string
				for _, x := range b.Fields {
					names = append(names, x.Name)
				}
				fmt.Fprintf(out, "%s/%s %s\n", state, b.Name, strings.Join(names, " "))
			}
		}
	}
	return n
}

// shortEdits makes the short runs of seeds.
func shortEdits(ctx context.Context, f *editsFlags, r edits.Run, out io.Writer) error {
	begin, frames, done, fail := time.Now(), 0, 0, 0
	r.Thin, r.Rounds = thin, 1
	var all []edits.Failure
	for i := range f.seeds {
		r.Seed = f.seed + uint64(i)
		s := r.Do(ctx)
		frames += s.Thrown()
		if s.Failed > 0 {
			fail++
			line, _, _ := strings.Cut(s.Failures[0].Err.Error(), "\n")
			fmt.Fprintf(out, "FAIL seed %d: %s: %s\n", r.Seed, line, s.Failures[0].Name)
			all = append(all, s.Failures...)
		}
		if s.Stopped {
			break
		}
		done++
	}
	fmt.Fprintf(out, "edits: seeds=%d pass=%d fail=%d frames=%d wall_seconds=%.1f\n", done, done-fail, fail, frames, time.Since(begin).Seconds())
	keepEdits(all[:min(len(all), edits.MostFailures)], f.out, out)
	switch {
	case fail > 0:
		return exitCode(report.ExitFail)
	case done < f.seeds:
		return fmt.Errorf("edits: interrupted: %d of %d seeds not run", f.seeds-done, f.seeds)
	}
	return nil
}

// throwOne throws the frame of a name.
func throwOne(f *editsFlags, out io.Writer) error {
	x, err := edits.One(f.one)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "% x\n", x.Frame)
	if x.Err == nil {
		fmt.Fprintf(out, "PASS %s\n", x.Name)
		return nil
	}
	keepEdits([]edits.Failure{x}, f.out, out)
	return exitCode(report.ExitFail)
}

// keepEdits tells of failures, writes their frames, and ends with the commands that throw them again.
func keepEdits(all []edits.Failure, dir string, out io.Writer) {
	for i := range all {
		x := &all[i]
		file := filepath.Join(dir, fmt.Sprintf("frame-%d.pcapng", i+1))
		fmt.Fprintf(out, "FAIL %s\n  %s\n  % x\n", x.Name, strings.ReplaceAll(x.Err.Error(), "\n", "\n  "), x.Frame)
		if err := keepEdit(x, file); err != nil {
			fmt.Fprintf(out, "  %v\n", err)
		} else {
			fmt.Fprintf(out, "  its frame: %s\n", file)
		}
	}
	for i := range all {
		fmt.Fprintf(out, "again: stackproof edits --frame '%s'\n", all[i].Name)
	}
}

func keepEdit(x *edits.Failure, file string) error {
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		var w *os.File
		if w, err = os.Create(file); err == nil {
			c := report.NewCapture(w, "stackproof edits --frame "+x.Name, "peer")
			c.Frame(0, 0, x.Frame, x.Name)
			err = errors.Join(c.Err(), w.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("stackproof edits: cannot keep the failure: %w", err)
	}
	return nil
}
