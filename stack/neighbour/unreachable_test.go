package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// TestUnreachable: who is spoken to and has not been heard of has 5 seconds, then three probes, one second apart, then the
// row is gone (RFC 4861 7.3.3, 10).
func TestUnreachable(t *testing.T) {
	table := newTable(1, 1)
	i := stale(t, table, 0, 1)
	_, ok := table.Next()
	require.False(t, ok, "nobody speaks to it")
	table.Use(time.Second, i, host(7), false)
	requireState(t, table, time.Second, 1, Delay)
	table.Use(2*time.Second, i, host(8), true)
	due := time.Second + DelayTime
	for n := range Tries {
		next, ok := table.Next()
		require.True(t, ok)
		require.Equal(t, due, next, "a second packet does not put it off")
		require.Equal(t, Nothing, table.Due(due-1, i))
		require.Equal(t, Ask, table.Due(due, i))
		require.Equal(t, Ask, table.Due(due+time.Hour, i), "it stays due until it is done")
		_, source := table.Target(i)
		require.Equal(t, host(8), source, "the source of the latest packet")
		table.Solicited(due, i)
		requireState(t, table, due, 1, Probe)
		require.Equal(t, station(1), table.MAC(i), "packets go on to it, after %d probes", n+1)
		table.Use(due, i, host(8), true)
		due += RetransTime
	}
	require.Equal(t, Nothing, table.Due(due-1, i))
	require.Equal(t, Forget, table.Due(due, i))
	table.Gone(i)
	requireState(t, table, due, 1, Free)
	_, ok = table.Next()
	require.False(t, ok)
}

// TestConfirm: what the layers above know counts where there is an address, and starts the reachable time anew.
func TestConfirm(t *testing.T) {
	for state := Free; state <= Failed; state++ {
		table := newTable(1, 1)
		before[state](t, table)
		table.Confirm(0, host(1))
		want := state
		if state.Resolved() {
			want = Reachable
		}
		requireState(t, table, 0, 1, want)
	}
	table := newTable(1, 1)
	resolved(t, table, 0, 1)
	later := ARPReachableTime / 4
	table.Confirm(later, host(1))
	requireState(t, table, later+table.reachableTime(0, host(1))-1, 1, Reachable)
	require.NotPanics(t, func() { table.Confirm(0, host(2)) }, "of a stranger there is nothing to confirm")
}

// TestEveryStateAgainstTime: which states time alone ends.
func TestEveryStateAgainstTime(t *testing.T) {
	later := map[State]State{
		Free: Free, Incomplete: Incomplete, Reachable: Free, Stale: Free, Delay: Delay, Probe: Probe, Failed: Free,
	}
	for state := Free; state <= Failed; state++ {
		table := newTable(1, 1)
		before[state](t, table)
		requireState(t, table, 0, 1, state)
		requireState(t, table, Lifetime, 1, later[state])
	}
}

// TestReachableTime: between half and one and a half times the constant, the same for a while, and not for ever (RFC 4861
// 6.3.2).
func TestReachableTime(t *testing.T) {
	rapid.Check(t, propertyReachableTime)
	table, seen := newTable(1, 1), map[time.Duration]bool{}
	var sum time.Duration
	for n := range time.Duration(100) {
		r := table.reachableTime(n<<factorBits, host(1))
		seen[r] = true
		sum += r
	}
	require.Greater(t, len(seen), 90)
	require.InDelta(t, ARPReachableTime, sum/100, float64(6*time.Second), "uniformly distributed")
}

func FuzzReachableTime(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyReachableTime)) }

func propertyReachableTime(t *rapid.T) {
	table := newTable(1, 1)
	table.seed = rapid.Uint64().Draw(t, "seed")
	now := time.Duration(rapid.Int64Range(0, 1e18).Draw(t, "now"))
	for base, a := range map[time.Duration]wire.Addr{ReachableTime: wire.AllNodes6, ARPReachableTime: host(1)} {
		got := table.reachableTime(now, a)
		require.GreaterOrEqual(t, got, base/2)
		require.LessOrEqual(t, got, base*3/2)
		require.Equal(t, got, table.reachableTime(now>>factorBits<<factorBits, a))
	}
}

// TestDoubt: whom nothing seems to reach has been asked for already; two probes are left.
func TestDoubt(t *testing.T) {
	table := newTable(1, 1)
	i := resolved(t, table, 0, 1)
	table.Doubt(time.Second, i, us)
	requireState(t, table, time.Second, 1, Probe)
	for n := 2; n <= Tries; n++ {
		due := time.Duration(n) * time.Second
		require.Equal(t, Nothing, table.Due(due-1, i))
		require.Equal(t, Ask, table.Due(due, i))
		table.Solicited(due, i)
	}
	require.Equal(t, Forget, table.Due(4*time.Second, i))
}
