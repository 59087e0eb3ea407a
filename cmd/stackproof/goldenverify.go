package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"stackproof/conformance/report"
	"stackproof/golden"
	"stackproof/golden/verify"
)

// goldenFlags are the arguments of `stackproof golden verify`.
type goldenFlags struct{ decode, update, verbose bool }

func newGoldenVerify() *cobra.Command {
	f := goldenFlags{}
	cmd := &cobra.Command{
		Use:   "verify [PATH...]",
		Short: "read, compare, replay captures",
		Long: `verify takes captures (pcap or pcapng; Ethernet, raw IP, BSD loopback, Linux cooked) apart. PATH is a
capture, or a folder: then all files *.pcap, *.pcapng and *.cap below it. Without PATH it takes this project's own.

Each frame is read by three codecs, the stack's, the judge's and gopacket's, and compared field by field; what is sound
is written again and must be the same bytes. Each TCP connection whose begin is there is replayed into the stack, as its
server and as its client, directly and through the EMAC driver on the modelled hardware: what the application reads must
be what the capture carries. Each frame is thrown at the stack in every state that has been prepared.

It prints a line for each capture: PASS with counts, FAIL with the first failure (-v: all of the first 20), NOTRUN. A
capture that is cut, damaged or hostile is a FAIL with the place and the reason, and one without a frame a NOTRUN.

Exit codes: 0 all as expected, 1 a failure, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Example: `  stackproof golden verify
  stackproof golden verify my.pcapng captures/ -v
  stackproof golden verify --decode huge.pcap`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return goldenVerify(cmd.Context(), &f, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.decode, "decode", false, "read and compare the frames, and do nothing else")
	fl.BoolVar(&f.update, "update", false, "write what is found in this project's own captures into golden/captures/checked.txt")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "what each capture holds, and all failures")
	return cmd
}

// source is a capture to be verified.
type source struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
	own  *golden.Entry // nil for one from elsewhere
}

// goldenVerify verifies all captures and reports.
func goldenVerify(ctx context.Context, f *goldenFlags, args []string, stdout, stderr io.Writer) error {
	if f.update && (f.decode || len(args) > 0) {
		return errors.New("golden: --update is for all of this project's own captures, and all that is verified of them")
	}
	folder := ""
	if f.update {
		dir, err := os.Getwd()
		if err == nil {
			folder, err = golden.Folder(dir)
		}
		if err != nil {
			return err
		}
	}
	sources, err := captures(args)
	if err != nil {
		return err
	}
	checker, err := golden.NewChecker()
	if err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	checker.DecodeOnly = f.decode
	v := &goldenRun{found: map[string]string{}, update: f.update, screen: newScreen(stdout, io.Discard, true, len(sources)), total: golden.Report{Result: verify.NewResult(), NotReplayed: verify.Counts{}}, verbose: f.verbose}
	begin := time.Now()
	for i := range sources {
		s := &sources[i]
		if ctx.Err() == nil {
			err = v.one(ctx, checker, s, stderr)
		}
		if ctx.Err() != nil {
			v.line(report.NotRun, s.name, "interrupted")
		} else if err != nil {
			v.line(report.NotRun, s.name, err.Error())
		}
	}
	v.end(len(sources), time.Since(begin))
	if f.update && v.counts[report.Pass] == len(sources) {
		if err := golden.Update(folder, v.found); err != nil {
			return err
		}
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("golden: interrupted: %d of %d captures not verified", v.counts[report.NotRun], len(sources))
	case v.counts[report.NotRun] > v.empty:
		return fmt.Errorf("golden: %d of %d captures could not be read", v.counts[report.NotRun]-v.empty, len(sources))
	case len(sources) == 0:
		where := "of this project's own"
		if len(args) > 0 {
			where = "in " + strings.Join(args, ", ")
		}
		fmt.Fprintf(stderr, "stackproof: no capture (*.pcap, *.pcapng, *.cap) %s: nothing ran\n", where)
		return exitCode(report.ExitNone)
	case v.empty == len(sources):
		fmt.Fprintln(stderr, "stackproof: no capture has a frame: nothing ran")
		return exitCode(report.ExitNone)
	}
	if code := v.counts.ExitCode(); code != report.ExitOK {
		return exitCode(code)
	}
	return nil
}

// captures are the captures of files and folders, in their order; without any, this project's own.
func captures(args []string) (all []source, err error) {
	if len(args) == 0 {
		own, err := golden.Own()
		if err != nil {
			return nil, err
		}
		for i := range own {
			e := &own[i]
			all = append(all, source{e.File, int64(len(e.Data)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(e.Data)), nil }, e})
		}
		return all, nil
	}
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil {
			return nil, fmt.Errorf("golden: %w", err)
		}
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path != arg && !golden.IsCapture(path) {
				return err
			}
			if info, err := os.Stat(path); path != arg && err == nil && !info.Mode().IsRegular() {
				return nil // a pipe or a device: only who names it wants it read
			}
			s := source{name: path, open: func() (io.ReadCloser, error) { return os.Open(path) }}
			if info, err := d.Info(); err == nil {
				s.size = info.Size()
			}
			all = append(all, s)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("golden: %w", err)
		}
	}
	return all, nil
}

// goldenRun is what has come of the captures so far.
type goldenRun struct {
	screen  *screen
	counts  report.Counts
	total   golden.Report
	empty   int // without a frame
	verbose bool
	update  bool
	found   map[string]string // in own captures
}

// one verifies a capture.
func (v *goldenRun) one(ctx context.Context, c *golden.Checker, s *source, stderr io.Writer) error {
	in, err := openUntil(ctx, s.open)
	if err != nil {
		return unwrapPath(err)
	}
	defer in.Close()
	defer context.AfterFunc(ctx, func() { in.Close() })() // wakes who reads a pipe
	done := watchCapture(c, s, stderr)
	r, err := c.Capture(ctx, in, s.name)
	done()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	switch {
	case v.update:
		v.found[s.name] = r.Found()
	case s.own != nil && !c.DecodeOnly:
		s.own.Hold(r)
	}
	v.add(r)
	if err := r.Err(); err != nil {
		v.line(report.Fail, s.name, err.Error())
	} else if r.Frames == 0 {
		v.line(report.NotRun, s.name, "there is no frame in it")
		v.empty++
	} else {
		v.line(report.Pass, s.name, summary(r))
	}
	if v.verbose {
		v.details(r)
	}
	return nil
}

// openUntil opens a capture, but not beyond the context's end: to open a pipe is to wait for who writes into it.
func openUntil(ctx context.Context, open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	type opened struct {
		in  io.ReadCloser
		err error
	}
	c := make(chan opened, 1)
	go func() {
		in, err := open()
		c <- opened{in, err}
	}()
	select {
	case o := <-c:
		return o.in, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// watchCapture shows how much of a capture has been read, on a terminal.
func watchCapture(c *golden.Checker, s *source, stderr io.Writer) (done func()) {
	if !isTerminal(stderr) || os.Getenv("TERM") == "dumb" || s.size < 1<<20 {
		c.Progress = nil
		return func() {}
	}
	bar := progressbar.NewOptions64(s.size, progressbar.OptionSetWriter(stderr), progressbar.OptionShowBytes(true),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(65*time.Millisecond), progressbar.OptionSetDescription(filepath.Base(s.name)))
	c.Progress = func(read int64) { _ = bar.Set64(min(read, s.size)) }
	return func() { _ = bar.Finish() }
}

func (v *goldenRun) line(o report.Outcome, name, text string) {
	v.counts[o]++
	fmt.Fprintf(v.screen.out, "%s %s: %s\n", v.screen.label(o), name, text)
}

// summary is what a capture holds, in short.
func summary(r *golden.Report) string {
	return fmt.Sprintf("frames=%d bytes=%d sound=%d bad=%d over=%d known=%d connections=%d replays=%d stream=%d", r.Frames, r.Bytes, r.Sound,
		r.Bad.Total(), r.Over.Total(), r.Known.Total(), r.Connections, r.Replays, r.Stream)
}

// details are all counts of a capture that are not zero.
func (v *goldenRun) details(r *golden.Report) {
	if len(r.Failures) > 1 {
		for _, f := range r.Failures {
			fmt.Fprintf(v.screen.out, "    %s\n", strings.ReplaceAll(f, "\n", "\n    "))
		}
	}
	for _, c := range []struct {
		name   string
		counts verify.Counts
	}{
		{"protocols", r.Protocols}, {"malformed", r.Bad}, {"not spoken here", r.Over}, {"no sender may", r.Rules},
		{"gopacket is wrong", r.Known}, {"may differ", r.Liberties}, {"not replayed", r.NotReplayed},
	} {
		if len(c.counts) > 0 {
			fmt.Fprintf(v.screen.out, "    %s: %v\n", c.name, c.counts)
		}
	}
	fmt.Fprintf(v.screen.out, "    cut=%d middle=%d gaps=%d helped=%d throws=%d driven=%d sha256=%s\n", r.Cut, r.Middle, r.Gaps, r.Helped, r.Throws, r.Driven, r.Digest)
}

// add adds a capture to what has come of all.
func (v *goldenRun) add(r *golden.Report) {
	t := &v.total
	t.Frames += r.Frames
	t.Bytes += r.Bytes
	t.Sound += r.Sound
	t.Connections += r.Connections
	t.Replays += r.Replays
	t.Stream += r.Stream
	t.Throws += r.Throws
	t.Protocols.Add(r.Protocols)
	t.Bad.Add(r.Bad)
	t.Over.Add(r.Over)
	t.Known.Add(r.Known)
	t.NotReplayed.Add(r.NotReplayed)
}

// end closes with the counts.
func (v *goldenRun) end(files int, took time.Duration) {
	line := fmt.Sprintf("golden verify: files=%d pass=%d fail=%d", files, v.counts[report.Pass], v.counts[report.Fail])
	if n := v.counts[report.NotRun]; n > 0 {
		line += fmt.Sprintf(" notrun=%d", n)
	}
	line += fmt.Sprintf(" %s not-replayed=%d throws=%d", summary(&v.total), v.total.NotReplayed.Total(), v.total.Throws)
	if len(v.total.Protocols) > 0 {
		line += " " + v.total.Protocols.String()
	}
	fmt.Fprintf(v.screen.out, "%s wall_seconds=%.3f\n", line, took.Seconds())
}
