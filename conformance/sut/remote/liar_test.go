package remote

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

// liar is a toy stack that does one thing wrong, once.
type liar struct {
	toy
	deliver func(out sut.Sink) sut.Status
	advance func(to sut.Time, out sut.Sink) sut.Status
	call    func(c *sut.Call, r *sut.Result)
	cancel  bool
	next    func() (sut.Time, bool)
	caps    func(c *sut.Caps)
}

func (l *liar) Capabilities(c *sut.Caps) sut.Status {
	st := l.toy.Capabilities(c)
	if l.caps != nil {
		l.caps(c)
	}
	return st
}

func (l *liar) Deliver(frame []byte, out sut.Sink) sut.Status {
	if l.deliver != nil {
		return l.deliver(out)
	}
	return l.toy.Deliver(frame, out)
}

func (l *liar) Advance(to sut.Time, out sut.Sink) sut.Status {
	if l.advance != nil {
		return l.advance(to, out)
	}
	return l.toy.Advance(to, out)
}

func (l *liar) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	if l.call != nil {
		l.call(c, r)
		return sut.OK
	}
	return l.toy.Call(c, r, out)
}

func (l *liar) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	if l.cancel {
		return sut.OK
	}
	return l.toy.Cancel(id, out)
}

func (l *liar) Next() (sut.Time, bool) {
	if l.next != nil {
		return l.next()
	}
	return l.toy.Next()
}

// acts is an operation in which the stack sends frames at these times.
func acts(at ...sut.Time) func(sut.Sink) sut.Status {
	return func(out sut.Sink) sut.Status {
		for _, t := range at {
			out.Frame(t, []byte("frame"))
		}
		return sut.OK
	}
}

func actsWhile(at ...sut.Time) func(sut.Time, sut.Sink) sut.Status {
	return func(_ sut.Time, out sut.Sink) sut.Status { return acts(at...)(out) }
}

func deadline(at sut.Time) func() (sut.Time, bool) {
	return func() (sut.Time, bool) { return at, true }
}

func gives(r sut.Result) func(*sut.Call, *sut.Result) {
	return func(_ *sut.Call, out *sut.Result) { *out = r }
}

// The operations that follow a Reset and an Advance to 1 s.
func deliver(s *Stack) sut.Status { return s.Deliver([]byte("x"), discard{}) }
func advance(s *Stack) sut.Status { return s.Advance(2*time.Second, discard{}) }
func call(c sut.Call) func(*Stack) sut.Status {
	return func(s *Stack) sut.Status { return s.Call(&c, new(sut.Result), discard{}) }
}

type discard struct{}

func (discard) Frame(sut.Time, []byte)                 {}
func (discard) Done(sut.Time, sut.CallID, *sut.Result) {}

var lies = []struct {
	name string
	lie  liar
	do   func(*Stack) sut.Status
	want string
}{
	{"acts later than now", liar{deliver: acts(1200 * time.Millisecond)}, deliver,
		"remote: stack said that it acted at 1.2s while time stands at 1s"},
	{"acts earlier than now", liar{deliver: acts(800 * time.Millisecond)}, deliver,
		"remote: stack said that it acted at 800ms while time stands at 1s"},
	{"acts beyond the target", liar{next: deadline(1500 * time.Millisecond), advance: actsWhile(3 * time.Second)}, advance,
		"remote: stack said that it acted at 3s while time went to 2s only"},
	{"acts before time began to move", liar{next: deadline(1500 * time.Millisecond), advance: actsWhile(time.Millisecond)}, advance,
		"remote: stack said that it acted at 1ms, when it was already 1s"},
	{"acts backwards", liar{next: deadline(1500 * time.Millisecond), advance: actsWhile(1800*time.Millisecond, 1700*time.Millisecond)}, advance,
		"remote: stack said that it acted at 1.7s after it had acted at 1.8s"},
	{"acts without a deadline", liar{advance: actsWhile(1500 * time.Millisecond)}, advance,
		"remote: stack acted at 1.5s and had named no deadline"},
	{"acts before its deadline", liar{next: deadline(1500 * time.Millisecond), advance: actsWhile(1400 * time.Millisecond)}, advance,
		"remote: stack acted at 1.4s, before the deadline that it had named, 1.5s"},
	{"deadline in the past", liar{next: deadline(1500 * time.Millisecond)}, advance,
		"remote: stack names the deadline 1.5s, when it is already 2s"},
	{"deadline that does not pass", liar{next: deadline(2 * time.Second)}, advance,
		"remote: stack names the deadline 2s after it was taken there"},
	{"time goes back", liar{advance: actsWhile()}, func(s *Stack) sut.Status { return s.Advance(time.Millisecond, discard{}) },
		"remote: stack let time go back from 1s to 1ms"},
	{"acts and refuses", liar{deliver: func(out sut.Sink) sut.Status { acts(time.Second)(out); return sut.Unsupported }}, deliver,
		"remote: stack acted during deliver and then answered unsupported"},
	{"completes what is not pending", liar{deliver: func(out sut.Sink) sut.Status {
		out.Done(time.Second, 9, &sut.Result{})
		return sut.OK
	}}, deliver, "remote: stack completed call 9, which is not pending"},
	{"names two calls alike", liar{call: gives(sut.Result{Pending: true, ID: 4})},
		func(s *Stack) sut.Status {
			call(sut.Call{Op: sut.OpRead})(s)
			return call(sut.Call{Op: sut.OpConnect})(s)
		}, "remote: stack names a pending connect call 4, as it does a pending read"},
	{"cancels what is not pending", liar{cancel: true}, func(s *Stack) sut.Status { return s.Cancel(3, discard{}) },
		"remote: stack cancelled call 3, which is not pending"},
	{"gives more than asked", liar{call: gives(sut.Result{Ret: 5, Data: []byte("12345")})},
		call(sut.Call{Op: sut.OpRead, Value: 4}), "remote: read of 4 bytes gave 5"},
	{"gives other than it returns", liar{call: gives(sut.Result{Ret: 3, Data: []byte("12345")})},
		call(sut.Call{Op: sut.OpRecv, Value: 9}), "remote: recv returned 3 and gave 5 bytes"},
	{"writes more than asked", liar{call: gives(sut.Result{Ret: 5})},
		call(sut.Call{Op: sut.OpWrite, Data: []byte("1234")}), "remote: write of 4 bytes returned 5"},
	{"its own descriptor", liar{call: gives(sut.Result{Ret: 3})},
		call(sut.Call{Op: sut.OpSocket, NewFD: 7}), "remote: socket returned descriptor 3, not 7 as it was told"},
	{"a long option", liar{call: gives(sut.Result{Data: make([]byte, 9)})},
		call(sut.Call{Op: sut.OpGetSockOpt, Option: sut.SoError}), "remote: getsockopt gave 9 bytes, at most 8"},
	{"poll without events", liar{call: gives(sut.Result{Ret: 1})},
		call(sut.Call{Op: sut.OpPoll}), "remote: poll gave 0 bytes, not the 2 of its events"},
	{"no result in C", liar{call: gives(sut.Result{Data: make([]byte, 7)})},
		call(sut.Call{Op: sut.OpC, Data: make([]byte, 9)}), "remote: a call in C of 9 bytes gave 7"},
	{"too much in C", liar{call: gives(sut.Result{Data: make([]byte, 18)})},
		call(sut.Call{Op: sut.OpC, Data: make([]byte, 9)}), "remote: a call in C of 9 bytes gave 18"},
	{"data out of place", liar{call: gives(sut.Result{Data: []byte("x")})},
		call(sut.Call{Op: sut.OpBind}), "remote: bind gave 1 bytes of data"},
}

