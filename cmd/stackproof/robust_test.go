package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestRobust: a row is a line with its cases; one that waits says why, one for tests which they are; nothing that does not
// exist is passed over.
func TestRobust(t *testing.T) {
	for _, c := range []struct {
		name, arg, flag string
		code            int
		want            []string // pieces of what is printed
	}{
		{"a row", "R032", "", report.ExitOK, []string{
			"PASS R032 robust/teardrop robust/teardrop-ipv6 ip/ipv6-fragments-overlap ip/ipv6-fragments-within (CVE-1999-0015)\n",
			"robust: rows=1 pass=1 tests=0 waiting=0 unsupported=0 fail=0 cases=4 stack=stackproof\n",
		}},
		{"its packet", "R032", "-v", report.ExitOK, []string{"    fragments Fragments that lie in one another (teardrop).\n", "    state     open\n"}},
		{"a protocol", "mld", "", report.ExitOK, []string{"PASS R129 robust/mld-lies ", "robust: rows=1 pass=1 "}},
		{"what is not spoken", "dns", "", report.ExitNone, []string{"NOTRUN R145: DNS is not spoken. (CVE-2024-38373)\n", "robust: rows=10 pass=0 tests=0 waiting=10 "}},
		{"tests", "R003", "", report.ExitNone, []string{
			"NOTRUN R003: go test ./drivers/emac -run 'TestFramesThatAreNotTaken|TestOverflowThatPasses' && go test ./drivers/emac/model -run '",
		}},
		{"nobody", "R157", "", report.ExitTester, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"robust", c.arg}
			if c.flag != "" {
				args = append(args, c.flag)
			}
			code, stdout, stderr := invoke(t, args...)
			require.Equal(t, c.code, code, stderr)
			for _, want := range c.want {
				require.Contains(t, stdout, want)
			}
			if c.want == nil {
				require.True(t, strings.Contains(stderr, `robust: there is neither a row nor a protocol "R157": rows are R001 to R156`), stderr)
			}
		})
	}
}
