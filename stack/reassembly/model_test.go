package reassembly

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// model is one datagram as somebody would have it who has no memory to save: a list of its fragments.
type model struct {
	room    int
	spoiled bool
	have    []*Fragment
}

// add is what [Table.Add] must answer.
func (m *model) add(f *Fragment) Result {
	end := f.Offset + len(f.Data)
	if end > m.room {
		return TooLong
	}
	total, got := 0, len(f.Data)
	if !f.More {
		total = end
	}
	for _, g := range m.have {
		other := g.Offset + len(g.Data)
		same := g.Offset == f.Offset && other == end && g.More == f.More
		switch {
		case m.spoiled:
		case same:
			return Duplicate
		case f.Offset < other && g.Offset < end, // they have a byte in common
			!f.More && other >= end, !g.More && end >= other: // there is something behind the end
			m.spoiled = true
		}
		got += len(g.Data)
		if !g.More {
			total = other
		}
	}
	if m.spoiled {
		return Overlap
	}
	m.have = append(m.have, f)
	if got == total {
		return Complete
	}
	return Stored
}

// TestModel: whatever fragments come of a datagram, what overlaps, what says where its end is and what lies at the end of the
// row are told as the model tells them.
func TestModel(t *testing.T) { rapid.Check(t, propertyModel) }

func FuzzModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyModel)) }

func propertyModel(t *rapid.T) {
	table := newTable(1, MinMemory)
	m := model{room: table.room}
	base := 0
	if rapid.Bool().Draw(t, "at the end of the row") {
		base = table.room - 5*unit
		m.have = append(m.have, &Fragment{Key: key, Data: data(table.room)[:base], More: true})
		_, r, _ := table.Add(0, m.have[0])
		require.Equal(t, Stored, r)
	}
	for range rapid.IntRange(1, 8).Draw(t, "fragments") {
		lo := base + unit*rapid.IntRange(0, 5).Draw(t, "from")
		f := &Fragment{Key: key, Head: []byte{'h'}, Offset: lo, More: rapid.IntRange(0, 2).Draw(t, "more") > 0}
		n := unit * rapid.IntRange(1, 2).Draw(t, "units")
		if !f.More && rapid.Bool().Draw(t, "short") {
			n -= rapid.IntRange(1, unit-1).Draw(t, "by")
		}
		f.Data = data(table.room + 3*unit)[lo : lo+n]
		want := m.add(f)
		i, got, _ := table.Add(0, f)
		require.Equal(t, want, got, "from %d, %d bytes, more %v", lo, n, f.More)
		if got == Complete {
			b, head := table.Whole(i)
			require.Equal(t, data(len(b)-head), b[head:])
			return
		}
	}
}
