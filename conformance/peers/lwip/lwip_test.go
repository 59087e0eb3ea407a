package lwip

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/cases"
	"stackproof/conformance/notrun"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/check"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/remote"
)

// program builds the peer, or ends the test as not run.
func program(t *testing.T) string {
	t.Helper()
	if pkgs := missing(); len(pkgs) > 0 {
		notrun.Skip(t, "lwip", "packages are missing: "+strings.Join(pkgs, " "))
	}
	repo, err := Repo(".")
	require.NoError(t, err)
	p, err := Build(context.Background(), repo, t.Output())
	if errors.Is(err, ErrUnavailable) {
		t.Skipf("NOTRUN lwip: %v", err) // where there is no source there is nothing to install either
	}
	require.NoError(t, err)
	return p
}

func TestShim(t *testing.T) {
	stack := remote.New(&remote.Command{Argv: []string{program(t)}}, 0)
	defer stack.Close()
	n := 0
	check.Run(context.Background(), stack, 1, func(r check.Result) {
		n++
		require.Equal(t, check.Pass, r.Outcome, r.String())
	})
	require.Equal(t, len(check.Names()), n)
}

// TestKnownDeviations: each of the 16 that the README names has a case that there is, and lwIP fails it, or, where the row says
// so, passes it.
func TestKnownDeviations(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	waivers, err := os.ReadFile(filepath.Base(Waivers))
	require.NoError(t, err)
	all, err := cases.Load()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, c := range all {
		known[c.ID] = true
	}
	rows := regexp.MustCompile("(?m)^\\| (\\w+_\\d+) \\| .* \\| (passes: )?`([a-z0-9/-]+)`.* \\|$").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, rows, 16)
	for _, r := range rows {
		require.True(t, known[r[3]], "%s: there is no case %s", r[1], r[3])
		require.Equal(t, r[2] == "", strings.Contains(string(waivers), "\n"+r[3]+" fail "), "%s: %s: does lwIP fail it?", r[1], r[3])
	}
}

// TestRobust: the list of the rows of the robustness table that lwIP fails is that of the waivers.
func TestRobust(t *testing.T) {
	waivers, err := conformance.LoadWaivers(filepath.Base(Waivers), time.Now())
	require.NoError(t, err)
	want, err := Robust(waivers)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Base(RobustFile))
	require.NoError(t, err)
	require.Equal(t, want, string(got), "go run ./conformance/peers/lwip/waive makes it")
}

// TestFindings: each script in findings shows on lwIP what it says, the README names it, and this stack does otherwise.
func TestFindings(t *testing.T) {
	files, err := filepath.Glob("findings/*.pkt")
	require.NoError(t, err)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `(findings/[a-z0-9-]+\\.pkt)` \\|").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, rows, len(files))
	stack := remote.New(&remote.Command{Argv: []string{program(t)}}, 0)
	defer stack.Close()
	for i, file := range files {
		require.Equal(t, rows[i][1], filepath.ToSlash(file))
		passes := func(s sut.SUT) bool {
			scripts := conformance.Scripts{Exec: conformance.NewLocal(s)}
			return scripts.Run(file).Outcome == report.Pass
		}
		require.True(t, passes(stack), file)
		require.False(t, passes(large.New()), file)
	}
}

func TestForSources(t *testing.T) {
	for _, c := range []struct {
		name, text string
		blocks     bool
		want       string
	}{
		{"nothing", "# none\n", false, ""},
		{"a line", "deb http://mirror/debian bookworm main\n", false, "deb-src http://mirror/debian bookworm main\n"},
		{"options", "deb [signed-by=/k.gpg] http://m/d b main\n", false, "deb-src [signed-by=/k.gpg] http://m/d b main\n"},
		{"sources already", "deb-src http://m/d b main\n", false, "deb-src http://m/d b main\n"},
		{"blocks", "Types: deb\nURIs: http://m/d\n\nTypes: deb deb-src\nURIs: http://m/e\n", true,
			"Types: deb-src\nURIs: http://m/d\n\nTypes: deb-src\nURIs: http://m/e\n"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, forSources(c.text, c.blocks)) })
	}
}

// TestChange: what is to be changed in lwIP must be there once.
func TestChange(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.c")
	require.NoError(t, os.WriteFile(file, []byte("a b a"), 0o666))
	require.EqualError(t, change(file, "a", "c"), `lwip: x.c has "a" 2 times, not once`)
	require.EqualError(t, change(file, "d", "c"), `lwip: x.c has "d" 0 times, not once`)
	require.NoError(t, change(file, "b", "c"))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "a c a", string(text))
}
