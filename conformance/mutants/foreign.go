package mutants

import (
	"context"
	"fmt"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"

	"stackproof/conformance/mutants/judge"
)

// Planted is a target's source with its faults in it, for a judge that builds it with another compiler than Go's and runs
// it elsewhere. It is changed no more than the faults ask for: nothing is counted, and the function that stands under a
// name asks a word in the image which fault is active.
type Planted struct {
	Root   string            // of the source tree
	Files  map[string]string // path from the root: what differs from the tree, or is not in it
	Faults []*Fault
}

// Judge finds out what finds each fault, and tells: nothing does where by is empty.
type Judge func(ctx context.Context, p *Planted, found func(f *Fault, by string)) error

// Selector is the symbol of the word in the image that is to hold the number of the active fault, 0 for none. As it is
// built it holds SelectorUnset, and behaves as with 0.
const (
	Selector      = "stackproof_fault"
	SelectorUnset = 0xffff_ffff
)

// Number is the fault's in the program, from 1.
func (f *Fault) Number() uint32 { return uint32(f.number) }

// foreignPoint is the package that exists in the built tree alone. The word is data, so whatever loads the image sets it.
const foreignPoint = `// Package point says which fault is active.
package point

import "runtime/volatile"

//go:extern ` + Selector + `
var selected uint32

func Active() int { return int(volatile.LoadUint32(&selected)) }
`

// parse reads the files of a target that Go's own compiler does not compile. Types are the other compiler's matter.
func parse(root string, t *Target) (*Source, error) {
	s := &Source{root: root}
	packages := map[string]*srcPackage{}
	for _, glob := range t.Files {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(glob)))
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("mutants: no file is %s: %w", glob, os.ErrNotExist)
		}
		if path.Ext(glob) == ".S" {
			for _, name := range names {
				a, err := readAssembly(root, name)
				if err != nil {
					return nil, err
				}
				s.assembler = append(s.assembler, a)
			}
			continue
		}
		dir := path.Dir(glob)
		pkg := packages[dir]
		if pkg == nil {
			pkg = &srcPackage{path: module + "/" + dir, fset: token.NewFileSet()}
			packages[dir] = pkg
			s.packages = append(s.packages, pkg)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if err := pkg.read(root, name, t); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// planted is the target's source with these faults.
func (s *Source) planted(faults []*Fault) *Planted {
	p := &Planted{Root: s.root, Files: map[string]string{"build/mutants/point/point.go": foreignPoint}, Faults: faults}
	for i, f := range faults {
		f.number = i + 1
		if a := s.assemblyOf(f); a != nil {
			a.plant = append(a.plant, f)
		} else {
			f.fn.plant = append(f.fn.plant, f)
		}
	}
	for i, a := range s.assembler {
		p.Files[a.path] = a.planted(i == 0)
	}
	for _, pkg := range s.packages {
		for _, f := range pkg.files {
			if text, changed := f.planted(); changed {
				p.Files[f.path] = text
			}
		}
	}
	return p
}

// planted is the text of a file with its faults.
func (f *srcFile) planted() (text string, changed bool) {
	if len(f.functions) == 0 {
		return "", false
	}
	changes := []insertion{{f.afterPackage(), "\nimport mutantpoint \"" + pointPath + "\"\n"}}
	var b strings.Builder
	for _, fn := range f.functions {
		if len(fn.plant) == 0 {
			continue
		}
		_, at := fn.span(fn.decl.Name)
		changes = append(changes, insertion{at, plainSuffix})
		if fn.decl.Doc != nil {
			for _, c := range fn.decl.Doc.List {
				if strings.HasPrefix(c.Text, "//export ") { // the name goes to the function that asks
					changes = append(changes, insertion{fn.offset(c.Pos()), "// "})
					b.WriteString("\n" + c.Text)
				}
			}
		}
		b.WriteString(fn.dispatcher("", "mutantpoint.Active()"))
		for _, fault := range fn.plant {
			b.WriteString(fault.source(fault.name()) + "\n")
		}
	}
	return insert(f.text, changes) + b.String(), b.Len() > 0
}

// afterPackage is the offset behind the package clause.
func (f *srcFile) afterPackage() int { return f.functions[0].offset(f.tree.Name.End()) }

// foreign has a target's own judge judge its chosen faults.
func foreign(ctx context.Context, root string, t *Target, o *Options, done func(*Verdict)) (*Report, error) {
	s, err := parse(root, t)
	if err != nil {
		return nil, err
	}
	faults, _, err := s.faults(t, o)
	r := &Report{}
	if err != nil || len(faults) == 0 {
		return r, err
	}
	err = t.Judge(ctx, s.planted(faults), func(f *Fault, by string) {
		v := newVerdict(f, &judge.Answer{Reached: 1}, nil).tested(by)
		r.Verdicts = append(r.Verdicts, v)
		done(v)
	})
	return r, err
}
