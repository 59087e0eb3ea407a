package remote

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/shim"
)

// served is a Transport whose other side is a stack in this process, made afresh for each connection.
func served(line bool, fresh func() sut.SUT) *Dial {
	return &Dial{Name: "served", Line: line, Func: func() (io.ReadWriteCloser, error) {
		ours, theirs := net.Pipe()
		go func() {
			shim.Run(fresh(), theirs, theirs, framing(line))
			theirs.Close()
		}()
		return ours, nil
	}}
}

// record writes down what a stack does.
type record struct{ bytes.Buffer }

func (r *record) Frame(at sut.Time, frame []byte) { fmt.Fprintf(r, "%v frame %x\n", at, frame) }
func (r *record) Done(at sut.Time, id sut.CallID, res *sut.Result) {
	fmt.Fprintf(r, "%v done %d: %s\n", at, id, show(res))
}

func show(r *sut.Result) string {
	return fmt.Sprintf("pending %v id %d ret %d %s from %v data %x", r.Pending, r.ID, r.Ret, r.Err, r.Addr, r.Data)
}

// pair does everything to two stacks and wants the same of both.
type pair struct {
	direct, remote sut.SUT
	now            sut.Time
	pending        []sut.CallID
}

func (p *pair) both(t *rapid.T, op func(s sut.SUT, log *record) sut.Status) {
	var want, got record
	for i, s := range []sut.SUT{p.direct, p.remote} {
		log := []*record{&want, &got}[i]
		st := op(s, log)
		at, ok := s.Next()
		fmt.Fprintf(log, "status %s next %v %v\n", st, at, ok)
	}
	require.Equal(t, want.String(), got.String())
}

func (p *pair) reset(t *rapid.T) {
	cfg := sut.Config{
		Seed: rapid.Uint64().Draw(t, "seed"), MTU: 1500, MAC: [6]byte{2, 0, 0, 0, 0, 1},
		Addr4: [4]byte{192, 168, 0, 1}, Prefix4: 24, Gateway4: [4]byte{192, 168, 0, 2},
	}
	p.now, p.pending = 0, nil
	p.both(t, func(s sut.SUT, _ *record) sut.Status { return s.Reset(&cfg) })
}

func (p *pair) deliver(t *rapid.T) {
	frame := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "frame")
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Deliver(frame, log) })
}

func (p *pair) advance(t *rapid.T) {
	to := p.now + rapid.SampledFrom([]sut.Time{-1, 0, 1, time.Millisecond, time.Second, 3 * time.Second}).Draw(t, "by")
	if at, ok := p.direct.Next(); ok && rapid.Bool().Draw(t, "to its deadline") {
		to = at
	}
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Advance(to, log) })
	p.now = max(p.now, to)
}

func (p *pair) call(t *rapid.T) {
	c := sut.Call{
		Op: sut.Op(rapid.Uint8Range(0, uint8(sut.OpPoll)).Draw(t, "call")), Task: rapid.Uint8Range(0, 3).Draw(t, "task"),
		NewFD: 5, Value: rapid.Int32Range(0, 50).Draw(t, "value"),
	}
	if c.Op == sut.OpWrite || c.Op == sut.OpSend || c.Op == sut.OpSendTo {
		c.Data = rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data")
	}
	p.both(t, func(s sut.SUT, log *record) sut.Status {
		var r sut.Result
		st := s.Call(&c, &r, log)
		fmt.Fprintln(log, show(&r))
		if r.Pending {
			p.pending = append(p.pending, r.ID)
		}
		return st
	})
}

func (p *pair) cancel(t *rapid.T) {
	id := sut.CallID(77)
	if len(p.pending) > 0 {
		id = rapid.SampledFrom(p.pending).Draw(t, "id")
	}
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Cancel(id, log) })
}

func (p *pair) rest(t *rapid.T) {
	up := rapid.Bool().Draw(t, "up")
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Link(up, log) })
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Knob(sut.KnobMSL, 1000, log) })
	for f := sut.FigTCPState; f <= sut.FigChecksums; f++ {
		p.both(t, func(s sut.SUT, log *record) sut.Status {
			var v int64
			st := s.Inspect(f, 5, &v)
			fmt.Fprintln(log, v)
			return st
		})
	}
	p.both(t, func(s sut.SUT, log *record) sut.Status {
		var c sut.Caps
		st := s.Capabilities(&c)
		fmt.Fprintf(log, "%+v\n", c)
		return st
	})
}

// TestSameAsDirect: a stack behind either framing does, operation for operation, what it does when asked directly.
func TestSameAsDirect(t *testing.T) {
	for _, f := range []message.Framing{message.Pipe, message.Line} {
		t.Run(f.String(), func(t *testing.T) {
			there := New(served(f == message.Line, func() sut.SUT { return &toy{} }), 0)
			defer there.Close()
			rapid.Check(t, func(t *rapid.T) {
				p := &pair{direct: &toy{}, remote: there}
				p.reset(t)
				t.Repeat(map[string]func(*rapid.T){
					"deliver": p.deliver, "advance": p.advance, "call": p.call, "cancel": p.cancel, "rest": p.rest,
				})
			})
		})
	}
}
