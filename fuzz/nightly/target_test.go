package nightly

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// put writes files below a folder.
func put(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
}

func TestTargets(t *testing.T) {
	const source = "package p\nimport \"testing\"\nfunc FuzzB(f *testing.F) {}\nfunc FuzzA(f *testing.F) {}\nfunc FuzzNot(x int) {}\nfunc FuzzP(f *testing.F) { f.Fuzz(rapid.MakeFuzz(p)) }\nfunc TestX(t *testing.T) {}\n"
	root := t.TempDir()
	put(t, root, map[string]string{
		"go.mod": "module stackproof\n", "a/x_test.go": source, "x_test.go": source, "a/y.go": source,
		"build/x_test.go": source, "a/build/x_test.go": source, "a/testdata/x_test.go": source, ".ci/x_test.go": source,
		"other/go.mod": "module other\n", "other/x_test.go": source,
	})
	all, err := Targets(root)
	require.NoError(t, err)
	var want []Target
	for _, pkg := range []string{".", "a", "a/build"} {
		want = append(want, Target{pkg, "FuzzA", false}, Target{pkg, "FuzzB", false}, Target{pkg, "FuzzP", true})
	}
	require.ElementsMatch(t, want, all)
	require.IsIncreasing(t, ids(all))
	put(t, root, map[string]string{"a/z_test.go": "what"})
	_, err = Targets(root)
	require.ErrorContains(t, err, "fuzz: ")
}

func ids(all []Target) (out []string) {
	for _, t := range all {
		out = append(out, t.String())
	}
	return out
}

// TestTargetsOfThisModule: those that stand in the tree are found.
func TestTargetsOfThisModule(t *testing.T) {
	all, err := Targets("../..")
	require.NoError(t, err)
	require.Contains(t, all, Target{Pkg: "stack/wire", Func: "FuzzCheck"})
	require.Contains(t, all, Target{Pkg: "fuzz/parsers", Func: "FuzzScript"})
	require.NotContains(t, all, Target{Pkg: "fuzz/nightly", Func: "FuzzA"})
}
