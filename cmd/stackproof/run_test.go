package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestWaivers: a file of waivers is read before anything runs; what is expected counts as xfail, and a case that passes
// all the same is a failure.
func TestWaivers(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "mine.pkt")
	require.NoError(t, os.WriteFile(script, []byte(`// The stack answers, but not as one may expect.
//
// id: arp/mine
// reqs: RFC826:reception:3
// level: MUST
// forms: ipv4
// twin: out arp.sha^1 @ "a reply"

+1 < arp request
+0 > arp reply {arp.sha=02:00:00:00:00:77} // a reply
`), 0o600))
	file := filepath.Join(dir, "waivers.txt")
	run := func(pattern, line string) (code int, stdout, stderr string) {
		require.NoError(t, os.WriteFile(file, []byte(line+"\n"), 0o600))
		code, stdout, stderr = invoke(t, "run", pattern, "--waivers", file)
		return code, strings.ReplaceAll(stdout, dir, "DIR"), strings.ReplaceAll(stderr, dir, "DIR")
	}
	code, stdout, stderr := run(script, `arp/mine fail 2026-01-01 "wrong packet" it answers with the address that it really has`)
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Contains(t, stdout, "PASS arp/mine: xfail: wrong packet")
	require.Contains(t, stdout, "cases=1 pass=0 fail=0 xfail=1 ")
	require.NotContains(t, stdout, "requirement", "it is not told at length")

	code, stdout, _ = run("arp/request-answered", `arp/request-answered fail 2026-01-01 "silent" the wire of this stack is cut`)
	require.Equal(t, report.ExitFail, code)
	require.Contains(t, stdout, "FAIL arp/request-answered: xpass: passed although it is waived in DIR/waivers.txt:1\n")

	code, stdout, stderr = run("arp", `arp/nobody fail 2026-01-01 "silent" the wire of this stack is cut`)
	require.Equal(t, report.ExitTester, code)
	require.Empty(t, stdout)
	require.Equal(t, "waivers: DIR/waivers.txt:1: there is no case arp/nobody: the waiver matches nothing\n", stderr)
}

// TestLink: the verdicts say what carried the frames, and a case that no MAC can carry is left out with that reason.
func TestLink(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	code, stdout, stderr := invoke(t, "run", "ip", "--link", "emac", "--out", out)
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Regexp(t, `(?m)^UNSUPPORTED ip/\S+: not declared: raw-frame$`, stdout)
	require.Contains(t, stdout, " fail=0 ")
	verdicts, err := os.ReadFile(filepath.Join(out, "verdicts.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(verdicts), `"link":"emac"`)
	require.NotContains(t, string(verdicts), `"link":"direct"`)
}
