package mutants

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestChosen: every chosen fault has its place, and compiles.
func TestChosen(t *testing.T) {
	for target, least := range map[*Target]int{&TCP: 60, &EMAC: 70} {
		t.Run(target.Name, func(t *testing.T) {
			s := load(t, target)
			faults, err := s.Chosen(target)
			require.NoError(t, err)
			require.GreaterOrEqual(t, len(faults), least)
			_, broken, err := newProgram(s, faults)
			require.NoError(t, err)
			require.Empty(t, ids(broken))
			for _, f := range faults {
				require.True(t, strings.HasPrefix(f.ID, target.Name+"/"), "%s: it is found by the target's name", f.ID)
			}
		})
	}
}

func TestParseChosen(t *testing.T) {
	faults, err := parseChosen("f.txt", "# about\n\na/b/c\nin p.F\n- x\n-   y\n+ z\nwhy one\nwhy two\n\na/b/d\nin p.G\n- w\nwhy three\n")
	require.NoError(t, err)
	require.Equal(t, []*Fault{
		{ID: "a/b/c", Func: "p.F", Old: "x\ny", New: "z", Why: "one two"},
		{ID: "a/b/d", Func: "p.G", Old: "w", Why: "three"},
	}, faults)
	for _, c := range []struct{ name, text, want string }{
		{"no id", "in p.F", `mutants: f.txt:1: "in p.F" is no line of a fault`},
		{"a short id", "a/b\nin p.F", `mutants: f.txt:1: "a/b" is no line of a fault`},
		{"no why", "a/b/c\nin p.F\n- x\n+ y", "mutants: f.txt: a/b/c: it needs in, -, why and a change"},
		{"no change", "a/b/c\nin p.F\n- x\n+ x\nwhy z", "mutants: f.txt: a/b/c: it needs in, -, why and a change"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseChosen("f.txt", c.text)
			require.EqualError(t, err, c.want)
		})
	}
}

// TestPlant: a piece of source that is not in its function exactly once is an error; comments and white space do not count.
func TestPlant(t *testing.T) {
	s := sourceOf(t, "func f(a int) int {\n\tif a  <  1 { // small\n\t\treturn /* now */ 2\n\t}\n\treturn a + a\n}\n")
	for _, c := range []struct{ old, want string }{
		{"a < 1 {\nreturn 2", ""},
		{"small", `mutants: x: "small" stands 0 times in a.f, not once`},
		{"a <= 1", `mutants: x: "a <= 1" stands 0 times in a.f, not once`},
		{"return", `mutants: x: "return" stands 2 times in a.f, not once`},
	} {
		t.Run(c.old, func(t *testing.T) {
			err := s.plant(&Fault{ID: "x", Func: "a.f", Old: c.old})
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.want)
			}
		})
	}
	require.EqualError(t, s.plant(&Fault{ID: "x", Func: "a.g", Old: "a"}), "mutants: x: there is no function a.g")
}
