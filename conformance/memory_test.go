package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
)

// TestSmallMemory: no case sees how much memory a host has, neither does its twin, but those that ask for long queues of
// TCP: they do not run on a board.
func TestSmallMemory(t *testing.T) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	host := func() *inproc.Host {
		h := new(inproc.Host)
		h.Init(new(inproc.Small), new(inproc.SmallBuffers))
		return h
	}
	small := host()
	small.Beside(host)
	board, computer := NewLocal(small), NewLocal(large.New())
	long := 0
	for i := range suite.Programs {
		p := &suite.Programs[i]
		for _, twin := range []bool{false, true} {
			want := board.Execute(&Job{Program: p, Twin: twin}, nil)
			if c := &p.Form.Program.Config; max(c.RcvBuf, c.SndBuf) > sut.DefaultBuf {
				long++
				require.Equal(t, vm.NeedsBuffers, want.Reason, p.Case.ID)
				continue
			}
			require.Equal(t, want, computer.Execute(&Job{Program: p, Twin: twin}, nil), "%s %s, twin %v", p.Case.ID, p.Form.Form, twin)
		}
	}
	require.NotZero(t, long)
}
