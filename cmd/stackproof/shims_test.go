package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestShimCheckKeepsArguments: the words of a shim's command stay as the shell gave them.
func TestShimCheckKeepsArguments(t *testing.T) {
	t.Setenv(asProgram, "stackproof")
	folder := filepath.Join(t.TempDir(), "a folder")
	require.NoError(t, os.Mkdir(folder, 0o755))
	self, err := os.Executable()
	require.NoError(t, err)
	shim := filepath.Join(folder, "my shim")
	require.NoError(t, os.Symlink(self, shim))
	code, stdout, stderr := invoke(t, "shim-check", shim, "shim")
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Contains(t, stdout, "\nshim-check: stack=exec:"+shim+" shim ")
}

// TestLimit: the real time in which a stack must answer is the user's to set.
func TestLimit(t *testing.T) {
	code, _, stderr := invoke(t, "run", "--stack", "pipe", "--limit", "0s")
	require.Equal(t, report.ExitTester, code)
	require.Equal(t, "stackproof: --limit 0s: it must be more than 0\n", stderr)
}