// TestLies: each lie is found, named, and costs no more than the time until the next Reset.
func TestLies(t *testing.T) {
	for _, c := range lies {
		t.Run(c.name, func(t *testing.T) {
			// The lie is told from 1 s on, and by the first stack only.
			first := true
			s := New(served(false, func() sut.SUT {
				if !first {
					return &toy{}
				}
				first = false
				l := c.lie
				return &late{liar: &l}
			}), 0)
			defer s.Close()
			require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
			require.Equal(t, sut.OK, s.Advance(time.Second, discard{}), s.Err())
			require.Equal(t, sut.Malformed, c.do(s))
			require.EqualError(t, s.Err(), c.want)
			assert.Equal(t, sut.Malformed, deliver(s), "it stays so")
			require.EqualError(t, s.Err(), c.want, "and so does the reason")
			require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
			assert.Equal(t, sut.OK, deliver(s), "until the next reset")
			assert.NoError(t, s.Err())
		})
	}
}

// late is a liar that tells the truth until it has been advanced to 1 s, or reset again.
type late struct {
	*liar
	resets int
}

func (l *late) honest() bool { return l.toy.now < time.Second && l.resets < 2 }

func (l *late) Reset(c *sut.Config) sut.Status {
	l.resets++
	return l.liar.Reset(c)
}

func (l *late) Advance(to sut.Time, out sut.Sink) sut.Status {
	if l.honest() {
		return l.toy.Advance(to, out)
	}
	return l.liar.Advance(to, out)
}

func (l *late) Next() (sut.Time, bool) {
	if l.toy.now < time.Second {
		return l.toy.Next()
	}
	return l.liar.Next()
}

// TestOtherVersion: a stack's side of another version is not talked to.
func TestOtherVersion(t *testing.T) {
	s := New(served(false, func() sut.SUT { return &liar{caps: func(c *sut.Caps) { c.Version = 9 }} }), 0)
	defer s.Close()
	assert.Equal(t, sut.Malformed, s.Capabilities(new(sut.Caps)))
	assert.EqualError(t, s.Err(), "remote: stack speaks version 9 of the protocol, this tester 2")
}

// TestNotSent: what the tester itself does wrong does not break the connection.
func TestNotSent(t *testing.T) {
	s := New(served(false, func() sut.SUT { return &toy{} }), 0)
	defer s.Close()
	assert.Equal(t, sut.Malformed, deliver(s))
	assert.EqualError(t, s.Err(), "remote: deliver before the first reset")
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}))
	assert.Equal(t, sut.Malformed, s.Deliver(make([]byte, 5000), discard{}))
	assert.ErrorContains(t, s.Err(), "cannot say")
	assert.Equal(t, sut.OK, deliver(s))
	assert.Equal(t, sut.Unsupported, s.Knob(sut.KnobMSL, 1, discard{}))
	assert.EqualError(t, s.Err(), "remote: stack answers knob: unsupported")
	assert.Equal(t, sut.Unsupported, s.Knob(sut.Unknown, 1, discard{}))
	assert.EqualError(t, s.Err(), `remote: stack answers knob: unsupported: "no such name"`)
	assert.Equal(t, sut.Malformed, s.Cancel(5, discard{}))
	assert.Equal(t, sut.OK, deliver(s))
	assert.NoError(t, s.Err())
	assert.Equal(t, sut.Unsupported, s.Raw(0x2a, []byte(strings.Repeat("?", 100))))
	assert.NoError(t, s.Close())
}
