package robust

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTable: the table has all of its rows, and the tests that it names are there.
func TestTable(t *testing.T) {
	rows, err := Load()
	require.NoError(t, err)
	require.Len(t, rows, 156)
	for _, r := range rows {
		for _, at := range r.Tests {
			text := source(t, at.Folder)
			for _, name := range at.Names {
				assert.True(t, strings.Contains(text, "\nfunc "+name+"(t *testing.T)"), "table.txt:%d: %s: %s has no %s", r.Line, r.ID, at.Folder, name)
			}
		}
	}
}

// source is the text of a folder's tests.
func source(t *testing.T, folder string) string {
	files, err := filepath.Glob(filepath.Join("../../..", folder, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	var b strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		b.Write(text)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	const good = "R001 arp It ends.\n  bug cve-2020-1 a#2\n  also b-3\n  base x\n  edit y\n  state z\n  want w\n  drop d\n  case a/b c/\n  test f TestA TestB\n  note n\n"
	rows, err := parse("# a comment\n\n" + good)
	require.NoError(t, err)
	assert.Equal(t, []*Row{{
		ID: "R001", Protocol: "arp", Text: "It ends.", Bugs: []string{"cve-2020-1", "a#2"}, Also: []string{"b-3"}, Base: "x", Edit: "y", State: "z", Want: "w",
		Drops: []string{"d"}, Cases: []string{"a/b", "c/"}, Tests: []Test{{"f", []string{"TestA", "TestB"}}}, Note: "n", Line: 3,
	}}, rows)
	assert.Equal(t, []string{"CVE-2020-1", "a#2", "b-3"}, rows[0].Refs())
	for in, want := range map[string]string{
		" case x":                        "1: an indented line with nothing above",
		"R002 arp It ends.":              "1: `R002 arp It ends.`: want `R001 PROTOCOL SENTENCE`",
		"R001 arp It ends":               "1: `R001 arp It ends`: want `R001 PROTOCOL SENTENCE`",
		"R001 arp It ends.\n base x":     "1: R001: want base, edit, state and want",
		"R001 arp It ends.\n bug A":      "2: `A`: a reference is a slug such as cve-2020-11906 or smoltcp#62",
		"R001 arp It ends.\n because":    "2: `because`: want bug, also, base, edit, state, want, drop, case, wait or note, once each, or test",
		good + " want x":                 "12: `want x`: want bug, also, base, edit, state, want, drop, case, wait or note, once each, or test",
		good + " wait Not spoken.":       "1: R001: want `case ID ...` or `test FOLDER NAME ...`, or else `wait TEXT`",
		good + "R001 arp It ends again.": "12: `R001 arp It ends again.`: want `R002 PROTOCOL SENTENCE`",
	} {
		_, err := parse(in)
		assert.EqualError(t, err, "robust: table.txt:"+want, in)
	}
}
