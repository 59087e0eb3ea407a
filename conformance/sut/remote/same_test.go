package remote

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
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
	direct  sut.SUT
	remote  *Stack
	frames  *rapid.Generator[[]byte]
	calls   *rapid.Generator[sut.Call]
	now     sut.Time
	pending []sut.CallID
	acted   int // how often a stack did something
}

func (p *pair) both(t *rapid.T, op func(s sut.SUT, log *record) sut.Status) {
	var want, got record
	for i, s := range []sut.SUT{p.direct, p.remote} {
		log := []*record{&want, &got}[i]
		st := op(s, log)
		fmt.Fprintf(log, "status %s\n", st)
		if at, ok := s.Next(); ok {
			fmt.Fprintf(log, "next %v\n", at)
		}
	}
	p.acted += strings.Count(want.String(), "frame") + strings.Count(want.String(), "done")
	require.Equal(t, want.String(), got.String())
}

func (p *pair) reset(t *rapid.T) {
	cfg := sut.Config{
		Seed: rapid.Uint64().Draw(t, "seed"), MTU: 1500, MAC: [6]byte{2, 0, 0, 0, 0, 1},
		Addr4: stack4, Prefix4: 24, Addr6: stack6, Prefix6: 64,
	}
	p.now, p.pending = 0, nil
	p.both(t, func(s sut.SUT, _ *record) sut.Status { return s.Reset(&cfg) })
}

func (p *pair) deliver(t *rapid.T) {
	frame := p.frames.Draw(t, "frame")
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
	c := p.calls.Draw(t, "call")
	p.both(t, func(s sut.SUT, log *record) sut.Status {
		var r sut.Result
		st := s.Call(&c, &r, log)
		if st == sut.OK { // of another call there is no result
			fmt.Fprintln(log, show(&r))
		}
		if st == sut.OK && r.Pending {
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
	up := rapid.IntRange(0, 3).Draw(t, "down") > 0
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Link(up, log) })
	p.both(t, func(s sut.SUT, log *record) sut.Status { return s.Knob(sut.KnobMSL, 1000, log) })
	for f := sut.FigTCPState; f <= sut.FigChecksums; f++ {
		p.both(t, func(s sut.SUT, log *record) sut.Status {
			var v int64
			st := s.Inspect(f, 1, &v)
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

func (p *pair) propertySameAsDirect(t *rapid.T) {
	p.reset(t)
	t.Repeat(map[string]func(*rapid.T){
		"deliver": p.deliver, "advance": p.advance, "call": p.call, "cancel": p.cancel, "rest": p.rest,
	})
}

var (
	toyFrames = rapid.SliceOfN(rapid.Byte(), 1, 100)
	toyCalls  = rapid.Custom(func(t *rapid.T) sut.Call {
		c := sut.Call{
			Op: sut.Op(rapid.Uint8Range(0, uint8(sut.OpPoll)).Draw(t, "op")), Task: rapid.Uint8Range(0, 3).Draw(t, "task"),
			NewFD: 5, Value: rapid.Int32Range(0, 50).Draw(t, "value"),
		}
		if c.Op == sut.OpWrite || c.Op == sut.OpSend || c.Op == sut.OpSendTo {
			c.Data = rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data")
		}
		return c
	})
)

// toys are two of the toy, one of them behind a framing.
func toys(f message.Framing) *pair {
	there := New(served(f == message.Line, func() sut.SUT { return &toy{} }), 0)
	return &pair{direct: &toy{}, remote: there, frames: toyFrames, calls: toyCalls}
}

// owns are two of the project's own stack, one of them behind a transport.
func owns(behind Transport) *pair {
	return &pair{direct: large.New(), remote: New(behind, 0), frames: hostFrames, calls: hostCalls}
}

// TestSameAsDirect: a stack behind either framing does, operation for operation, what it does when asked directly.
func TestSameAsDirect(t *testing.T) {
	for _, f := range []message.Framing{message.Pipe, message.Line} {
		t.Run(f.String(), func(t *testing.T) {
			p := toys(f)
			defer p.remote.Close()
			rapid.Check(t, p.propertySameAsDirect)
			require.NotZero(t, p.acted)
		})
	}
}

func FuzzSameAsDirectPipe(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(toys(message.Pipe).propertySameAsDirect))
}

func FuzzSameAsDirectLine(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(toys(message.Line).propertySameAsDirect))
}

// TestOwnStackSameAsDirect: the same of the project's own stack, in a child process.
func TestOwnStackSameAsDirect(t *testing.T) {
	p := owns(spawn("own stack"))
	rapid.Check(t, p.propertySameAsDirect)
	require.NotZero(t, p.acted)
	require.NoError(t, p.remote.Close())
}

func FuzzOwnStackSameAsDirect(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(owns(served(false, func() sut.SUT { return large.New() })).propertySameAsDirect))
}
