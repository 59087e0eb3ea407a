package mutants

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// survivors is where the target's table stands, from the module's root.
func (t *Target) survivors() string { return "conformance/mutants/survivors/" + t.Name + ".txt" }

// gap is the reason of a survivor that a case could find.
const gap = "gap"

// survivor is a line of the table of mechanical faults that no case finds.
type survivor struct {
	id     string // or PACKAGE/FUNCTION/*
	reason string
	line   int
	used   bool
	table  string // of one that stands for none: where it stands
}

// readSurvivors reads the target's table in a source tree.
func readSurvivors(root string, t *Target) (table []*survivor, head string, err error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(t.survivors())))
	if err != nil {
		return nil, "", fmt.Errorf("mutants: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		head += line
	}
	table, err = parseSurvivors(path.Base(t.survivors()), string(text))
	return table, head, err
}

// updated is the table as this run would have it: reasons stay with the survivors that they excuse, what stands for none
// goes, and what survives without a line is a gap, of a function in which nothing was found with one line for all.
func (r *Report) updated(table []*survivor) string {
	lines := map[string]string{}
	for _, s := range table {
		if s.used {
			lines[s.id] = s.reason
		}
	}
	killed := map[string]bool{}
	for _, v := range r.Verdicts {
		killed[v.Func] = killed[v.Func] || v.Outcome == Killed
	}
	for _, v := range r.Verdicts {
		switch {
		case v.Outcome == Killed || v.Reason != "":
		case killed[v.Func]:
			lines[v.ID] = gap
		default:
			lines[wholeFunction(v.Func)] = gap
		}
	}
	var all []string
	for id, reason := range lines {
		all = append(all, id+" "+reason+"\n")
	}
	slices.SortFunc(all, func(a, b string) int {
		x, _, _ := strings.Cut(a, " ")
		y, _, _ := strings.Cut(b, " ")
		return cmp.Compare(x, y)
	})
	return strings.Join(all, "")
}

// wholeFunction is the id of a line for all survivors of a function.
func wholeFunction(name string) string {
	pkg, fn, _ := strings.Cut(name, ".")
	return path.Join(pkg, fn, "*")
}

// update writes the target's table of survivors anew, after a run of all its mechanical faults.
func (r *Report) update(root string, t *Target) error {
	table, head, err := readSurvivors(root, t)
	if err != nil {
		return err
	}
	for _, s := range table {
		s.used = !slices.ContainsFunc(r.stale, func(t *survivor) bool { return t.id == s.id })
	}
	text := head + "\n" + r.updated(table)
	if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(t.survivors())), []byte(text), 0o644); err != nil {
		return fmt.Errorf("mutants: %w", err)
	}
	r.stale = nil
	return nil
}

// parseSurvivors reads the text of a table; name is its file's.
func parseSurvivors(name, text string) (table []*survivor, err error) {
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		id, reason, _ := strings.Cut(line, " ")
		s := &survivor{id: id, reason: strings.TrimSpace(reason), line: i + 1}
		switch n := len(table); {
		case s.reason == "":
			return nil, fmt.Errorf("mutants: survivors/%s:%d: %s has no reason", name, s.line, id)
		case n > 0 && table[n-1].id >= id:
			return nil, fmt.Errorf("mutants: survivors/%s:%d: %s is not behind the line before it: they are sorted, and none stands there twice", name, s.line, id)
		}
		table = append(table, s)
	}
	return table, nil
}

// reasonOf finds the line that a survivor stands in: its own, or that of its function.
func reasonOf(table []*survivor, v *Verdict) *survivor {
	for _, id := range []string{v.ID, wholeFunction(v.Func)} {
		if i, ok := slices.BinarySearchFunc(table, id, func(s *survivor, id string) int { return strings.Compare(s.id, id) }); ok {
			return table[i]
		}
	}
	return nil
}
