package serve

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// fake is a stack whose answers the test sets, and which keeps what it was asked.
type fake struct {
	asked  []string
	status sut.Status
	frames []string // sent in the next operation
	at     sut.Time
	done   []sut.CallID // completed in the next operation
	result sut.Result
	next   sut.Time
	call   sut.Call // the last
}

func (f *fake) act(op string, out sut.Sink) sut.Status {
	f.asked = append(f.asked, op)
	for _, frame := range f.frames {
		out.Frame(f.at, []byte(frame))
	}
	for _, id := range f.done {
		out.Done(f.at, id, &sut.Result{Ret: 7})
	}
	f.frames, f.done = nil, nil
	return f.status
}

func (f *fake) Capabilities(c *sut.Caps) sut.Status {
	c.Version = sut.Version
	c.NameLen = uint8(copy(c.Name[:], "fake"))
	return f.act("capabilities", nil)
}
func (f *fake) Reset(*sut.Config) sut.Status { return f.act("reset", nil) }
func (f *fake) Deliver(frame []byte, out sut.Sink) sut.Status {
	return f.act("deliver "+string(frame), out)
}
func (f *fake) Advance(to sut.Time, out sut.Sink) sut.Status {
	return f.act("advance "+to.String(), out)
}
func (f *fake) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	f.call, *r = *c, f.result
	return f.act("call "+c.Op.String(), out)
}
func (f *fake) Cancel(id sut.CallID, out sut.Sink) sut.Status     { return f.act("cancel", out) }
func (f *fake) Link(up bool, out sut.Sink) sut.Status             { return f.act("link", out) }
func (f *fake) Knob(k sut.Knob, v int64, out sut.Sink) sut.Status { return f.act("knob", out) }
func (f *fake) Inspect(_ sut.Figure, _ sut.FD, v *int64) sut.Status {
	*v = -5
	return f.act("inspect", nil)
}
func (f *fake) Next() (sut.Time, bool) { return f.next, f.next > 0 }

// bench is a server with a fake stack behind it and a tester before it.
type bench struct {
	t       *testing.T
	framing message.Framing
	stack   fake
	server  Server
	out     bytes.Buffer
	id      uint16
}

func newBench(t *testing.T, f message.Framing, bufs ...[]byte) *bench {
	b := &bench{t: t, framing: f}
	if bufs == nil {
		bufs = [][]byte{make([]byte, 3000), make([]byte, 3000), make([]byte, 3000)}
	}
	b.server.Init(&b.stack, &b.out, f, bufs)
	return b
}

// feed gives the server bytes and returns the messages that it answers with.
func (b *bench) feed(p []byte) (answers []message.Answer) {
	b.t.Helper()
	b.out.Reset()
	for _, c := range p { // the worst case
		b.server.Feed([]byte{c})
	}
	var s message.Splitter
	s.Init(b.framing, make([]byte, 4096))
	for in := b.out.Bytes(); len(in) > 0; {
		n, found := s.Feed(in)
		in = in[n:]
		if found == message.Whole {
			var a message.Answer
			require.Equal(b.t, message.Fault{}, a.Decode(bytes.Clone(s.Body())))
			answers = append(answers, a)
		}
	}
	require.False(b.t, s.Partial())
	return answers
}

func (b *bench) raw(head, tail []byte) []message.Answer {
	b.t.Helper()
	var in bytes.Buffer
	var s message.Sender
	s.Init(&in, b.framing)
	s.Send(head, tail)
	return b.feed(in.Bytes())
}

func (b *bench) ask(r message.Request) []message.Answer {
	b.t.Helper()
	b.id++
	r.ID = b.id
	head := make([]byte, message.MaxHead)
	n, ok := r.PutHead(head)
	require.True(b.t, ok)
	return b.raw(head[:n], r.Tail())
}

// final asks and wants a final answer only.
func (b *bench) final(r message.Request) message.Answer {
	b.t.Helper()
	got := b.ask(r)
	require.Len(b.t, got, 1)
	require.Equal(b.t, r.Op|message.Reply, got[0].Op)
	require.Equal(b.t, b.id, got[0].ID)
	return got[0]
}

