package nightly

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// drawn names what a function hands to rapid.Check or rapid.MakeFuzz: a method by its own name, and "" what has none.
func drawn(f *ast.FuncDecl, by string) (names []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		to, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || to.Sel.Name != by {
			return true
		}
		if pkg, ok := to.X.(*ast.Ident); !ok || pkg.Name != "rapid" {
			return true
		}
		name := ""
		switch property := call.Args[len(call.Args)-1].(type) {
		case *ast.Ident:
			name = property.Name
		case *ast.SelectorExpr:
			name = property.Sel.Name
		}
		names = append(names, name)
		return true
	})
	return names
}

// untwinned counts the properties for which the module's tests draw, and says which of them no fuzz target shares. A property
// is a function or a method whose name begins so; a literal, or a method of any other name, may not be told from the next.
func untwinned(root string) (properties int, faults []string, err error) {
	fuzzed := map[string]bool{}
	checked := map[string]string{} // by whom
	err = testFiles(root, func(pkg string, tree *ast.File) {
		for _, d := range tree.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			by := path.Join(pkg, f.Name.Name)
			for _, name := range drawn(f, "Check") {
				if !strings.HasPrefix(name, "property") {
					faults = append(faults, by+" checks what is not named property...: no fuzz target can share it")
					continue
				}
				checked[path.Join(pkg, name)] = by
			}
			if !strings.HasPrefix(f.Name.Name, "Fuzz") {
				continue
			}
			for _, name := range drawn(f, "MakeFuzz") {
				fuzzed[path.Join(pkg, name)] = true
			}
		}
	})
	for name, by := range checked {
		if !fuzzed[name] {
			faults = append(faults, by+" checks "+path.Base(name)+", which no fuzz target shares")
		}
	}
	slices.Sort(faults)
	return len(checked), faults, err
}

// TestPropertiesAreTargets: each property that a test draws for is a fuzz target (rapid.MakeFuzz) too. No exemption is needed:
// what a property needs it makes itself or is the receiver of, and so are counts of what was drawn.
func TestPropertiesAreTargets(t *testing.T) {
	properties, faults, err := untwinned("../..")
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Greater(t, properties, 90, "they are found")
}

// TestUntwinned shows that the rule above can fail.
func TestUntwinned(t *testing.T) {
	const head = "package p\nimport \"pgregory.net/rapid\"\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"shared", map[string]string{"a/x_test.go": "func TestA(t *testing.T) { rapid.Check(t, propertyA) }", "a/y_test.go": "func FuzzA(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyA)) }"}, nil},
		{"shared method", map[string]string{"x_test.go": "func TestA(t *testing.T) { rapid.Check(t, seen.propertyA) }\nfunc FuzzA(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(sights).propertyA)) }"}, nil},
		{"of another", map[string]string{"x_test.go": "func TestA(t *testing.T) { quick.Check(f, nil) }"}, nil},
		{"not shared", map[string]string{"a/x_test.go": "func TestA(t *testing.T) { rapid.Check(t, propertyA) }"}, []string{"a/TestA checks propertyA, which no fuzz target shares"}},
		{"shared by what is no target", map[string]string{"a/x_test.go": "func TestA(t *testing.T) { rapid.Check(t, propertyA) }\nfunc help() { rapid.MakeFuzz(propertyA) }"}, []string{"a/TestA checks propertyA, which no fuzz target shares"}},
		{"shared in another package", map[string]string{"a/x_test.go": "func TestA(t *testing.T) { rapid.Check(t, propertyA) }", "b/x_test.go": "func FuzzA(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyA)) }"}, []string{"a/TestA checks propertyA, which no fuzz target shares"}},
		{"literal", map[string]string{"a/x_test.go": "func TestA(t *testing.T) { t.Run(\"\", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) {}) }) }"}, []string{"a/TestA checks what is not named property...: no fuzz target can share it"}},
		{"any method", map[string]string{"a/x_test.go": "func TestA(t *testing.T) { rapid.Check(t, p.run) }\nfunc FuzzA(f *testing.F) { f.Fuzz(rapid.MakeFuzz(q.run)) }"}, []string{"a/TestA checks what is not named property...: no fuzz target can share it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range c.files {
				c.files[name] = head + text
			}
			put(t, root, c.files)
			_, faults, err := untwinned(root)
			require.NoError(t, err)
			require.Equal(t, c.want, faults)
		})
	}
}
