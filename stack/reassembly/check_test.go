package reassembly

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
)

// TestCheck: each rule, broken in each way that it can be.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		want   invariant.Rule
		damage func(*Table, *Entry, slot)
	}{
		{invariant.FragmentRow, func(x *Table, e *Entry, _ slot) { e.key = x.entries[0].key }},
		{invariant.FragmentRow, func(_ *Table, e *Entry, _ slot) { e.expires = Timeout + 1 }},
		{invariant.FragmentRow, func(_ *Table, e *Entry, _ slot) { e.got = e.total }},
		{invariant.FragmentUnits, func(_ *Table, e *Entry, _ slot) { e.got-- }},
		{invariant.FragmentUnits, func(_ *Table, e *Entry, _ slot) { e.got += unit }},
		{invariant.FragmentUnits, func(_ *Table, e *Entry, _ slot) { e.least-- }},
		{invariant.FragmentUnits, func(x *Table, e *Entry, _ slot) { e.total, e.least = x.room+1, x.room+1 }},
		{invariant.FragmentUnits, func(_ *Table, e *Entry, _ slot) { e.head = headRoom + 1 }},
		{invariant.FragmentUnits, func(_ *Table, e *Entry, _ slot) { e.first = e.got + 1 }},
		{invariant.FragmentUnits, func(_ *Table, _ *Entry, m slot) { m.begins[0] = 0 }},
		{invariant.FragmentUnits, func(_ *Table, _ *Entry, m slot) { m.begins.add(3) }},
		{invariant.FragmentUnits, func(_ *Table, e *Entry, m slot) { m.arrived.add(50); e.got += unit }},
		{invariant.FragmentUnits, func(x *Table, _ *Entry, m slot) { m.arrived.add((x.room + unit - 1) / unit) }},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			x := &Table{}
			x.Init(make([]Entry, 2), make([]byte, 2*MinMemory))
			for _, f := range []Fragment{
				{Key: Key{ID: 9}, Head: make([]byte, 20), Data: make([]byte, 16), Offset: 64, More: true},
				{Key: Key{ID: 1}, Head: make([]byte, 20), Data: make([]byte, 16), More: true},
				{Key: Key{ID: 1}, Head: make([]byte, 20), Data: make([]byte, 13), Offset: 32},
			} {
				_, r, _ := x.Add(0, &f)
				require.Equal(t, Stored, r)
			}
			require.Equal(t, invariant.Violation{}, x.Check(0))
			c.damage(x, &x.entries[1], x.slot(1))
			require.Equal(t, c.want.At(1), x.Check(0))
		})
	}
}
