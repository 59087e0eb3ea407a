package tcpmodel

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/stack/invariant"
)

// liar is a stack whose segments, or figures, are falsified.
type liar struct {
	sut.SUT
	frames func(v *frame.View)
	figure func(f sut.Figure, value *int64)
	broken invariant.Rule
}

func (l liar) Check() invariant.Violation { return l.broken.At(5) }

type falsifier struct {
	sut.Sink
	frames func(v *frame.View)
}

func (s falsifier) Frame(at sut.Time, b []byte) {
	var v frame.View
	b = slices.Clone(b)
	if frame.Parse(b, &v); v.Transport == frame.TransportTCP && s.frames != nil {
		s.frames(&v)
		v.Repair()
	}
	s.Sink.Frame(at, b)
}

func (l liar) Deliver(b []byte, out sut.Sink) sut.Status {
	return l.SUT.Deliver(b, falsifier{out, l.frames})
}

func (l liar) Advance(to sut.Time, out sut.Sink) sut.Status {
	return l.SUT.Advance(to, falsifier{out, l.frames})
}

func (l liar) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	return l.SUT.Call(c, r, falsifier{out, l.frames})
}

func (l liar) Inspect(f sut.Figure, fd sut.FD, value *int64) sut.Status {
	s := l.SUT.Inspect(f, fd, value)
	if l.figure != nil {
		l.figure(f, value)
	}
	return s
}

// add changes a number of the segments that are not SYNs.
func add(f frame.Field, n uint32) func(v *frame.View) {
	return func(v *frame.View) {
		if flags, _ := v.Get(frame.TCPFlags); flags&frame.SYN == 0 {
			old, _ := v.Get(f)
			v.Set(f, old+n)
		}
	}
}

// TestLiars: each promise that is broken is noticed, and by its own check.
func TestLiars(t *testing.T) {
	told := func(f sut.Figure, n int64) func(sut.Figure, *int64) {
		return func(g sut.Figure, value *int64) {
			if f == g {
				*value = n
			}
		}
	}
	for _, c := range []struct {
		liar liar
		want string
	}{
		{liar{}, ""},
		{liar{frames: add(frame.TCPAck, 1)}, "host 0 acknowledges 2, and only what is before 1 has come"},
		{liar{frames: func(v *frame.View) {
			if len(v.Payload()) > 0 {
				v.Set(frame.TCPWin, 100)
			}
		}}, "host 0 takes the right edge of its window back"},
		{liar{frames: add(frame.TCPSeq, 1)}, "host 0 sends 0x00 at 2, which is not what was written there"},
		{liar{frames: func(v *frame.View) {
			if b := v.Payload(); len(b) > 1 {
				b[1] ^= 8
			}
		}}, "at 2, which is not what was written there"},
		{liar{figure: told(sut.FigRTO, 999_999)}, "the retransmission time-out is 999.999ms"},
		{liar{figure: told(sut.FigCwnd, 0)}, "the congestion window is 0 segments"},
		{liar{figure: told(sut.FigSSThresh, 1)}, "the slow start threshold is 1 segments"},
		{liar{figure: told(sut.FigConns, 1)}, "host 0 has 1 connections left"},
		{liar{broken: invariant.TCPHeap}, "host 0: tcp-table-heap does not hold in row 5"},
	} {
		t.Run(c.want, func(t *testing.T) {
			c.liar.SUT = large.New()
			m, err := New(Config{Seed: 1}, [2]sut.SUT{c.liar, large.New()})
			if err == nil {
				m.Write(0, 3000)
				m.Write(1, 3000)
				m.Pass(time.Second)
				err = m.Finish()
			}
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}
