package lwip

import (
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// call makes a call of one of the programs.
func (l *life) call(w *world, start func(op *Op) (done bool)) *task {
	c := &task{}
	if c.done = start(&c.op); !c.done {
		l.calls[w] = append(l.calls[w], c)
	}
	l.settle()
	return c
}

// is checks what a call has returned.
func (l *life) is(c *task, ret int, e abi.Errno) {
	l.Helper()
	require.True(l, c.done, "the call is blocked")
	require.Equal(l, e.String(), c.op.Err.String())
	require.Equal(l, ret, c.op.Ret)
}

// fails checks that a call has failed.
func (l *life) fails(c *task, e abi.Errno) {
	l.Helper()
	l.is(c, -1, e)
}

// waits checks that a call is blocked.
func (l *life) waits(c *task) {
	l.Helper()
	require.False(l, c.done, "%d %v", c.op.Ret, c.op.Err)
}

// cancel gives a blocked call up.
func (l *life) cancel(w *world, c *task) {
	l.Helper()
	l.waits(c)
	w.Cancel(w.now, &c.op)
	blocked := l.calls[w][:0]
	for _, o := range l.calls[w] {
		if o != c {
			blocked = append(blocked, o)
		}
	}
	l.calls[w] = blocked
	l.settle()
}

// tcp and udp open a socket of the family that is drawn.
func (l *life) tcp(w *world) int { l.Helper(); return w.socket(l.domain(), abi.SOCK_STREAM) }
func (l *life) udp(w *world) int { l.Helper(); return w.socket(l.domain(), abi.SOCK_DGRAM) }

func (l *life) domain() int {
	if l.v6 {
		return abi.AF_INET6
	}
	return abi.AF_INET
}

// any is the wildcard of the family that is drawn.
func (l *life) any() wire.Addr { return anyOf(l.v6) }

// nobody is an address of the link that no host has, far one that no router leads to.
func (l *life) nobody() wire.Addr { return address(77, l.v6) }

func (l *life) far() wire.Addr {
	if l.v6 {
		return wire.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb9, 15: 1})
	}
	return wire.IPv4(198, 51, 100, 1)
}

// free is a port that nothing has.
func (l *life) free() uint16 {
	l.port = 1000 + (l.port+1)%40_000
	return l.port
}

// bound is a socket on a port that nothing had.
func (l *life) bound(w *world, fd int) (port uint16) {
	l.Helper()
	port = l.free()
	w.want(0, w.Bind(fd, sockaddr(l.any(), port)))
	return port
}

func (l *life) listen(w *world, backlog int) (fd int, port uint16) {
	l.Helper()
	fd = l.tcp(w)
	port = l.bound(w, fd)
	w.want(0, w.Listen(fd, backlog))
	return fd, port
}

func (l *life) connect(w *world, fd int, to wire.Addr, port uint16) *task {
	name := sockaddr(to, port)
	return l.call(w, func(op *Op) bool { return w.Connect(w.now, op, fd, name) })
}

func (l *life) accept(w *world, fd int) *task {
	return l.call(w, func(op *Op) bool { return w.Accept(w.now, op, fd, true) })
}

func (l *life) recv(w *world, fd, n int) *task {
	b := make([]byte, n)
	return l.call(w, func(op *Op) bool { return w.Recv(w.now, op, fd, b, 0) })
}

func (l *life) send(w *world, fd, n int) *task {
	return l.call(w, func(op *Op) bool { return w.Send(w.now, op, fd, l.buf[:n], 0) })
}

func (l *life) sendTo(w *world, fd, n int, to wire.Addr, port uint16) *task {
	name := sockaddr(to, port)
	return l.call(w, func(op *Op) bool { return w.SendTo(w.now, op, fd, l.buf[:n], 0, name) })
}

// selects waits until one of the descriptors can be read; seconds 0: for ever.
func (l *life) selects(w *world, seconds int, fds ...int) *task {
	var set abi.FdSet
	most := 0
	for _, fd := range fds {
		set.Set(fd)
		most = max(most, fd+1)
	}
	var limit *abi.Timeval
	if seconds > 0 {
		limit = &abi.Timeval{Sec: int64(seconds)}
	}
	return l.call(w, func(op *Op) bool { return w.Select(w.now, op, most, &set, nil, nil, limit) })
}

