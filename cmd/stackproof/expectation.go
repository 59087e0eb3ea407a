package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"stackproof/compatcheck/expect"
	"stackproof/compatcheck/face"
	"stackproof/conformance"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
)

// expectationLine is a line of a header that expectations have, and cases have not.
var expectationLine = regexp.MustCompile(`(?m)^// (peer|rows|deviation): `)

// isExpectation tells whether a file is one that `compat diff` has printed, or another expectation of compatcheck/expect.
func isExpectation(file string) bool {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(file)
	return err == nil && bytes.HasPrefix(text, []byte("// id: ")) && expectationLine.Match(text)
}

// runExpectations runs a file of expectations: on this project's lwIP face, or on a stack that makes calls in C.
func runExpectations(ctx context.Context, f *runFlags, file string, stdout io.Writer) error {
	begin := time.Now()
	if f.out != "" || f.seed != 0 || f.waivers != "" || f.link != conformance.DirectLink {
		return fmt.Errorf("stackproof: %s: it is an expectation, and --out, --seed, --link and --waivers are for cases", file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	all, err := expect.Parse(file, string(text))
	if err != nil {
		return err
	}
	var stack sut.SUT = face.New()
	if f.stack != conformance.OwnStack {
		if stack, err = openSUT(ctx, f.stack, f.limit); err != nil {
			return err
		}
		if c, ok := stack.(io.Closer); ok {
			defer c.Close()
		}
	}
	screen := newScreen(stdout, io.Discard, true, 0)
	var counts report.Counts
	for _, s := range all {
		outcome, what := report.Pass, s.ID
		if why := differs(s, stack); why != "" {
			outcome, what = report.Fail, s.ID+": "+why
		}
		if ctx.Err() != nil {
			return fmt.Errorf("stackproof: interrupted at %s", s.ID)
		}
		counts[outcome]++
		fmt.Fprintln(stdout, screen.label(outcome)+" "+what)
	}
	fmt.Fprintf(stdout, "run: stack=%s expectations=%d pass=%d fail=%d wall_seconds=%.3f\n",
		f.stack, len(all), counts[report.Pass], counts[report.Fail], time.Since(begin).Seconds())
	if code := counts.ExitCode(); code != report.ExitOK {
		return exitCode(code)
	}
	return nil
}

// differs says at which line a stack does something else than is expected; "" is nowhere.
func differs(s *expect.Scenario, stack sut.SUT) string {
	lines, err := s.Run(stack)
	if err != nil {
		return err.Error()
	}
	for i, line := range lines {
		if want := strings.TrimSpace(s.Events[i].Text); line != want {
			return fmt.Sprintf("%s:%d: want %s, got %s", s.File, s.Events[i].Line, want, line)
		}
	}
	return ""
}
