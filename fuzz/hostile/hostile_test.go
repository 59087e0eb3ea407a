package hostile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/fuzz/hostile"
)

func FuzzFrame(f *testing.F) {
	for _, b := range hostile.FrameSeeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { hostile.Frame(b) })
}

func FuzzSequence(f *testing.F) {
	for _, b := range hostile.SequenceSeeds() {
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
