package posix

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
)

// listener makes a listener of b on port 80.
func (w *world) listener() int {
	w.t.Helper()
	l := w.b.socket(Stream)
	w.b.bind(l, socket.Endpoint{Port: 80})
	w.b.listen(l)
	return l
}

func TestConnectAndAccept(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		a, b := w.a, w.b
		l := w.listener()
		accept := b.accept(l).blocks()
		c := a.socket(Stream)
		a.bind(c, a.at(1000))
		a.connect(c, b.at(80)).blocks().retAt(2*ms, 0)
		accept.retAt(3*ms, FirstFD+1).from(a.at(1000))

		for _, n := range []struct {
			h    *host
			fd   int
			name func(*host, int) (socket.Endpoint, Errno)
			want socket.Endpoint
		}{
			{a, c, sockName, a.at(1000)}, {a, c, peerName, b.at(80)},
			{b, FirstFD + 1, sockName, b.at(80)}, {b, FirstFD + 1, peerName, a.at(1000)},
		} {
			got, e := n.name(n.h, n.fd)
			n.h.want(ENone, e)
			require.Equal(t, n.want, got)
		}
		a.connect(c, b.at(80)).fails(EISCONN)
		b.connect(l, a.at(80)).fails(EISCONN)
		b.connect(FirstFD+1, a.at(80)).fails(EISCONN)
	})
}

func sockName(h *host, fd int) (socket.Endpoint, Errno) { return h.SockName(fd) }
func peerName(h *host, fd int) (socket.Endpoint, Errno) { return h.PeerName(fd) }

func TestConnectWithoutBlocking(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	w.listener()
	c := a.socket(Stream)
	a.revents(c, PollOut|PollHup)
	a.nonblock(c)
	a.connect(c, b.at(80)).fails(EINPROGRESS)
	a.connect(c, b.at(80)).fails(EALREADY)
	a.revents(c, 0)
	a.read(c, 1).fails(EAGAIN)
	a.write(c, "x").fails(EAGAIN)
	ready, p := a.polls(c, PollOut, -1)
	ready.blocks().retAt(2*ms, 1)
	require.Equal(t, PollOut, p.Revents)
	a.soError(c, ENone)
	a.connect(c, b.at(80)).ret(0)
	a.connect(c, b.at(80)).fails(EISCONN)
}

func TestConnectRefused(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		a, b := w.a, w.b
		c := a.socket(Stream)
		a.connect(c, b.at(80)).blocks().failsAt(2*ms, ECONNREFUSED)
		a.soError(c, ENone)
		a.read(c, 1).fails(ENOTCONN)

		w.listener()
		a.connect(c, b.at(80)).blocks().retAt(4*ms, 0)
	})
}

// The outcome of a connect in the background is told once, to whoever asks first.
func TestConnectRefusedWithoutBlocking(t *testing.T) {
	refused := func(t *testing.T) (w *world, c int) {
		w = newWorld(t, IPv4)
		c = w.a.socket(Stream)
		w.a.nonblock(c)
		w.a.connect(c, w.b.at(80)).fails(EINPROGRESS)
		w.until(10 * ms)
		w.a.revents(c, PollIn|PollOut|PollErr|PollHup)
		return w, c
	}
	t.Run("to connect", func(t *testing.T) {
		w, c := refused(t)
		w.a.connect(c, w.b.at(80)).fails(ECONNREFUSED)
		w.a.soError(c, ENone)
		w.a.revents(c, PollOut|PollHup)
	})
	t.Run("to SO_ERROR", func(t *testing.T) {
		w, c := refused(t)
		w.a.soError(c, ECONNREFUSED)
		w.a.soError(c, ENone)
		w.a.connect(c, w.b.at(80)).fails(ECONNABORTED)
		w.a.connect(c, w.b.at(80)).fails(EINPROGRESS)
	})
	t.Run("to read", func(t *testing.T) {
		w, c := refused(t)
		w.a.read(c, 1).fails(ECONNREFUSED)
		w.a.read(c, 1).ret(0)
	})
	t.Run("to write", func(t *testing.T) {
		w, c := refused(t)
		w.a.write(c, "x").fails(ECONNREFUSED)
		w.a.write(c, "x").fails(EPIPE)
	})
}

func TestConnectTimeout(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	w.listener()
	w.cut = true
	c := a.socket(Stream)
	a.set(c, SoSndTimeo, Value{Time: 500 * ms})
	a.connect(c, b.at(80)).blocks().failsAt(500*ms, EINPROGRESS)
	a.connect(c, b.at(80)).blocks().failsAt(1000*ms, EALREADY)

	// It goes on by itself: the SYN is sent again, and now arrives.
	w.cut = false
	a.set(c, SoSndTimeo, Value{})
	a.connect(c, b.at(80)).blocks()
	w.until(10 * time.Second)
	a.connect(c, b.at(80)).fails(EISCONN)
}

