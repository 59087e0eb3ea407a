package lwip

import (
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket/lwip/abi"
)

// onPair is a failure of a connection, which is closed behind it unless done has closed it.
func onPair(name string, run func(l *life, x, y *world, here, there int)) mishap {
	return mishap{name, func(l *life, x, y *world) {
		y = l.either(x, y)
		here, there := l.pair(x, y)
		run(l, x, y, here, there)
		l.closed(y, there)
	}}
}

// overWire is onPair between two hosts.
func overWire(name string, run func(l *life, x, y *world, here, there int)) mishap {
	return mishap{name, func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		run(l, x, y, here, there)
		l.closed(y, there)
	}}
}

// blockedFailures are those of calls that wait for something to receive.
var blockedFailures = []mishap{
	onPair("a recv at its deadline", func(l *life, x, y *world, here, there int) {
		l.limit(x, here, abi.SO_RCVTIMEO)
		l.fails(l.expires(l.recv(x, here, 10)), abi.EAGAIN)
		l.reaches(y, x, there, here)
		l.closed(x, here)
	}),
	onPair("a recv that is given up", func(l *life, x, y *world, here, there int) {
		l.cancel(x, l.recv(x, here, 10))
		l.reaches(y, x, there, here)
		l.closed(x, here)
	}),
	onPair("close while recvs wait", func(l *life, x, _ *world, here, _ int) {
		one, two := l.recv(x, here, 10), l.recv(x, here, 10)
		l.closed(x, here)
		l.fails(one, abi.ENOTCONN)
		l.fails(two, abi.ENOTCONN)
	}),
	onPair("shutdown while a recv waits", func(l *life, x, _ *world, here, _ int) {
		c := l.recv(x, here, 10)
		x.want(0, x.Shutdown(x.now, here, []int{abi.SHUT_RD, abi.SHUT_RDWR}[l.r.IntN(2)]))
		l.settle()
		l.fails(c, abi.ENOTCONN)
		l.closed(x, here)
	}),
	{"a reset while a recv waits", func(l *life, x, y *world) {
		y = l.either(x, y)
		here, there := l.pair(x, y)
		c := l.recv(x, here, 10)
		l.reset(y, there)
		l.fails(c, abi.ECONNRESET)
		l.closed(x, here)
	}},
	overWire("a peer that is gone, and keep-alive", func(l *life, x, y *world, here, _ int) {
		l.flag(x, here, abi.SOL_SOCKET, abi.SO_KEEPALIVE, 1)
		l.flag(x, here, abi.IPPROTO_TCP, abi.TCP_KEEPIDLE, 10)
		l.flag(x, here, abi.IPPROTO_TCP, abi.TCP_KEEPINTVL, 2)
		l.flag(x, here, abi.IPPROTO_TCP, abi.TCP_KEEPCNT, 3)
		c := l.recv(x, here, 10)
		l.run(time.Minute)
		l.waits(c)
		l.lost = -1
		l.fails(l.ends(c), abi.ECONNABORTED)
		l.lost = 0
		l.closed(x, here)
	}),
	onPair("the end while a recv waits", func(l *life, x, y *world, here, there int) {
		c := l.recv(x, here, 10)
		y.want(0, y.Shutdown(y.now, there, abi.SHUT_WR))
		l.settle()
		l.is(c, 0, 0)
		l.fails(l.recv(x, here, 10), abi.ENOTCONN)
		l.closed(x, here)
	}),
	onPair("a select at its deadline", func(l *life, x, _ *world, here, _ int) {
		l.is(l.expires(l.selects(x, 2, here)), 0, 0)
		l.closed(x, here)
	}),
	onPair("a select that is given up", func(l *life, x, _ *world, here, _ int) {
		l.cancel(x, l.selects(x, 0, here))
		l.closed(x, here)
	}),
	onPair("close while selects wait", func(l *life, x, _ *world, here, _ int) {
		other := l.udp(x)
		one, two := l.selects(x, 0, here, other), l.selects(x, 0, here)
		l.closed(x, here)
		l.fails(one, abi.EBADF)
		l.fails(two, abi.EBADF)
		l.closed(x, other)
	}),
	onPair("select of a descriptor that is closed", func(l *life, x, _ *world, here, _ int) {
		l.closed(x, here)
		l.fails(l.selects(x, 0, here, l.fds[x]), abi.EBADF)
	}),
	onPair("a poll at its deadline", func(l *life, x, _ *world, here, _ int) {
		l.is(l.expires(l.polls(x, 2000, here)), 0, 0)
		l.closed(x, here)
	}),
	onPair("a poll that is given up", func(l *life, x, _ *world, here, _ int) {
		l.cancel(x, l.polls(x, -1, here, here, -1))
		l.closed(x, here)
	}),
	onPair("close while a poll waits", func(l *life, x, _ *world, here, _ int) {
		other := l.tcp(x)
		c := l.polls(x, -1, other, here)
		l.closed(x, here)
		l.is(c, -1, 0)
		l.closed(x, other)
	}),
	onPair("a new socket where one was closed under a call", func(l *life, x, _ *world, here, _ int) {
		var c Op
		require.False(l, x.Recv(x.now, &c, here, l.buf[:], 0))
		require.True(l, x.Close(x.now, &Op{}, here))
		next := l.tcp(x)
		require.NotEqual(l, here, next, "a call is still in the row")
		require.True(l, x.Step(x.now, &c))
		x.want(abi.ENOTCONN, c.Err)
		l.closed(x, next)
	}),
}

