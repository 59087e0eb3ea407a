package message

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/conformance/sut"
)

// fatal is what *testing.T and *rapid.T have in common.
type fatal interface {
	require.TestingT
	Helper()
}

func requestBody(t fatal, r *Request) []byte {
	t.Helper()
	var head [MaxHead]byte
	n, ok := r.PutHead(head[:])
	require.True(t, ok)
	return append(head[:n:n], r.Tail()...)
}

func answerBody(t fatal, a *Answer) []byte {
	t.Helper()
	var head [MaxHead]byte
	n, ok := a.PutHead(head[:])
	require.True(t, ok)
	return append(head[:n:n], a.Tail()...)
}

func TestRequestRoundTrip(t *testing.T) { rapid.Check(t, propertyRequestRoundTrip) }

func FuzzRequestRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyRequestRoundTrip)) }

func propertyRequestRoundTrip(t *rapid.T) {
	want := drawRequest(t)
	var got Request
	require.Equal(t, Fault{}, got.Decode(requestBody(t, want)))
	if got.Frame == nil && want.Frame != nil {
		got.Frame = []byte{}
	}
	require.EqualExportedValues(t, *want, got)
}

func TestAnswerRoundTrip(t *testing.T) { rapid.Check(t, propertyAnswerRoundTrip) }

func FuzzAnswerRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyAnswerRoundTrip)) }

func propertyAnswerRoundTrip(t *rapid.T) {
	want := drawAnswer(t)
	var got Answer
	require.Equal(t, Fault{}, got.Decode(answerBody(t, want)))
	require.EqualExportedValues(t, *want, got)
}

// TestPrefixes: a message cut short is never a message, except within its tail.
func TestPrefixes(t *testing.T) { rapid.Check(t, propertyPrefixes) }

func FuzzPrefixes(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyPrefixes)) }

func propertyPrefixes(t *rapid.T) {
	r, a := drawRequest(t), drawAnswer(t)
	body := requestBody(t, r)
	for n := range len(body) - len(r.Tail()) {
		require.Equal(t, Short, new(Request).Decode(body[:n]).Cause, "%s, %d of %d bytes", r.Op, n, len(body))
	}
	body = answerBody(t, a)
	for n := range len(body) - len(a.Tail()) {
		require.Equal(t, Short, new(Answer).Decode(body[:n]).Cause, "%s, %d of %d bytes", a.Op, n, len(body))
	}
}

// TestShortBuffer: a head that does not fit is refused, whatever the room.
func TestShortBuffer(t *testing.T) { rapid.Check(t, propertyShortBuffer) }

func FuzzShortBuffer(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyShortBuffer)) }

func propertyShortBuffer(t *rapid.T) {
	r, a := drawRequest(t), drawAnswer(t)
	head := make([]byte, MaxHead)
	n, _ := r.PutHead(head)
	for i := range n {
		_, ok := r.PutHead(head[:i])
		require.False(t, ok, "%s in %d of %d bytes", r.Op, i, n)
	}
	n, _ = a.PutHead(head)
	for i := range n {
		_, ok := a.PutHead(head[:i])
		require.False(t, ok, "%s in %d of %d bytes", a.Op, i, n)
	}
}

func TestFaults(t *testing.T) {
	request := func(b ...byte) Fault { return new(Request).Decode(b) }
	answer := func(b ...byte) Fault { return new(Answer).Decode(b) }
	long := append([]byte{byte(Deliver), 0, 0}, make([]byte, MaxFrame+1)...)
	for _, c := range []struct {
		name string
		got  Fault
		want Fault
	}{
		{"empty request", request(), Fault{Short, 0}},
		{"request without id", request(3, 1), Fault{Short, 1}},
		{"operation 0", request(0, 1, 0), Fault{BadOp, 0}},
		{"beyond the operations", request(0x40, 1, 0), Fault{BadOp, 0}},
		{"an answer as a request", request(0x81, 1, 0, 1, 0), Fault{BadOp, 0}},
		{"nonsense operation", request(0x3f, 1, 0, 1, 2, 3, 4), Fault{}},
		{"bye and more", request(0x0a, 1, 0, 7), Fault{Surplus, 3}},
		{"half up", request(7, 1, 0, 2), Fault{BadValue, 3}},
		{"negative time", request(4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80), Fault{BadValue, 3}},
		{"name beyond the limit", request(8, 1, 0, 33), Fault{BadName, 3}},
		{"name beyond the end", request(8, 1, 0, 9, 't'), Fault{Short, 4}},
		{"frame too long", request(long...), Fault{Surplus, 3 + MaxFrame}},
		{"a request as an answer", answer(1, 1, 0, 1, 0), Fault{BadOp, 0}},
		{"no such event", answer(0xc3, 1, 0), Fault{BadOp, 0}},
		{"no such status", answer(0x83, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Fault{BadValue, 3}},
		{"negative deadline", answer(0x83, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0), Fault{BadValue, 6}},
		{"reason beyond the end", answer(0x83, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 'o'), Fault{Short, 15}},
		{"result where there is none", answer(0x83, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), Fault{Surplus, 15}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, c.got) })
	}
}

