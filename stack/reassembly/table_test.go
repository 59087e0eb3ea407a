package reassembly

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

var (
	alice, bob = wire.IPv4(192, 0, 2, 1), wire.IPv4(192, 0, 2, 2)
	key        = Key{Src: alice, Dst: bob, ID: 7, Proto: 17}
)

func newTable(rows, memory int) *Table {
	t := &Table{}
	t.Init(make([]Entry, rows), make([]byte, rows*memory))
	return t
}

// data is n bytes, each of which shows its place.
func data(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	return b
}

// piece is the fragment of data(total) from lo up to but not including hi.
func piece(k Key, lo, hi, total int) *Fragment {
	return &Fragment{Key: k, Head: []byte{'h', byte(lo / 8)}, Data: data(total)[lo:hi], Offset: lo, More: hi < total}
}

// TestOutcomes: fragments of a datagram of 40 bytes, each with what becomes of it.
func TestOutcomes(t *testing.T) {
	type step struct {
		lo, hi int
		total  int // 0: 40
		want   Result
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"in order", []step{{0, 16, 0, Stored}, {16, 32, 0, Stored}, {32, 40, 0, Complete}}},
		{"the other way round", []step{{32, 40, 0, Stored}, {16, 32, 0, Stored}, {0, 16, 0, Complete}}},
		{"first twice", []step{{0, 16, 0, Stored}, {0, 16, 0, Duplicate}, {16, 40, 0, Complete}}},
		{"last twice", []step{{32, 40, 0, Stored}, {32, 40, 0, Duplicate}, {0, 32, 0, Complete}}},
		{"overlap by eight bytes", []step{{0, 16, 0, Stored}, {8, 40, 0, Overlap}, {16, 40, 0, Overlap}}},
		{"overlap of the one behind", []step{{16, 40, 0, Stored}, {0, 24, 0, Overlap}, {0, 16, 0, Overlap}}},
		{"inside another (teardrop)", []step{{0, 32, 0, Stored}, {8, 16, 0, Overlap}, {32, 40, 0, Overlap}}},
		{"beginning of another", []step{{0, 32, 0, Stored}, {0, 16, 0, Overlap}}},
		{"end of another", []step{{0, 32, 0, Stored}, {16, 32, 0, Overlap}}},
		{"two others at once", []step{{0, 16, 0, Stored}, {16, 32, 0, Stored}, {0, 32, 0, Overlap}}},
		{"around another", []step{{8, 16, 0, Stored}, {0, 24, 0, Overlap}}},
		{"two ends", []step{{32, 40, 0, Stored}, {16, 24, 24, Overlap}}},
		{"end before what is there", []step{{32, 40, 48, Stored}, {16, 24, 24, Overlap}}},
		{"end within what is there", []step{{16, 32, 40, Stored}, {24, 30, 30, Overlap}}},
		{"more behind the end", []step{{0, 16, 16, Complete}}},
		{"more at the end", []step{{8, 16, 16, Stored}, {0, 16, 40, Overlap}}},
		{"behind the end", []step{{8, 16, 16, Stored}, {24, 32, 40, Overlap}}},
		{"last of an odd length", []step{{32, 37, 37, Stored}, {0, 32, 37, Complete}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := newTable(1, MinMemory)
			for _, s := range c.steps {
				if s.total == 0 {
					s.total = 40
				}
				i, r, evicted := table.Add(0, piece(key, s.lo, s.hi, s.total))
				require.Equal(t, s.want, r)
				require.False(t, evicted)
				if r == Complete {
					b, head := table.Whole(i)
					require.Equal(t, append([]byte{'h', 0}, data(s.total)...), b)
					require.Equal(t, 2, head)
				}
			}
		})
	}
}

// TestOtherData: a copy with other data is none.
func TestOtherData(t *testing.T) {
	table := newTable(1, MinMemory)
	table.Add(0, piece(key, 0, 16, 40))
	f := piece(key, 0, 16, 40)
	f.Data[15]++
	_, r, _ := table.Add(0, f)
	require.Equal(t, Overlap, r)
}