// sendFailures are those of calls that wait for room.
var sendFailures = []mishap{
	stuck("a send at its deadline", func(l *life, x, y *world, here, there int) {
		l.limit(x, here, abi.SO_SNDTIMEO)
		l.fails(l.expires(l.send(x, here, 10)), abi.EAGAIN)
	}),
	stuck("a send at its deadline, in part", func(l *life, x, y *world, here, there int) {
		room := l.drained(y, there)
		require.NotZero(l, room)
		l.limit(x, here, abi.SO_SNDTIMEO)
		c := l.expires(l.send(x, here, len(l.buf)))
		x.want(0, c.op.Err)
		require.Greater(l, len(l.buf), c.op.Ret)
	}),
	stuck("a send that is given up", func(l *life, x, y *world, here, there int) {
		l.cancel(x, l.send(x, here, 10))
		c := l.send(x, here, 10)
		l.waits(c)
		l.drained(y, there)
		l.is(l.ends(c), 10, 0)
	}),
	stuck("close while a send waits", func(l *life, x, y *world, here, there int) {
		c := l.send(x, here, 10)
		l.waits(c)
		l.closed(x, here)
		l.fails(c, abi.ENOTCONN)
	}),
	stuck("shutdown while a send waits", func(l *life, x, y *world, here, there int) {
		c := l.send(x, here, 10)
		x.want(0, x.Shutdown(x.now, here, abi.SHUT_WR))
		l.settle()
		l.fails(c, abi.ENOTCONN)
	}),
	stuck("a send beside one that waits", func(l *life, x, y *world, here, there int) {
		c := l.send(x, here, 10)
		l.fails(l.send(x, here, 10), abi.EINPROGRESS)
		x.want(abi.EISCONN, errnoOf(l.connect(x, here, l.of(y), 80)))
		l.drained(y, there)
		l.is(l.ends(c), 10, 0)
	}),
	stuck("a reset while a send waits", func(l *life, x, y *world, here, there int) {
		c := l.send(x, here, 10)
		l.closed(y, there) // what has come was not read
		l.fails(l.ends(c), abi.ECONNRESET)
	}),
	stuck("a window that is shut for long", func(l *life, x, y *world, here, there int) {
		c := l.send(x, here, len(l.buf))
		l.run(time.Hour)
		l.waits(c)
		for !c.done {
			require.NotZero(l, l.drained(y, there))
			l.run(time.Minute)
		}
		l.is(c, len(l.buf), 0)
	}),
	{"a send that is never acknowledged", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		l.lost = -1
		c := l.send(x, here, len(l.buf))
		l.waits(c)
		l.fails(l.ends(c), abi.ECONNABORTED)
		l.lost = 0
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"no transmit buffers", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		x.dev.dry = true
		l.is(l.send(x, here, 1000), 1000, 0)
		c := l.recv(y, there, 10)
		l.run(time.Second)
		l.waits(c)
		u := l.udp(x)
		l.fails(l.sendTo(x, u, 10, l.of(y), 9), abi.ENOMEM)
		x.dev.dry = false
		l.is(l.ends(c), 10, 0)
		require.Equal(l, 990, l.drained(y, there))
		l.closed(x, here, u)
		l.closed(y, there)
	}},
}

func errnoOf(c *task) abi.Errno { return c.op.Err }

