package expect

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/compatcheck/ccall"
	"stackproof/compatcheck/face"
	"stackproof/conformance/sut"
)

// ignore takes no notice of what a stack does.
type ignore struct{}

func (ignore) Frame(sut.Time, []byte)                 {}
func (ignore) Done(sut.Time, sut.CallID, *sut.Result) {}

// numbers are worth being arguments.
var numbers = []int32{0, 1, 2, 3, 4, 6, 7, 8, 10, 16, 28, 41, 64, 100, 255, 1025, 4000, 0xfff, 0x1006, 0x4000, 70000, -1}

// argumentOf draws an argument of a kind: right, or anything that C lets a program say.
func argumentOf(t *rapid.T, kind byte) ccall.Arg {
	descriptor := rapid.Uint16Range(0, 5)
	if kind != 'f' && kind != 'i' && rapid.IntRange(0, 9).Draw(t, "null") == 0 {
		return ccall.Arg{Kind: ccall.Null}
	}
	switch kind {
	case 'f':
		return ccall.Arg{Kind: ccall.Descriptor, N: int32(descriptor.Draw(t, "descriptor"))}
	case 'i':
		return ccall.Arg{Kind: ccall.Number, N: rapid.SampledFrom(numbers).Draw(t, "number")}
	case 'S':
		return ccall.Arg{Kind: ccall.FdSet, FDs: rapid.SliceOfN(descriptor, 0, 3).Draw(t, "set")}
	case 'p':
		a := ccall.Arg{Kind: ccall.Polls, FDs: rapid.SliceOfN(descriptor, 0, 3).Draw(t, "polls")}
		for range a.FDs {
			a.Events = append(a.Events, rapid.Int16Range(0, 255).Draw(t, "events"))
		}
		return a
	case 'q', 'Q':
		return ccall.Arg{Kind: ccall.Pieces, Parts: rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 9), 0, 3).Draw(t, "parts")}
	}
	n := rapid.SampledFrom([]int{0, 1, 4, 8, 12, 16, 20, 28, 300}).Draw(t, "length")
	b := make([]byte, n)
	if n >= 8 && rapid.Bool().Draw(t, "address") {
		copy(b, []byte{0, rapid.SampledFrom([]byte{0, 2, 10}).Draw(t, "family"), 0, 7, 127, 0, 0, 1})
	} else {
		copy(b, rapid.SliceOfN(rapid.Byte(), 0, n).Draw(t, "memory"))
	}
	return ccall.Arg{Kind: ccall.Memory, Bytes: b}
}

// anyFace is made once; Reset makes it new.
var anyFace = sync.OnceValue(face.New)

// TestFaceSurvives: whatever is called with whatever, the face answers or waits.
func TestFaceSurvives(t *testing.T) { rapid.Check(t, propertyFaceSurvives) }

func FuzzFaceSurvives(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyFaceSurvives)) }

func propertyFaceSurvives(t *rapid.T) {
	stack, calls := anyFace(), slices.Sorted(maps.Keys(kinds))
	require.Equal(t, sut.OK, stack.Reset(&config))
	now := sut.Time(0)
	for task := range rapid.IntRange(1, 40).Draw(t, "calls") {
		name := rapid.SampledFrom(calls).Draw(t, "call")
		var args []ccall.Arg
		for _, kind := range []byte(kinds[name]) {
			args = append(args, argumentOf(t, kind))
		}
		var r sut.Result
		data := ccall.Append(nil, name, args)
		newFD := sut.FD(rapid.Uint16Range(0, 5).Draw(t, "new"))
		require.Equal(t, sut.OK, stack.Call(&sut.Call{Op: sut.OpC, Task: uint8(task), NewFD: newFD, Data: data}, &r, ignore{}), name)
		if !r.Pending {
			require.GreaterOrEqual(t, len(r.Data), 8, name)
			require.LessOrEqual(t, len(r.Data), 8+len(data), name)
		}
		now += Tick / 5 * sut.Time(rapid.IntRange(0, 2).Draw(t, "wait"))
		require.Equal(t, sut.OK, stack.Advance(now, ignore{}))
	}
}
