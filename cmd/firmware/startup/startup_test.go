package startup

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/mutants"
	"stackproof/conformance/notrun"
)

// TestFaults: some that show at once, and one that shows without the PLL.
func TestFaults(t *testing.T) {
	if err := Available(); err != nil {
		notrun.Skip(t, "startup", err.Error())
	}
	if testing.Short() {
		notrun.Skip(t, "startup", "-short")
	}
	root, err := mutants.Root(context.Background())
	require.NoError(t, err)
	pattern, err := conformance.ParsePattern("startup/clock/c*")
	require.NoError(t, err)
	r, err := mutants.Run(t.Context(), root, &Target, &mutants.Options{Pattern: pattern}, func(*mutants.Verdict) {})
	require.NoError(t, err)
	var got []string
	for _, v := range r.Verdicts {
		got = append(got, v.String())
	}
	require.Equal(t, []string{
		"PASS startup/clock/calibrate: caught by a boot: the processor's clock is 40000000 Hz",
		"PASS startup/clock/calibrated: caught by a boot: the processor's clock is switched to the PLL, which does not run",
	}, got[:2])
	require.Contains(t, got[2], "PASS startup/clock/crystal: caught by a boot without the PLL: the EMAC: ")
	require.Contains(t, got[3], "PASS startup/clock/crystal-undivided: caught by a boot without the PLL: the EMAC: ")
}

func TestDiffers(t *testing.T) {
	plain := told{lines: []string{"a", "b"}, last: "it halted", hertz: "360"}
	for _, c := range []struct {
		told told
		want string
	}{
		{plain, ""},
		{told{plain.lines, "a watchdog", "40", 70, 9}, "a watchdog"},
		{told{plain.lines, plain.last, "40", 0, 9}, "the processor's clock is 40 Hz"},
		{told{[]string{"a", "c"}, plain.last, "360", 0, 9}, `"c"`},
		{told{[]string{"a", "b", "c"}, plain.last, "360", 0, 9}, `"c"`},
		{told{[]string{"a"}, plain.last, "360", 0, 9}, "it says too little"},
	} {
		require.Equal(t, c.want, c.told.differs(&plain))
	}
}

// TestLay: files that differ, and those that are new, with links to all others.
func TestLay(t *testing.T) {
	root, tree := t.TempDir(), filepath.Join(t.TempDir(), "tree")
	for _, name := range []string{"a/b/old.go", "a/b/other.go", "a/c/d.go", "go.mod"} {
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(name), 0o666))
	}
	require.NoError(t, lay(&mutants.Planted{Root: root, Files: map[string]string{"a/b/old.go": "new", "x/y/z.go": "z"}}, tree))
	for name, want := range map[string]string{
		"a/b/old.go": "new", "a/b/other.go": "a/b/other.go", "a/c/d.go": "a/c/d.go", "go.mod": "go.mod", "x/y/z.go": "z",
	} {
		got, err := os.ReadFile(filepath.Join(tree, name))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	got, err := os.ReadFile(filepath.Join(root, "a/b/old.go"))
	require.NoError(t, err)
	require.Equal(t, "a/b/old.go", string(got), "the source tree stays as it is")
}
