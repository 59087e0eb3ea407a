package lwip

import (
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// failed is what every call on a stream answers whose connection failed, once that was told.
func (l *life) failed(w *world, fd int) {
	l.Helper()
	l.send(w, fd, 1) // it may tell why once more
	l.fails(l.connect(w, fd, l.of(w), 80), abi.ENOTCONN)
	l.fails(l.send(w, fd, 1), abi.ENOTCONN)
}

// reaches wants a connection to be one over which text gets through.
func (l *life) reaches(x, y *world, here, there int) {
	l.Helper()
	l.is(l.send(x, here, 10), 10, 0)
	l.is(l.ends(l.recv(y, there, 10)), 10, 0)
}

// syn has x begin to connect to y, which does not hear it.
func (l *life) syn(x, y *world) (fd int, c *task, listener int) {
	l.Helper()
	l.known(x, y)
	listener, port := l.listen(y, 1)
	fd = l.tcp(x)
	l.lost = -1
	c = l.connect(x, fd, l.of(y), port)
	l.waits(c)
	return fd, c, listener
}

// heard lets the wire work again, and wants x's attempt to succeed.
func (l *life) heard(x, y *world, fd int, c *task, listener int) {
	l.Helper()
	l.lost = 0
	l.is(l.ends(c), 0, 0)
	there := l.accept(y, listener)
	y.want(0, there.op.Err)
	l.reaches(x, y, fd, there.op.Ret)
	l.closed(x, fd)
	l.closed(y, there.op.Ret, listener)
}

var connectFailures = []mishap{
	{"connect without a route", func(l *life, x, _ *world) {
		fd := l.tcp(x)
		l.fails(l.connect(x, fd, l.far(), 80), abi.EHOSTUNREACH)
		l.closed(x, fd)
	}},
	{"connect from an address that is not ours", func(l *life, x, y *world) {
		fd := l.tcp(x)
		x.want(0, x.Bind(fd, sockaddr(l.far(), l.free())))
		l.fails(l.connect(x, fd, l.of(y), 80), abi.EHOSTUNREACH)
		l.closed(x, fd)
	}},
	{"connect to a neighbour that is silent", func(l *life, x, _ *world) {
		before := x.stack.Counter(stack.NeighbourFailures)
		fd := l.tcp(x)
		c := l.connect(x, fd, l.nobody(), 80)
		l.waits(c)
		l.fails(l.ends(c), abi.ECONNABORTED)
		require.Greater(l, x.stack.Counter(stack.NeighbourFailures), before)
		l.closed(x, fd)
	}},
	{"close while the neighbour is asked for", func(l *life, x, _ *world) {
		fd := l.tcp(x)
		c := l.connect(x, fd, l.nobody(), 80)
		l.waits(c)
		l.closed(x, fd)
		l.fails(c, abi.ENOTCONN)
	}},
	{"connect with the link down", func(l *life, x, y *world) {
		fd := l.tcp(x)
		x.stack.SetLink(x.now, false)
		l.fails(l.connect(x, fd, l.of(y), 80), abi.EHOSTUNREACH)
		l.closed(x, fd)
		x.stack.SetLink(x.now, true)
	}},
	{"the link goes down while a connect waits", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		x.stack.SetLink(x.now, false)
		l.run(10 * time.Second)
		l.waits(c)
		x.stack.SetLink(x.now, true)
		l.heard(x, y, fd, c, listener)
	}},
	{"a SYN that is never answered", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		l.fails(l.ends(c), abi.ECONNABORTED)
		l.lost = 0
		l.failed(x, fd)
		l.closed(x, fd)
		l.closed(y, listener)
	}},
	{"refused", func(l *life, x, y *world) {
		fd := l.tcp(x)
		l.fails(l.connect(x, fd, l.of(l.either(x, y)), l.free()), abi.ECONNRESET)
		l.failed(x, fd)
		l.closed(x, fd)
	}},
	{"refused without waiting", func(l *life, x, y *world) {
		fd, port := l.tcp(x), l.free()
		l.nonblock(x, fd)
		l.lost = 1
		l.fails(l.connect(x, fd, l.of(y), port), abi.EINPROGRESS)
		l.fails(l.connect(x, fd, l.of(y), port), abi.EALREADY)
		l.fails(l.send(x, fd, 1), abi.EINPROGRESS)
		c := l.selects(x, 0, fd)
		l.is(l.ends(c), 1, 0)
		b := make([]byte, abi.SizeofInt)
		x.want(0, x.GetSockOpt(fd, abi.SOL_SOCKET, abi.SO_ERROR, b))
		n, _ := abi.ParseInt(b)
		x.want(abi.ECONNRESET, abi.Errno(n))
		l.lost = 0
		l.failed(x, fd)
		l.closed(x, fd)
	}},
	{"a hard ICMP error in answer to a SYN", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		l.undelivered(x, y, wire.ICMPv4Unreachable, 3, wire.ICMPv6Unreachable, 4)
		l.fails(c, abi.ECONNRESET)
		l.lost = 0
		l.closed(x, fd)
		l.closed(y, listener)
	}},
	{"a soft ICMP error in answer to a SYN", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		before := x.stack.Counter(stack.ICMPErrorsReceived)
		l.undelivered(x, y, wire.ICMPv4Unreachable, 1, wire.ICMPv6Unreachable, 3)
		require.Greater(l, x.stack.Counter(stack.ICMPErrorsReceived), before)
		l.waits(c)
		if l.r.IntN(2) == 0 {
			l.heard(x, y, fd, c, listener)
			return
		}
		l.fails(l.ends(c), abi.ECONNABORTED)
		l.lost = 0
		l.closed(x, fd)
		l.closed(y, listener)
	}},
	{"a connect that is given up", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		l.cancel(x, c)
		l.lost = 0
		l.closed(x, fd)
		l.closed(y, listener)
	}},
	{"close while a connect waits", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		w := l.polls(x, -1, fd)
		l.closed(x, fd)
		l.fails(c, abi.ENOTCONN)
		l.is(w, -1, 0)
		l.lost = 0
		l.closed(y, listener)
	}},
	{"a connect beside one that waits", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		l.fails(l.connect(x, fd, l.of(y), 80), abi.EALREADY)
		x.want(abi.ENOTCONN, x.Shutdown(x.now, fd, abi.SHUT_WR))
		l.heard(x, y, fd, c, listener)
	}},
	{"a connect beside a connection", func(l *life, x, y *world) {
		y = l.either(x, y)
		here, there := l.pair(x, y)
		l.fails(l.connect(x, here, l.of(y), 80), abi.EISCONN)
		l.reaches(x, y, here, there)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"the same ends twice", func(l *life, x, y *world) {
		listener, port := l.listen(y, 2)
		one, two, own := l.tcp(x), l.tcp(x), l.free()
		for _, fd := range []int{one, two} {
			l.flag(x, fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, 1)
			x.want(0, x.Bind(fd, sockaddr(l.any(), own)))
		}
		l.is(l.connect(x, one, l.of(y), port), 0, 0)
		l.conns++
		l.fails(l.connect(x, two, l.of(y), port), abi.EADDRINUSE)
		l.closed(x, one, two)
		l.closed(y, listener)
	}},
	{"a connection of a socket with itself", func(l *life, x, _ *world) {
		fd := l.tcp(x)
		l.is(l.connect(x, fd, l.of(x), l.bound(x, fd)), 0, 0)
		l.conns++
		l.reaches(x, x, fd, fd)
		l.closed(x, fd)
	}},
}

