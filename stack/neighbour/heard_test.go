package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMerge is RFC 826's rule: whoever has a row is updated, by any message.
func TestMerge(t *testing.T) {
	table := newTable(2, 1)
	require.False(t, table.Update(0, host(1), station(1)), "no row")
	require.Empty(t, present(table))
	added, lost := table.Add(0, host(1), station(9))
	require.True(t, added)
	require.False(t, lost)
	require.True(t, table.Update(time.Minute, host(1), station(1)))
	requireState(t, table, time.Minute, 1, Reachable)

	table.Fail(0, begin(t, table, 0, 2))
	require.True(t, table.Update(0, host(2), station(2)), "who is heard is not gone")
	requireState(t, table, 0, 2, Reachable)
}

func TestAddTakesNoRowInUse(t *testing.T) {
	table := newTable(1, 1)
	resolved(t, table, 0, 1)
	added, _ := table.Add(0, host(2), station(2))
	require.False(t, added)
	requireState(t, table, 0, 1, Reachable)
}

// TestSolicitation: RFC 4861 7.2.3.
func TestSolicitation(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*testing.T, *Table)
		want   State
	}{
		{"makes a stale row", func(*testing.T, *Table) {}, Stale},
		{"leaves the same address alone", func(t *testing.T, table *Table) { resolved(t, table, 0, 1) }, Reachable},
		{"makes another address stale", func(t *testing.T, table *Table) {
			resolved(t, table, 0, 1)
			table.Update(0, host(1), station(9))
		}, Stale},
		{"ends a resolution", func(t *testing.T, table *Table) { begin(t, table, 0, 1) }, Stale},
		{"ends a failure", func(t *testing.T, table *Table) { table.Fail(0, begin(t, table, 0, 1)) }, Stale},
		{"leaves a probe alone", before[Probe], Probe},
		{"leaves a delay alone", before[Delay], Delay},
		{"revives an outlived row", func(t *testing.T, table *Table) { resolved(t, table, -Lifetime, 1) }, Stale},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := newTable(1, 1)
			c.before(t, table)
			added, lost := table.Solicitation(0, host(1), station(1))
			require.True(t, added)
			require.False(t, lost)
			requireState(t, table, 0, 1, c.want)
		})
	}
}
