package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestSimulate: one seed prints its plan first and how to play it again last; many print a line each.
func TestSimulate(t *testing.T) {
	code, stdout, stderr := invoke(t, "simulate", "--seed", "3")
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Regexp(t, `^plan of seed 3: faults for .*\n  lan0 `, stdout)
	require.Regexp(t, `\nPASS seed 3: hosts=\d.*\nsimulate: seeds=1 pass=1 fail=0 goals=\d+/\d+ .*\nagain: stackproof simulate --seed 3\n$`, stdout)
	code, stdout, stderr = invoke(t, "simulate", "--seeds", "3", "--minutes", "0.1", "--repeat", "--jobs", "2")
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Regexp(t, `^PASS seed 0: .*\nPASS seed 1: .*\nPASS seed 2: .*\nnever happened: .*\nsimulate: seeds=3 pass=3 fail=0 goals=\d+/\d+ repeated=3 .*\n$`, stdout)
}

// TestSimulateMistakes: a mistake is one line and code 2.
func TestSimulateMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--seeds", "0"}, "stackproof simulate: --seeds 0: at least 1\n"},
		{[]string{"--jobs", "-1"}, "stackproof simulate: --jobs -1: at least 1\n"},
		{[]string{"--minutes", "NaN"}, "stackproof simulate: --minutes NaN: from 0 to 1440\n"},
		{[]string{"--minutes", "0.01"}, "stackproof simulate: --minutes 0.01: at least 0.05\n"},
		{[]string{"--seeds", "2", "--without", "host1"}, "stackproof simulate: --without is for one seed: names mean something else in another\n"},
		{[]string{"--without", "nix"}, `stackproof simulate: seed 0 has no "nix" to leave out`},
		{[]string{"--seed", "x"}, `stackproof simulate: invalid argument "x" for "--seed" flag`},
		{[]string{"17"}, `stackproof simulate: unexpected argument "17": it takes none`},
	} {
		code, stdout, stderr := invoke(t, append([]string{"simulate"}, c.args...)...)
		require.Equal(t, report.ExitTester, code)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.want)
		require.Equal(t, 1, bytes.Count([]byte(stderr), []byte("\n")), stderr)
	}
}

// TestSimulateInterrupted: what was done is told.
func TestSimulateInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, report.ExitTester, execute(ctx, []string{"simulate", "--seeds", "5"}, nil, &stdout, &stderr))
	require.Contains(t, stdout.String(), "simulate: seeds=0 pass=0 fail=0 ")
	require.Equal(t, "simulate: interrupted: 5 of 5 seeds not played\n", stderr.String())
}
