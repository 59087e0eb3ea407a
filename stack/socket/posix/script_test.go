package posix

import (
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
)

// pending is a call that was made: what it returned, or what it waits for.
type pending struct {
	h    *host
	op   Op
	buf  []byte
	done bool
	at   time.Duration
}

// call makes a call.
func (h *host) call(buf []byte, start func(now time.Duration, op *Op) bool) *pending {
	c := &pending{h: h, buf: buf, at: h.w.now}
	c.done = start(h.w.now, &c.op)
	if !c.done {
		h.calls = append(h.calls, c)
	}
	h.settle()
	return c
}

// ret wants the call to have returned this at once.
func (c *pending) ret(want int) *pending {
	c.h.w.t.Helper()
	return c.retAt(c.at-c.h.w.zero, want)
}

// fails wants the call to have failed with this at once.
func (c *pending) fails(want Errno) {
	c.h.w.t.Helper()
	c.failsAt(c.at-c.h.w.zero, want)
}

// blocks wants the call to be still waiting.
func (c *pending) blocks() *pending {
	c.h.w.t.Helper()
	require.False(c.h.w.t, c.done, "returned %d %s", c.op.Ret, c.op.Err)
	return c
}

// finish lets the world go on until the call must be done, and wants it to be done then and not before.
func (c *pending) finish(at time.Duration) {
	w := c.h.w
	w.t.Helper()
	if w.now < w.zero+at {
		w.run(w.zero + at)
	}
	require.True(w.t, c.done, "still blocked at %s", at)
	require.Equal(w.t, at.String(), (c.at - w.zero).String(), "returned %d %s", c.op.Ret, c.op.Err)
}

func (c *pending) retAt(at time.Duration, want int) *pending {
	c.h.w.t.Helper()
	c.finish(at)
	require.Equal(c.h.w.t, "0", c.op.Err.String())
	require.Equal(c.h.w.t, want, c.op.Ret)
	return c
}

func (c *pending) failsAt(at time.Duration, want Errno) {
	c.h.w.t.Helper()
	c.finish(at)
	require.Equal(c.h.w.t, want.String(), c.op.Err.String())
	require.Equal(c.h.w.t, -1, c.op.Ret)
}

// got wants the call to have received this text at once; gotAt at a certain time.
func (c *pending) got(want string) *pending {
	c.h.w.t.Helper()
	return c.gotAt(c.at-c.h.w.zero, want)
}

func (c *pending) gotAt(at time.Duration, want string) *pending {
	c.h.w.t.Helper()
	c.retAt(at, len(want))
	require.Equal(c.h.w.t, want, string(c.buf[:c.op.Ret]))
	return c
}

// from wants the call's peer to be this.
func (c *pending) from(want socket.Endpoint) {
	c.h.w.t.Helper()
	require.Equal(c.h.w.t, want, c.op.From)
}

func (h *host) socket(typ int) int {
	h.w.t.Helper()
	fd, e := h.Socket(h.w.family, typ, 0)
	require.Equal(h.w.t, "0", e.String())
	return fd
}

// bind, listen, shutdown, nonblock and set want success; want checks any other answer.
func (h *host) bind(fd int, e socket.Endpoint) { h.want(ENone, h.Bind(fd, e)) }
func (h *host) listen(fd int)                  { h.want(ENone, h.Listen(fd, 4)) }
func (h *host) nonblock(fd int)                { h.want(ENone, h.SetNonblock(fd, true)) }

func (h *host) set(fd int, o Option, v Value) { h.want(ENone, h.SetOption(fd, o, v)) }

func (h *host) shutdown(fd, how int) {
	h.want(ENone, h.Shutdown(h.w.now, fd, how))
	h.settle()
}

func (h *host) want(want, got Errno) {
	h.w.t.Helper()
	require.Equal(h.w.t, want.String(), got.String())
}

// soError wants SO_ERROR to be this.
func (h *host) soError(fd int, want Errno) {
	h.w.t.Helper()
	v, e := h.GetOption(fd, SoError)
	h.want(ENone, e)
	require.Equal(h.w.t, want.String(), Errno(v.N).String())
}

// option wants an option to be this.
func (h *host) option(fd int, o Option, want Value) {
	h.w.t.Helper()
	v, e := h.GetOption(fd, o)
	h.want(ENone, e)
	require.Equal(h.w.t, want, v)
}

func (h *host) accept(fd int) *pending {
	return h.call(nil, func(now time.Duration, op *Op) bool { return h.Accept(now, op, fd) })
}

func (h *host) connect(fd int, to socket.Endpoint) *pending {
	return h.call(nil, func(now time.Duration, op *Op) bool { return h.Connect(now, op, fd, to) })
}

func (h *host) read(fd, n int) *pending {
	buf := make([]byte, n)
	return h.call(buf, func(now time.Duration, op *Op) bool { return h.Read(now, op, fd, buf) })
}

func (h *host) recv(fd, n int, flags Flags) *pending {
	buf := make([]byte, n)
	return h.call(buf, func(now time.Duration, op *Op) bool { return h.Recv(now, op, fd, buf, flags) })
}

func (h *host) write(fd int, s string) *pending { return h.send(fd, s, 0) }

func (h *host) send(fd int, s string, flags Flags) *pending {
	return h.call(nil, func(now time.Duration, op *Op) bool {
		return h.Send(now, op, fd, []byte(s), flags, socket.Endpoint{})
	})
}

func (h *host) sendto(fd int, s string, to socket.Endpoint) *pending {
	return h.call(nil, func(now time.Duration, op *Op) bool { return h.Send(now, op, fd, []byte(s), 0, to) })
}

func (h *host) close(fd int) *pending {
	return h.call(nil, func(now time.Duration, op *Op) bool { return h.Close(now, op, fd) })
}

// polls polls one descriptor; see revents.
func (h *host) polls(fd int, ask Events, limit time.Duration) (*pending, *PollFD) {
	p := []PollFD{{FD: fd, Events: ask}}
	return h.call(nil, func(now time.Duration, op *Op) bool { return h.Poll(now, op, p, limit) }), &p[0]
}

// revents wants poll to find exactly this now, asked for everything.
func (h *host) revents(fd int, want Events) {
	h.w.t.Helper()
	c, p := h.polls(fd, PollIn|PollOut, 0)
	require.True(h.w.t, c.done)
	require.Equal(h.w.t, eventNames(want), eventNames(p.Revents))
	require.Equal(h.w.t, min(int(want), 1), c.op.Ret)
}

func eventNames(e Events) (s string) {
	for i, name := range []string{"IN ", "OUT ", "ERR ", "HUP ", "NVAL "} {
		if e>>i&1 != 0 {
			s += name
		}
	}
	return s
}

// pair is a connection from a socket of a to one that b has accepted on port 80, with the listener.
func (w *world) pair() (c, l, s int) {
	w.t.Helper()
	l = w.b.socket(Stream)
	w.b.bind(l, w.b.at(80))
	w.b.listen(l)
	c = w.a.socket(Stream)
	connect := w.a.connect(c, w.b.at(80))
	accept := w.b.accept(l)
	w.run(w.now + 10*ms)
	require.True(w.t, connect.done && accept.done)
	connect.ret0()
	w.zero = w.now
	return c, l, accept.op.Ret
}

func (c *pending) ret0() {
	c.h.w.t.Helper()
	require.Equal(c.h.w.t, "0", c.op.Err.String())
	require.Zero(c.h.w.t, c.op.Ret)
}
