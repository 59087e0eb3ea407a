package lwip

import (
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// join makes a socket a member of the nth group of the family that is drawn.
func (l *life) join(w *world, fd, n int) abi.Errno {
	if l.v6 {
		g := [16]byte{0: 0xff, 1: 0x05, 15: byte(n)}
		b := make([]byte, abi.SizeofIPv6Mreq)
		abi.IPv6Mreq{Multiaddr: g, Interface: netIndex}.Put(b)
		return w.SetSockOpt(fd, abi.IPPROTO_IPV6, abi.IPV6_JOIN_GROUP, b)
	}
	b := make([]byte, abi.SizeofIPMreq)
	abi.IPMreq{Multiaddr: [4]byte{239, 1, 1, byte(n)}}.Put(b)
	return w.SetSockOpt(fd, abi.IPPROTO_IP, abi.IP_ADD_MEMBERSHIP, b)
}

// groupFailures are those of memberships.
var groupFailures = []mishap{
	{"close of a member", func(l *life, x, _ *world) {
		fd := l.udp(x)
		for range 2 { // each join is to be taken back
			x.want(0, l.join(x, fd, 1))
		}
		x.want(0, l.join(x, fd, 2))
		_, members := x.table.Usage()
		require.Equal(l, 3, members)
		l.settle()
		l.closed(x, fd)
	}},
	{"no row for a membership", func(l *life, x, _ *world) {
		one, two := l.udp(x), l.udp(x)
		for i := range memberships {
			x.want(0, l.join(x, []int{one, two}[i%2], 1))
		}
		x.want(abi.ENOMEM, l.join(x, two, 1))
		l.closed(x, one, two)
	}},
	{"no row for a group", func(l *life, x, _ *world) {
		fd := l.udp(x)
		for i := range groups {
			x.want(0, l.join(x, fd, i))
		}
		x.want(abi.ENOMEM, l.join(x, fd, groups))
		l.closed(x, fd)
	}},
	{"members come and go while the link is down", func(l *life, x, _ *world) {
		x.stack.SetLink(x.now, false)
		l.comeAndGo(x)
		x.stack.SetLink(x.now, true)
	}},
	{"members come and go without transmit buffers", func(l *life, x, _ *world) {
		x.dev.dry = true
		l.comeAndGo(x)
		x.dev.dry = false
	}},
	{"members come and go at once", func(l *life, x, _ *world) { l.comeAndGo(x) }},
	{"a socket that is no member", func(l *life, x, _ *world) {
		fd := l.tcp(x)
		x.want(abi.ENOPROTOOPT, l.join(x, fd, 1))
		l.closed(x, fd)
	}},
}

// comeAndGo has sockets join and be closed, each another group: one that nobody is a member of takes no row from another.
func (l *life) comeAndGo(w *world) {
	l.Helper()
	for i := range 2 * groups {
		fd := l.udp(w)
		w.want(0, l.join(w, fd, i))
		l.settle()
		l.closed(w, fd)
	}
}

// loses has x find, when its link has been down, that somebody else has its address.
func (l *life) loses(x *world) {
	l.Helper()
	x.stack.SetLink(x.now, false)
	x.stack.SetClaims(1, true, false)
	x.stack.SetLink(x.now, true)
	l.settle()
	f := make([]byte, 100)
	mac, n := wire.MAC{2, 0, 0, 0, 0, 9}, 0
	if l.v6 {
		n = wire.PutEthernet(f, wire.MulticastMAC(wire.AllNodes6), mac, wire.EtherTypeIPv6)
		b := f[n+wire.IPv6HeaderLen:]
		size := wire.ICMPHeaderLen + 16 + 8
		wire.IPv6Fields{PayloadLen: uint16(size), NextHeader: wire.ProtoICMPv6, HopLimit: 255, Src: l.of(x), Dst: wire.AllNodes6}.Put(f[n:])
		wire.ICMPFields{Type: wire.ICMPv6NeighborAdvert, Rest: 1 << 29}.Put(b)
		l.of(x).Put(b[wire.ICMPHeaderLen:])
		copy(b[wire.ICMPHeaderLen+16:], append([]byte{2, 1}, mac[:]...)) // the target's link-layer address
		wire.ICMPv6(b[:size]).SetChecksum(l.of(x), wire.AllNodes6)
		n += wire.IPv6HeaderLen + size
	} else {
		n = wire.PutEthernet(f, wire.Broadcast, mac, wire.EtherTypeARP)
		n += wire.ARPFields{Op: wire.ARPRequest, SenderMAC: mac, SenderIP: l.of(x), TargetIP: l.of(x)}.Put(f[n:])
	}
	require.True(l, x.dev.Put(f[:n]))
	l.settle()
	require.Equal(l, stack.AddrInUse, x.stack.AddressStatus(l.of(x)))
	l.run(10 * time.Second) // the other family's is ours again
}

// regains has x have its address again.
func (l *life) regains(x *world) {
	l.Helper()
	x.stack.SetLink(x.now, false)
	x.stack.SetClaims(0, false, false)
	x.stack.SetLink(x.now, true)
	l.settle()
	require.Equal(l, stack.OK, x.stack.AddressStatus(l.of(x)))
}

// addressFailures are those of a host that loses its address, or its link, or its program, under what is open.
var addressFailures = []mishap{
	{"the address is lost under sockets", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		listener, _ := l.listen(x, 1)
		udp, raw := l.udp(x), x.socket(l.domain(), abi.SOCK_RAW)
		x.want(0, x.Bind(udp, sockaddr(l.of(x), l.free())))
		x.want(0, l.join(x, udp, 1))
		calls := []*task{l.accept(x, listener), l.recv(x, here, 10), l.recv(x, udp, 10), l.recv(x, raw, 10), l.selects(x, 0, udp, listener)}
		l.loses(x)
		l.fails(l.sendTo(x, udp, 10, l.of(y), 9), abi.EHOSTUNREACH)
		l.is(l.send(x, here, 10), 10, 0)
		fd := l.tcp(x) // from the address: over IPv6 there is another one
		x.want(0, x.Bind(fd, sockaddr(l.of(x), l.free())))
		l.fails(l.connect(x, fd, l.of(y), 80), abi.EHOSTUNREACH)
		again := l.r.IntN(2) == 0
		if again {
			l.regains(x)
			l.is(l.ends(l.recv(y, there, 10)), 10, 0)
		} else {
			l.fails(l.ends(calls[1]), abi.ECONNABORTED)
		}
		l.closed(x, here, listener, udp, raw, fd)
		for _, c := range calls {
			require.True(l, c.done)
		}
		if !again {
			l.regains(x)
		}
		l.closed(y, there)
	}},
	{"members are closed after the address was lost", func(l *life, x, _ *world) {
		fd := l.udp(x)
		x.want(0, l.join(x, fd, 1))
		l.loses(x)
		l.closed(x, fd)
		if l.r.IntN(2) == 0 {
			l.comeAndGo(x)
		}
		l.regains(x)
	}},
	{"the address is lost while a connect waits", func(l *life, x, y *world) {
		fd, c, listener := l.syn(x, y)
		l.lost = 0
		l.loses(x)
		if l.r.IntN(2) == 0 {
			l.closed(x, fd)
			l.fails(c, abi.ENOTCONN)
		} else {
			l.fails(l.ends(c), abi.ECONNABORTED)
			l.closed(x, fd)
		}
		l.regains(x)
		l.closed(y, listener)
	}},
	{"the link goes down under a connection", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		x.stack.SetLink(x.now, false)
		l.is(l.send(x, here, 100), 100, 0)
		l.run(20 * time.Second)
		x.stack.SetLink(x.now, true)
		l.is(l.ends(l.recv(y, there, 100)), 100, 0)
		l.closed(x, here)
		l.closed(y, there)
	}},
	{"the link goes down for good", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		x.stack.SetLink(x.now, false)
		l.is(l.send(x, here, 100), 100, 0)
		c := l.recv(x, here, 100)
		l.fails(l.ends(c), abi.ECONNABORTED)
		l.closed(x, here)
		x.stack.SetLink(x.now, true)
		l.closed(y, there)
	}},
	{"the owner gives all calls up", func(l *life, x, y *world) {
		here, there := l.pair(x, y)
		listener, _ := l.listen(x, 1)
		udp := l.udp(x)
		var o Owner
		o.Init(&x.stack, &x.Face)
		var woken count
		tasks := make([]Task, 4)
		for i, start := range []func(now time.Duration, op *Op) bool{
			func(now time.Duration, op *Op) bool { return x.Accept(now, op, listener, true) },
			func(now time.Duration, op *Op) bool { return x.Recv(now, op, udp, l.buf[:10], 0) },
			func(now time.Duration, op *Op) bool {
				return x.Poll(now, op, []abi.Pollfd{{Fd: int32(udp), Events: abi.POLLIN}}, -1)
			},
			func(now time.Duration, op *Op) bool { return x.Recv(now, op, here, l.buf[:10], 0) },
		} {
			tasks[i].Waker = &woken
			tasks[i].Start = func(now time.Duration, _ *Face, t *Task) bool { return start(now, &t.Op) }
			o.Take(x.now, &tasks[i])
		}
		o.Run(x.now)
		require.Zero(l, woken)
		o.Cancel(x.now)
		require.EqualValues(l, len(tasks), woken)
		l.closed(x, listener, udp, here)
		l.closed(y, there)
	}},
}

// count is a waker that counts.
type count int

func (c *count) Wake() { *c++ }
