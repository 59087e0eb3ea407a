package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut/check"
)

// TestInterrupted: Ctrl-C ends a command soon, also while it waits for a stack that hangs and may do so for minutes. What
// was broken off is not run, whatever it looks like.
func TestInterrupted(t *testing.T) {
	script := filepath.Join(t.TempDir(), "echo.pkt")
	require.NoError(t, os.WriteFile(script, []byte("0 < icmp echo_request id 1 (8)\n+0 > icmp echo_reply id 1 (8)"), 0o600))
	t.Setenv(asProgram, "hang")
	self, err := os.Executable()
	require.NoError(t, err)
	started := filepath.Join(t.TempDir(), "started")
	hanging := "exec:" + self + " " + started
	for _, c := range []struct {
		args         []string
		stdout, want string
	}{
		{[]string{"run", "arp/request-answered", "--stack", hanging}, "NOTRUN arp/request-answered: interrupted\n",
			"stackproof: interrupted: 1 of 1 cases not run\n"},
		{[]string{"script", script, "--stack", hanging}, "NOTRUN " + script + ": interrupted\n", "script: interrupted: 1 of 1 scripts not run\n"},
		{[]string{"explain", "arp/request-answered", "--stack", hanging}, "", "explain: interrupted\n"},
		{[]string{"shim-check", "--stack", hanging}, "NOTRUN capabilities/answered: interrupted\n", fmt.Sprintf("shim-check: interrupted: %d checks not run\n", len(check.Names()))},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			_ = os.Remove(started)
			ctx, cancel := context.WithCancel(context.Background())
			begin := time.Now()
			go func() {
				for _, err := os.Stat(started); err != nil; _, err = os.Stat(started) {
					time.Sleep(time.Millisecond)
				}
				begin = time.Now()
				cancel()
			}()
			var stdout, stderr bytes.Buffer
			code := execute(ctx, append(c.args, "--limit", "5m"), nil, &stdout, &stderr)
			require.FileExists(t, started, "%s", stderr.String()) // else nothing would be broken off
			<-ctx.Done()
			require.Less(t, time.Since(begin), 5*time.Second)
			require.Equal(t, report.ExitTester, code)
			require.Contains(t, stdout.String(), c.stdout)
			require.Equal(t, c.want, stderr.String())
		})
	}
}
