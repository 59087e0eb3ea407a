package image

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMissingPackages(t *testing.T) {
	here := filepath.Join(t.TempDir(), "absent")
	err := check([]need{{"package-a", here}, {"package-b", filepath.Dir(here)}, {"package-c", "no-such-program-anywhere"}})
	require.EqualError(t, err,
		"image: packages are missing: apt-get install --no-install-recommends package-a package-c")
	require.NoError(t, check([]need{{"package-b", filepath.Dir(here)}, {"go", "go"}}))
}

// TestMissingIsFoundFirst: a machine without the packages hears of them before anything is made.
func TestMissingIsFoundFirst(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	repo := t.TempDir()
	_, err := Build(t.Context(), Options{Repo: repo, Output: filepath.Join(repo, "x.elf")})
	require.ErrorAs(t, err, new(MissingError))
	require.ErrorContains(t, err, "gcc-riscv64-unknown-elf")
	require.NoDirExists(t, filepath.Join(repo, "build"))
}
