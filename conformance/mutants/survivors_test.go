package mutants

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseSurvivors(t *testing.T) {
	table, err := parseSurvivors("t.txt", "# about\na/F/* nobody looks\na/G/x=>y gap\n")
	require.NoError(t, err)
	require.Equal(t, []*survivor{{id: "a/F/*", reason: "nobody looks", line: 2}, {id: "a/G/x=>y", reason: gap, line: 3}}, table)
	require.Same(t, table[0], reasonOf(table, &Verdict{ID: "a/F/x=>y", Func: "a.F"}))
	require.Same(t, table[1], reasonOf(table, &Verdict{ID: "a/G/x=>y", Func: "a.G"}))
	require.Nil(t, reasonOf(table, &Verdict{ID: "a/G/x=>z", Func: "a.G"}))
	for text, want := range map[string]string{
		"a/F/x=>y":           "mutants: survivors/t.txt:1: a/F/x=>y has no reason",
		"a/F/* r\na/E/* r":   "mutants: survivors/t.txt:2: a/E/* is not behind the line before it: they are sorted, and none stands there twice",
		"a/F/* r\n\na/F/* r": "mutants: survivors/t.txt:3: a/F/* is not behind the line before it: they are sorted, and none stands there twice",
	} {
		_, err := parseSurvivors("t.txt", text)
		require.EqualError(t, err, want)
	}
}

// TestSurvivorsFile: the table is in order, and each line names a fault or a function.
func TestSurvivorsFile(t *testing.T) {
	for _, target := range Generated {
		s := load(t, target)
		table, _, err := readSurvivors(s.root, target)
		require.NoError(t, err)
		known := map[string]bool{}
		for _, f := range s.Mechanical() {
			known[f.ID] = true
			v := Verdict{Func: f.Func}
			if line := reasonOf(table, &v); line != nil {
				known[line.id] = true
			}
		}
		for _, line := range table {
			require.True(t, known[line.id], "%s:%d: there is no fault %s", target.survivors(), line.line, line.id)
		}
	}
}

// TestUpdate: reasons stay with what they excuse, and what is new is a gap.
func TestUpdate(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, filepath.FromSlash(TCP.survivors()))
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte("# about\n\na/F/x=>y nobody looks\na/G/x=>y gap\na/H/* only figures\n"), 0o600))
	r := Report{stale: []*survivor{{id: "a/G/x=>y"}}, Verdicts: []*Verdict{
		{ID: "a/F/x=>y", Func: "a.F", Outcome: Survived, Reason: "nobody looks"},
		{ID: "a/F/x=>z", Func: "a.F", Outcome: Survived},
		{ID: "a/F/x=>w", Func: "a.F", Outcome: Killed},
		{ID: "a/G/x=>y", Func: "a.G", Outcome: Killed},
		{ID: "a/H/x=>y", Func: "a.H", Outcome: Unreached, Reason: "only figures"},
		{ID: "a/I/x=>y", Func: "a.I", Outcome: Unreached},
		{ID: "a/I/x=>z", Func: "a.I", Outcome: Survived},
	}}
	require.NoError(t, r.update(root, &TCP))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "# about\n\na/F/x=>y nobody looks\na/F/x=>z gap\na/H/* only figures\na/I/* gap\n", string(text))
	require.NoError(t, r.Stale())
}
