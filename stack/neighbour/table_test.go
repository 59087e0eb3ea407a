package neighbour

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// TestEviction: which of three rows a new neighbour takes.
func TestEviction(t *testing.T) {
	const now = time.Hour
	resolving := func(own bool) func(*testing.T, *Table, byte) {
		return func(t *testing.T, table *Table, n byte) {
			_, lost := table.Begin(now, host(n), us, own)
			require.False(t, lost)
		}
	}
	usedAt := func(at time.Duration) func(*testing.T, *Table, byte) {
		return func(t *testing.T, table *Table, n byte) { resolved(t, table, at, n) }
	}
	heardAt := func(at time.Duration) func(*testing.T, *Table, byte) {
		return func(t *testing.T, table *Table, n byte) { table.Add(at, host(n), station(n)) }
	}
	failedAt := func(at time.Duration) func(*testing.T, *Table, byte) {
		return func(t *testing.T, table *Table, n byte) { table.Fail(at, begin(t, table, at, n)) }
	}
	nothing := func(*testing.T, *Table, byte) {}
	const none = 0
	for _, c := range []struct {
		name string
		rows [3]func(*testing.T, *Table, byte)
		own  byte // which is pushed out by our own traffic: 1, 2, 3 or none
		not  byte // which is pushed out by a stranger's doing
	}{
		{"a free row first", [3]func(*testing.T, *Table, byte){failedAt(now), heardAt(0), nothing}, 3, 3},
		{"an outlived row", [3]func(*testing.T, *Table, byte){failedAt(now), heardAt(now - Lifetime), heardAt(now - UseTime)}, 2, 2},
		{"a failure before an address", [3]func(*testing.T, *Table, byte){heardAt(now - time.Minute), failedAt(now), resolving(false)}, 2, 2},
		{"a stranger's resolution before an address", [3]func(*testing.T, *Table, byte){heardAt(now - time.Minute), usedAt(now), resolving(false)}, 3, 1},
		{"an unused row before one in use", [3]func(*testing.T, *Table, byte){usedAt(now - time.Second), heardAt(now), usedAt(now)}, 2, 2},
		{"of unused rows the one that was used longest ago", [3]func(*testing.T, *Table, byte){usedAt(now - 2*time.Minute), usedAt(now - 3*time.Minute), usedAt(now - time.Minute)}, 2, 2},
		{"of unused rows the one that was heard longest ago", [3]func(*testing.T, *Table, byte){heardAt(now - 2), heardAt(now - 3), heardAt(now - 1)}, 2, 2},
		{"of rows in use the least recent, and not for a stranger", [3]func(*testing.T, *Table, byte){usedAt(now - 1*time.Second), usedAt(now - 2*time.Second), usedAt(now)}, 2, none},
		{"in use means 30 seconds", [3]func(*testing.T, *Table, byte){usedAt(now), usedAt(now - UseTime), usedAt(now - UseTime + 1)}, 2, 2},
		{"our own resolutions stay", [3]func(*testing.T, *Table, byte){resolving(true), resolving(true), resolving(true)}, none, none},
		{"a stranger's resolutions give way only to us", [3]func(*testing.T, *Table, byte){resolving(false), resolving(true), resolving(true)}, 1, none},
	} {
		for _, own := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				table := newTable(3, 1)
				// Rows are filled from the last, so that the order is the table's own doing nowhere.
				for n := byte(3); n > 0; n-- {
					c.rows[n-1](t, table, n)
				}
				before := present(table)
				i, _ := table.Begin(now, host(9), us, own)
				want := c.not
				if own {
					want = c.own
				}
				require.Equal(t, i >= 0, want != none)
				if want != none {
					delete(before, want)
					before[9] = true
				}
				require.Equal(t, before, present(table))
			})
		}
	}
}

// present returns the neighbours that have a row.
func present(table *Table) map[byte]bool {
	m := map[byte]bool{}
	for n := byte(1); n < 10; n++ {
		if table.find(host(n)) >= 0 {
			m[n] = true
		}
	}
	return m
}

func TestRoomSaysWhatBeginDoes(t *testing.T) {
	table := newTable(1, 1)
	require.True(t, table.Room(0, host(1), false))
	begin(t, table, 0, 1)
	require.True(t, table.Room(0, host(1), true), "it has a row")
	require.False(t, table.Room(0, host(2), true))
	i, lost := table.Begin(0, host(2), us, true)
	require.Equal(t, -1, i)
	require.False(t, lost)
	require.Equal(t, map[byte]bool{1: true}, present(table))
}