// stuck is a failure of a connection on which there is no room to send. Both ends are closed behind it, if they are open.
func stuck(name string, run func(l *life, x, y *world, here, there int)) mishap {
	return mishap{name, func(l *life, x, y *world) {
		y = l.either(x, y)
		here, there := l.full(x, y)
		run(l, x, y, here, there)
		l.close(x, here)
		l.close(y, there)
	}}
}

// closeFailures are those of calls that close, and of what they leave behind.
var closeFailures = []mishap{
	overWire("a close that lingers until all is acknowledged", func(l *life, x, y *world, here, there int) {
		c := l.lingering(x, here)
		l.lost = 0
		l.is(l.ends(c), 0, 0)
		require.Equal(l, 10, l.drained(y, there))
	}),
	overWire("a close that lingers until its deadline", func(l *life, x, _ *world, here, _ int) {
		l.is(l.expires(l.lingering(x, here)), 0, 0)
		l.lost = 0
	}),
	overWire("a close that lingers and is given up", func(l *life, x, y *world, here, there int) {
		l.cancel(x, l.lingering(x, here))
		l.fails(l.close(x, here), abi.EBADF)
		l.lost = 0
		l.run(time.Minute)
		require.Equal(l, 10, l.drained(y, there))
	}),
	overWire("a recv beside a close that lingers", func(l *life, x, y *world, here, there int) {
		one, two := l.recv(x, here, 10), l.selects(x, 0, here)
		c := l.lingering(x, here)
		l.fails(one, abi.ENOTCONN)
		l.fails(two, abi.EBADF)
		l.is(l.expires(c), 0, 0)
		l.lost = 0
	}),
	overWire("a close that lingers and does not wait", func(l *life, x, y *world, here, there int) {
		l.lost = -1
		l.lingers(x, here, 2)
		l.nonblock(x, here)
		l.send(x, here, 10)
		l.fails(l.close(x, here), abi.EAGAIN)
		l.lost = 0
		l.run(time.Minute)
		l.closed(x, here)
	}),
	onPair("a close that resets", func(l *life, x, y *world, here, there int) {
		l.lingers(x, here, 0)
		require.True(l, x.Send(x.now, &Op{}, here, l.buf[:10], 0))
		l.closed(x, here)
		l.fails(l.recv(y, there, 10), abi.ECONNRESET)
	}),
	onPair("a close with text that nobody has read", func(l *life, x, y *world, here, there int) {
		l.is(l.send(y, there, 10), 10, 0)
		l.closed(x, here)
		l.fails(l.recv(y, there, 10), abi.ECONNRESET)
	}),
	onPair("a peer that never closes", func(l *life, x, y *world, here, there int) {
		l.closed(x, here)
		l.run(5 * time.Minute)
		want := 1 // the listener
		if x == y {
			want++
		}
		require.Equal(l, want, x.stack.Usage().TCP)
		require.Equal(l, 10, l.send(y, there, 10).op.Ret)
	}),
	overWire("text that is never acknowledged, and nobody has any more", func(l *life, x, y *world, here, _ int) {
		l.lost = -1
		l.is(l.send(x, here, 1000), 1000, 0)
		l.closed(x, here)
		l.run(time.Hour)
		require.Equal(l, 1, x.stack.Usage().TCP)
		l.lost = 0
	}),
	overWire("a FIN that is never acknowledged", func(l *life, x, y *world, here, _ int) {
		l.lost = -1
		l.closed(x, here)
		l.run(time.Hour)
		require.Equal(l, 1, x.stack.Usage().TCP)
		l.lost = 0
	}),
	{"text for a window that is shut, and nobody has any more", func(l *life, x, y *world) {
		y = l.either(x, y)
		here, there := l.full(x, y)
		l.closed(x, here)
		l.run(time.Hour)
		l.closed(y, there)
	}},
	{"a new socket while a close lingers", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		c := l.lingering(x, here)
		other := l.tcp(x)
		require.NotEqual(l, here, other)
		l.closed(x, other)
		l.is(l.expires(c), 0, 0)
		l.lost = 0
		l.closed(y, there)
	}},
}

// lingering is a close that lingers for two seconds: what was sent is lost.
func (l *life) lingering(w *world, fd int) *task {
	l.Helper()
	l.lingers(w, fd, 2)
	l.lost = -1
	l.is(l.send(w, fd, 10), 10, 0)
	c := l.close(w, fd)
	l.waits(c)
	return c
}
