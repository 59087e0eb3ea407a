// Package cases is the collection of cases: one script per case, in a folder per topic. A case is known by its id, which
// is its path without the ending and never changes. What is a table or a loop is written in Go, in package grid, and is
// the same kind of case.
package cases

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"stackproof/conformance/cases/grid"
	"stackproof/conformance/script"
	"stackproof/conformance/sut"
)

//go:embed */*.pkt tcp/*/*.pkt
var files embed.FS

// Case is one case, ready to run.
type Case struct {
	script.Meta
	File     string // from the repository's root; a case that is written in Go: where it is
	Line     int    // of the first event; a case that is written in Go: where it begins
	Text     string // the script as its author wrote it
	Script   *script.Script
	Compiled []*script.Compiled // one for each of Forms, in that order
}

// Load parses and compiles all cases, sorted by id. The error names file, line and column of the first mistake.
func Load() ([]*Case, error) {
	all, err := LoadFS(files, "conformance/cases")
	if err != nil {
		return nil, err
	}
	scripts, err := grid.Scripts()
	if err != nil {
		return nil, err
	}
	for _, s := range scripts {
		c, err := FromScript(s)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *Case) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

// FromScript makes a case of a script that was written in Go.
func FromScript(s *script.Script) (*Case, error) {
	c := &Case{File: s.File, Text: s.String(), Script: s, Line: s.Header[0].Pos.Line}
	return c, c.compile()
}

// LoadFS loads all `.pkt` files of a folder. dir is the folder's name in messages. Each file must be a case of our own
// kind, with an id that is its path.
func LoadFS(fsys fs.FS, dir string) ([]*Case, error) {
	var all []*Case
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".pkt" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		c, err := Compile(path.Join(dir, name), text)
		if err != nil {
			return err
		}
		if id := strings.TrimSuffix(name, ".pkt"); c.ID != id {
			return fmt.Errorf("cases: %s: the id `%s` is not the path `%s`", c.File, c.ID, id)
		}
		all = append(all, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *Case) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

// Compile makes a case of a script's text. A script without an id is somebody else's: it is a case too, but has no
// requirements, phrases or twin.
func Compile(file string, text []byte) (*Case, error) {
	s, err := script.Parse(file, text)
	if err != nil {
		return nil, err
	}
	c := &Case{File: file, Text: string(text), Script: s, Line: 1}
	if len(s.Events) > 0 {
		c.Line = s.Events[0].Pos.Line
	}
	return c, c.compile()
}

// compile compiles the script in all its forms.
func (c *Case) compile() (err error) {
	if c.Meta, err = c.Script.Meta(); err != nil {
		return err
	}
	for _, form := range c.Forms {
		out, err := script.Compile(c.Script, form)
		if err != nil {
			return err
		}
		c.Compiled = append(c.Compiled, out)
	}
	return nil
}

// Needs is what a stack must declare for any of the forms to run, by name and in a fixed order: features, then
// personalities.
func (c *Case) Needs() []string {
	var names []string
	for f := sut.Feature(0); f.String() != "unknown"; f++ {
		for _, out := range c.Compiled {
			if out.Program.Needs.Has(f) {
				names = append(names, f.String())
				break
			}
		}
	}
	for _, p := range c.Personalities {
		names = append(names, p.String())
	}
	return names
}
