package compatcheck

import (
	_ "embed"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/compatcheck/expect"
	"stackproof/conformance/cases"
)

//go:embed DEVIATIONS.md
var deviations string

var pins = regexp.MustCompile("`([^`]+)` *\\|$")

// TestDeviations: each row of the list is pinned by a case, an expectation or a test of the face that exists.
func TestDeviations(t *testing.T) {
	all, err := cases.Load()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, c := range all {
		known[c.ID] = true
	}
	files, err := filepath.Glob("../stack/socket/lwip/*_test.go")
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			known[m[1]] = true
		}
	}
	expectations, err := expect.Load("expect/testdata")
	require.NoError(t, err)
	for _, e := range expectations {
		known[e.ID] = true
	}
	rows := 0
	for line := range strings.Lines(deviations) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what |") || strings.HasPrefix(line, "| --- |") {
			continue
		}
		rows++
		m := pins.FindStringSubmatch(line)
		if assert.NotNil(t, m, "a row that nothing pins: %s", line) {
			assert.True(t, known[m[1]], "%s is neither a case nor an expectation nor a test of the face", m[1])
		}
		require.Len(t, strings.Split(line, "|"), 7, "columns: %s", line)
	}
	require.NotZero(t, rows)
}