func TestClear(t *testing.T) {
	table := newTable(3, 2)
	resolved(t, table, 0, 1)
	hold(t, table, begin(t, table, 0, 2), 7, true)
	require.Equal(t, 1, table.Clear())
	require.Empty(t, present(table))
	require.Zero(t, table.Clear())
}

// TestCopyFrom: a copy is equal, and each then changes alone.
func TestCopyFrom(t *testing.T) {
	a, b := newTable(2, 1), newTable(2, 1)
	i := begin(t, a, 0, 1)
	hold(t, a, i, 7, true)
	b.CopyFrom(a)
	require.Equal(t, a, b)

	a.Update(0, host(1), station(1))
	hold(t, a, i, 8, true)
	requireState(t, b, 0, 1, Incomplete)
	require.Equal(t, []byte{7}, b.Waiting(i))
}

// TestInvariants: whatever happens, a neighbour has one row, a slot one owner, and a row that our own traffic has just
// used is not lost to strangers.
func TestInvariants(t *testing.T) { rapid.Check(t, propertyInvariants) }

func FuzzInvariants(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyInvariants)) }

func propertyInvariants(t *rapid.T) {
	table := newTable(rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "slots"))
	now := time.Duration(0)
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		now += time.Duration(rapid.SampledFrom([]int64{0, 1, 1e9, 40e9, 1300e9}).Draw(t, "time"))
		step(t, table, now, byte(rapid.IntRange(1, 6).Draw(t, "neighbour")))
		check(t, table)
	}
}

func step(t *rapid.T, table *Table, now time.Duration, n byte) {
	i, _, state := table.Lookup(now, host(n))
	own := rapid.Bool().Draw(t, "own")
	inUse := present(table)
	for k := range inUse {
		j, _, s := table.Lookup(now, host(k))
		e := table.entries[j]
		inUse[k] = s != Free && s != Failed && e.wanted && now-e.used < UseTime
	}
	what := rapid.SampledFrom([]string{"send", "update", "add", "solicitation", "advertisement", "confirm", "due"}).Draw(t, "what")
	switch what {
	case "send":
		if state == Free {
			if i, _ = table.Begin(now, host(n), us, own); i < 0 {
				break
			}
			state = Incomplete
		} else if own {
			table.Use(now, i, us, true)
		}
		if b, _ := table.Hold(i, slotLen, own); state == Incomplete && b != nil {
			table.Keep(i, slotLen, own)
		}
	case "update":
		table.Update(now, host(n), station(n))
	case "add":
		if i < 0 {
			table.Add(now, host(n), station(n))
		}
	case "solicitation":
		table.Solicitation(now, host(n), station(n))
	case "advertisement":
		table.Advertisement(now, &Advertisement{Target: host(n), MAC: station(n), HasMAC: own, Solicited: own})
	case "confirm":
		table.Confirm(now, host(n))
	case "due":
		doDue(table, now)
		next, ok := table.Next()
		require.True(t, !ok || next > now, "the next event is due, and nothing is left to do")
		clear(inUse) // a neighbour that does not answer goes, in use or not
	}
	for k, was := range inUse {
		if was && (what != "send" || !own) {
			require.GreaterOrEqual(t, table.find(host(k)), 0, "neighbour %d was in use and is lost by %s", k, what)
		}
	}
}

func doDue(table *Table, now time.Duration) {
	for i := range table.Len() {
		for e := table.Due(now, i); e != Nothing; e = table.Due(now, i) {
			switch e {
			case Solicit, Ask:
				table.Solicited(now, i)
			case GiveUp:
				table.Fail(now, i)
				table.Sent(i)
			case Forget:
				table.Gone(i)
			case Send:
				table.Sent(i)
			}
		}
	}
}

func check(t *rapid.T, table *Table) {
	seen, slots := map[wire.Addr]bool{}, map[uint16]bool{}
	for i := range table.entries {
		e := &table.entries[i]
		if e.state == Free {
			continue
		}
		require.False(t, seen[e.addr], "two rows for %v", e.addr)
		seen[e.addr] = true
		if e.waiting != 0 {
			require.False(t, slots[e.slot], "two packets in slot %d", e.slot)
			slots[e.slot] = true
			require.LessOrEqual(t, (int(e.slot)+1)*slotLen, len(table.memory))
		}
	}
}
