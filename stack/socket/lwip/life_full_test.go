package lwip

import (
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// sockets opens sockets of a type until none can be had for want of what e says.
func (l *life) sockets(w *world, typ int, e abi.Errno) (all []int) {
	l.Helper()
	for {
		fd, got := w.Socket(l.domain(), typ, 0)
		if got != 0 {
			w.want(e, got)
			require.NotEmpty(l, all)
			return all
		}
		all = append(all, fd)
	}
}

// endpoints opens and binds datagram sockets until the stack has no room for more.
func (l *life) endpoints(w *world) (all []int) {
	l.Helper()
	for {
		fd := l.udp(w)
		all = append(all, fd)
		if e := w.Bind(fd, sockaddr(l.any(), 0)); e != 0 {
			w.want(abi.ENOBUFS, e)
			return all
		}
	}
}

// fullFailures are those of tables that are full.
var fullFailures = []mishap{
	{"no descriptor", func(l *life, _, _ *world) {
		l.closed(l.a, l.sockets(l.a, []int{abi.SOCK_STREAM, abi.SOCK_DGRAM}[l.r.IntN(2)], abi.ENFILE)...)
	}},
	{"no socket", func(l *life, _, _ *world) { // host b has fewer sockets than descriptors
		l.closed(l.b, l.sockets(l.b, []int{abi.SOCK_STREAM, abi.SOCK_DGRAM}[l.r.IntN(2)], abi.ENOBUFS)...)
	}},
	{"no row for a connection", func(l *life, _, _ *world) {
		w := l.a
		listener, port := l.listen(w, 1)
		all := []int{listener}
		for {
			fd := l.tcp(w)
			all = append(all, fd)
			c := l.connect(w, fd, l.of(w), port)
			if c.done && c.op.Err == abi.ENOMEM {
				break
			}
			if !c.done { // there was a row for one end, and none for the other
				l.fails(l.connect(w, l.last4(w, &all), l.of(w), port), abi.ENOMEM)
				l.cancel(w, c)
				break
			}
			w.want(0, c.op.Err)
			got := l.accept(w, listener)
			w.want(0, got.op.Err)
			l.conns++
			all = append(all, got.op.Ret)
		}
		l.closed(w, all...)
	}},
	{"no row for a listener", func(l *life, _, _ *world) {
		w := l.a
		var all []int
		for {
			fd := l.tcp(w)
			all = append(all, fd)
			l.bound(w, fd)
			if e := w.Listen(fd, 1); e != 0 {
				w.want(abi.ENOMEM, e)
				break
			}
		}
		l.closed(w, all...)
	}},
	{"all rows in TIME-WAIT", func(l *life, x, y *world) {
		before := x.stack.Counter(stack.TCPEvicted)
		for range 10 {
			here, there := l.pair(x, y)
			l.closed(x, here)
			l.closed(y, there)
		}
		require.Greater(l, x.stack.Counter(stack.TCPEvicted), before)
	}},
	{"no row for a datagram socket", func(l *life, x, _ *world) {
		all := l.endpoints(x)
		l.fails(l.sendTo(x, all[len(all)-1], 10, l.of(x), 9), abi.ENOMEM)
		l.fails(l.connect(x, all[len(all)-1], l.of(x), 9), abi.ENOBUFS)
		_, e := x.Socket(l.domain(), abi.SOCK_RAW, abi.IPPROTO_ICMP)
		x.want(abi.ENOBUFS, e)
		l.closed(x, all...)
	}},
	{"a port that another has", func(l *life, x, _ *world) {
		for _, typ := range []int{abi.SOCK_STREAM, abi.SOCK_DGRAM} {
			one, two := x.socket(l.domain(), typ), x.socket(l.domain(), typ)
			x.want(abi.EADDRINUSE, x.Bind(two, sockaddr(l.any(), l.bound(x, one))))
			l.closed(x, one, two)
		}
	}},
	{"a receiver that does not read", func(l *life, x, y *world) {
		here, there := l.full(x, y)
		n := l.drained(y, there)
		for more := 1; more > 0; n += more {
			l.run(time.Minute)
			more = l.drained(y, there)
		}
		require.GreaterOrEqual(l, n, tcpBuffer)
		l.closed(x, here)
		l.closed(y, there)
	}},
}

// last4 opens one more socket and puts it to the others.
func (l *life) last4(w *world, all *[]int) int {
	l.Helper()
	fd := l.tcp(w)
	*all = append(*all, fd)
	return fd
}

// datagrams are two sockets, and the port of the second.
func (l *life) datagrams(x, y *world) (here, there int, port uint16) {
	l.Helper()
	here, there = l.udp(x), l.udp(y)
	port = l.bound(y, there)
	l.is(l.sendTo(x, here, 1, l.of(y), port), 1, 0)
	l.is(l.recv(y, there, 10), 1, 0)
	return here, there, port
}

// datagramFailures are those of datagram and raw sockets.
var datagramFailures = []mishap{
	{"a queue of datagrams that is full", func(l *life, x, y *world) {
		y = l.either(x, y)
		here, there, port := l.datagrams(x, y)
		before := y.stack.Counter(stack.DropUDPQueueFull)
		for range 10 {
			l.is(l.sendTo(x, here, 1000, l.of(y), port), 1000, 0)
		}
		require.Greater(l, y.stack.Counter(stack.DropUDPQueueFull), before)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"a datagram without a route", func(l *life, x, _ *world) {
		fd := l.udp(x)
		l.fails(l.sendTo(x, fd, 10, l.far(), 9), abi.EHOSTUNREACH)
		l.fails(l.connect(x, fd, l.far(), 9), abi.EHOSTUNREACH)
		l.closed(x, fd)
	}},
	{"a datagram with the link down", func(l *life, x, y *world) {
		fd := l.udp(x)
		x.stack.SetLink(x.now, false)
		l.fails(l.sendTo(x, fd, 10, l.of(y), 9), abi.EHOSTUNREACH)
		x.stack.SetLink(x.now, true)
		l.closed(x, fd)
	}},
	{"a datagram to a neighbour that is silent", func(l *life, x, _ *world) {
		fd := l.udp(x)
		l.is(l.connect(x, fd, l.nobody(), 9), 0, 0)
		l.is(l.send(x, fd, 10), 10, 0)
		require.Equal(l, 1, x.stack.Usage().Waiting)
		c := l.recv(x, fd, 10)
		if l.r.IntN(2) == 0 {
			l.run(time.Minute)
			require.Zero(l, x.stack.Usage().Waiting)
			l.waits(c)
			l.is(l.send(x, fd, 10), 10, 0)
		}
		l.closed(x, fd)
		l.fails(c, abi.ENOTCONN)
	}},
	{"a datagram without a transmit buffer", func(l *life, x, y *world) {
		here, there, port := l.datagrams(x, y)
		x.dev.dry = true
		l.fails(l.sendTo(x, here, 10, l.of(y), port), abi.ENOMEM)
		x.dev.dry = false
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"more datagrams to oneself than fit on the way", func(l *life, x, _ *world) {
		here, there, port := l.datagrams(x, x)
		name, e := sockaddr(l.of(x), port), abi.Errno(0)
		for i := 0; e == 0; i++ {
			var op Op
			require.True(l, x.SendTo(x.now, &op, here, l.buf[:10], 0, name))
			e = op.Err
			require.Less(l, i, 100)
		}
		x.want(abi.ENOMEM, e)
		l.settle()
		l.closed(x, here, there)
	}},
	{"a port that nobody has", func(l *life, x, y *world) {
		y = l.either(x, y)
		before := x.stack.Counter(stack.ICMPErrorsReceived)
		fd := l.udp(x)
		l.is(l.connect(x, fd, l.of(y), l.free()), 0, 0)
		c := l.recv(x, fd, 10)
		l.is(l.send(x, fd, 10), 10, 0)
		require.Greater(l, x.stack.Counter(stack.ICMPErrorsReceived), before)
		l.waits(c) // lwIP tells nothing of it
		l.cancel(x, c)
		l.closed(x, fd)
	}},
	{"a soft ICMP error about a datagram", func(l *life, x, y *world) {
		here, there, port := l.datagrams(x, y)
		l.is(l.connect(x, here, l.of(y), port), 0, 0)
		l.is(l.send(x, here, 10), 10, 0)
		before := x.stack.Counter(stack.ICMPErrorsReceived)
		l.undelivered(x, y, wire.ICMPv4Unreachable, wire.ICMPv4HostUnreachable, wire.ICMPv6Unreachable, 3)
		require.Greater(l, x.stack.Counter(stack.ICMPErrorsReceived), before)
		l.is(l.send(x, here, 10), 10, 0)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"a datagram in fragments without transmit buffers", func(l *life, x, y *world) {
		here, there, port := l.datagrams(x, y)
		x.dev.dry = true
		l.is(l.sendTo(x, here, 2500, l.of(y), port), 2500, 0)
		l.fails(l.sendTo(x, here, 2500, l.of(y), port), abi.ENOMEM)
		require.NotZero(l, x.stack.Usage().Staged)
		if l.r.IntN(2) == 0 {
			x.dev.dry = false
			l.is(l.ends(l.recv(y, there, 4000)), 2500, 0)
		}
		l.closed(x, here)
		l.closed(y, there)
		x.dev.dry = false
	}},
	{"a datagram in fragments to a neighbour that is silent", func(l *life, x, _ *world) {
		fd := l.udp(x)
		l.is(l.sendTo(x, fd, 2500, l.nobody(), 9), 2500, 0)
		require.NotZero(l, x.stack.Usage().Staged)
		l.closed(x, fd)
	}},
	{"a fragment that is lost", func(l *life, x, y *world) {
		here, there, port := l.datagrams(x, y)
		before := y.stack.Counter(stack.DropReassemblyTimeout)
		l.lost = 1
		l.is(l.sendTo(x, here, 2500, l.of(y), port), 2500, 0)
		require.Zero(l, l.lost)
		require.Equal(l, 1, y.stack.Usage().Reassembly)
		l.run(2 * time.Minute)
		require.Greater(l, y.stack.Counter(stack.DropReassemblyTimeout), before)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"a datagram that is too long", func(l *life, x, y *world) {
		fd := l.udp(x)
		l.fails(l.sendTo(x, fd, 5000, l.of(y), 9), abi.EMSGSIZE)
		l.closed(x, fd)
	}},
	{"a datagram's recv at its deadline", func(l *life, x, _ *world) {
		fd := l.udp(x)
		l.limit(x, fd, abi.SO_RCVTIMEO)
		l.fails(l.expires(l.recv(x, fd, 10)), abi.EAGAIN)
		l.closed(x, fd)
	}},
	{"close while a datagram's recv and select wait", func(l *life, x, _ *world) {
		fd := l.udp(x)
		l.bound(x, fd)
		one, two, three := l.recv(x, fd, 10), l.selects(x, 0, fd), l.recv(x, fd, 10)
		l.cancel(x, three)
		l.closed(x, fd)
		l.fails(one, abi.ENOTCONN)
		l.fails(two, abi.EBADF)
	}},
	{"close with datagrams that nobody has read", func(l *life, x, y *world) {
		here, there, port := l.datagrams(x, y)
		for range 2 {
			l.is(l.sendTo(x, here, 500, l.of(y), port), 500, 0)
		}
		require.NotZero(l, y.stack.Usage().Queued)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"a raw socket's queue that is full", func(l *life, x, y *world) {
		y = l.either(x, y)
		const protocol = 253 // RFC 3692: for experiments
		before := y.stack.Counter(stack.DropUDPQueueFull)
		here, e := x.Socket(l.domain(), abi.SOCK_RAW, protocol)
		x.want(0, e)
		there, e := y.Socket(l.domain(), abi.SOCK_RAW, protocol)
		y.want(0, e)
		for range 10 {
			c := l.sendTo(x, here, 1000, l.of(y), 0)
			l.is(c, 1000, 0)
		}
		require.Greater(l, y.stack.Counter(stack.DropUDPQueueFull), before)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"close while a raw socket's recv waits", func(l *life, x, y *world) {
		fd, e := x.Socket(l.domain(), abi.SOCK_RAW, 253)
		x.want(0, e)
		one, two := l.recv(x, fd, 10), l.polls(x, -1, fd)
		l.fails(l.sendTo(x, fd, 10, l.far(), 0), abi.EHOSTUNREACH)
		l.closed(x, fd)
		l.fails(one, abi.ENOTCONN)
		l.is(two, -1, 0)
	}},
}
