package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestScript: a line for each script in a folder, whatever is in it, and the counts.
func TestScript(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.pkt":     "0 < icmp echo_request id 1 (8)\n+0 > icmp echo_reply id 1 (8)",
		"b.pkt":     "0 < udp (1)\n+0 > udp (1)",
		"c/d.pkt":   "0 < S 0:0(0) <FO>",
		"c/e.pkt":   "what is this",
		"c/f.txt":   "not a script",
		"c/g/h.pkt": "0 socket(..., TYPE, 0) = 3",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	code, stdout, stderr := invoke(t, "script", dir, "-D", "TYPE=SOCK_DGRAM")
	require.Equal(t, report.ExitFail, code)
	require.Empty(t, stderr)
	require.Equal(t, `PASS DIR/a.pkt
FAIL DIR/b.pkt: DIR/b.pkt:2: silent: want > udp (1), got nothing
UNSUPPORTED DIR/c/d.pkt: fast open
FAIL DIR/c/e.pkt: script: DIR/c/e.pkt:1:1: time: want seconds, got `+"`what`"+`
PASS DIR/c/g/h.pkt
script: total=5 pass=2 fail=2 unsupported=1
`, strings.ReplaceAll(stdout, dir, "DIR"))

	code, stdout, _ = invoke(t, "script", "-v", filepath.Join(dir, "b.pkt"))
	require.Equal(t, report.ExitFail, code)
	require.Contains(t, stdout, "script "+filepath.Join(dir, "b.pkt")+"\n", "with -v, how to run it again")
	require.Contains(t, stdout, "udp", "and what happened")

	t.Setenv(asProgram, "stackproof")
	code, stdout, _ = invoke(t, "script", filepath.Join(dir, "a.pkt"), filepath.Join(dir, "c", "g"), "--define", "TYPE=SOCK_STREAM", "--profile", "neutral", "--stack", "pipe")
	require.Equal(t, report.ExitOK, code, stdout)
	require.Contains(t, stdout, "script: total=2 pass=2 fail=0 unsupported=0\n")

	code, stdout, _ = invoke(t, "script", filepath.Join(dir, "c", "d.pkt"))
	require.Equal(t, report.ExitNone, code)
	require.Contains(t, stdout, "script: total=1 pass=0 fail=0 unsupported=1\n")
}

// TestScriptOptions: what a suite's runner says on packetdrill's command line.
func TestScriptOptions(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.pkt"), []byte("--mtu=1400\n0 < udp (7)\n+0 > icmp unreachable port_unreachable [udp (7)] {ip.version=6}"), 0o600))
	code, stdout, _ := invoke(t, "script", "-o", "ip_version=ipv6", "--option", "mtu=7", dir)
	require.Equal(t, report.ExitOK, code, stdout)
	code, stdout, _ = invoke(t, "script", "-o", "bogus=1", dir)
	require.Equal(t, report.ExitFail, code)
	require.Contains(t, stdout, "a.pkt:1:1: option: --bogus: there is no such option\n")
}

// TestRunForeign: what a file is says its header, not the command: without an id: line it is run as script runs it.
func TestRunForeign(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.pkt")
	require.NoError(t, os.WriteFile(file, []byte("`./defaults.sh`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1"), 0o600))
	code, stdout, _ := invoke(t, "run", file)
	require.Equal(t, report.ExitFail, code)
	require.Contains(t, stdout, "FAIL "+file+": "+file+":3: call still blocked")
	require.Contains(t, stdout, "\nscript: total=1 pass=0 fail=1 unsupported=0\n")
	code, _, stderr := invoke(t, "run", "--seed", "5", file)
	require.Equal(t, report.ExitTester, code)
	require.Equal(t, "stackproof: "+file+": it has no id: line, so it is no case, and --out, --seed, --link and --waivers are for cases\n", stderr)
}

func TestScriptNothing(t *testing.T) {
	code, stdout, stderr := invoke(t, "script", t.TempDir())
	require.Equal(t, report.ExitNone, code)
	require.Equal(t, "script: total=0 pass=0 fail=0 unsupported=0\n", stdout)
	require.Contains(t, stderr, ": nothing ran\n")
}

func TestScriptMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"script"}, "stackproof script: no file and no folder: see stackproof script --help"},
		{[]string{"script", "no/such"}, "script: stat no/such: no such file or directory"},
		{[]string{"script", "--profile", "lax", "."}, `script: there is no profile "lax": want strict or neutral`},
		{[]string{"script", "-o", "=5", "."}, `script: "=5", which --define or --option has: want NAME=VALUE`},
		{[]string{"script", "-D", "A", "."}, `script: "A", which --define or --option has: want NAME=VALUE`},
		{[]string{"script", "--stack", "nobody", "script_test.go"}, `stackproof: no stack is called "nobody": see stackproof run --help`},
	} {
		code, stdout, stderr := invoke(t, c.args...)
		require.Equal(t, report.ExitTester, code)
		require.Empty(t, stdout)
		require.Equal(t, c.want+"\n", stderr)
	}
}