func TestOperations(t *testing.T) {
	for _, f := range []message.Framing{message.Pipe, message.Line} {
		t.Run(f.String(), func(t *testing.T) {
			b := newBench(t, f)
			caps := b.final(message.Request{Op: message.Capabilities})
			assert.Equal(t, "fake", string(caps.Caps.Name[:caps.Caps.NameLen]))
			assert.EqualValues(t, message.Limit(f, make([]byte, 3000)), caps.MaxBody)
			b.stack.next = 3 * time.Second
			assert.False(t, caps.HasNext)

			reset := b.final(message.Request{Op: message.Reset})
			assert.Equal(t, b.stack.next, reset.Next)

			b.stack.frames, b.stack.at = []string{"one", "two"}, time.Second
			got := b.ask(message.Request{Op: message.Deliver, Frame: []byte("x")})
			require.Len(t, got, 3)
			assert.Equal(t, "one", string(got[0].Frame))
			assert.Equal(t, time.Second, got[0].At)
			assert.Equal(t, "two", string(got[1].Frame))
			assert.Equal(t, message.Reply|message.Deliver, got[2].Op)
			assert.Equal(t, b.id, got[0].ID)

			b.final(message.Request{Op: message.Advance, To: time.Minute})
			b.stack.result = sut.Result{Ret: 3, Data: []byte("abc")}
			got = b.ask(message.Request{Op: message.Call, Call: sut.Call{Op: sut.OpRead, Value: 10}})
			assert.Equal(t, "abc", string(got[0].Result.Data))
			assert.EqualValues(t, 10, b.stack.call.Value)

			b.final(message.Request{Op: message.Cancel})
			b.final(message.Request{Op: message.Link})
			b.final(message.Request{Op: message.Knob, Knob: sut.KnobMSL})
			assert.EqualValues(t, -5, b.final(message.Request{Op: message.Inspect, Figure: sut.FigDrops}).Value)
			b.final(message.Request{Op: message.Bye})
			assert.Equal(t, Ended, b.server.Feed([]byte{1, 2, 3}), "after bye nothing is served")
			assert.Equal(t, []string{"capabilities", "reset", "deliver x", "advance 1m0s", "call read", "cancel", "link",
				"knob", "inspect"}, b.stack.asked)
		})
	}
}

// TestRefusals: what the stack itself is never asked.
func TestRefusals(t *testing.T) {
	b := newBench(t, message.Pipe)
	first := b.final(message.Request{Op: message.Advance})
	assert.Equal(t, sut.Malformed, first.Status)
	assert.Equal(t, noReset, string(first.Reason))
	b.final(message.Request{Op: message.Reset})
	b.stack.asked = nil
	for name, c := range map[string]struct {
		body []byte
		want sut.Status
	}{
		"nonsense operation": {[]byte{0x35, 9, 0, 1, 2, 3}, sut.Unsupported},
		"nonsense figure":    {[]byte{9, 9, 0, 3, 'z', 'z', 'z', 0, 0}, sut.Unsupported},
		"nonsense knob":      {[]byte{8, 9, 0, 1, 'z', 0, 0, 0, 0, 0, 0, 0, 0}, sut.Unsupported},
		"too short":          {[]byte{4, 9, 0, 1}, sut.Malformed},
		"operation 0":        {[]byte{0, 9, 0, 1}, sut.Malformed},
		"an event":           {[]byte{0xc1, 9, 0, 1}, sut.Malformed},
		"longer than told":   {append([]byte{5, 9, 0}, make([]byte, 3000)...), sut.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			got := b.raw(c.body, nil)
			require.Len(t, got, 1)
			assert.Equal(t, c.want, got[0].Status)
			assert.Equal(t, message.Op(c.body[0])&message.MaxOp|message.Reply, got[0].Op)
			assert.EqualValues(t, 9, got[0].ID)
			assert.NotEmpty(t, got[0].Reason)
		})
	}
	for name, c := range map[string]sut.Call{
		"nonsense call":   {Op: sut.Unknown},
		"nonsense option": {Op: sut.OpSetSockOpt, Option: sut.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, sut.Unsupported, b.final(message.Request{Op: message.Call, Call: c}).Status)
		})
	}
	assert.Empty(t, b.stack.asked)
}

func TestStatusPassesThrough(t *testing.T) {
	b := newBench(t, message.Pipe)
	b.final(message.Request{Op: message.Reset})
	for _, st := range []sut.Status{sut.OK, sut.Unsupported, sut.Malformed, sut.Crashed, sut.Hung} {
		b.stack.status = st
		assert.Equal(t, st, b.final(message.Request{Op: message.Link}).Status)
		assert.Equal(t, st, b.final(message.Request{Op: message.Call, Call: sut.Call{Op: sut.OpRead}}).Status)
	}
}

