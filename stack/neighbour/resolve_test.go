package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSolicitations: three, a second apart, and a second after the last nobody is there (RFC 4861 7.2.2, 10).
func TestSolicitations(t *testing.T) {
	table := newTable(2, 1)
	start := 5 * time.Second
	i := begin(t, table, start, 1)
	requireState(t, table, start, 1, Incomplete)
	for n := 1; n < Tries; n++ {
		due := start + time.Duration(n)*RetransTime
		next, ok := table.Next()
		require.True(t, ok)
		require.Equal(t, due, next)
		require.Equal(t, Nothing, table.Due(due-1, i))
		require.Equal(t, Solicit, table.Due(due, i))
		require.Equal(t, Solicit, table.Due(due+time.Hour, i), "it stays due until it is done")
		table.Solicited(due, i)
	}
	end := start + Tries*RetransTime
	require.Equal(t, Nothing, table.Due(end-1, i))
	require.Equal(t, GiveUp, table.Due(end, i))
	table.Fail(end, i)
	requireState(t, table, end, 1, Failed)
	_, ok := table.Next()
	require.False(t, ok, "a failure is no reason to wake up")
	requireState(t, table, end+HoldTime-1, 1, Failed)
	requireState(t, table, end+HoldTime, 1, Free)
}

func TestTargetIsAskedForFromTheSourceOfThePacket(t *testing.T) {
	table := newTable(1, 1)
	i, _ := table.Begin(0, host(1), host(7), true)
	addr, source := table.Target(i)
	require.Equal(t, host(1), addr)
	require.Equal(t, host(7), source)
}

func TestAddressesAge(t *testing.T) {
	table := newTable(2, 1)
	i := resolved(t, table, 0, 1)
	require.Equal(t, station(1), table.MAC(i))
	fresh := table.reachableTime(0, host(1))
	requireState(t, table, fresh-1, 1, Reachable)
	requireState(t, table, fresh, 1, Stale)
	requireState(t, table, Lifetime-1, 1, Stale)
	requireState(t, table, Lifetime, 1, Free)

	j := begin(t, table, Lifetime, 1)
	require.Equal(t, i, j, "the neighbour has one row only")
	requireState(t, table, Lifetime, 1, Incomplete)
}

func TestNextIsTheEarliest(t *testing.T) {
	table := newTable(3, 1)
	_, ok := table.Next()
	require.False(t, ok)
	begin(t, table, 2, 1)
	begin(t, table, 1, 2)
	begin(t, table, 3, 3)
	next, ok := table.Next()
	require.True(t, ok)
	require.Equal(t, RetransTime+1, next)
}
