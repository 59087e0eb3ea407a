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
	const source = "package p\nimport \"testing\"\nfunc FuzzB(f *testing.F) {}\nfunc FuzzA(f *testing.F) {}\nfunc FuzzNot(x int) {}\nfunc TestX(t *testing.T) {}\n"
	root := t.TempDir()
	put(t, root, map[string]string{
		"go.mod": "module stackproof\n", "a/x_test.go": source, "x_test.go": source, "a/y.go": source,
		"build/x_test.go": source, "a/build/x_test.go": source, "a/testdata/x_test.go": source, ".ci/x_test.go": source,
		"other/go.mod": "module other\n", "other/x_test.go": source,
	})
	all, err := Targets(root)
	require.NoError(t, err)
	require.Equal(t, []Target{{".", "FuzzA"}, {".", "FuzzB"}, {"a/build", "FuzzA"}, {"a/build", "FuzzB"}, {"a", "FuzzA"}, {"a", "FuzzB"}}, sorted(all))
	put(t, root, map[string]string{"a/z_test.go": "what"})
	_, err = Targets(root)
	require.ErrorContains(t, err, "fuzz: ")
}

// sorted is the order of paths that the test is written in.
func sorted(all []Target) []Target {
	out := []Target{}
	for _, dir := range []string{".", "a/build", "a"} {
		for _, t := range all {
			if t.Pkg == dir {
				out = append(out, t)
			}
		}
	}
	if len(out) != len(all) {
		return all
	}
	return out
}

// TestTargetsOfThisModule: those that stand in the tree are found.
func TestTargetsOfThisModule(t *testing.T) {
	all, err := Targets("../..")
	require.NoError(t, err)
	require.Contains(t, all, Target{"stack/wire", "FuzzCheck"})
	require.Contains(t, all, Target{"conformance/script", "FuzzScript"})
	require.NotContains(t, all, Target{"fuzz/nightly", "FuzzA"})
}
