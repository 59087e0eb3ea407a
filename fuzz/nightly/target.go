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

	// Property says that rapid draws values from the input: the target is a property that the package's tests draw for
	// too (rapid.MakeFuzz).
	Property bool
}

// String is the target's id.
func (t Target) String() string { return path.Join(t.Pkg, t.Func) }

// Targets finds every fuzz target of the module by its source, so that none can be forgotten. They are sorted.
func Targets(root string) (all []Target, err error) {
	err = testFiles(root, func(pkg string, tree *ast.File) {
		for _, t := range fuzzFunctions(tree) {
			t.Pkg = pkg
			all = append(all, t)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("fuzz: %w", err)
	}
	slices.SortFunc(all, func(a, b Target) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// testFiles visits every test file of the module, with its package's folder as Target has it.
func testFiles(root string, visit func(pkg string, tree *ast.File)) error {
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
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
		tree, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(p))
		visit(filepath.ToSlash(pkg), tree)
		return err
	})
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

// fuzzFunctions are a file's fuzz targets, without the package.
func fuzzFunctions(tree *ast.File) (found []Target) {
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
			found = append(found, Target{Func: f.Name.Name, Property: isProperty(f)})
		}
	}
	return found
}

// isProperty reports whether a function calls rapid.MakeFuzz.
func isProperty(f *ast.FuncDecl) (is bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		is = is || ok && sel.Sel.Name == "MakeFuzz"
		return !is
	})
	return is
}
