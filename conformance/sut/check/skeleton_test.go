package check

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/conformance/sut/remote"
)

// results runs all checks against a command.
func results(t *testing.T, c *remote.Command) map[string]Result {
	t.Helper()
	s := remote.New(c, 0)
	defer func() { assert.NoError(t, s.Close()) }()
	all := map[string]Result{}
	Run(context.Background(), s, 1, func(r Result) { all[r.Name] = r })
	require.Len(t, all, len(checks))
	return all
}

// TestSkeleton: the shim in C that PROTOCOL.md gives compiles without a warning, and is what it says.
func TestSkeleton(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		notrun.Skip(t, "shim in C", "no C compiler here")
	}
	doc, err := os.ReadFile("../PROTOCOL.md")
	require.NoError(t, err)
	code := regexp.MustCompile("(?ms)^```c\n(.*?)^```$").FindSubmatch(doc)
	require.NotNil(t, code)
	dir := t.TempDir()
	source, program := filepath.Join(dir, "shim.c"), filepath.Join(dir, "shim")
	require.NoError(t, os.WriteFile(source, code[1], 0o600))
	out, err := exec.Command(cc, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-o", program, source).CombinedOutput()
	require.NoError(t, err, string(out))

	passed := 0
	for _, r := range results(t, &remote.Command{Argv: []string{program}}) {
		t.Log(r)
		assert.NotEqual(t, Fail, r.Outcome, r)
		if r.Outcome == Pass {
			passed++
		}
	}
	assert.GreaterOrEqual(t, passed, 20)
}
