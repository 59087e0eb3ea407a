// Package cases is the collection of cases: one script per case, in a folder per topic. A case is known by its id, which
// is its path without the ending and never changes.
package cases

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"stackproof/conformance/script"
	"stackproof/conformance/sut"
)

//go:embed */*.pkt tcp/*/*.pkt
var files embed.FS

// Case is one case, ready to run.
type Case struct {
	script.Meta
	File     string // from the repository's root
	Line     int    // of the first event
	Text     string // the script as its author wrote it
	Script   *script.Script
	Compiled []*script.Compiled // one for each of Forms, in that order
}

// Load parses and compiles all cases, sorted by id. The error names file, line and column of the first mistake.
func Load() ([]*Case, error) { return LoadFS(files, "conformance/cases") }

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
	if c.Meta, err = s.Meta(); err != nil {
		return nil, err
	}
	if len(s.Events) > 0 {
		c.Line = s.Events[0].Pos.Line
	}
	for _, form := range c.Forms {
		out, err := script.Compile(s, form)
		if err != nil {
			return nil, err
		}
		c.Compiled = append(c.Compiled, out)
	}
	return c, nil
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