// TestPendingDone: a call that completes is not pending.
func TestPendingDone(t *testing.T) {
	body := answerBody(t, &Answer{Op: EventDone, Result: sut.Result{Pending: true}})
	assert.Equal(t, Fault{BadValue, 11}, new(Answer).Decode(body))
}

// TestCannotSay: what has no encoding is refused and not sent as something else.
func TestCannotSay(t *testing.T) {
	long := sut.Caps{NameLen: sut.MaxName + 1}
	for name, r := range map[string]interface{ PutHead([]byte) (int, bool) }{
		"negative time":     &Request{Op: Advance, To: -1},
		"frame too long":    &Request{Op: Deliver, Frame: make([]byte, MaxFrame+1)},
		"data too long":     &Request{Op: Call, Call: sut.Call{Data: make([]byte, MaxData+1)}},
		"negative deadline": &Answer{Op: Reply | Link, HasNext: true, Next: -1},
		"event before 0":    &Answer{Op: EventFrame, At: -1},
		"long frame event":  &Answer{Op: EventFrame, Frame: make([]byte, MaxFrame+1)},
		"long result":       &Answer{Op: EventDone, Result: sut.Result{Data: make([]byte, MaxData+1)}},
		"long reason":       &Answer{Op: Reply | Link, Reason: make([]byte, MaxReason+1)},
		"long name":         &Answer{Op: Reply | Capabilities, Caps: long},
	} {
		t.Run(name, func(t *testing.T) {
			_, ok := r.PutHead(make([]byte, MaxHead))
			assert.False(t, ok)
		})
	}
}

// TestLargestHead: MaxHead holds the longest heads that can be said.
func TestLargestHead(t *testing.T) {
	caps := sut.Caps{NameLen: sut.MaxName, Personality: sut.LwIP, Features: 1<<32 - 1}
	for _, a := range []*Answer{
		{Op: Reply | Capabilities, Caps: caps, Reason: make([]byte, MaxReason)},
		{Op: Reply | Call, Result: sut.Result{Err: sut.EPROTONOSUPPORT}, Reason: make([]byte, MaxReason)},
	} {
		_, ok := a.PutHead(make([]byte, MaxHead))
		assert.True(t, ok, a.Op)
	}
}

func TestUnknownNames(t *testing.T) {
	var r Request
	body := requestBody(t, &Request{Op: Call, Call: sut.Call{Op: sut.Unknown, Option: sut.Unknown}})
	require.Equal(t, Fault{}, r.Decode(body))
	assert.Equal(t, sut.Op(sut.Unknown), r.Call.Op)
	assert.Equal(t, sut.Option(sut.Unknown), r.Call.Option)

	var a Answer
	caps := sut.Caps{Features: sut.Features(0).With(sut.FeatureTCP) | 1<<31, Personality: sut.Unknown}
	require.Equal(t, Fault{}, a.Decode(answerBody(t, &Answer{Op: Reply | Capabilities, Caps: caps})))
	assert.Equal(t, sut.Features(0).With(sut.FeatureTCP), a.Caps.Features, "an unknown feature is not declared")
	assert.Equal(t, "unknown", string(a.Stray))
}

func TestOpNames(t *testing.T) {
	assert.Equal(t, "capabilities", Capabilities.String())
	assert.Equal(t, "bye", (Reply | Bye).String())
	assert.Equal(t, "frame", EventFrame.String())
	assert.Equal(t, "done", EventDone.String())
	for _, o := range []Op{0, Bye + 1, Reply, 0xc0, 0xff} {
		assert.Equal(t, "unknown", o.String())
	}
}

func TestNoAllocation(t *testing.T) {
	var r Request
	var a Answer
	head := make([]byte, MaxHead)
	request := requestBody(t, &Request{Op: Call, Call: sut.Call{Op: sut.OpWrite, Data: []byte("data")}})
	answer := answerBody(t, &Answer{Op: Reply | Capabilities, Caps: sut.Caps{Features: 0xfff}})
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		r.Decode(request)
		a.Decode(answer)
		r.PutHead(head)
		a.PutHead(head)
	}))
}
