package ccall

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAgain(t *testing.T) {
	args := []Arg{
		{Kind: Number, N: -2}, {Kind: Descriptor, N: 7}, {Kind: Memory, Bytes: []byte("abc")}, {Kind: Null},
		{Kind: FdSet, FDs: []uint16{3, 4}}, {Kind: Polls, FDs: []uint16{Nobody, 5}, Events: []int16{1, -1}},
		{Kind: Pieces, Parts: [][]byte{[]byte("x"), nil, {}}},
	}
	data := Append(nil, "name", args)
	name, got, ok := Parse(data)
	require.True(t, ok)
	require.Equal(t, "name", name)
	require.Equal(t, args, got)
	whole := 0
	for n := range data {
		if _, _, ok := Parse(data[:n]); ok {
			whole++
		}
	}
	require.Equal(t, len(args), whole, "only what ends with an argument, or with the name, is whole")
	_, _, ok = Parse([]byte{0, 9})
	require.False(t, ok)
}
