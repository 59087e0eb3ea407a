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

// survivorsPath is where the table stands, from the module's root.
const survivorsPath = "conformance/mutants/survivors.txt"

// gap is the reason of a survivor that a case could find.
const gap = "gap"

// survivor is a line of the table of mechanical faults that no case finds.
type survivor struct {
	id     string // or PACKAGE/FUNCTION/*
	reason string
	line   int
	used   bool
}

// readSurvivors reads the table of a source tree.
func readSurvivors(root string) (table []*survivor, head string, err error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(survivorsPath)))
	if err != nil {
		return nil, "", fmt.Errorf("mutants: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		head += line
	}
	table, err = parseSurvivors(string(text))
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

// Update writes the table of survivors anew, after a run of all mechanical faults.
func (r *Report) Update(root string) error {
	if !r.whole {
		return fmt.Errorf("mutants: the table of survivors is made of all mechanical faults, not of some")
	}
	table, head, err := readSurvivors(root)
	if err != nil {
		return err
	}
	for _, s := range table {
		s.used = !slices.ContainsFunc(r.stale, func(t *survivor) bool { return t.id == s.id })
	}
	text := head + "\n" + r.updated(table)
	if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(survivorsPath)), []byte(text), 0o644); err != nil {
		return fmt.Errorf("mutants: %w", err)
	}
	r.stale = nil
	return nil
}

// parseSurvivors reads the text of a table.
func parseSurvivors(text string) (table []*survivor, err error) {
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		id, reason, _ := strings.Cut(line, " ")
		s := &survivor{id: id, reason: strings.TrimSpace(reason), line: i + 1}
		switch n := len(table); {
		case s.reason == "":
			return nil, fmt.Errorf("mutants: survivors.txt:%d: %s has no reason", s.line, id)
		case n > 0 && table[n-1].id >= id:
			return nil, fmt.Errorf("mutants: survivors.txt:%d: %s is not behind the line before it: they are sorted, and none stands there twice", s.line, id)
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
