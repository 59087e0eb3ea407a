package neighbour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
	"stackproof/stack/wire"
)

// TestCheck: each rule, broken in each way that it can be.
func TestCheck(t *testing.T) {
	const waits, known = 0, 1 // rows
	for _, c := range []struct {
		want   invariant.Rule
		row    int
		damage func(*Table)
	}{
		{invariant.NeighbourRow, known, func(x *Table) { x.entries[known].addr = x.entries[waits].addr }},
		{invariant.NeighbourRow, known, func(x *Table) { x.entries[known].mac = wire.MAC{} }},
		{invariant.NeighbourRow, known, func(x *Table) { x.entries[known].state = Failed + 1 }},
		{invariant.NeighbourRow, waits, func(x *Table) { x.entries[waits].addr = wire.Addr{} }},
		{invariant.NeighbourRow, waits, func(x *Table) { x.entries[waits].tries = 0 }},
		{invariant.NeighbourRow, waits, func(x *Table) { x.entries[waits].tries = Tries + 1 }},
		{invariant.NeighbourRow, waits, func(x *Table) { x.entries[waits].source = wire.Addr{} }},
		{invariant.NeighbourWaiting, waits, func(x *Table) { x.entries[waits].waiting = slotLen + 1 }},
		{invariant.NeighbourWaiting, waits, func(x *Table) { x.entries[waits].slot = 2 }},
		{invariant.NeighbourWaiting, waits, func(x *Table) { x.entries[waits].state = Free }},
		{invariant.NeighbourWaiting, known, func(x *Table) { x.entries[known].waiting, x.entries[known].slot = 1, x.entries[waits].slot }},
		{invariant.NeighbourTime, waits, func(x *Table) { x.entries[waits].due = RetransTime + 1 }},
		{invariant.NeighbourTime, known, func(x *Table) { x.entries[known].heard = 1 }},
		{invariant.NeighbourTime, known, func(x *Table) { x.entries[known].used = 1 }},
		{invariant.NeighbourTime, known, func(x *Table) { x.entries[known].due = 2 * ARPReachableTime }},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			x := newTable(3, 2)
			i := begin(t, x, 0, 1)
			require.Equal(t, waits, i)
			b, _ := x.Hold(i, 10, true)
			require.Len(t, b, 10)
			x.Keep(i, 10, true)
			require.Equal(t, known, resolved(t, x, 0, 2))
			require.Equal(t, invariant.Violation{}, x.Check(0))
			c.damage(x)
			require.Equal(t, c.want.At(c.row), x.Check(0))
		})
	}
}
