package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseSurvivors(t *testing.T) {
	table, err := parseSurvivors("# about\na/F/* nobody looks\na/G/x=>y gap\n")
	require.NoError(t, err)
	require.Equal(t, []*survivor{{id: "a/F/*", reason: "nobody looks", line: 2}, {id: "a/G/x=>y", reason: gap, line: 3}}, table)
	require.Same(t, table[0], reasonOf(table, &Verdict{ID: "a/F/x=>y", Func: "a.F"}))
	require.Same(t, table[1], reasonOf(table, &Verdict{ID: "a/G/x=>y", Func: "a.G"}))
	require.Nil(t, reasonOf(table, &Verdict{ID: "a/G/x=>z", Func: "a.G"}))
	for text, want := range map[string]string{
		"a/F/x=>y":           "mutants: survivors.txt:1: a/F/x=>y has no reason",
		"a/F/* r\na/E/* r":   "mutants: survivors.txt:2: a/E/* is not behind the line before it: they are sorted, and none stands there twice",
		"a/F/* r\n\na/F/* r": "mutants: survivors.txt:3: a/F/* is not behind the line before it: they are sorted, and none stands there twice",
	} {
		_, err := parseSurvivors(text)
		require.EqualError(t, err, want)
	}
}

// TestSurvivorsFile: the table is in order, and each line names a fault or a function.
func TestSurvivorsFile(t *testing.T) {
	table, err := parseSurvivors(survivorsFile)
	require.NoError(t, err)
	s := load(t)
	known := map[string]bool{}
	for _, f := range s.Mechanical() {
		known[f.ID] = true
		v := Verdict{Func: f.Func}
		if line := reasonOf(table, &v); line != nil {
			known[line.id] = true
		}
	}
	for _, line := range table {
		require.True(t, known[line.id], "survivors.txt:%d: there is no fault %s", line.line, line.id)
	}
}
