package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut/large"
)

// TestScripts runs scripts of both dialects as other people's suites have them. Each says in comments what comes of it
// in each profile.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/scripts/*/*.pkt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	exec := NewLocal(large.New())
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, profile := range []string{"strict", "neutral"} {
			_, want, found := strings.Cut(string(text), "\n// "+profile+": ")
			require.True(t, found, "%s says nothing of %s", file, profile)
			want, _, _ = strings.Cut(want, "\n")
			outcome, why, _ := strings.Cut(want, " ")
			r := (&Scripts{Stack: OwnStack, Exec: exec, Neutral: profile == "neutral"}).Run(file)
			require.Equal(t, outcome, r.Outcome.Label(), "%s, %s: %s", file, profile, r.Why)
			require.Contains(t, r.Why, why, "%s, %s", file, profile)
		}
	}
}
