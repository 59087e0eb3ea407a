package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestMutants: a chosen fault, and mechanical ones that are drawn, from the source to the table.
func TestMutants(t *testing.T) {
	dir := t.TempDir()
	code, stdout, stderr := invoke(t, "mutants", "tcp/timers/no-backoff", "--out", dir)
	require.Equal(t, report.ExitOK, code, stderr)
	lines := strings.Split(stdout, "\n")
	require.Contains(t, lines[0], "PASS tcp/timers/no-backoff: caught by tcp/")
	require.Contains(t, lines[1], "mutants: total=1 killed=1 survived=0 unreached=0 ")
	require.FileExists(t, filepath.Join(dir, "summary.json"))
	found, err := os.ReadFile(filepath.Join(dir, "mutants.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(found), `"id":"tcp/timers/no-backoff","file":"stack/tcp/rtt.go"`)

	code, stdout, _ = invoke(t, "mutants", "--mechanical", "--sample", "3", "--seed", "5", "--matrix", "tcp/rttEstimator.*")
	require.NotEqual(t, report.ExitTester, code)
	require.Contains(t, stdout, "mutants: total=3 ")
	require.Contains(t, stdout, " seed=5 ")
}

// TestMutantsOfTheDriver: tests find it, or cases over the driver.
func TestMutantsOfTheDriver(t *testing.T) {
	code, stdout, stderr := invoke(t, "mutants", "emac/cache/transmit-buffer")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Contains(t, stdout, "PASS emac/cache/transmit-buffer: caught by TestChecksumsAreInserted of drivers/emac\nmutants: total=1 killed=1 ")
	code, stdout, stderr = invoke(t, "mutants", "--matrix", "emac/cache/transmit-buffer")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Contains(t, stdout, "PASS emac/cache/transmit-buffer: caught by TestChecksumsAreInserted of drivers/emac and arp/announcement\n")
}

func TestMutantsMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"nothing"}, report.ExitNone, "stackproof: no fault matches \"nothing\": nothing ran\n"},
		{[]string{"a", "b"}, report.ExitTester, "stackproof mutants: unexpected argument \"b\": it takes one pattern\n"},
		{[]string{"--chosen", "--mechanical"}, report.ExitTester, "stackproof mutants: --chosen and --mechanical do not go together\n"},
		{[]string{"--update", "wire"}, report.ExitTester, "stackproof mutants: --update is for --mechanical with all faults, or all of a target\n"},
		{[]string{"--sample", "-1"}, report.ExitTester, "stackproof mutants: --sample -1: it must not be less than 0\n"},
	} {
		code, stdout, stderr := invoke(t, append([]string{"mutants"}, c.args...)...)
		require.Equal(t, c.code, code)
		require.Equal(t, c.want, stderr)
		require.Empty(t, stdout)
	}
}

// TestMutantsInterrupted: it says so and nothing else.
func TestMutantsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, report.ExitTester, execute(ctx, []string{"mutants"}, nil, &stdout, &stderr))
	require.Equal(t, "mutants: interrupted\n", stderr.String())
}
