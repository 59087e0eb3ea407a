package main

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/fuzz/hostile"
)

// TestDraws: inputs are such that the bodies take them, and the stack stands them.
func TestDraws(t *testing.T) {
	sample := make([]byte, 60)
	d := &draws{r: rand.New(rand.NewPCG(1, 2)), samples: [][]byte{sample}}
	require.Equal(t, append([]byte{0, 0}, sample...), d.frame(0))
	for i := range 50 {
		require.Equal(t, 1, hostile.Frame(d.frame(i)))
		require.Equal(t, 1, hostile.Sequence(d.sequence()))
	}
}

// TestJudge: an error and a panic are told of, and nothing else is.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		want string
		try  func(int) error
	}{
		{"", func(int) error { return nil }},
		{"wrong", func(int) error { return errors.New("wrong") }},
		{"worse", func(int) error { panic("worse") }},
	} {
		require.Equal(t, c.want, judge("a test", 0, mostSimulate, c.try))
	}
}