func (l *life) polls(w *world, ms int, fds ...int) *task {
	set := make([]abi.Pollfd, len(fds))
	for i, fd := range fds {
		set[i] = abi.Pollfd{Fd: int32(fd), Events: abi.POLLIN}
	}
	return l.call(w, func(op *Op) bool { return w.Poll(w.now, op, set, ms) })
}

func (l *life) close(w *world, fd int) *task {
	return l.call(w, func(op *Op) bool { return w.Close(w.now, op, fd) })
}

// closed closes descriptors, each at once.
func (l *life) closed(w *world, fds ...int) {
	l.Helper()
	for _, fd := range fds {
		l.is(l.close(w, fd), 0, 0)
	}
}

func (l *life) option(w *world, fd, level, option int, val []byte) {
	l.Helper()
	w.want(0, w.SetSockOpt(fd, level, option, val))
}

func (l *life) flag(w *world, fd, level, option, n int) {
	l.Helper()
	b := make([]byte, abi.SizeofInt)
	abi.PutInt(b, int32(n))
	l.option(w, fd, level, option, b)
}

func (l *life) lingers(w *world, fd, seconds int) {
	l.Helper()
	b := make([]byte, abi.SizeofLinger)
	abi.Linger{OnOff: 1, Linger: int32(seconds)}.Put(b)
	l.option(w, fd, abi.SOL_SOCKET, abi.SO_LINGER, b)
}

// limit sets a time-out of two seconds.
func (l *life) limit(w *world, fd, option int) {
	l.Helper()
	b := make([]byte, abi.SizeofTimeval)
	abi.Timeval{Sec: 2}.Put(b)
	l.option(w, fd, abi.SOL_SOCKET, option, b)
}

// expires waits for a call to reach its time-out of two seconds, and not longer.
func (l *life) expires(c *task) *task {
	l.Helper()
	l.run(2*time.Second - time.Millisecond)
	l.waits(c)
	l.run(time.Millisecond)
	require.True(l, c.done, "the call is blocked beyond its time")
	return c
}

func (l *life) nonblock(w *world, fd int) {
	l.Helper()
	_, e := w.Fcntl(fd, abi.F_SETFL, abi.O_NONBLOCK)
	w.want(0, e)
}

// pair is a connection from x to y, which the wire carries, or with x itself.
func (l *life) pair(x, y *world) (here, there int) {
	l.Helper()
	listener, port := l.listen(y, 1)
	here, there = l.dial(x, y, listener, port)
	l.closed(y, listener)
	return here, there
}

// dial is a connection from x to a listener of y.
func (l *life) dial(x, y *world, listener int, port uint16) (here, there int) {
	l.Helper()
	here = l.tcp(x)
	l.is(l.connect(x, here, l.of(y), port), 0, 0)
	c := l.accept(y, listener)
	require.True(l, c.done)
	y.want(0, c.op.Err)
	l.conns++
	return here, c.op.Ret
}

// either is x or y: what is not about the wire happens to a host with itself as well.
func (l *life) either(x, y *world) *world {
	if l.r.IntN(2) == 0 {
		return x
	}
	return y
}

// known has x know y's link address.
func (l *life) known(x, y *world) {
	l.Helper()
	fd := l.tcp(x)
	l.fails(l.connect(x, fd, l.of(y), l.free()), abi.ECONNRESET)
	l.closed(x, fd)
}

// full is a connection whose sender has no room left: what y has received nobody reads.
func (l *life) full(x, y *world) (here, there int) {
	l.Helper()
	here, there = l.pair(x, y)
	for {
		c := l.call(x, func(op *Op) bool { return x.Send(x.now, op, here, l.buf[:], abi.MSG_DONTWAIT) })
		if c.op.Err != 0 {
			l.fails(c, abi.EAGAIN)
			return here, there
		}
	}
}

