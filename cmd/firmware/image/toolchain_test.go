package image

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

// newToolchain is one in an empty repository that requires some TinyGo.
func newToolchain(t *testing.T) toolchain {
	t.Helper()
	repo := t.TempDir()
	tc := toolchain{repo: repo, dir: filepath.Join(repo, "build", "toolchain")}
	write(t, filepath.Join(tc.module(), "go.mod"), "module m\n\ngo 1.26\n")
	write(t, filepath.Join(tc.module(), "go.sum"), "a\n")
	return tc
}

// TestRecipe: another version of TinyGo, or of what it is built from, is another recipe; the same files are the same.
func TestRecipe(t *testing.T) {
	tc := newToolchain(t)
	recipe := func() string {
		r, err := tc.recipe(t.Context())
		require.NoError(t, err)
		return r
	}
	first := recipe()
	require.Equal(t, first, recipe())
	write(t, filepath.Join(tc.module(), "go.sum"), "b\n")
	second := recipe()
	require.NotEqual(t, first, second)
	write(t, filepath.Join(tc.module(), "go.mod"), "module m\n\ngo 1.25\n")
	require.NotEqual(t, second, recipe())
}

func TestCurrent(t *testing.T) {
	tc := newToolchain(t)
	require.False(t, tc.current("r1"), "nothing is there")
	write(t, tc.stamp(), "r1")
	require.True(t, tc.current("r1"))
	require.False(t, tc.current("r2"))
}

func TestDigest(t *testing.T) {
	require.Equal(t, digest([]string{"ab", "c"}), digest([]string{"ab", "c"}))
	require.NotEqual(t, digest([]string{"ab", "c"}), digest([]string{"a", "bc"}))
	require.NotEqual(t, digest([]string{"ab"}), digest([]string{"ab", ""}))
}

// TestLay: our files are laid into a copy of TinyGo's library, and those that we no longer have are taken away.
func TestLay(t *testing.T) {
	tc := newToolchain(t)
	module := t.TempDir()
	write(t, filepath.Join(module, "src", "runtime", "panic.go"), "theirs")
	write(t, filepath.Join(module, "testdata", "x"), "not needed")
	require.NoError(t, tc.makeRoot(module))
	at := func(elem ...string) string { return filepath.Join(append([]string{tc.root()}, elem...)...) }
	require.DirExists(t, at("src", "net"))
	require.FileExists(t, at("go.mod"))
	require.NoDirExists(t, at("testdata"))

	ours := filepath.Join(tc.repo, "cmd", "firmware", "runtime")
	write(t, filepath.Join(ours, "a.go"), "1")
	write(t, filepath.Join(ours, "b.ld"), "2")
	require.NoError(t, tc.lay())
	require.FileExists(t, at("src", "runtime", "stackproof_a.go"))
	require.FileExists(t, at("targets", "ld", "stackproof_b.ld"))

	require.NoError(t, os.Remove(filepath.Join(ours, "a.go")))
	write(t, filepath.Join(ours, "start.S"), "3")
	require.NoError(t, tc.lay())
	require.NoFileExists(t, at("src", "runtime", "stackproof_a.go"))
	require.FileExists(t, at("src", "runtime", "stackproof_start.S"))
	require.FileExists(t, at("src", "runtime", "panic.go"))
}