// TestKeys: what differs in any part of the key is another datagram.
func TestKeys(t *testing.T) {
	for _, other := range []Key{
		{bob, bob, 7, 17}, {alice, alice, 7, 17}, {alice, bob, 8, 17}, {alice, bob, 7, 1},
	} {
		table := newTable(2, MinMemory)
		table.Add(0, piece(key, 0, 16, 40))
		_, r, _ := table.Add(0, piece(other, 16, 40, 40))
		require.Equal(t, Stored, r)
		_, r, _ = table.Add(0, piece(key, 16, 40, 40))
		require.Equal(t, Complete, r)
	}
}

func TestTooLong(t *testing.T) {
	table := newTable(1, MinMemory)
	require.Equal(t, 1480, table.room)
	_, r, _ := table.Add(0, piece(key, 1472, 1480, 2000))
	require.Equal(t, Stored, r)
	_, r, _ = table.Add(0, piece(key, 1480, 1488, 2000))
	require.Equal(t, TooLong, r)
	f := piece(key, 0, 8, 2000)
	f.Head = make([]byte, headRoom+1)
	_, r, _ = table.Add(0, f)
	require.Equal(t, TooLong, r)
	require.Equal(t, 1<<16, newTable(1, MaxMemory).room)
	require.Equal(t, 1<<16, newTable(1, MaxMemory+1000).room)
}

// TestRoom: whatever the memory, all of the data and both sets lie in it, and hardly more would.
func TestRoom(t *testing.T) {
	for memory := range MaxMemory + 100 {
		room := roomIn(memory)
		used := headRoom + room + 2*((room+63)/64)
		require.Zero(t, room%unit)
		require.True(t, room == 0 || used <= memory, memory)
		require.True(t, room == 1<<16 || memory < headRoom || memory-used < 10, memory)
	}
}

// TestEviction: the oldest gives way.
func TestEviction(t *testing.T) {
	table := newTable(2, MinMemory)
	for id := range uint32(4) {
		k := key
		k.ID = id
		_, r, evicted := table.Add(time.Duration(id), piece(k, 0, 16, 40))
		require.Equal(t, Stored, r)
		require.Equal(t, id >= 2, evicted)
	}
	for id, want := range []Result{Stored, Stored, Complete, Complete} {
		k := key
		k.ID = uint32(id)
		fresh := newTable(2, MinMemory)
		fresh.CopyFrom(table)
		_, r, _ := fresh.Add(9, piece(k, 16, 40, 40))
		require.Equal(t, want, r, id)
	}
}

// TestTime: a minute from the first to arrive, whatever comes later.
func TestTime(t *testing.T) {
	table := newTable(2, MinMemory)
	_, ok := table.Next()
	require.False(t, ok)
	table.Add(time.Second, piece(key, 16, 24, 40))
	table.Add(9*time.Second, piece(key, 0, 16, 40))
	next, ok := table.Next()
	require.True(t, ok)
	require.Equal(t, 61*time.Second, next)
	_, ok = table.Expired(next - 1)
	require.False(t, ok)
	i, ok := table.Expired(next)
	require.True(t, ok)
	require.Equal(t, append([]byte{'h', 0}, data(40)[:16]...), table.First(i))
	require.False(t, table.Group(i))
	table.Free(i)
	_, ok = table.Next()
	require.False(t, ok)

	table.Add(0, piece(key, 16, 24, 40))
	i, _ = table.Expired(Timeout)
	require.Empty(t, table.First(i), "the first has not arrived")
	f := piece(key, 0, 16, 40)
	f.Group = true
	table.Add(0, f)
	require.NotEmpty(t, table.First(i))
	table.Add(0, piece(key, 32, 40, 40))
	require.True(t, table.Group(i), "one of them did")
	table.Add(0, piece(key, 8, 16, 40))
	require.Empty(t, table.First(i), "spoiled")
}

// cut cuts a datagram of n bytes into fragments at random places.
func cut(t *rapid.T, k Key, n int) (all []*Fragment) {
	for lo := 0; lo < n; {
		hi := lo + 8*rapid.IntRange(1, 1+n/32).Draw(t, "length")
		if n-hi < 1 {
			hi = n
		}
		all = append(all, piece(k, lo, hi, n))
		lo = hi
	}
	return all
}

// Tables that earlier draws have worn: that Init makes them new is part of the properties.
var (
	wornLarge = sync.OnceValue(func() *Table { return newTable(1, MaxMemory) })
	wornSmall = sync.OnceValue(func() *Table { return newTable(2, MinMemory) })
)