func TestConnectToNobody(t *testing.T) {
	w := newWorld(t, IPv4)
	c := w.a.socket(Stream)
	call := w.a.connect(c, w.nobody(80)).blocks()
	w.until(10 * time.Minute)
	require.True(t, call.done)
	w.a.want(EHOSTUNREACH, call.op.Err)
}

func TestConnectNobodyAnswers(t *testing.T) {
	w := newWorld(t, IPv4)
	w.cut = true
	c := w.a.socket(Stream)
	call := w.a.connect(c, w.b.at(80)).blocks()
	w.until(3*time.Minute - 1) // RFC 9293 3.8.3: R2 of a SYN is at least that (MUST-23)
	call.blocks()
	w.until(15 * time.Minute)
	require.True(t, call.done)
	w.a.want(ETIMEDOUT, call.op.Err)
}

// Data in one call, and another task that disconnects the socket under it.
func TestDisconnectUnderBlockedCalls(t *testing.T) {
	w := newWorld(t, IPv4)
	w.cut = true
	c := w.a.socket(Stream)
	connect := w.a.connect(c, w.b.at(80)).blocks()
	read := w.a.read(c, 1).blocks()
	w.a.connect(c, socket.Endpoint{}).ret(0)
	connect.fails(ECONNABORTED)
	read.fails(ENOTCONN)
}

func TestAcceptFailures(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	s := b.socket(Stream)
	b.accept(s).fails(EINVAL)
	l := w.listener()
	b.read(l, 1).fails(ENOTCONN)
	b.write(l, "x").fails(EPIPE)
	b.set(l, SoRcvTimeo, Value{Time: 7 * ms})
	b.accept(l).blocks().failsAt(7*ms, EAGAIN)
	b.nonblock(l)
	b.accept(l).fails(EAGAIN)
	b.revents(l, 0)

	a.connect(a.socket(Stream), b.at(80))
	w.until(20 * ms)
	b.revents(l, PollIn)
	for range sockets - 2 {
		b.socket(Stream)
	}
	b.accept(l).fails(EMFILE)
	b.close(s).ret(0)
	b.accept(l).ret(s)
}

func TestAcceptInherits(t *testing.T) {
	w := newWorld(t, IPv4)
	l := w.b.socket(Stream)
	options := []struct {
		o Option
		v Value
	}{
		{SoReuseAddr, Value{N: 1}}, {SoKeepAlive, Value{N: 1}}, {SoLinger, Value{N: 1, Time: time.Second}},
		{SoRcvTimeo, Value{Time: time.Second}}, {SoSndTimeo, Value{Time: 2 * time.Second}}, {TCPNoDelay, Value{N: 1}}, {TCPQuickAck, Value{N: 1}},
		{TCPKeepIdle, Value{Time: time.Second}}, {TCPUserTimeout, Value{Time: time.Second}},
	}
	for _, o := range options {
		w.b.set(l, o.o, o.v)
	}
	w.b.nonblock(l)
	w.b.bind(l, w.b.at(80))
	w.b.listen(l)
	w.a.connect(w.a.socket(Stream), w.b.at(80)).retAt(2*ms, 0)
	w.until(3 * ms)
	s := w.b.accept(l).ret(l + 1).op.Ret
	for _, o := range options {
		w.b.option(s, o.o, o.v)
	}
	w.b.read(s, 1).blocks()
}

func TestListen(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	l := b.socket(Stream)
	b.listen(l) // takes a port by itself
	e, _ := b.SockName(l)
	require.GreaterOrEqual(t, e.Port, uint16(49152))
	a.connect(a.socket(Stream), b.at(e.Port)).retAt(2*ms, 0)
	b.listen(l)
	b.want(EINVAL, b.Bind(l, b.at(80)))

	c, _, s := w.pair()
	a.want(EINVAL, a.Listen(c, 1))
	b.want(EINVAL, b.Listen(s, 1))
}

func TestShutdownStopsAListener(t *testing.T) {
	w := newWorld(t, IPv4)
	l := w.listener()
	accept := w.b.accept(l).blocks()
	w.b.shutdown(l, ShutWrite)
	accept.blocks()
	w.b.shutdown(l, ShutRead)
	accept.fails(EINVAL)
	w.a.connect(w.a.socket(Stream), w.b.at(80)).blocks().failsAt(2*ms, ECONNREFUSED)
	w.b.listen(l)
	w.a.connect(w.a.socket(Stream), w.b.at(80)).blocks().retAt(4*ms, 0)
}
