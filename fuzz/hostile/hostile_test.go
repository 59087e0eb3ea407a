package hostile_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/fuzz/hostile"
	"stackproof/golden/verify"
)

// seeds are the samples in every state, as they are and aimed; prefix makes an input of an order and a frame.
func seeds(input func(state, order byte, b []byte) []byte) (all [][]byte) {
	samples := verify.Samples()
	for i, name := range slices.Sorted(maps.Keys(samples)) {
		for state := range byte(14) {
			order := []byte{0, 4, 8 | 4, 16 | 4}[(i+int(state))%4]
			all = append(all, input(state, order, samples[name]))
		}
	}
	return all
}

func FuzzFrame(f *testing.F) {
	for _, b := range seeds(func(state, order byte, b []byte) []byte { return append([]byte{state, order}, b...) }) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { hostile.Frame(b) })
}

func FuzzSequence(f *testing.F) {
	for _, b := range seeds(func(state, order byte, b []byte) []byte {
		one := append([]byte{order, 80, byte(len(b) >> 8), byte(len(b))}, b...)
		return append(append([]byte{state}, one...), one...)
	}) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { hostile.Sequence(b) })
}

// TestNothingToDo: an input that has no frame is none worth keeping.
func TestNothingToDo(t *testing.T) {
	require.Zero(t, hostile.Frame([]byte{1}))
	require.Zero(t, hostile.Sequence(nil))
	require.Equal(t, 1, hostile.Frame([]byte{1, 3, 1, 2, 3, 4}))
}
