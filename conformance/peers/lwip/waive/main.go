// Command waive runs the cases on lwIP and writes the waivers of those that it fails, each with the reason that
// reasons.txt has for it:
//
//	go run ./conformance/peers/lwip/waive
//
// It writes the counts into README.md, and which rows of the robustness table fail into ROBUST.md. A failure for which there
// is no reason, and a reason for which there is no failure, are printed, and then it exits with 1 and writes nothing. Who has looked into a failure adds a line to reasons.txt; a waiver is never written by hand.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stackproof/conformance"
	"stackproof/conformance/peers/lwip"
	"stackproof/conformance/report"
	"stackproof/conformance/sut/remote"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	repo, err := lwip.Repo(".")
	if err != nil {
		return err
	}
	reasons, err := readReasons(filepath.Join(repo, lwip.Folder, "reasons.txt"))
	if err != nil {
		return err
	}
	program, err := lwip.Build(ctx, repo, os.Stderr)
	if err != nil {
		return err
	}
	suite, err := conformance.LoadSuite()
	if err != nil {
		return err
	}
	stack := remote.New(&remote.Command{Argv: []string{program}}, 0)
	defer stack.Close()
	runner := conformance.Runner{Suite: suite, Stack: "lwip", Link: "direct", Exec: conformance.NewLocal(stack)}
	all := runner.Run(ctx, conformance.Pattern{})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	file := filepath.Join(repo, lwip.Waivers)
	dates := since(file)
	lines, open := waivers(all, reasons, dates)
	for _, r := range reasons {
		if !r.used {
			open = append(open, fmt.Sprintf("reasons.txt:%d: no failure has this reason: %s", r.line, r.text))
		}
	}
	if len(open) > 0 {
		return errors.New(strings.Join(open, "\n"))
	}
	if err := os.WriteFile(file, []byte(head+strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
		return err
	}
	list, err := conformance.LoadWaivers(file, time.Now())
	if err != nil {
		return err
	}
	table, err := lwip.Robust(list)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(repo, lwip.RobustFile), []byte(table), 0o666); err != nil {
		return err
	}
	counts := fmt.Sprintf("    run: stack=lwip cases=%d pass=%d fail=0 unsupported=%d xfail=%d ", all.Summary.Counts.Total(),
		all.Summary.Counts[report.Pass], all.Summary.Counts[report.Unsupported], len(lines))
	return tell(filepath.Join(repo, lwip.Folder, "README.md"), counts)
}

// tell puts the counts into the README, whose line of them begins as they do.
func tell(file, counts string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	line := regexp.MustCompile(`(?m)^    run: stack=lwip .*$`)
	if !line.Match(text) {
		return fmt.Errorf("waive: %s has no line of counts", file)
	}
	return os.WriteFile(file, line.ReplaceAllLiteral(text, []byte(counts+"...")), 0o666)
}

const head = `# What lwIP fails, and why. Made by go run ./conformance/peers/lwip/waive from reasons.txt: change that.
`

// reason is why cases fail: those that the pattern selects and whose message the expression matches.
type reason struct {
	line    int
	pattern conformance.Pattern
	message *regexp.Regexp
	text    string
	used    bool
}

// readReasons reads lines PATTERN "REGULAR EXPRESSION" REASON. The first that fits counts.
func readReasons(file string) (all []*reason, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		r := &reason{line: i + 1}
		id, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		quoted, err := strconv.QuotedPrefix(rest)
		if err == nil {
			r.text = strings.TrimSpace(rest[len(quoted):])
			rest, err = strconv.Unquote(quoted)
		}
		if err == nil {
			r.message, err = regexp.Compile(rest)
		}
		if err == nil {
			r.pattern, err = conformance.ParsePattern(id)
		}
		if err != nil {
			return nil, fmt.Errorf("reasons.txt:%d: %w", i+1, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// since is the date of each waiver that there is, so that it stays.
func since(file string) map[string]string {
	dates := map[string]string{}
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 2 && f[0] != "#" {
			dates[f[0]] = f[2]
		}
	}
	return dates
}

// waivers are the lines for what failed, and what has no reason.
func waivers(all *report.Results, reasons []*reason, dates map[string]string) (lines, open []string) {
	failures := map[string][]*report.Failure{}
	for _, f := range all.Failures {
		failures[f.Verdict.ID] = append(failures[f.Verdict.ID], f)
	}
	for i := range all.Verdicts {
		v := &all.Verdicts[i]
		if v.Outcome == report.Pass || v.Outcome == report.Unsupported {
			continue
		}
		message, full := v.Got, v.Got
		if fs := failures[v.ID]; len(fs) > 0 {
			message, full = piece(fs), fs[0].Message()
		}
		j := slices.IndexFunc(reasons, func(r *reason) bool { return r.pattern.Match(v.ID) && r.message.MatchString(full) })
		if j < 0 || message == "" {
			open = append(open, fmt.Sprintf("%s %s: %s", v.ID, v.Outcome, full))
			continue
		}
		reasons[j].used = true
		date := dates[v.ID]
		if date == "" {
			date = time.Now().UTC().Format(time.DateOnly)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %q %s", v.ID, v.Outcome, date, message, reasons[j].text))
	}
	slices.Sort(lines)
	return lines, open
}

// piece is what the messages of all forms of a case have in common, as much of it as there is; "" if their outcomes
// differ or they have nothing in common.
func piece(fs []*report.Failure) string {
	for _, f := range fs {
		if f.Outcome != fs[0].Outcome {
			return ""
		}
	}
	f := fs[0]
	happened := f.Happened()
	for _, p := range []string{happened + ": " + f.Phrase, f.Phrase, happened, f.Kind} {
		if len(p) >= 5 && !slices.ContainsFunc(fs, func(f *report.Failure) bool { return !strings.Contains(f.Message(), p) }) {
			return p
		}
	}
	return ""
}
