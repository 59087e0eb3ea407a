package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestSizeTableOutside: the applications are in the repository.
func TestSizeTableOutside(t *testing.T) {
	t.Chdir(t.TempDir())
	code, stdout, stderr := invoke(t, "device", "size", "--table")
	require.Equal(t, report.ExitTester, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "stackproof: the applications are built in the repository: image: ")
}
