package mutants

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// String is the verdict's line.
func (v *Verdict) String() string {
	switch {
	case v.Outcome == Killed:
		return "PASS " + v.ID + ": caught by " + v.by()
	case v.Reason == gap:
		return "PASS " + v.ID + ": " + string(v.Outcome) + ": no case yet"
	case v.Reason != "":
		return "PASS " + v.ID + ": " + string(v.Outcome) + ": " + v.Reason
	case v.Changed != "":
		return "FAIL " + v.ID + ": survived, though it changes what happens in " + v.Changed
	}
	return "FAIL " + v.ID + ": " + string(v.Outcome)
}

// by says what found the fault.
func (v *Verdict) by() string {
	if v.Test == "" || v.Case == "" {
		return v.Test + v.Case
	}
	return v.Test + " and " + v.Case
}

// Add takes over another report's verdicts.
func (r *Report) Add(other *Report) {
	r.Verdicts = append(r.Verdicts, other.Verdicts...)
	r.Broken = append(r.Broken, other.Broken...)
	r.stale = append(r.stale, other.stale...)
	if r.traces == nil {
		r.traces = map[string][]string{}
	}
	maps.Copy(r.traces, other.traces)
}

// Summary counts.
type Summary struct {
	Total     int     `json:"total"`
	Killed    int     `json:"killed"`
	Survived  int     `json:"survived"`  // executed and not found
	Unreached int     `json:"unreached"` // not executed
	Reasons   int     `json:"reasons"`   // of these two, those of which the table says why no case sees them,
	Gaps      int     `json:"gaps"`      // and those that it admits
	Broken    int     `json:"broken"`    // not in the total: they do not compile
	Rate      float64 `json:"rate"`      // per cent killed, of all
}

// Summary counts the verdicts.
func (r *Report) Summary() (s Summary) {
	s.Total, s.Broken = len(r.Verdicts), len(r.Broken)
	for _, v := range r.Verdicts {
		switch v.Outcome {
		case Killed:
			s.Killed++
		case Survived:
			s.Survived++
		case Unreached:
			s.Unreached++
		}
		switch v.Reason {
		case "":
		case gap:
			s.Gaps++
		default:
			s.Reasons++
		}
	}
	s.Rate = 100 * float64(s.Killed) / float64(max(s.Total, 1))
	return s
}

// Failed reports whether there is a survivor that nothing was said about.
func (s Summary) Failed() bool { return s.Survived+s.Unreached > s.Reasons+s.Gaps }

// String is the summary in one line.
func (s Summary) String() string {
	return fmt.Sprintf("total=%d killed=%d survived=%d unreached=%d reasons=%d gaps=%d broken=%d rate=%.1f", s.Total, s.Killed,
		s.Survived, s.Unreached, s.Reasons, s.Gaps, s.Broken, s.Rate)
}

// Stale is the error of a table of survivors with lines that stand for none.
func (r *Report) Stale() error {
	var lines []string
	for _, s := range r.stale {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", s.table, s.line, s.id))
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New("mutants: no survivor is meant by " + strings.Join(lines, ", "))
}

// Write writes summary.json and mutants.jsonl, a line for each fault, into a folder.
func (r *Report) Write(dir string) error {
	summary, err := json.MarshalIndent(r.Summary(), "", "  ")
	if err != nil {
		return fmt.Errorf("mutants: %w", err)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, v := range r.Verdicts {
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("mutants: %w", err)
		}
	}
	for name, text := range map[string]string{"summary.json": string(summary) + "\n", "mutants.jsonl": b.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("mutants: cannot write the results: %w", err)
		}
	}
	return nil
}
