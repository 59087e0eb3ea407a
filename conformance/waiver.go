package conformance

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"stackproof/conformance/report"
)

// Waiver says of one case that a stack is known to fail it, how, and why that is put up with. The case runs all the same.
type Waiver struct {
	Case    string
	Outcome report.Outcome // fail, timeout, crash, blocked or error
	Date    time.Time      // since when
	Message string         // a piece of what is reported
	Reason  string
	place   string // FILE:LINE
}

// Waivers are the waivers for one stack, sorted by case.
type Waivers []Waiver

// WaiverFormat describes a file of waivers.
const WaiverFormat = `CASE OUTCOME DATE "MESSAGE" REASON`

// minMessage is the least that a piece of a message has in characters: less is in many messages.
const minMessage = 5

// LoadWaivers reads a file of waivers, one a line: the case's id, the outcome that is expected (fail, timeout, crash,
// blocked, error), the date (2006-01-02), a piece of the expected message in quotation marks, and the reason in words. Empty lines
// and such that begin with # say nothing. An error names file and line: a line that is none, is out of order or there
// twice, has no real reason, or has a date that is none or lies in the future.
func LoadWaivers(file string, now time.Time) (Waivers, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("waivers: cannot read the file: %w", err)
	}
	var all Waivers
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		place := fmt.Sprintf("%s:%d", file, i+1)
		w, err := parseWaiver(line, now)
		if err == nil && len(all) > 0 {
			err = w.follows(&all[len(all)-1])
		}
		if err != nil {
			return nil, fmt.Errorf("waivers: %s: %w", place, err)
		}
		w.place = place
		all = append(all, w)
	}
	return all, nil
}

// follows checks that a waiver may stand behind another.
func (w *Waiver) follows(last *Waiver) error {
	switch strings.Compare(last.Case, w.Case) {
	case 0:
		return fmt.Errorf("a second waiver of %s; the first is in %s", w.Case, last.place)
	case 1:
		return fmt.Errorf("%s stands behind %s: waivers are sorted by case", w.Case, last.Case)
	}
	return nil
}

// parseWaiver reads a line.
func parseWaiver(line string, now time.Time) (w Waiver, err error) {
	words := strings.Fields(line)
	if len(words) < 4 {
		return w, fmt.Errorf("want %s", WaiverFormat)
	}
	w.Case = words[0]
	if err := w.Outcome.UnmarshalText([]byte(words[1])); err != nil || !waivable(w.Outcome) {
		return w, fmt.Errorf("outcome %q: want fail, timeout, crash, blocked or error", words[1])
	}
	if w.Date, err = time.Parse(time.DateOnly, words[2]); err != nil {
		return w, fmt.Errorf("date %q: want one like 2006-01-02", words[2])
	}
	if w.Date.After(now) {
		return w, fmt.Errorf("date %s lies in the future", words[2])
	}
	rest := line
	for _, word := range words[:3] {
		rest = strings.TrimSpace(strings.TrimPrefix(rest, word))
	}
	quoted, err := strconv.QuotedPrefix(rest)
	if err == nil {
		w.Message, err = strconv.Unquote(quoted)
	}
	if err != nil {
		return w, fmt.Errorf(`message: want it in quotation marks: %s`, WaiverFormat)
	}
	if len([]rune(strings.TrimSpace(w.Message))) < minMessage {
		return w, fmt.Errorf("message %q: want at least %d characters, so that it tells one failure from another", w.Message, minMessage)
	}
	w.Reason = strings.TrimSpace(rest[len(quoted):])
	return w, realReason(w.Reason)
}

// waivable are the outcomes that a stack is to blame for. An error is one of them: that a twin proves nothing may be since
// the stack makes no difference between the fault and what is right.
func waivable(o report.Outcome) bool {
	return o == report.Fail || o == report.Error || o == report.Timeout || o == report.Crash || o == report.Blocked
}

// minReason is the least number of words of a reason.
const minReason = 4

// realReason refuses what only stands in the place of a reason.
func realReason(reason string) error {
	words := strings.FieldsFunc(strings.ToLower(reason), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < minReason {
		return fmt.Errorf("reason %q: say in at least %d words why the failure is put up with", reason, minReason)
	}
	for _, empty := range []string{"todo", "tbd", "fixme", "xxx", "wip"} {
		if slices.Contains(words, empty) {
			return fmt.Errorf("reason %q: %s is no reason", reason, empty)
		}
	}
	return nil
}

// Check refuses waivers of cases that are not there.
func (all Waivers) Check(s *Suite) error {
	for i := range all {
		if w := &all[i]; s.Find(w.Case) == nil {
			return fmt.Errorf("waivers: %s: there is no case %s: the waiver matches nothing", w.place, w.Case)
		}
	}
	return nil
}

// Stale refuses waivers whose cases, having run, came out in a way that no waiver can expect: the stack does not have what
// they need.
func (all Waivers) Stale(verdicts []report.Verdict) error {
	for i := range verdicts {
		v := &verdicts[i]
		if w := all.of(v.ID); w != nil && v.Outcome == report.Unsupported {
			return fmt.Errorf("waivers: %s: %s is unsupported on this stack: the waiver matches nothing", w.place, v.ID)
		}
	}
	return nil
}

// of is the waiver of a case, nil if there is none.
func (all Waivers) of(id string) *Waiver {
	i, ok := slices.BinarySearchFunc(all, id, func(w Waiver, id string) int { return strings.Compare(w.Case, id) })
	if !ok {
		return nil
	}
	return &all[i]
}

// apply turns what came of a case into what that means with the waiver: xfail where each form that failed did so as
// expected, xpass where none failed. A failure of another kind stays one, and says so.
func (w *Waiver) apply(v *report.Verdict, failures []*report.Failure) []*report.Failure {
	switch {
	case v.Outcome == report.Pass:
		v.Outcome = report.XPass
		f := &report.Failure{Verdict: v, Kind: "passed although it is waived in " + w.place}
		f.Outcome, f.Line = report.XPass, v.Line
		return []*report.Failure{f}
	case v.Outcome == report.NotRun, v.Outcome == report.Unsupported:
		return failures
	case v.Outcome == w.Outcome && (len(failures) > 0 || strings.Contains(v.Got, w.Message)) && w.expects(failures):
		v.Outcome = report.XFail
		for _, f := range failures {
			f.Outcome = report.XFail
		}
		return failures
	}
	for _, f := range failures {
		if !w.matches(f) {
			f.Kind = fmt.Sprintf("not as waived in %s (%s, %q): %s", w.place, w.Outcome, w.Message, f.Kind)
		}
	}
	return failures
}

func (w *Waiver) expects(failures []*report.Failure) bool {
	for _, f := range failures {
		if !w.matches(f) {
			return false
		}
	}
	return true
}

func (w *Waiver) matches(f *report.Failure) bool {
	return f.Outcome == w.Outcome && strings.Contains(f.Message(), w.Message)
}
