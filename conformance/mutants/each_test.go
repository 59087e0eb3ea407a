package mutants

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEach(t *testing.T) {
	var sum atomic.Int64
	require.NoError(t, Each(100, func(i int) error { sum.Add(int64(i)); return nil }))
	require.EqualValues(t, 4950, sum.Load())
	require.NoError(t, Each(0, nil))

	var calls atomic.Int64
	wrong := errors.New("wrong")
	require.Equal(t, wrong, Each(100_000, func(i int) error { calls.Add(1); return wrong }))
	require.Less(t, calls.Load(), int64(100_000), "no more is begun")
}