// TestPendingData: the data of a pending call stay where they are until it completes, while other requests come.
func TestPendingData(t *testing.T) {
	b := newBench(t, message.Pipe)
	b.final(message.Request{Op: message.Reset})
	write := func(data string, id sut.CallID) sut.Status {
		b.stack.result = sut.Result{Pending: true, ID: id}
		return b.final(message.Request{Op: message.Call, Call: sut.Call{Op: sut.OpWrite, Data: []byte(data)}}).Status
	}
	require.Equal(t, sut.OK, write("first", 1))
	first := b.stack.call.Data
	require.Equal(t, sut.OK, write("second", 2))
	second := b.stack.call.Data
	for range 5 {
		b.final(message.Request{Op: message.Deliver, Frame: bytes.Repeat([]byte("x"), 1500)})
	}
	assert.Equal(t, "first", string(first))
	assert.Equal(t, "second", string(second))

	n := len(b.stack.asked)
	require.Equal(t, sut.Unsupported, write("third", 3), "no buffer is left that could be held")
	require.Len(t, b.stack.asked, n, "and the stack is not asked")

	b.stack.done = []sut.CallID{1}
	got := b.ask(message.Request{Op: message.Advance})
	require.Len(t, got, 2)
	assert.Equal(t, message.EventDone, got[0].Op)
	assert.EqualValues(t, 1, got[0].Result.ID)
	assert.EqualValues(t, 7, got[0].Result.Ret)
	require.Equal(t, sut.OK, write("third", 3), "the first call's buffer is free again")
	require.Equal(t, sut.Unsupported, write("fourth", 4))
	b.final(message.Request{Op: message.Cancel, CallID: 2})
	require.Equal(t, sut.OK, write("fourth", 4), "a cancelled call's buffer is free again")
	b.final(message.Request{Op: message.Reset})
	require.Equal(t, sut.OK, write("fifth", 5), "a reset frees all")
}

// TestNoEncoding: an event that cannot be said is not left out unseen.
func TestNoEncoding(t *testing.T) {
	b := newBench(t, message.Pipe)
	b.final(message.Request{Op: message.Reset})
	b.stack.frames = []string{string(make([]byte, message.MaxFrame+1))}
	got := b.final(message.Request{Op: message.Link})
	assert.Equal(t, sut.Malformed, got.Status)
	assert.Equal(t, cannotSay, string(got.Reason))
	b.stack.next = 1
	assert.Equal(t, sut.OK, b.final(message.Request{Op: message.Link}).Status, "the next operation is its own")
	b.stack.result = sut.Result{Data: make([]byte, message.MaxData+1)}
	got = b.final(message.Request{Op: message.Call})
	assert.Equal(t, sut.Malformed, got.Status)
}

func TestLostAndBroken(t *testing.T) {
	b := newBench(t, message.Pipe)
	assert.Equal(t, Lost, b.server.Feed([]byte("hello, world")))
	var s Server
	s.Init(&fake{}, broken{}, message.Pipe, [][]byte{make([]byte, 3000)})
	assert.Equal(t, Lost, s.Feed([]byte{3, 0, 0, 0, byte(message.Bye), 1, 0}))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

// TestLineNoise: noise on a serial line is not answered, and does not hinder the next request.
func TestLineNoise(t *testing.T) {
	b := newBench(t, message.Line)
	assert.Empty(t, b.feed([]byte("I (31) boot: ESP-IDF\r\n\xc0\xdb\x01\xc0half of a request")))
	assert.Equal(t, sut.OK, b.final(message.Request{Op: message.Capabilities}).Status)
}

func TestNoAllocation(t *testing.T) {
	b := newBench(t, message.Pipe)
	b.final(message.Request{Op: message.Reset})
	var in bytes.Buffer
	var s message.Sender
	s.Init(&in, message.Pipe)
	s.Send([]byte{byte(message.Link), 1, 0, 1}, nil)
	b.out.Grow(1 << 16)
	b.stack.asked = make([]string, 0, 4096)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		b.out.Reset()
		b.server.Feed(in.Bytes())
	}))
}

// TestTooMuch: more events than can be counted are not sent, and the operation is answered Malformed.
func TestTooMuch(t *testing.T) {
	b := newBench(t, message.Pipe)
	b.final(message.Request{Op: message.Reset})
	b.stack.frames = make([]string, message.MaxEvents+1)
	got := b.ask(message.Request{Op: message.Link})
	require.Len(t, got, message.MaxEvents+1)
	last := got[message.MaxEvents]
	assert.Equal(t, sut.Malformed, last.Status)
	assert.EqualValues(t, message.MaxEvents, last.Events)
}