var acceptFailures = []mishap{
	{"an accept at its deadline", func(l *life, x, _ *world) {
		fd, _ := l.listen(x, 1)
		l.limit(x, fd, abi.SO_RCVTIMEO)
		l.fails(l.expires(l.accept(x, fd)), abi.EAGAIN)
		l.closed(x, fd)
	}},
	{"an accept that is given up", func(l *life, x, y *world) {
		fd, port := l.listen(x, 1)
		l.cancel(x, l.accept(x, fd))
		l.closed(x, fd)
		c := l.tcp(y)
		l.fails(l.connect(y, c, l.of(x), port), abi.ECONNRESET)
		l.closed(y, c)
	}},
	{"close while accepts wait", func(l *life, x, _ *world) {
		fd, _ := l.listen(x, 1)
		one, two := l.accept(x, fd), l.accept(x, fd)
		l.closed(x, fd)
		l.fails(one, abi.ENOTCONN)
		l.fails(two, abi.ENOTCONN)
	}},
	{"shutdown while an accept waits", func(l *life, x, _ *world) {
		fd, _ := l.listen(x, 1)
		c := l.accept(x, fd)
		x.want(0, x.Shutdown(x.now, fd, abi.SHUT_RDWR))
		l.settle()
		l.fails(c, abi.ENOTCONN)
		l.closed(x, fd)
	}},
	{"one connection for two accepts", func(l *life, x, y *world) {
		fd, port := l.listen(x, 1)
		one, two := l.accept(x, fd), l.accept(x, fd)
		c := l.tcp(y)
		l.is(l.connect(y, c, l.of(x), port), 0, 0)
		l.conns++
		require.True(l, one.done)
		l.waits(two)
		l.closed(x, fd, one.op.Ret)
		l.fails(two, abi.ENOTCONN)
		l.closed(y, c)
	}},
	{"accept without a descriptor", func(l *life, x, y *world) {
		fd, port := l.listen(l.a, 2)
		c := l.tcp(l.b)
		l.is(l.connect(l.b, c, l.of(l.a), port), 0, 0)
		l.conns++
		all := l.descriptors(l.a)
		l.fails(l.accept(l.a, fd), abi.ENFILE)
		l.closed(l.a, all[0])
		got := l.accept(l.a, fd)
		l.a.want(0, got.op.Err)
		l.reaches(l.b, l.a, c, got.op.Ret)
		l.closed(l.a, append(all[1:], fd, got.op.Ret)...)
		l.closed(l.b, c)
	}},
	{"accept without a socket", func(l *life, _, _ *world) { // host b has fewer sockets than descriptors
		fd, port := l.listen(l.b, 2)
		c := l.tcp(l.a)
		l.is(l.connect(l.a, c, l.of(l.b), port), 0, 0)
		l.conns++
		var all []int
		for {
			s, e := l.b.Socket(l.domain(), abi.SOCK_STREAM, 0)
			if e != 0 {
				l.b.want(abi.ENOBUFS, e)
				break
			}
			all = append(all, s)
		}
		l.fails(l.accept(l.b, fd), abi.ENFILE)
		l.closed(l.b, append(all, fd)...)
		l.fails(l.recv(l.a, c, 1), abi.ECONNRESET)
		l.closed(l.a, c)
	}},
	{"accept of who is gone", func(l *life, x, y *world) {
		fd, port := l.listen(x, 1)
		c := l.tcp(y)
		l.is(l.connect(y, c, l.of(x), port), 0, 0)
		l.conns++
		l.reset(y, c)
		l.fails(l.accept(x, fd), abi.ENOTCONN)
		l.closed(x, fd)
	}},
	{"accept of who was reset", func(l *life, x, y *world) {
		fd, port := l.listen(x, 1)
		c := l.tcp(y)
		l.is(l.connect(y, c, l.of(x), port), 0, 0)
		l.conns++
		l.reset(y, c)
		got := l.call(x, func(op *Op) bool { return x.Accept(x.now, op, fd, false) })
		x.want(0, got.op.Err)
		l.recv(x, got.op.Ret, 10)
		l.closed(x, fd, got.op.Ret)
	}},
	{"close of a listener with connections that wait", func(l *life, x, y *world) {
		y = l.either(x, y)
		fd, port := l.listen(x, 2)
		one, two := l.tcp(y), l.tcp(y)
		l.is(l.connect(y, one, l.of(x), port), 0, 0)
		l.is(l.connect(y, two, l.of(x), port), 0, 0)
		l.conns += 2
		l.is(l.send(y, two, 100), 100, 0)
		c := l.recv(y, one, 1)
		l.closed(x, fd)
		l.fails(c, abi.ECONNRESET)
		l.closed(y, one, two)
	}},
	{"more connections than may wait", func(l *life, x, y *world) {
		before := x.stack.Counter(stack.DropTCPBacklog)
		fd, port := l.listen(x, 1)
		var all []int
		for range 3 {
			c := l.tcp(y)
			l.nonblock(y, c)
			l.connect(y, c, l.of(x), port)
			all = append(all, c)
		}
		l.conns++
		require.Greater(l, x.stack.Counter(stack.DropTCPBacklog), before)
		l.closed(x, fd)
		l.closed(y, all...)
	}},
	{"a handshake that is never ended", func(l *life, x, y *world) {
		fd, _ := l.embryo(x, y)
		l.rest()
		require.Equal(l, 2, x.stack.Usage().TCP, "the listeners")
		l.lost = 0
		l.closed(x, fd)
	}},
	{"a handshake beside one that takes the last place", func(l *life, x, y *world) {
		before := x.stack.Counter(stack.TCPCookiesTaken)
		fd, port := l.embryo(x, y)
		l.lost = 0
		here, there := l.dial(y, x, fd, port)
		require.Greater(l, x.stack.Counter(stack.TCPCookiesTaken), before)
		l.reaches(y, x, here, there)
		l.closed(y, here)
		l.closed(x, there, fd)
	}},
	{"close of a listener beside a handshake", func(l *life, x, y *world) {
		fd, _ := l.embryo(x, y)
		l.closed(x, fd)
		l.lost = 0
	}},
}

// embryo is a listener of x that waits for one connection, and has a handshake with y of which y knows nothing any more. The
// wire loses everything.
func (l *life) embryo(x, y *world) (fd int, port uint16) {
	l.Helper()
	l.known(y, x)
	fd, port = l.listen(x, 1)
	c := l.tcp(y)
	l.lost = -1
	l.connect(y, c, l.of(x), port)
	require.True(l, x.dev.Put(l.last[y]))
	l.closed(y, c)
	require.Equal(l, 1, x.stack.TCPCount(tcp.SynReceived))
	return fd, port
}

// reset ends a connection with a reset.
func (l *life) reset(w *world, fd int) {
	l.Helper()
	l.lingers(w, fd, 0)
	require.True(l, w.Send(w.now, &Op{}, fd, l.buf[:10], 0)) // it stays: nobody polls
	l.closed(w, fd)
}

// descriptors opens all that are left.
func (l *life) descriptors(w *world) (all []int) {
	l.Helper()
	for {
		fd, e := w.Socket(l.domain(), abi.SOCK_STREAM, 0)
		if e != 0 {
			w.want(abi.ENFILE, e)
			return all
		}
		all = append(all, fd)
	}
}
