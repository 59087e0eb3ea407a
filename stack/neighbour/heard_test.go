package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
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

// TestAdvertisement: the table of RFC 4861 appendix C. The neighbour's address is station 1 before, where it is known;
// news is station 2.
func TestAdvertisement(t *testing.T) {
	incomplete := func(t *testing.T, table *Table) { begin(t, table, 0, 1) }
	reachable := func(t *testing.T, table *Table) { resolved(t, table, 0, 1) }
	stale := func(t *testing.T, table *Table) { resolved(t, table, -ReachableTime, 1) }
	nothing := func(*testing.T, *Table) {}
	failure := func(t *testing.T, table *Table) { table.Fail(0, begin(t, table, 0, 1)) }
	outlived := func(t *testing.T, table *Table) { resolved(t, table, -Lifetime, 1) }
	const S, O = 1, 2
	for _, c := range []struct {
		name   string
		before func(*testing.T, *Table)
		mac    byte // 0: without
		flags  int
		state  State
		want   byte // the address afterwards
		useful bool
	}{
		{"unknown neighbour", nothing, 1, S | O, Free, 0, false},
		{"failed neighbour", failure, 1, S | O, Failed, 0, false},
		{"outlived neighbour", outlived, 1, S | O, Free, 0, false},

		{"incomplete, no address", incomplete, 0, S, Incomplete, 0, false},
		{"incomplete, solicited", incomplete, 2, S, Reachable, 2, true},
		{"incomplete, solicited, override", incomplete, 2, S | O, Reachable, 2, true},
		{"incomplete, unsolicited", incomplete, 2, 0, Stale, 2, true},
		{"incomplete, unsolicited, override", incomplete, 2, O, Stale, 2, true},

		{"reachable, no override, other address", reachable, 2, 0, Stale, 1, true},
		{"reachable, solicited, no override, other address", reachable, 2, S, Stale, 1, true},
		{"stale, no override, other address", stale, 2, S, Stale, 1, false},
		{"stale, solicited, same address", stale, 1, S, Reachable, 1, true},
		{"stale, solicited, no address", stale, 0, S, Reachable, 1, true},
		{"stale, solicited, override, same address", stale, 1, S | O, Reachable, 1, true},
		{"reachable, unsolicited, same address", reachable, 1, 0, Reachable, 1, true},
		{"stale, unsolicited, same address", stale, 1, O, Stale, 1, true},
		{"reachable, solicited, override, other address", reachable, 2, S | O, Reachable, 2, true},
		{"stale, solicited, override, other address", stale, 2, S | O, Reachable, 2, true},
		{"reachable, unsolicited, override, other address", reachable, 2, O, Stale, 2, true},
		{"reachable, unsolicited, override, no address", reachable, 0, O, Reachable, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := newTable(1, 1)
			c.before(t, table)
			a := Advertisement{Target: host(1), Solicited: c.flags&S != 0, Override: c.flags&O != 0}
			if c.mac != 0 {
				a.MAC, a.HasMAC = station(c.mac), true
			}
			require.Equal(t, c.useful, table.Advertisement(0, &a))
			_, mac, state := table.Lookup(0, host(1))
			require.Equal(t, c.state, state)
			if c.want != 0 {
				require.Equal(t, station(c.want), mac)
			}
		})
	}
}

// TestIsRouter: RFC 4861 7.2.5 has the flag follow every advertisement that counts.
func TestIsRouter(t *testing.T) {
	table := newTable(2, 1)
	require.False(t, table.IsRouter(host(1)))
	begin(t, table, 0, 1)
	for _, router := range []bool{true, false, true} {
		require.True(t, table.Advertisement(0, &Advertisement{
			Target: host(1), MAC: station(1), HasMAC: true, Solicited: true, Router: router,
		}))
		require.Equal(t, router, table.IsRouter(host(1)))
	}
	table.Advertisement(0, &Advertisement{Target: host(1), MAC: wire.MAC{2, 9}, HasMAC: true})
	require.True(t, table.IsRouter(host(1)), "an advertisement that is ignored does not count")
}
