package judge

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
)

// faulty is the stack with faults of our own: they are in the delivery of a frame, which is statement 1.
type faulty struct {
	sut.SUT
	p Points
}

func (f *faulty) Deliver(frame []byte, out sut.Sink) sut.Status {
	f.p.Hits[1] = true
	switch *f.p.Active {
	case 1: // it is lost
		return sut.OK
	case 2:
		panic("out of range")
	case 3:
		for *f.p.Steps = 0; *f.p.Steps < *f.p.Limit; *f.p.Steps++ {
		}
		panic("too many steps")
	}
	return f.SUT.Deliver(frame, out)
}

// judged runs requests through a worker.
func judged(t *testing.T, requests ...Request) (h Hello, answers []Answer) {
	t.Helper()
	active, steps, limit := 0, 0, 0
	p := Points{&active, &steps, &limit, make([]bool, 3)}
	var in, out bytes.Buffer
	for _, r := range requests {
		require.NoError(t, json.NewEncoder(&in).Encode(r))
	}
	require.Zero(t, Main(&in, &out, p, func() sut.SUT { return &faulty{large.New(), p} }))
	dec := json.NewDecoder(&out)
	require.NoError(t, dec.Decode(&h))
	for {
		var a Answer
		if err := dec.Decode(&a); err == io.EOF {
			return h, answers
		} else {
			require.NoError(t, err)
		}
		answers = append(answers, a)
	}
}

func TestFaults(t *testing.T) {
	h, a := judged(t, Request{Fault: 1, Point: 1}, Request{Fault: 2, Point: 1}, Request{Fault: 3, Point: 1},
		Request{Fault: 4, Point: 1}, Request{Fault: 1, Point: 2}, Request{Fault: 1, Point: 1, All: true})
	require.Empty(t, h.Error)
	require.Len(t, h.Traces, len(h.Programs))
	require.Len(t, a, 6)
	require.Len(t, a[0].Killed, 1)
	require.Contains(t, a[0].Why, "silent")
	require.Equal(t, "panic: out of range", a[1].Why)
	require.Equal(t, "panic: too many steps", a[2].Why)
	require.Empty(t, a[3].Killed, "no fault")
	require.Greater(t, a[3].Reached, 100)
	require.Zero(t, a[4].Reached, "no case reaches the statement")
	require.Greater(t, len(a[5].Killed), 100)
	require.Equal(t, a[0].Killed[0], a[5].Killed[0])
}

// TestTell: a worker that may break down says first over what.
func TestTell(t *testing.T) {
	_, a := judged(t, Request{Fault: 2, Point: 1, Tell: true})
	require.Len(t, a, 2)
	require.True(t, a[0].Running)
	require.Equal(t, a[0].At, a[1].Killed[0])
}