// drained reads what has come, and returns how much it was.
func (l *life) drained(w *world, fd int) (n int) {
	l.Helper()
	for {
		c := l.call(w, func(op *Op) bool { return w.Recv(w.now, op, fd, l.buf[:], abi.MSG_DONTWAIT) })
		if c.op.Ret <= 0 {
			return n
		}
		n += c.op.Ret
	}
}

// undelivered has x receive an ICMP error about the last packet that it has sent. The numbers are those of each family.
func (l *life) undelivered(x, y *world, typ4, code4, typ6, code6 uint8) {
	l.Helper()
	sent := l.last[x][wire.EthernetHeaderLen:]
	quoted := sent[:min(len(sent), 100)]
	f := make([]byte, 300)
	at := wire.EthernetHeaderLen
	n := wire.ICMPHeaderLen + len(quoted)
	macs, _ := wire.ParseEthernet(l.last[x])
	if l.v6 {
		require.Equal(l, uint16(wire.EtherTypeIPv6), macs.Type)
		wire.PutEthernet(f, macs.Src, macs.Dst, wire.EtherTypeIPv6)
		at += wire.IPv6Fields{
			PayloadLen: uint16(n), NextHeader: wire.ProtoICMPv6, HopLimit: 64, Src: l.of(y), Dst: l.of(x),
		}.Put(f[at:])
		wire.ICMPFields{Type: typ6, Code: code6}.Put(f[at:])
		copy(f[at+wire.ICMPHeaderLen:], quoted)
		wire.ICMPv6(f[at:][:n]).SetChecksum(l.of(y), l.of(x))
	} else {
		require.Equal(l, uint16(wire.EtherTypeIPv4), macs.Type)
		wire.PutEthernet(f, macs.Src, macs.Dst, wire.EtherTypeIPv4)
		at += wire.IPv4Fields{TotalLen: uint16(wire.IPv4HeaderLen + n), TTL: 64, Protocol: wire.ProtoICMP, Src: l.of(y), Dst: l.of(x)}.Put(f[at:])
		wire.ICMPFields{Type: typ4, Code: code4}.Put(f[at:])
		copy(f[at+wire.ICMPHeaderLen:], quoted)
		wire.ICMPv4(f[at:][:n]).SetChecksum()
	}
	require.True(l, x.dev.Put(f[:at+n]))
	l.settle()
}

// ordinary is a connection that is opened and closed in one of many ways: with another task in a call, with a reset, half
// before the whole; between the hosts or of one with itself, over either family, at a socket that takes both.
func (l *life) ordinary() {
	l.at, l.v6 = "a connection", l.r.IntN(2) == 0
	x := l.hosts()[l.r.IntN(2)]
	y := l.either(x, l.other(x))
	l.run(time.Duration(l.r.IntN(100)) * time.Millisecond)
	fd := l.tcp(x)
	l.is(l.connect(x, fd, l.of(y), 80), 0, 0)
	there := l.accept(y, l.fds[y])
	y.want(0, there.op.Err)
	l.conns++
	l.call(x, func(op *Op) bool { return x.Send(x.now, op, fd, l.buf[:l.r.IntN(100)], abi.MSG_DONTWAIT) })
	first, second, one, two := fd, there.op.Ret, x, y
	if l.r.IntN(2) == 0 {
		first, second, one, two = second, first, two, one
	}
	l.anyhow(one, first)
	l.anyhow(two, second)
	l.books(l.accounts())
}

// anyhow closes one end of a connection.
func (l *life) anyhow(w *world, fd int) {
	var blocked *task
	if l.r.IntN(2) == 0 {
		blocked = l.recv(w, fd, 0)
	}
	switch l.r.IntN(5) {
	case 0:
		l.lingers(w, fd, 0)
	case 1:
		w.Shutdown(w.now, fd, abi.SHUT_WR)
	case 2:
		w.Shutdown(w.now, fd, abi.SHUT_RD)
	case 3:
		w.Shutdown(w.now, fd, abi.SHUT_RDWR)
	}
	l.settle()
	l.closed(w, fd)
	require.True(l, blocked == nil || blocked.done)
}
