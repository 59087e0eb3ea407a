// Package stackproof_test holds the house to its plan: which room may use which, and what the rooms that also exist
// on the board may not do.
package stackproof_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "stackproof"

// storeys are the top-level folders from the ground up. A package may import packages of its own folder and of lower
// storeys. golden and compatcheck share a storey and do not see each other.
var storeys = [][]string{{"stack"}, {"drivers"}, {"conformance"}, {"golden", "compatcheck"}, {"fuzz"}, {"cmd"}}

// stackStoreys orders the rooms inside stack; what is not named here lies between wire and the stack itself.
var stackStoreys = map[string]int{
	"stack/wire": 0, "stack": 2, "stack/socket": 3, "stack/socket/posix": 4, "stack/socket/lwip": 4, "stack/socket/lwip/blocking": 5, "stack/netgo": 5,
}

// source is one parsed file of the module.
type source struct {
	pkg  string // folder, with slashes, relative to the root
	name string // file, relative to the root
	test bool
	file *ast.File
	fset *token.FileSet
}

func (s source) pos(n ast.Node) string {
	return s.name + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

// sources parses every Go file of the module whatever its build tags, but not those of modules nested in it.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." {
			if n := d.Name(); strings.HasPrefix(n, ".") || n == "build" && p == "build" || n == "out" && p == "out" || n == "testdata" {
				return filepath.SkipDir
			}
			if nested, _ := filepath.Glob(filepath.Join(p, "go.mod")); nested != nil {
				return filepath.SkipDir
			}
		}
		if d.IsDir() || filepath.Ext(p) != ".go" {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p = filepath.ToSlash(p)
		all = append(all, source{path.Dir(p), p, strings.HasSuffix(p, "_test.go"), f, fset})
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// imports are the paths that a file imports.
func (s source) imports() []string {
	var paths []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

func storey(pkg string) (rank int, folder string) {
	folder, _, _ = strings.Cut(pkg, "/")
	for i, s := range storeys {
		if slices.Contains(s, folder) {
			return i, folder
		}
	}
	return -1, folder
}

func stackStorey(pkg string) int {
	if r, ok := stackStoreys[pkg]; ok {
		return r
	}
	return 1
}

// edge says why pkg may not import dep; "" where it may. Both are folders of this module.
func edge(pkg, dep string, test bool) string {
	from, folder := storey(pkg)
	to, depFolder := storey(dep)
	switch {
	case test && dep == "drivers/queue":
		return "" // the in-memory device depends on nothing; the stack's own tests need one
	case to > from || to == from && folder != depFolder:
		return "an import runs upward"
	case folder == "stack" && depFolder == "stack" && stackStorey(dep) > stackStorey(pkg):
		return "an import runs upward inside stack"
	case folder == "conformance" && dep == "stack/wire":
		return "the judge has its own codec: nothing in conformance imports stack/wire"
	case folder == "conformance" && depFolder == "stack" && pkg != "conformance/sut/inproc":
		return "the judge is independent: only conformance/sut/inproc imports stack"
	case folder == "conformance" && dep == "conformance/sut/inproc" && pkg != "conformance/sut/large" && pkg != "conformance/sut/modelled" && !test:
		return "the judge knows a stack as a sut.SUT: what puts this project's own in the same process belongs into cmd"
	}
	return ""
}

func TestImportsRunDownward(t *testing.T) {
	for _, s := range sources(t) {
		for _, imp := range s.imports() {
			dep, ours := strings.CutPrefix(imp, module+"/")
			if _, folder := storey(s.pkg); folder == "stack" && !ours && !s.test && strings.Contains(imp, ".") {
				t.Errorf("%s imports %s: the stack needs nothing but the standard library", s.name, imp)
			}
			if !ours || s.pkg == "." {
				continue
			}
			if why := edge(s.pkg, dep, s.test); why != "" {
				t.Errorf("%s imports %s: %s", s.name, dep, why)
			}
		}
	}
}

// TestImportRules shows that the rule above can fail.
func TestImportRules(t *testing.T) {
	for _, c := range []struct {
		pkg, dep string
		allowed  bool
	}{
		{"stack", "stack/wire", true},
		{"stack/wire", "stack", false},
		{"stack/tcp", "stack/wire", true},
		{"stack/tcp", "stack", false},
		{"stack", "stack/socket", false},
		{"stack/socket", "stack", true},
		{"stack", "drivers/queue", false},
		{"drivers/emac", "stack", true},
		{"conformance/vm", "stack/wire", false},
		{"conformance/sut/inproc", "stack", true},
		{"conformance/sut/inproc", "stack/wire", false},
		{"conformance/vm", "stack", false},
		{"conformance/sut/large", "conformance/sut/inproc", true},
		{"conformance/sut/large", "stack", false},
		{"conformance/sut/modelled", "conformance/sut/inproc", true},
		{"conformance/sut/modelled", "drivers/emac/model", true},
		{"conformance/sut/modelled", "stack", false},
		{"conformance/cases/grid", "conformance/sut/inproc", false},
		{"conformance/cases/build", "stack/wire", false},
		{"conformance", "cmd/stackproof", false},
		{"golden", "compatcheck", false},
		{"cmd/stackproof", "conformance", true},
		{"fuzz", "golden", true},
	} {
		require.Equal(t, c.allowed, edge(c.pkg, c.dep, false) == "", "%s -> %s", c.pkg, c.dep)
	}
}

// TestTopLevel: seven folders and go.mod, and beside them only what every reader expects.
func TestTopLevel(t *testing.T) {
	allowed := []string{"go.mod", "go.sum", "README.md", "LICENSE", "Makefile", "house_test.go", "core_test.go"}
	for _, s := range storeys {
		allowed = append(allowed, s...)
	}
	allowed = append(allowed, "build", "out") // what git ignores
	entries, err := filepath.Glob("*")
	require.NoError(t, err)
	for _, e := range entries {
		if !strings.HasPrefix(e, ".") && !slices.Contains(allowed, e) {
			t.Errorf("%s does not belong at the top level", e)
		}
	}
}

// TestFileLength: one topic per file.
func TestFileLength(t *testing.T) {
	const most = 600
	for _, s := range sources(t) {
		if n := s.fset.Position(s.file.FileEnd).Line; n > most {
			t.Errorf("%s has %d lines, at most %d", s.name, n, most)
		}
	}
}
