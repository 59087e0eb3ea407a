package mutants

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed survivors.txt
var survivorsFile string

// gap is the reason of a survivor that a case could find.
const gap = "gap"

// survivor is a line of the table of mechanical faults that no case finds.
type survivor struct {
	id     string // or PACKAGE/FUNCTION/*
	reason string
	line   int
	used   bool
}

// parseSurvivors reads the table.
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
	pkg, fn, _ := strings.Cut(v.Func, ".")
	for _, id := range []string{v.ID, path.Join(pkg, fn, "*")} {
		if i, ok := slices.BinarySearchFunc(table, id, func(s *survivor, id string) int { return strings.Compare(s.id, id) }); ok {
			return table[i]
		}
	}
	return nil
}
