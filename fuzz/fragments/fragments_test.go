package fragments

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/reassembly"
)

func FuzzFragments(f *testing.F) {
	for _, b := range Seeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { Program(b) })
}

// TestNothingToDo: an input that has no step is none worth keeping.
func TestNothingToDo(t *testing.T) {
	require.Zero(t, Program(nil))
	require.Zero(t, Program([]byte{1, 2, 3, 4, 5}))
	require.Equal(t, 1, Program([]byte{1, 2, 3, 4, 5, 6}))
}

// liar is a table with one fault.
type liar struct {
	*reassembly.Table
	fault string
	last  *reassembly.Fragment
}

func (l *liar) Add(now time.Duration, f *reassembly.Fragment) (int, reassembly.Result, bool) {
	l.last = f
	g := *f
	switch l.fault {
	case "the protocol is no part of the key":
		g.Key.Proto = 0
	case "the addresses are no part of the key":
		g.Key.Src = g.Key.Dst
	case "the number has 16 bits":
		g.Key.ID &= 0xffff
	case "groups are forgotten":
		g.Group = false
	case "time starts again":
		now += time.Second
	}
	i, r, evicted := l.Table.Add(now, &g)
	switch {
	case l.fault == "an overlap is a copy" && r == reassembly.Overlap:
		r = reassembly.Duplicate
	case l.fault == "a copy is an overlap" && r == reassembly.Duplicate:
		r = reassembly.Overlap
	case l.fault == "a spoiled datagram starts again" && r == reassembly.Overlap:
		l.Table.Free(i)
		return l.Table.Add(now, f)
	case l.fault == "nobody says what gave way":
		evicted = false
	}
	return i, r, evicted
}

func (l *liar) Free(i int) {
	if l.fault != "rows are kept" {
		l.Table.Free(i)
	}
}

func (l *liar) Expired(now time.Duration) (int, bool) {
	switch l.fault {
	case "time ends too early":
		now += time.Second
	case "time never ends":
		return 0, false
	}
	return l.Table.Expired(now)
}

func (l *liar) ECN(i int, first reassembly.ECN) (reassembly.ECN, bool) {
	switch ecn, ok := l.Table.ECN(i, first); l.fault {
	case "a mark is lost":
		return first, ok
	case "marks always agree":
		return ecn, true
	default:
		return ecn, ok
	}
}

func (l *liar) First(i int) []byte {
	if b := l.Table.First(i); l.fault != "the first has no data" || len(b) == 0 {
		return b
	}
	return l.last.Head
}

func (l *liar) Whole(i int) ([]byte, int) {
	b, head := l.Table.Whole(i)
	switch l.fault {
	case "a byte is another":
		b[len(b)-1]++
	case "a byte is missing":
		b = b[:len(b)-1]
	case "the header is too short":
		b, head = b[1:], head-1
	}
	return b, head
}

// TestLiars: the seeds find each of these faults, and find none where there is none.
func TestLiars(t *testing.T) {
	finds := func(fault string) (found bool) {
		defer func() {
			if p := recover(); p != nil {
				require.Contains(t, fmt.Sprint(p), "fragments: step ")
				found = true
			}
		}()
		for _, b := range Seeds() {
			try(b, func(rows, k int) table {
				x := new(reassembly.Table)
				x.Init(make([]reassembly.Entry, rows), make([]byte, rows*rowMemory(k)))
				return &liar{Table: x, fault: fault}
			})
		}
		return false
	}
	require.False(t, finds(""))
	for _, fault := range []string{
		"the protocol is no part of the key", "the addresses are no part of the key", "the number has 16 bits",
		"groups are forgotten", "time starts again", "an overlap is a copy", "a copy is an overlap",
		"a spoiled datagram starts again", "nobody says what gave way", "rows are kept", "time ends too early",
		"time never ends", "a mark is lost", "marks always agree", "the first has no data", "a byte is another",
		"a byte is missing", "the header is too short",
	} {
		t.Run(fault, func(t *testing.T) { require.True(t, finds(fault)) })
	}
}
