package cases

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases/robust"
)

// TestBugs: the register and the cases agree: a bug's cases are those that name it, and all that a case names is there.
func TestBugs(t *testing.T) {
	bugs, err := LoadBugs()
	require.NoError(t, err)
	require.NotEmpty(t, bugs)
	all, err := Load()
	require.NoError(t, err)
	named := map[string][]string{}
	for _, c := range all {
		for _, slug := range c.Bugs {
			named[slug] = append(named[slug], c.ID)
		}
	}
	for _, b := range bugs {
		assert.Equal(t, named[b.Slug], b.Cases, "bugs.txt:%d: %s: want the cases that name it in a `bug:` line", b.Line, b.Slug)
		delete(named, b.Slug)
	}
	rows, err := robust.Load()
	require.NoError(t, err)
	for _, r := range rows {
		for _, slug := range r.Bugs {
			delete(named, slug) // TestRobust looks at these
		}
	}
	assert.Empty(t, named, "these cases name bugs that are neither in bugs.txt nor in the robustness table")
}

// TestBugsNamedOnce: no reference stands twice, so that one who looks for it finds all that there is.
func TestBugsNamedOnce(t *testing.T) {
	bugs, err := LoadBugs()
	require.NoError(t, err)
	var refs []string
	for _, b := range bugs {
		refs = append(append(refs, b.Slug), b.Also...)
	}
	slices.Sort(refs)
	assert.Equal(t, slices.Compact(slices.Clone(refs)), refs)
}

func TestParseBugs(t *testing.T) {
	bugs, err := parseBugs("# a comment\na#1 tcp It hangs.\n    also b#2 c-3\n    case x/y x/z\n\nb dhcp It leaks.\n    why DHCP is not spoken.\n")
	require.NoError(t, err)
	assert.Equal(t, []*Bug{
		{Slug: "a#1", Also: []string{"b#2", "c-3"}, Protocol: "tcp", Text: "It hangs.", Cases: []string{"x/y", "x/z"}, Line: 2},
		{Slug: "b", Protocol: "dhcp", Text: "It leaks.", Why: "DHCP is not spoken.", Line: 6},
	}, bugs)
	for in, want := range map[string]string{
		"  case x":                           "1: an indented line with nothing above",
		"A tcp It hangs.":                    "1: `A` is not a slug such as smoltcp#62",
		"a tcp It hangs":                     "1: a: want a slug, a protocol and a sentence",
		"a tcp It hangs.\n case x\n case y":  "3: `case y`: want `also REFERENCE ...`, `case ID ...` or `why TEXT`, once each",
		"a tcp It hangs.\n case y x":         "2: the cases are not sorted",
		"a tcp It hangs.\n why":              "2: `why`: want `also REFERENCE ...`, `case ID ...` or `why TEXT`, once each",
		"a tcp It hangs.\n":                  "1: a: want `case ID ...` or `why TEXT`, one of them",
		"a tcp It hangs.\n case x\n why Y.":  "1: a: want `case ID ...` or `why TEXT`, one of them",
		"b tcp It hangs.\n case x\na tcp B.": "3: a does not come after b",
	} {
		_, err := parseBugs(in)
		assert.EqualError(t, err, "cases: bugs.txt:"+want, in)
	}
}
