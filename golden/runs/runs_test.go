package runs

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
)

var update = flag.Bool("update", false, "write the exchanges anew")

// TestRuns: in each written case happens what happened before.
func TestRuns(t *testing.T) {
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	exec := conformance.NewLocal(large.New())
	known := map[string]bool{}
	for _, f := range Files(suite) {
		name := filepath.Join("text", filepath.FromSlash(f.Name))
		known[name] = true
		t.Run(strings.TrimSuffix(f.Name, ".txt"), func(t *testing.T) {
			var got bytes.Buffer
			f.Write(&got, exec)
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
				require.NoError(t, os.WriteFile(name, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Empty(t, difference(string(want), got.String()), "read the difference; go test ./golden/runs -update takes it on")
		})
	}
	require.NoError(t, filepath.WalkDir("text", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !known[path] {
			if *update {
				return os.Remove(path)
			}
			t.Errorf("%s: there is no such folder of cases", path)
		}
		return err
	}))
}

// difference is the first line that differs, and in which case; empty where none does.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	in := ""
	for i := range max(len(w), len(g)) {
		a, b := "the end", "the end"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if b != "" && b[0] != ' ' {
			in = b
		}
		if a != b && !(strings.Contains(a, ", trace ") && strings.Contains(b, ", trace ") && follows(w, g, i+1)) {
			return "in " + in + "\n- " + a + "\n+ " + b
		}
	}
	return ""
}

// follows tells whether a line below a head differs, which says more than the head's hash.
func follows(w, g []string, i int) bool {
	for ; i < len(w) && i < len(g) && strings.HasPrefix(g[i], " "); i++ {
		if w[i] != g[i] {
			return true
		}
	}
	return false
}

// TestDifference: the case and the line are named, rather than the hash above them.
func TestDifference(t *testing.T) {
	const want = "a/b (ipv4): 2 lines, trace 01\n  x\n  y\na/b (ipv6): 2 lines, trace 02\n"
	require.Empty(t, difference(want, want))
	require.Equal(t, "in a/b (ipv4): 2 lines, trace 03\n-   y\n+   z", difference(want, "a/b (ipv4): 2 lines, trace 03\n  x\n  z\na/b (ipv6): 2 lines, trace 02\n"))
	require.Equal(t, "in a/b (ipv6): 2 lines, trace 03\n- a/b (ipv6): 2 lines, trace 02\n+ a/b (ipv6): 2 lines, trace 03",
		difference(want, strings.Replace(want, "02", "03", 1)))
	require.Contains(t, difference(want, want+"c"), "+ c")
}

// TestWrite: phrases stand below each other, and of what is long the middle is left out.
func TestWrite(t *testing.T) {
	var b bytes.Buffer
	write(&b, []report.Record{{Text: "> a", Note: "one"}, {At: time.Second, Text: "> long", Note: "two"}, {Text: "< in"}})
	require.Equal(t, "    0.000000 > a     // one\n    1.000000 > long  // two\n    0.000000 < in\n", b.String())
	b.Reset()
	write(&b, make([]report.Record, 2*shown+3))
	require.Equal(t, 2*shown+1, strings.Count(b.String(), "\n"))
	require.Contains(t, b.String(), "  ... 3 more\n")
}
