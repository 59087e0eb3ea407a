package cases

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases/robust"
)

// TestRobust: the cases that the robustness table names are there, each of its own cases proves a row, and what a row calls a
// bug one of its cases names, and nothing else does.
func TestRobust(t *testing.T) {
	rows, err := robust.Load()
	require.NoError(t, err)
	all, err := Load()
	require.NoError(t, err)
	byID, proves := map[string]*Case{}, map[string]bool{}
	for _, c := range all {
		byID[c.ID] = c
	}
	for _, r := range rows {
		named := map[string]bool{}
		for _, id := range r.Cases {
			proves[id] = true
			if strings.HasSuffix(id, "/") {
				assert.Contains(t, Families, id, "table.txt:%d: %s", r.Line, r.ID)
				continue
			}
			c := byID[id]
			if !assert.NotNil(t, c, "table.txt:%d: %s: there is no case %s", r.Line, r.ID, id) {
				continue
			}
			own := strings.HasPrefix(id, "robust/")
			for _, slug := range r.Bugs {
				named[slug] = named[slug] || slices.Contains(c.Bugs, slug)
				assert.True(t, !own || slices.Contains(c.Bugs, slug), "table.txt:%d: %s: %s does not name %s: is it written against %s?", r.Line, r.ID, id, slug, r.ID)
			}
		}
		for _, slug := range r.Bugs {
			assert.True(t, named[slug] || len(r.Cases) == 0, "table.txt:%d: %s: no case of the row names %s", r.Line, r.ID, slug)
		}
	}
	for _, c := range all {
		assert.True(t, proves[c.ID] || !strings.HasPrefix(c.ID, "robust/"), "%s proves no row", c.ID)
	}
}

// TestRobustRefs: what a row calls a bug has no other place in the register of bugs or in the table; what it says stands
// there does.
func TestRobustRefs(t *testing.T) {
	rows, err := robust.Load()
	require.NoError(t, err)
	bugs, err := LoadBugs()
	require.NoError(t, err)
	registered, seen := map[string]bool{}, map[string]string{}
	for _, b := range bugs {
		for _, ref := range append([]string{b.Slug}, b.Also...) {
			registered[ref] = true
		}
	}
	for _, r := range rows {
		for _, slug := range r.Bugs {
			assert.False(t, registered[slug], "table.txt:%d: %s: bugs.txt has %s: name it by `also`", r.Line, r.ID, slug)
			assert.Empty(t, seen[slug], "table.txt:%d: %s: %s", r.Line, r.ID, slug)
			seen[slug] = r.ID
		}
		for _, slug := range r.Also {
			assert.True(t, registered[slug], "table.txt:%d: %s: bugs.txt has no %s", r.Line, r.ID, slug)
		}
	}
}
