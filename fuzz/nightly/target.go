package nightly

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Target is a fuzz target: a function FuzzX(f *testing.F).
type Target struct {
	Pkg  string // its package's folder, with slashes, from the module's root
	Func string
}

// String is the target's id.
func (t Target) String() string { return path.Join(t.Pkg, t.Func) }

// Targets finds every fuzz target of the module by its source, so that none can be forgotten. They are sorted.
func Targets(root string) (all []Target, err error) {
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != root && notOfModule(root, p, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(d.Name(), "_test.go") {
			return nil
		}
		names, err := fuzzFunctions(p)
		if err != nil || len(names) == 0 {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(p))
		for _, name := range names {
			all = append(all, Target{filepath.ToSlash(pkg), name})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fuzz: %w", err)
	}
	slices.SortFunc(all, func(a, b Target) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// notOfModule reports whether the go command passes a folder over: hidden ones, data, what is built, other modules.
func notOfModule(root, dir, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" {
		return true
	}
	if filepath.Dir(dir) == root && (name == "build" || name == "out") {
		return true
	}
	nested, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return nested != nil
}

// fuzzFunctions are the names of a file's fuzz targets.
func fuzzFunctions(file string) (names []string, err error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Fuzz") || len(f.Type.Params.List) != 1 {
			continue
		}
		star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
		if !ok {
			continue
		}
		if sel, ok := star.X.(*ast.SelectorExpr); ok && sel.Sel.Name == "F" {
			names = append(names, f.Name.Name)
		}
	}
	return names, nil
}
