package nightly

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"stackproof/conformance/report"
)

// Total is the sum of all tasks.
type Total struct {
	Tasks    int     `json:"tasks"`
	Seconds  float64 `json:"seconds"` // of cores
	Execs    int64   `json:"executions"`
	Fresh    int     `json:"new_inputs"`
	Before   int     `json:"coverage_before"`
	Coverage int     `json:"coverage"`
	Findings int     `json:"findings"`
}

// Row is one task of the report.
type Row struct {
	Name string `json:"name"`
	*Progress
	Rate float64 `json:"executions_per_second_per_core"`
}

// Met is how many goals were hit, of all; "" for a task that has none.
func (r Row) Met() string {
	if r.Goals == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", r.Goals-len(r.Unmet), r.Goals)
}

// Report is what a run did, for people and for programs.
type Report struct {
	Began    time.Time     `json:"began"`
	Spent    time.Duration `json:"spent_ns"`
	Limit    time.Duration `json:"limit_ns"`
	Whole    bool          `json:"whole"` // it was not interrupted
	Total    Total         `json:"total"`
	Rows     []Row         `json:"tasks"`
	Findings []*Finding    `json:"findings"`
}

// Report is the state as it is reported.
func (s *State) Report() *Report {
	r := &Report{Began: s.Began, Spent: s.Spent.Round(time.Second), Limit: s.Limit, Whole: s.Done, Findings: s.Findings}
	for _, name := range slices.Sorted(maps.Keys(s.Tasks)) {
		p := s.Tasks[name]
		row := Row{Name: name, Progress: p}
		if p.Seconds > 0 {
			row.Rate = float64(p.Execs) / p.Seconds
		}
		r.Rows = append(r.Rows, row)
		t := &r.Total
		t.Tasks++
		t.Seconds += p.Seconds
		t.Execs += p.Execs
		t.Fresh += p.Fresh
		t.Before += p.Before
		t.Coverage += p.Coverage
	}
	r.Total.Findings = len(s.Findings)
	return r
}

// Text writes the report for a terminal: a line for each task, and for each finding.
func (r *Report) Text(w io.Writer) error {
	failed := map[string]bool{}
	for _, f := range r.Findings {
		failed[f.Task] = true
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows {
		label := report.Pass
		if failed[row.Name] {
			label = report.Fail
		} else if row.Slices == 0 {
			label = report.NotRun
		}
		fmt.Fprintf(table, "%s %s\tslices=%d\tseconds=%.1f\texecutions=%d\tper_second=%.0f", label.Label(), row.Name, row.Slices, row.Seconds, row.Execs, row.Rate)
		if row.Goals > 0 {
			fmt.Fprintf(table, "\tgoals=%s\tnext_seed=%d", row.Met(), row.Next)
		} else {
			fmt.Fprintf(table, "\tnew=%d\tcoverage=%d\tbefore=%d\tcorpus=%d\tdropped=%d", row.Fresh, row.Coverage, row.Before, row.Corpus, row.Dropped)
		}
		if row.Stopped != "" {
			fmt.Fprintf(table, "\t: stopped: it %s", row.Stopped)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(w, "finding %s in %s, %d times: %s\n  again: %s\n", f.Name, f.Task, f.Times, f.Words, f.Again); err != nil {
			return err
		}
	}
	return nil
}

//go:embed report.html
var page string

// pageTemplate is the report as a page.
var pageTemplate = template.Must(template.New("report").Parse(page))

// Write writes report.txt, report.json and report.html into a folder.
func (r *Report) Write(dir string) error {
	var text, html bytes.Buffer
	data, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = r.Text(&text)
	}
	if err == nil {
		err = pageTemplate.Execute(&html, r)
	}
	if err != nil {
		return fmt.Errorf("fuzz: the report: %w", err)
	}
	for name, b := range map[string][]byte{"report.json": append(data, '\n'), "report.txt": text.Bytes(), "report.html": html.Bytes()} {
		if err := replace(filepath.Join(dir, name), b); err != nil {
			return err
		}
	}
	return nil
}
