package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestFuzz: a target's turn, from the command line to the reports.
func TestFuzz(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "corpus")
	code, stdout, stderr := invoke(t, "fuzz", "--for", "30s", "--turns", "1", "--jobs", "1", "--corpus", dir, "-v", "conformance/vm/FuzzRun")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Regexp(t, `(?m)^PASS conformance/vm/FuzzRun +slices=1 `, stdout)
	require.Regexp(t, `(?m)^fuzz: tasks=1 executions=[1-9]\d* new=\d+ coverage=[1-9]\d* findings=0 `, stdout)
	for _, name := range []string{"state.json", "report.txt", "report.json", "report.html"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}

func TestFuzzUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--for", "1s"}, report.ExitTester, "stackproof fuzz: --for 1s: it must be 5s or more\n"},
		{[]string{"--jobs", "0"}, report.ExitTester, "stackproof fuzz: --jobs 0: it must be 1 or more\n"},
		{[]string{"--turns", "-1"}, report.ExitTester, "stackproof fuzz: --turns -1: it must not be less than 0\n"},
		{[]string{"a", "b"}, report.ExitTester, "stackproof fuzz: unexpected argument \"b\": it takes one pattern\n"},
		{[]string{"nothing/here"}, report.ExitNone, "stackproof: nothing matches \"nothing/here\": nothing ran\n"},
	} {
		code, _, stderr := invoke(t, append([]string{"fuzz"}, c.args...)...)
		require.Equal(t, c.code, code, c.args)
		require.Equal(t, c.says, stderr)
	}
	code, stdout, _ := invoke(t, "fuzz", "--list", "stack/wire")
	require.Equal(t, report.ExitOK, code)
	require.Contains(t, stdout, "stack/wire/FuzzCheck\n")
	t.Chdir(t.TempDir())
	code, _, stderr := invoke(t, "fuzz")
	require.Equal(t, report.ExitTester, code)
	require.Equal(t, "fuzz: targets are built with the engine's instrumentation: that needs the source tree of module stackproof around the working directory\n", stderr)
}
