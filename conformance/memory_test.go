package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
)

// TestSmallMemory: no case sees how much memory a host has, neither does its twin.
func TestSmallMemory(t *testing.T) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	small := new(inproc.Host)
	small.Init(new(inproc.Small))
	board, computer := NewLocal(small), NewLocal(large.New())
	for i := range suite.Programs {
		p := &suite.Programs[i]
		for _, twin := range []bool{false, true} {
			want := board.Execute(&Job{Program: p, Twin: twin}, nil)
			require.Equal(t, want, computer.Execute(&Job{Program: p, Twin: twin}, nil), "%s %s, twin %v", p.Case.ID, p.Form.Form, twin)
		}
	}
}
