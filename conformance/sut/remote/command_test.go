package remote

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

// short is a limit of real time for what will not be answered at all.
const short = 100 * time.Millisecond

// TestChildren: what a bad child does is named, costs one operation, and the next Reset has a fresh one.
func TestChildren(t *testing.T) {
	for _, c := range []struct {
		mode string
		st   sut.Status
		want string
	}{
		{"exit", sut.Crashed, "remote: stack ended during deliver: exit status 3"},
		{"last words", sut.Crashed, "remote: stack ended during deliver: exit status 0: last words"},
		{"panic", sut.Crashed, "remote: stack ended during deliver: exit status 2: panic: index out of range [7] with length 7"},
		{"close output", sut.Crashed, "remote: stack ended during deliver: it closed its output and goes on running"},
		{"half a message", sut.Crashed, "remote: stack ended during deliver: exit status 0"},
		{"chatter", sut.Crashed, "remote: stack ended during deliver: exit status 1: the end"},
		{"overflow", sut.Crashed, "remote: stack ended during deliver: exit status 2: fatal error: stack overflow"},
		{"leave output", sut.Crashed, "remote: stack ended during deliver: exit status 4"},
		{"hang", sut.Hung, "remote: no answer to deliver within 100ms"},
		{"begin and hang", sut.Hung, "remote: no answer to deliver within 100ms, but the beginning of a message"},
		{"text", sut.Malformed, `remote: stack's answer to deliver is no message but "hello from the stack\n": as a length that is 1819043176, at most 1049600`},
		{"too long", sut.Malformed, `remote: stack's answer to deliver is no message but "\x00\x00\x11\x00": as a length that is 1114112, at most 1049600`},
		{"no message", sut.Malformed, "remote: stack's answer to deliver: the message ends too early (byte 1 of 1)"},
		{"other request", sut.Malformed, "remote: stack answered request 99 while it was asked request 3"},
		{"other operation", sut.Malformed, "remote: stack was asked to deliver and answered as to advance"},
		{"says it crashed", sut.Crashed, "remote: stack's side says that it crashed during deliver: MC"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			t.Parallel()
			s := New(spawn(c.mode), 0)
			defer s.Close()
			for range 2 {
				s.id = 0 // some children only know the ids of the first connection
				require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
				if c.st == sut.Hung {
					s.limit = short
				}
				require.Equal(t, c.st, deliver(s), s.Err())
				assert.EqualError(t, s.Err(), c.want)
				s.limit = DefaultLimit
			}
		})
	}
}

// TestBadFromTheStart: a child that cannot even tell its capabilities fails each Reset, and nothing else happens.
func TestBadFromTheStart(t *testing.T) {
	for _, c := range []struct {
		mode string
		st   sut.Status
		want string
	}{
		{"exit at once", sut.Crashed, "remote: stack ended during capabilities: exit status 3: toy: cannot start: no memory"},
		{"hang at once", sut.Hung, "remote: no answer to capabilities within 100ms"},
		{"refuse", sut.Malformed, "remote: stack does not tell its capabilities: it answers unsupported"},
		{"small messages", sut.Malformed, "remote: stack takes messages of 1024 bytes at most, it must take 2048"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			t.Parallel()
			limit := DefaultLimit
			if c.st == sut.Hung {
				limit = short
			}
			s := New(spawn(c.mode), limit)
			defer s.Close()
			for range 2 {
				s.id = 0
				require.Equal(t, c.st, s.Reset(&sut.Config{}))
				require.Equal(t, c.st, s.Raw(0x3f, nil))
				s.id = 0
				require.Equal(t, c.st, s.Capabilities(new(sut.Caps)))
				require.Equal(t, c.st, s.Raw(0x3f, nil))
				assert.EqualError(t, s.Err(), c.want)
			}
		})
	}
}

// TestCapabilitiesAfterTheEnd: each case asks for the capabilities before it resets, so that too has a fresh stack.
func TestCapabilitiesAfterTheEnd(t *testing.T) {
	s := New(spawn("exit"), 0)
	defer s.Close()
	for range 3 {
		require.Equal(t, sut.OK, s.Capabilities(new(sut.Caps)), s.Err())
		require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
		require.Equal(t, sut.Crashed, deliver(s))
		require.Equal(t, sut.Crashed, s.Advance(time.Second, discard{}), "it stays so for the rest of the case")
	}
}

func TestNoSuchCommand(t *testing.T) {
	s := New(&Command{Argv: []string{"./no-such-program"}}, 0)
	assert.Equal(t, sut.Crashed, s.Reset(&sut.Config{}))
	assert.ErrorContains(t, s.Err(), "remote: cannot start the stack: ")
	assert.ErrorIs(t, s.Err(), fs.ErrNotExist)
	assert.NoError(t, s.Close())
}

func TestGoodChildren(t *testing.T) {
	for _, mode := range []string{"good", "good line", "slow but fine"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			c := spawn(mode)
			c.Line = mode == "good line"
			s := New(c, 0)
			require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
			var got record
			require.Equal(t, sut.OK, s.Deliver([]byte("x"), &got), s.Err())
			require.Equal(t, sut.OK, s.Advance(time.Minute, &got), s.Err())
			assert.Equal(t, "0s frame 78\n1s frame 78\n", got.String())
			require.NoError(t, s.Close())
			assert.NoError(t, s.Close(), "once more does no harm")
		})
	}
}

// TestLog: the end of what a child said to people is kept, whole lines, also when the child is gone.
func TestLog(t *testing.T) {
	s := New(spawn("chatter"), 0)
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
	require.Equal(t, sut.Crashed, deliver(s))
	require.NoError(t, s.Close())
	log := s.Log()
	assert.LessOrEqual(t, len(log), tailSize)
	assert.Greater(t, len(log), tailSize-100)
	for _, l := range strings.Split(strings.TrimSuffix(log, "\nthe end"), "\n") {
		require.Equal(t, "a line of chatter", l)
	}
}

// TestUnread: a request larger than what the system keeps for a child that does not read is given up too.
func TestUnread(t *testing.T) {
	s := New(spawn("hang"), 0)
	defer s.Close()
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
	s.limit = short
	require.Equal(t, sut.Hung, deliver(s))
	require.Equal(t, sut.Hung, s.Call(&sut.Call{Op: sut.OpWrite, Data: make([]byte, 1<<20)}, new(sut.Result), discard{}))
	// The same without the answer that it owes: the write itself must be given up.
	s.limit = DefaultLimit
	require.Equal(t, sut.OK, s.Reset(&sut.Config{}), s.Err())
	_, err := s.conn.Write([]byte{4, 0, 0, 0, 3, 0, 0, 'x'}) // a deliver, after which it does not read
	require.NoError(t, err)
	s.limit = short
	require.Equal(t, sut.Hung, s.Call(&sut.Call{Op: sut.OpWrite, Data: make([]byte, 1<<20)}, new(sut.Result), discard{}))
}
