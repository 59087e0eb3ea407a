package script

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

// TestPollOfSeveral: each descriptor is polled for itself, and must say what the script says of it.
func TestPollOfSeveral(t *testing.T) {
	c := foreign(t, "1 poll([{fd=3, events=POLLIN, revents=0}, {fd=4, events=POLLOUT|POLLIN, revents=POLLOUT}, {fd=5, events=0, revents=POLLERR}], 3, 0) = 2", false)
	require.Nil(t, c.Lack)
	ev := c.Program.Events
	require.Len(t, ev, 3)
	for i, want := range []struct {
		fd  sut.FD
		ret int32
	}{{3, 0}, {4, 1}, {5, 1}} {
		assert.Equal(t, sut.OpPoll, ev[i].Call.Op)
		assert.Equal(t, want.fd, ev[i].Call.FD)
		assert.Equal(t, want.ret, ev[i].Want.Ret)
		assert.True(t, ev[i].Want.HasData)
	}
	c = foreign(t, "0 poll([{fd=3, events=POLLIN, revents=0}, {fd=4, events=POLLIN, revents=POLLIN}], 2, 100) = 1", false)
	require.Len(t, c.Program.Events, 2)
	for _, e := range c.Program.Events {
		assert.Zero(t, e.Call.Value, "something is ready: it does not wait")
	}
	c = foreign(t, "1...2 poll([{fd=3, events=POLLIN, revents=0}, {fd=4, events=POLLIN, revents=POLLIN}], 2, -1) = 1", false)
	ev = c.Program.Events
	require.Len(t, ev, 3)
	for i, e := range ev[:2] {
		assert.Zero(t, e.Want.Ret+e.Call.Value, "nothing is ready")
		assert.Equal(t, []byte{0, 0}, e.Want.Data)
		assert.Equal(t, sut.FD(3+i), e.Call.FD)
		assert.False(t, e.Blocks)
	}
	assert.True(t, ev[2].Blocks)
	assert.Equal(t, sut.FD(4), ev[2].Call.FD)
	assert.EqualValues(t, -1, ev[2].Call.Value)
	for text, lack := range map[string]string{
		"0 poll([{fd=3, events=POLLRDHUP, revents=POLLRDHUP}], 1, 0) = 1": "the event POLLRDHUP",
	} {
		c := foreign(t, text, false)
		if assert.NotNil(t, c.Lack, text) {
			assert.Equal(t, lack, c.Lack.What)
		}
	}
	for text, want := range map[string]string{
		"0 poll([{fd=3, events=POLLIN, revents=0}, {fd=4, events=POLLIN, revents=POLLIN}], 2, 0) = 2": "2 is not",
		"0 poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN, revents=POLLIN}], 2, 0) = 1":            "revents: missing",
		"0 poll([], 0, 0) = 0":                        "want structures",
		"0 poll([{fd=3, events=POLLIN}], 1, x) = 0":   "argument 3",
		"0 poll([{fd=3, events=POLLWHAT}], 1, 0) = 0": "there is no event",
		"0 poll([{events=POLLIN}], 1, 0) = 0":         "fd: want a descriptor",
	} {
		s, err := Parse("x.pkt", []byte(text))
		require.NoError(t, err)
		_, err = CompileForeign(s, IPv4, false)
		if want == "2 is not" {
			want = "1 descriptors have events, and the result is 2"
		}
		assert.ErrorContains(t, err, want, text)
	}
}
