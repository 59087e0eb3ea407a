package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestReadme: the counts that the README shows are those of the run that it names, and its commands exist.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	readme := string(b)
	code, stdout, stderr := invoke(t, "run")
	require.Equal(t, report.ExitOK, code, stderr)
	counts := regexp.MustCompile(`(?m)^run: .* seed=0 `).FindString(stdout)
	require.NotEmpty(t, counts)
	require.Contains(t, readme, counts)

	commands := regexp.MustCompile(`(?m)^    stackproof ([a-z-]+)`).FindAllStringSubmatch(readme, -1)
	require.NotEmpty(t, commands)
	for _, c := range commands {
		code, stdout, _ := invoke(t, c[1], "--help")
		require.Equal(t, report.ExitOK, code)
		require.True(t, strings.Contains(stdout, "stackproof "+c[1]), "there is no command %s", c[1])
	}
}
