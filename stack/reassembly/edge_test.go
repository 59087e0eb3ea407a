package reassembly_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/reassembly"
)

// A row with room for 128 bytes of data, which is a whole number of bytes of its sets.
const rowMemory, rowRoom, rowHead = 128 + 2*66, 128, 128

// edge is a table of some rows that are no larger than they have to be.
func edge(rows int) *reassembly.Table {
	t := new(reassembly.Table)
	t.Init(make([]reassembly.Entry, rows), make([]byte, rows*rowMemory))
	return t
}

// piece is a fragment of datagram id from one place to another, last if it is; its bytes are those of filled.
func piece(id uint32, from, to int, last bool) *reassembly.Fragment {
	return &reassembly.Fragment{Key: reassembly.Key{ID: id}, Head: []byte{1, 2, 3, 4}, Data: filled()[from:to], Offset: from, More: !last}
}

func filled() []byte {
	b := make([]byte, 2*rowRoom)
	for i := range b {
		b[i] = byte(i) ^ 0xa5
	}
	return b
}

// TestEdges: what becomes of fragments whose ends meet those of others, or of the row.
func TestEdges(t *testing.T) {
	zeros := piece(1, 0, 16, false)
	zeros.Data = append(bytes.Clone(zeros.Data[:8]), make([]byte, 8)...)
	for name, c := range map[string]struct {
		first []*reassembly.Fragment
		then  *reassembly.Fragment
		want  reassembly.Result
	}{
		"not the last where the last ends":   {[]*reassembly.Fragment{piece(1, 8, 16, true)}, piece(1, 8, 16, false), reassembly.Overlap},
		"the last behind the last":           {[]*reassembly.Fragment{piece(1, 8, 16, true)}, piece(1, 16, 24, true), reassembly.Overlap},
		"the last where another goes on":     {[]*reassembly.Fragment{piece(1, 0, 8, false)}, piece(1, 0, 8, true), reassembly.Overlap},
		"one byte more":                      {[]*reassembly.Fragment{piece(1, 0, 8, false)}, piece(1, 8, 9, true), reassembly.Complete},
		"one byte again":                     {[]*reassembly.Fragment{piece(1, 8, 9, true)}, piece(1, 8, 9, true), reassembly.Duplicate},
		"two in one":                         {[]*reassembly.Fragment{piece(1, 0, 8, false), piece(1, 8, 16, false)}, piece(1, 0, 16, false), reassembly.Overlap},
		"longer, by what is zero in the row": {[]*reassembly.Fragment{piece(1, 0, 8, false)}, zeros, reassembly.Overlap},
		"shorter, at the end of the row":     {[]*reassembly.Fragment{piece(1, 112, 128, true)}, piece(1, 112, 120, false), reassembly.Overlap},
		"the end of the row again":           {[]*reassembly.Fragment{piece(1, 112, 128, true)}, piece(1, 112, 128, true), reassembly.Duplicate},
		"behind the end of the row":          {nil, piece(1, 120, 129, true), reassembly.TooLong},
	} {
		t.Run(name, func(t *testing.T) {
			table := edge(1)
			for _, f := range c.first {
				_, r, _ := table.Add(0, f)
				require.Equal(t, reassembly.Stored, r)
			}
			_, r, _ := table.Add(0, c.then)
			require.Equal(t, c.want, r)
		})
	}
}

// TestRowsAreTold: every result names its row, or none, and says that nothing had to give way.
func TestRowsAreTold(t *testing.T) {
	table := edge(2)
	add := func(f *reassembly.Fragment, row int, want reassembly.Result) {
		i, r, evicted := table.Add(0, f)
		require.Equal(t, row, i)
		require.Equal(t, want, r)
		require.False(t, evicted)
	}
	add(piece(1, 0, 8, false), 0, reassembly.Stored)
	add(piece(2, 8, 16, false), 1, reassembly.Stored)
	add(piece(2, 8, 16, false), 1, reassembly.Duplicate)
	require.Nil(t, table.First(1))
	add(piece(2, 8, 24, false), 1, reassembly.Overlap)
	long := piece(3, 0, 8, false)
	long.Head = make([]byte, rowHead+1)
	add(long, -1, reassembly.TooLong)
	require.Equal(t, 2, table.Used())
	i, _, evicted := table.Add(0, piece(4, 0, 8, false))
	require.True(t, evicted)
	require.Zero(t, i, "of two that are as old the first gives way")
	require.Equal(t, 2, table.Clear())
	require.Zero(t, table.Used())
	require.Zero(t, table.Clear())
	i, ok := table.Expired(time.Hour)
	require.False(t, ok)
	require.Zero(t, i)
}

// TestNextIsTheFirst: whichever row it is in.
func TestNextIsTheFirst(t *testing.T) {
	table := edge(3)
	for id := range uint32(3) {
		table.Add(time.Duration(id)*time.Second, piece(id, 0, 8, false))
	}
	next := func(want time.Duration) {
		at, ok := table.Next()
		require.True(t, ok)
		require.Equal(t, want+reassembly.Timeout, at)
	}
	next(0)
	table.Free(0)
	next(time.Second)
	table.Add(9*time.Second, piece(9, 0, 8, false))
	next(time.Second)
}

// TestFullRow: a row takes as much as there is room for, with the longest header, and nothing of it is where something else
// is.
func TestFullRow(t *testing.T) {
	table, other := edge(1), edge(1)
	head := bytes.Repeat([]byte{7}, rowHead)
	_, r, _ := table.Add(0, piece(1, 64, rowRoom, true))
	require.Equal(t, reassembly.Stored, r)
	other.CopyFrom(table)
	for _, x := range []*reassembly.Table{table, other} {
		f := piece(1, 0, 64, false)
		f.Head = head
		i, r, _ := x.Add(0, f)
		require.Equal(t, reassembly.Complete, r)
		require.Equal(t, append(bytes.Clone(head), filled()[:64]...), x.First(i))
		b, n := x.Whole(i)
		require.Equal(t, rowHead, n)
		require.Equal(t, append(bytes.Clone(head), filled()[:rowRoom]...), b)
	}
	unlike := new(reassembly.Table)
	unlike.Init(make([]reassembly.Entry, 1), make([]byte, rowMemory))
	unlike.CopyFrom(table)
	b, _ := unlike.Whole(0)
	require.Equal(t, filled()[:rowRoom], b[rowHead:], "the bytes are copied, too")
}

// TestMarksThatDisagree: who asks still has what the first fragment said.
func TestMarksThatDisagree(t *testing.T) {
	table := edge(1)
	for i, ecn := range []reassembly.ECN{reassembly.CE, reassembly.NotECT} {
		f := piece(1, 8*i, 8*i+8, false)
		f.ECN = ecn
		table.Add(0, f)
	}
	ecn, ok := table.ECN(0, reassembly.ECT0)
	require.False(t, ok)
	require.Equal(t, reassembly.ECT0, ecn)
}

// TestNoRows: a host may have none.
func TestNoRows(t *testing.T) {
	table := edge(1)
	table.Init(nil, nil)
	require.Zero(t, table.Len())
	_, ok := table.Next()
	require.False(t, ok)
}
