package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Planned is one line of the plan: why a case ran, or did not.
type Planned struct {
	ID   string `json:"id"`
	Form string `json:"form"`
	Run  bool   `json:"run"`
	Why  string `json:"why"`
}

// Results is all that one run leaves behind.
type Results struct {
	Summary  Summary
	Verdicts []Verdict
	Plan     []Planned
	Failures []*Failure
}

// marker is the file by which a folder is known to be a results folder, so that nothing else is ever overwritten.
const marker = "summary.json"

// PrepareFolder makes dir, if it is absent, and says before anything runs whether results can be written there: it is
// empty or an older results folder, and not read-only.
func PrepareFolder(dir string) error {
	if err := checkFolder(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: cannot make results folder %s: %w", dir, unwrapPath(err))
	}
	f, err := os.CreateTemp(dir, "probe")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return fmt.Errorf("report: cannot write to results folder %s: %w", dir, unwrapPath(err))
	}
	return nil
}

// checkFolder says whether dir is absent, empty, or an older results folder.
func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("report: cannot use results folder %s: %w", dir, unwrapPath(err))
	case len(entries) == 0:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
		return fmt.Errorf("report: cannot use results folder %s: it holds other files and no %s", dir, marker)
	}
	return nil
}

// unwrapPath drops the path that os errors repeat.
func unwrapPath(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Write leaves the results in dir: summary.json, verdicts.jsonl, junit.xml, plan.json, and in failures/ a log and a
// capture for each failing case. What an earlier run left there is replaced.
func (r *Results) Write(dir string) error {
	if err := PrepareFolder(dir); err != nil {
		return err
	}
	failures := filepath.Join(dir, "failures")
	if err := os.RemoveAll(failures); err != nil {
		return fmt.Errorf("report: cannot clear %s: %w", failures, unwrapPath(err))
	}
	// The summary is written last: a folder without one is of a run that did not end.
	_ = os.Remove(filepath.Join(dir, marker))
	for _, f := range r.Failures {
		if err := f.write(failures); err != nil {
			return err
		}
	}
	err := writeFile(filepath.Join(dir, "verdicts.jsonl"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for i := range r.Verdicts {
			if err := e.Encode(&r.Verdicts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = writeFile(filepath.Join(dir, "junit.xml"), func(w io.Writer) error {
			return writeJUnit(w, r.Summary.Stack, r.Verdicts)
		})
	}
	if err == nil {
		err = writeJSON(filepath.Join(dir, "plan.json"), r.Plan)
	}
	if err == nil {
		err = writeJSON(filepath.Join(dir, marker), r.Summary)
	}
	return err
}

// write leaves NAME.log and NAME.pcapng, NAME being the case's id with its form.
func (f *Failure) write(dir string) error {
	name := strings.NewReplacer("/", "-", `\`, "-", ":", "-").Replace(f.Verdict.ID) // that of a user's script is its path
	if f.Form != "" {
		name += "." + f.Form
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: cannot make folder %s: %w", dir, unwrapPath(err))
	}
	err := writeFile(filepath.Join(dir, name+".log"), func(w io.Writer) error {
		f.Log(w)
		return nil
	})
	if err == nil {
		err = writeFile(filepath.Join(dir, name+".pcapng"), f.Capture)
	}
	return err
}

func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}

func writeFile(path string, fill func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("report: cannot write %s: %w", path, unwrapPath(err))
	}
	b := bufio.NewWriter(f)
	err = cmp.Or(fill(b), b.Flush(), f.Close())
	if err != nil {
		return fmt.Errorf("report: cannot write %s: %w", path, unwrapPath(err))
	}
	return nil
}
