package tcpmachine

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
)

var update = flag.Bool("update", false, "rewrite the golden texts")

// TestOwnStack: this project's machine is RFC 9293's, and all of it is on record.
func TestOwnStack(t *testing.T) {
	m, err := Learn(large.New())
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, m.Print(&text, true))
	const golden = "testdata/stackproof.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, text.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text.String())
	require.Zero(t, m.Differences())
	require.Len(t, m.Signatures, 11)
}

// deaf is a stack that does not hear segments with some of these flags.
type deaf struct {
	sut.SUT
	flags uint32
}

func (d deaf) Deliver(b []byte, out sut.Sink) sut.Status {
	var v frame.View
	frame.Parse(b, &v)
	if flags, ok := v.Get(frame.TCPFlags); ok && flags&d.flags != 0 {
		return sut.OK
	}
	return d.SUT.Deliver(b, out)
}

// TestDifferences: what a stack lacks is found, and so is what it has too much.
func TestDifferences(t *testing.T) {
	m, err := Learn(deaf{large.New(), frame.RST})
	require.NoError(t, err)
	require.Len(t, m.Signatures, 11)
	require.Len(t, m.Missing, 1)
	require.Equal(t, "note 1", m.Missing[0].Note)
	var text bytes.Buffer
	require.NoError(t, m.Print(&text, false))
	require.Contains(t, text.String(), "difference: SYN-RECEIVED -> LISTEN, rcv RST: the machine lacks what figure 5, note 1 has\n")
	require.Contains(t, text.String(), "difference: ESTABLISHED, RST: to ESTABLISHED with -; RFC9293:3.10.7.4:4 has CLOSED\n")

	m, err = Learn(deaf{large.New(), frame.FIN})
	require.NoError(t, err)
	require.Contains(t, m.Unreached, oracle.CloseWait)
	require.Contains(t, m.Unreached, oracle.TimeWait)

	s := Step{From: oracle.Established, To: oracle.Closed, Known: true, Event: "ACK"}
	s.judge(&event{name: "ACK", segment: true, flags: oracle.ACK}, &oracle.Block{State: oracle.Established, SndUna: 1, SndNxt: 1, RcvNxt: 1, RcvWnd: 1})
	require.Equal(t, "RFC9293:3.10.7.4:11 has ESTABLISHED", s.Difference)
}

// TestNoStack: a stack that is not there is the tester's trouble.
func TestNoStack(t *testing.T) {
	_, err := Learn(broken{large.New()})
	require.EqualError(t, err, "tcp-machine: reset: crashed")
}

type broken struct{ sut.SUT }

func (broken) Reset(*sut.Config) sut.Status { return sut.Crashed }