// TestAnyOrder: whatever the cuts, the order and the copies, the datagram comes out once, as it was.
func TestAnyOrder(t *testing.T) { rapid.Check(t, propertyAnyOrder) }

func FuzzAnyOrder(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyAnyOrder)) }

func propertyAnyOrder(t *rapid.T) {
	table := wornLarge()
	table.Init(table.entries, table.memory)
	n := rapid.IntRange(1, 65535).Draw(t, "length")
	all := rapid.Permutation(cut(t, key, n)).Draw(t, "order")
	for i, f := range all {
		for range rapid.IntRange(0, 2).Draw(t, "copies") {
			if i > 0 {
				_, r, _ := table.Add(0, all[rapid.IntRange(0, i-1).Draw(t, "copy")])
				require.Equal(t, Duplicate, r)
			}
		}
		row, r, _ := table.Add(0, f)
		if i+1 < len(all) {
			require.Equal(t, Stored, r)
			continue
		}
		require.Equal(t, Complete, r)
		b, head := table.Whole(row)
		require.True(t, slices.Equal(data(n), b[head:]))
	}
}

// TestHostile: whatever comes, nothing lies outside of its row, and every row has a deadline ahead.
func TestHostile(t *testing.T) { rapid.Check(t, propertyHostile) }

func FuzzHostile(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyHostile)) }

func propertyHostile(t *rapid.T) {
	table := wornSmall()
	table.Init(table.entries, table.memory)
	now := time.Duration(0)
	for range rapid.IntRange(1, 40).Draw(t, "fragments") {
		f := Fragment{
			Key:    Key{Src: alice, Dst: bob, ID: rapid.Uint32Range(0, 2).Draw(t, "id")},
			Head:   make([]byte, rapid.IntRange(1, headRoom+1).Draw(t, "head")),
			Data:   make([]byte, 8*rapid.IntRange(1, 5).Draw(t, "units")),
			Offset: 8 * rapid.IntRange(0, 200).Draw(t, "offset"),
			More:   rapid.IntRange(0, 3).Draw(t, "more") > 0,
		}
		if rapid.Bool().Draw(t, "near") {
			f.Offset = f.Offset % 64 &^ 7
		}
		i, r, _ := table.Add(now, &f)
		if r == Complete {
			b, head := table.Whole(i)
			require.LessOrEqual(t, len(b)-head, table.room)
			table.Free(i)
		}
		now += time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second
		for i, ok := table.Expired(now); ok; i, ok = table.Expired(now) {
			table.First(i)
			table.Free(i)
		}
		next, ok := table.Next()
		require.True(t, !ok || next > now)
	}
}

func TestNoAllocation(t *testing.T) {
	table := newTable(2, MinMemory)
	a, b := piece(key, 0, 16, 40), piece(key, 16, 40, 40)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		table.Add(0, b)
		i, _, _ := table.Add(0, a)
		table.Whole(i)
		table.Free(i)
	}))
}

// TestECN: a mark of congestion on any fragment is one on the datagram (RFC 3168 5.3).
func TestECN(t *testing.T) {
	for _, c := range []struct {
		name      string
		fragments [3]ECN
		want      ECN
		ok        bool
	}{
		{"none", [3]ECN{NotECT, NotECT, NotECT}, NotECT, true},
		{"the first counts", [3]ECN{ECT0, ECT1, NotECT}, ECT0, true},
		{"a mark", [3]ECN{ECT0, CE, ECT0}, CE, true},
		{"only marks", [3]ECN{CE, CE, CE}, CE, true},
		{"a mark on the first", [3]ECN{CE, ECT1, ECT1}, CE, true},
		{"a mark where none is understood", [3]ECN{NotECT, NotECT, CE}, NotECT, false},
		{"marks are understood by some", [3]ECN{CE, ECT0, NotECT}, CE, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := newTable(2, MinMemory)
			table.Add(0, piece(Key{Src: bob, Dst: alice}, 0, 8, 16))
			row := 0
			for n, ecn := range c.fragments {
				f := piece(key, 8*n, 8*n+8, 24)
				f.ECN = ecn
				row, _, _ = table.Add(0, f)
			}
			got, ok := table.ECN(row, c.fragments[0])
			require.Equal(t, c.ok, ok)
			if ok {
				require.Equal(t, c.want, got)
			}
		})
	}
}
