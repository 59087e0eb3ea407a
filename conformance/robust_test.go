package conformance

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases/robust"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/vm"
)

// TestRobustDrops: what the cases of the robustness table have our stack drop, it counts by the names that the table has,
// and by no others.
func TestRobustDrops(t *testing.T) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	rows, err := robust.Load()
	require.NoError(t, err)
	host := new(inproc.Host)
	host.Init(new(inproc.Small), new(inproc.SmallBuffers))
	stack := NewLocal(host)
	counted := map[string]map[string]bool{}
	for i := range suite.Programs {
		p := &suite.Programs[i]
		if !strings.HasPrefix(p.Case.ID, "robust/") {
			continue
		}
		require.Equal(t, vm.Pass, stack.Execute(&Job{Program: p}, nil).Outcome, p.Case.ID)
		names := counted[p.Case.ID]
		if names == nil {
			names = map[string]bool{}
			counted[p.Case.ID] = names
		}
		host.Drops(func(name string, _ uint64) { names[name] = true })
	}
	for _, r := range rows {
		got := map[string]bool{}
		for _, id := range r.Cases {
			maps.Copy(got, counted[id])
		}
		want := slices.Sorted(slices.Values(r.Drops))
		assert.Equal(t, want, slices.Sorted(maps.Keys(got)), "table.txt:%d: %s: `drop`", r.Line, r.ID)
	}
}
