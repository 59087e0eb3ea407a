package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// invoke runs a command line as the shell would.
func invoke(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(context.Background(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// TestMistakes: a user's mistake is one clear line and exit code 2.
func TestMistakes(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.pkt")
	require.NoError(t, os.WriteFile(bad, []byte("+0 > S. 0:0(0 ack"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--bogus"}, "stackproof: unknown flag: --bogus: see stackproof --help"},
		{[]string{"run", "--seed", "x"}, `stackproof run: invalid argument "x" for "--seed" flag: invalid syntax: see stackproof run --help`},
		{[]string{"run", "missing.pkt"}, "conformance: cannot read the script: open missing.pkt: no such file or directory"},
		{[]string{"run", bad}, "script: " + bad + ":1:15: sequence numbers: want `)`, got `ack`"},
		{[]string{"explain", bad}, "script: " + bad + ":1:15: sequence numbers: want `)`, got `ack`"},
		{[]string{"run", bad, "--stack", "image"}, "stackproof: " + bad + ": the image has its cases on board; --stack image-sut runs a file on it"},
		{[]string{"run", "arp", "--link", "ether"}, `stackproof: no link is called "ether": see stackproof run --help`},
		{[]string{"run", "arp", "--link", "emac", "--stack", "pipe"}, "stackproof: --link emac: it carries the frames of --stack stackproof and p4emu alone, not of pipe"},
		{[]string{"wire", "tap0"}, "stackproof wire: 1 TAP devices: a wire has at least 2 ends: see stackproof wire --help"},
		{[]string{"wire", "a", "b", "--rate", "2T"}, `stackproof wire: invalid argument "2T" for "--rate" flag: not a number of bits per second from 1 to 1000G: see stackproof wire --help`},
		{[]string{"reqs", "RFC768", "RFC791"}, `stackproof reqs: unexpected argument "RFC791": it takes one prefix`},
		{[]string{"reqs", "--bugs", "--missing"}, "stackproof reqs: --bugs and --missing do not go together"},
		{[]string{"reqs", "--tc8", "--bugs"}, "stackproof reqs: --tc8 stands alone"},
		{[]string{"reqs", "--tc8", "UDP"}, `reqs: no group of TC8 begins with "UDP"`},
		{[]string{"reqs", "--missing", "RFC0"}, `reqs: no requirement begins with "RFC0"`},
		{[]string{"serve", "tp0"}, `stackproof serve: unexpected argument "tp0": it takes none`},
		{[]string{"frobnicate"}, `stackproof: unknown command "frobnicate": see stackproof --help`},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			code, stdout, stderr := invoke(t, c.args...)
			require.Equal(t, report.ExitTester, code)
			require.Empty(t, stdout)
			require.Equal(t, c.want+"\n", stderr)
		})
	}
}

// TestGoFlags: one dash will do, but for what is no flag of the command and what comes after --.
func TestGoFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"device run -run arp -repeat=2 -v", "device run --run arp --repeat=2 -v"},
		{"device run --run arp", "device run --run arp"},
		{"script -DOPTION=-1 a.pkt", "script -DOPTION=-1 a.pkt"},
		{"run -out o -- -seed", "run --out o -- -seed"},
		{"bogus -seed", "bogus -seed"},
	} {
		require.Equal(t, strings.Fields(c.want), goFlags(newRoot(), strings.Fields(c.args)))
	}
}

func TestHelpHasExamples(t *testing.T) {
	code, stdout, _ := invoke(t, "--help")
	require.Equal(t, report.ExitOK, code)
	require.Contains(t, stdout, "Examples:")
}

// full is an output that takes so many bytes.
type full struct {
	room int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// TestOutputLost: output that cannot be written is told and is no success; results go elsewhere and are whole. A reader
// that has read enough is no mistake.
func TestOutputLost(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{syscall.ENOSPC, report.ExitTester, "stackproof: cannot write the output: no space left on device\n"},
		{syscall.EPIPE, report.ExitOK, ""},
	} {
		dir := t.TempDir()
		var stderr bytes.Buffer
		code := execute(context.Background(), []string{"run", "arp", "--out", dir}, nil, &full{60, c.err}, &stderr)
		require.Equal(t, c.code, code)
		require.Equal(t, c.want, stderr.String())
		require.FileExists(t, filepath.Join(dir, "summary.json"))
	}
}
