package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestNobody: of a neighbour without a row there is no index, and nothing can be said to it.
func TestNobody(t *testing.T) {
	table := newTable(1, 1)
	i, mac, state := table.Lookup(0, host(1))
	require.Negative(t, i)
	require.Zero(t, mac)
	require.Equal(t, Free, state)
	require.False(t, table.IsRouter(host(1)))
	begin(t, table, 0, 2)
	hold(t, table, 0, 7, true)
	for _, take := range []func(now time.Duration, a wire.Addr, mac wire.MAC) (bool, bool){table.Solicitation, table.Add} {
		added, lost := take(0, host(1), station(1))
		require.False(t, added)
		require.False(t, lost, "the packet stays where it is")
	}
	require.Equal(t, []byte{7}, table.Waiting(0))
}

// TestHolds: how many packets wait.
func TestHolds(t *testing.T) {
	table := newTable(3, 3)
	require.Zero(t, table.Holds())
	for n := range byte(3) {
		hold(t, table, begin(t, table, 0, n+1), n, true)
		require.Equal(t, int(n)+1, table.Holds())
	}
	table.Sent(1)
	require.Equal(t, 2, table.Holds())
}

// TestRowThatIsTaken: the packet of the neighbour before is lost, and who hears of it is told.
func TestRowThatIsTaken(t *testing.T) {
	table := newTable(1, 1)
	table.Fail(0, begin(t, table, 0, 1))
	hold(t, table, 0, 7, true)
	added, lost := table.Solicitation(0, host(2), station(2))
	require.True(t, added)
	require.True(t, lost)
	require.Zero(t, table.Holds())
}

// TestSizeOfASlot: what does not fit is refused for a packet that replaces one as it is for the first.
func TestSizeOfASlot(t *testing.T) {
	table := newTable(2, 2)
	i := begin(t, table, 0, 1)
	b, lost := table.Hold(i, slotLen+1, true)
	require.Nil(t, b)
	require.False(t, lost)
	hold(t, table, i, 7, true)
	b, lost = table.Hold(i, slotLen+1, true)
	require.Nil(t, b)
	require.False(t, lost)
	require.Equal(t, []byte{7}, table.Waiting(i), "the packet that waits is not lost for one that cannot")
}

// TestSlotOfItsOwn: a packet takes the place of the one before it, also in another slot than the first.
func TestSlotOfItsOwn(t *testing.T) {
	table := newTable(2, 2)
	hold(t, table, begin(t, table, 0, 1), 1, true)
	two := begin(t, table, 0, 2)
	hold(t, table, two, 2, true)
	require.True(t, hold(t, table, two, 3, true))
	require.Equal(t, []byte{1}, table.Waiting(0))
	require.Equal(t, []byte{3}, table.Waiting(two))
}

// TestDoubtAsksForThree: whoever was probed in vain before has its probes anew, from the address that doubts.
func TestDoubtAsksForThree(t *testing.T) {
	table := newTable(1, 1)
	i := resolved(t, table, 0, 1)
	for range Tries {
		table.Solicited(0, i)
	}
	table.Doubt(time.Second, i, host(7))
	require.Equal(t, Ask, table.Due(2*time.Second, i))
	_, source := table.Target(i)
	require.Equal(t, host(7), source)
}

// TestDelayCountsAnew: the probes of the time before do not count.
func TestDelayCountsAnew(t *testing.T) {
	table := newTable(1, 1)
	i := begin(t, table, 0, 1)
	table.Solicited(0, i)
	table.Solicited(0, i)
	added, _ := table.Solicitation(0, host(1), station(1))
	require.True(t, added)
	table.Use(0, i, us, true)
	for range Tries {
		require.Equal(t, Ask, table.Due(time.Hour, i))
		table.Solicited(0, i)
	}
	require.Equal(t, Forget, table.Due(time.Hour, i))
}

// TestUseIsOurs: what goes to a stranger makes no neighbour one that is in use; our own traffic does, from then on.
func TestUseIsOurs(t *testing.T) {
	table := newTable(1, 1)
	i := stale(t, table, 0, 1)
	table.Use(0, i, us, false)
	require.True(t, table.Room(0, host(2), false))
	table.Use(time.Hour, i, us, true)
	require.False(t, table.Room(time.Hour+UseTime-1, host(2), false))
	table.Use(time.Hour+UseTime-1, i, us, true)
	require.False(t, table.Room(time.Hour+UseTime, host(2), false))
}

// TestUnusedOnlyByStrangers: a row that only strangers made us use is as good as unused, however lately that was.
func TestUnusedOnlyByStrangers(t *testing.T) {
	table := newTable(2, 1)
	stale(t, table, 0, 1)
	resolved(t, table, 0, 2)
	i, _ := table.Begin(time.Second, host(3), us, true)
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, map[byte]bool{2: true, 3: true}, present(table))
}

// TestSeed: it goes with a copy, and hosts of other seeds do not probe in step; nor does one host after some hours.
func TestSeed(t *testing.T) {
	a, b := &Table{}, &Table{}
	a.Init(make([]Entry, 1), make([]byte, 8), 8, 1)
	b.Init(make([]Entry, 1), make([]byte, 8), 4, 2)
	require.NotEqual(t, a.reachableTime(0, us), b.reachableTime(0, us))
	b.CopyFrom(a)
	require.Equal(t, a, b)
	require.NotEqual(t, a.reachableTime(0, us), a.reachableTime(1<<factorBits, us))
	for at, want := range map[time.Duration]uint64{0: 51712, 1 << factorBits: 27698} { // by another program
		require.Equal(t, ARPReachableTime/2+ARPReachableTime>>16*time.Duration(want), a.reachableTime(at, us))
	}
}

// TestFreeBeforeFailed: a row that is free goes before one that remembers a failure, however long ago that was used.
func TestFreeBeforeFailed(t *testing.T) {
	table := newTable(2, 1)
	table.Fail(Tries*RetransTime, begin(t, table, 0, 1))
	table.Gone(resolved(t, table, Tries*RetransTime, 2))
	i, _ := table.Begin(Tries*RetransTime, host(3), us, true)
	require.Equal(t, 1, i)
	requireState(t, table, Tries*RetransTime, 1, Failed)
}

// TestOldestResolutionFirst: of those that strangers caused.
func TestOldestResolutionFirst(t *testing.T) {
	table := newTable(2, 1)
	table.Begin(2*time.Second, host(1), us, false)
	table.Begin(time.Second, host(2), us, false)
	i, _ := table.Begin(3*time.Second, host(3), us, true)
	require.Equal(t, 1, i)
}

// TestGoneIsForgotten: who has been given up has no row that a message could bring back to life.
func TestGoneIsForgotten(t *testing.T) {
	table := newTable(1, 1)
	table.Gone(resolved(t, table, 0, 1))
	require.False(t, table.Update(0, host(1), station(1)))
	requireState(t, table, 0, 1, Free)
}

// TestAddressOfZeros: no row is told from one without an address by what its address is.
func TestAddressOfZeros(t *testing.T) {
	state := func(table *Table) State {
		_, _, state := table.Lookup(0, host(1))
		return state
	}
	table := newTable(1, 1)
	begin(t, table, 0, 1)
	require.True(t, table.Advertisement(0, &Advertisement{Target: host(1), HasMAC: true}))
	require.Equal(t, Stale, state(table))
	table = newTable(1, 1)
	added, _ := table.Solicitation(0, host(1), wire.MAC{})
	require.True(t, added)
	require.Equal(t, Stale, state(table))
}
