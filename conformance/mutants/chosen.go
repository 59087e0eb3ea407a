package mutants

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"stackproof/conformance"
)

//go:embed chosen
var chosenFiles embed.FS

// Chosen are the faults that were thought of, for a target, each in its place. A fault that has lost its place is an error.
func (s *Source) Chosen(t *Target) (faults []*Fault, err error) {
	if faults, err = t.chosen(); err != nil {
		return nil, err
	}
	var lost error
	for _, f := range faults {
		lost = errors.Join(lost, s.plant(f))
	}
	return faults, lost
}

// Has reports whether a pattern selects chosen faults of the target.
func (t *Target) Has(p conformance.Pattern) (bool, error) {
	faults, err := t.chosen()
	return slices.ContainsFunc(faults, func(f *Fault) bool { return p.Match(f.ID) }), err
}

// chosen reads the faults that were thought of.
func (t *Target) chosen() (faults []*Fault, err error) {
	seen := map[string]bool{}
	err = fs.WalkDir(chosenFiles, path.Join("chosen", t.Name), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := chosenFiles.ReadFile(name)
		if err != nil {
			return err
		}
		some, err := parseChosen(name, string(text))
		if err != nil {
			return err
		}
		for _, f := range some {
			if seen[f.ID] {
				return fmt.Errorf("mutants: %s: %s stands there twice", name, f.ID)
			}
			seen[f.ID] = true
		}
		faults = append(faults, some...)
		return nil
	})
	return faults, err
}

// parseChosen reads a file of faults. Each is a paragraph: its id, and then lines that begin with
//
//	in   the function: package.Function or package.Type.Method; of assembler the file: start.S
//	-    a line of the piece of source that is replaced; it may be a part of one
//	+    a line of what takes its place; without one the piece is dropped
//	why  what that does wrong, and which rule it breaks; it may have several lines
//
// Lines that begin with # are comments.
func parseChosen(name, text string) (faults []*Fault, err error) {
	var f *Fault
	for i, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		switch {
		case strings.HasPrefix(line, "#"), strings.TrimSpace(line) == "":
			continue
		case word == "in" && f != nil:
			f.Func = rest
		case word == "-" && f != nil:
			f.Old = lines(f.Old, rest)
		case word == "+" && f != nil:
			f.New = lines(f.New, rest)
		case word == "why" && f != nil:
			f.Why = strings.TrimSpace(f.Why + " " + rest)
		case rest == "" && strings.Count(word, "/") >= 2:
			f = &Fault{ID: word}
			faults = append(faults, f)
		default:
			return nil, fmt.Errorf("mutants: %s:%d: %q is no line of a fault", name, i+1, line)
		}
	}
	for _, f := range faults {
		if f.Func == "" || f.Old == "" || f.Why == "" || f.Old == f.New {
			return nil, fmt.Errorf("mutants: %s: %s: it needs in, -, why and a change", name, f.ID)
		}
	}
	return faults, nil
}

// lines appends a line.
func lines(text, line string) string {
	if text == "" {
		return line
	}
	return text + "\n" + line
}
