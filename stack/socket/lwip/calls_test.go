package lwip

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// TestDescriptors: they begin where lwIP's do, the lowest free one first, and end below FD_SETSIZE.
func TestDescriptors(t *testing.T) {
	w := newWorld(t, Config{})
	for i := range abi.CONFIG_LWIP_MAX_SOCKETS {
		require.Equal(t, abi.LWIP_SOCKET_OFFSET+i, w.socket(abi.AF_INET, abi.SOCK_DGRAM))
	}
	_, e := w.Socket(abi.AF_INET, abi.SOCK_STREAM, 0)
	w.want(abi.ENFILE, e)
	_, e = w.Socket(abi.AF_INET, abi.SOCK_SEQPACKET, 0)
	w.want(abi.EINVAL, e)
	w.closed(57)
	w.closed(60)
	require.Equal(t, 57, w.socket(77, abi.SOCK_DGRAM), "any domain is one")
	_, sock, ok := w.Inspect(57)
	require.True(t, ok)
	require.True(t, w.table.IsIPv6(sock), "and another than IPv4's is IPv6's")
	for _, fd := range []int{-1, 0, 53, 60, 64, 1 << 20} {
		var op Op
		require.True(t, w.Close(0, &op, fd))
		w.ret(&op, -1, abi.EBADF)
		require.True(t, w.Recv(0, &op, fd, nil, 0))
		w.ret(&op, -1, abi.EBADF)
		w.want(abi.EBADF, w.Bind(fd, nil))
		w.want(abi.EBADF, w.Listen(fd, 1))
		w.want(abi.EBADF, w.Shutdown(0, fd, 99))
		w.want(abi.EBADF, w.SetSockOpt(fd, 0, 0, nil))
		w.want(abi.EBADF, w.GetSockOpt(fd, 0, 0, nil))
		w.want(abi.EBADF, w.Ioctl(fd, 0, nil))
		w.want(abi.EBADF, w.SockName(fd, &op.Name))
		w.want(abi.EBADF, w.PeerName(fd, &op.Name))
		_, e := w.Fcntl(fd, 0, 0)
		w.want(abi.EBADF, e)
		_, _, ok := w.Inspect(fd)
		require.False(t, ok)
	}
}

func TestBind(t *testing.T) {
	w := newWorld(t, Config{})
	s4, s6 := w.socket(abi.AF_INET, abi.SOCK_STREAM), w.socket(abi.AF_INET6, abi.SOCK_STREAM)
	w.want(abi.EINVAL, w.Bind(s4, sockaddr(wire.Any6, 80)))
	w.want(abi.EINVAL, w.Bind(s6, sockaddr(wire.Any4, 80)))
	w.want(abi.EIO, w.Bind(s4, append(sockaddr(wire.Any4, 80), 0)))
	w.want(abi.EIO, w.Bind(s6, sockaddr(wire.Any6, 80)[:abi.SizeofSockaddrIn]))
	w.want(abi.EIO, w.Bind(s4, nil))
	unaligned := append([]byte{0}, sockaddr(wire.Any4, 0)...)
	w.want(0, w.Bind(s4, unaligned[1:]))
	w.want(abi.EINVAL, w.Bind(s4, sockaddr(wire.Any4, 80)))
	var n Name
	w.want(0, w.SockName(s4, &n))
	e, _ := endpoint(n.Bytes[:n.Len])
	require.GreaterOrEqual(t, e.Port, uint16(0xC000))
	require.Equal(t, byte(abi.SizeofSockaddrIn), n.Bytes[0], "lwIP writes the length")

	u := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	w.want(0, w.Bind(u, sockaddr(loop, 7)))
	w.want(0, w.Bind(u, sockaddr(wire.Any4, 8))) // a datagram socket can be bound again
	w.want(0, w.SockName(u, &n))
	require.Equal(t, "0.0.0.0 8", where(&n))
	w.want(0, w.Bind(u, sockaddr(wire.IPv4(203, 0, 113, 5), 8))) // to an address of nobody here
	w.want(0, w.Bind(w.socket(abi.AF_INET, abi.SOCK_DGRAM), sockaddr(own4, 8)))
}

func TestListen(t *testing.T) {
	w := newWorld(t, Config{})
	s := w.socket(abi.AF_INET, abi.SOCK_STREAM)
	w.want(0, w.Listen(s, -5))
	w.want(0, w.Listen(s, 1000))
	var n Name
	w.want(0, w.SockName(s, &n))
	e, _ := endpoint(n.Bytes[:n.Len])
	require.NotZero(t, e.Port, "without bind it has a port")
	one, two := w.socket(abi.AF_INET, abi.SOCK_STREAM), w.socket(abi.AF_INET, abi.SOCK_STREAM)
	for _, fd := range []int{one, two} {
		w.want(0, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, []byte{1, 0, 0, 0}))
	}
	w.want(0, w.Bind(one, sockaddr(wire.Any4, 80)))
	w.want(0, w.Listen(one, 1))
	w.want(0, w.Bind(two, sockaddr(own4, 80))) // both share it
	w.want(abi.EADDRINUSE, w.Listen(two, 1))   // but one listens
	w.want(abi.EOPNOTSUPP, w.Listen(w.socket(abi.AF_INET, abi.SOCK_DGRAM), 1))
}

// TestDual: a socket of IPv6 takes IPv4 unless it is told not to, and names are mapped but for those that accept gives.
func TestDual(t *testing.T) {
	w := newWorld(t, Config{})
	l := w.socket(abi.AF_INET6, abi.SOCK_STREAM)
	w.want(0, w.Bind(l, sockaddr(wire.Any6, 80)))
	w.want(0, w.Listen(l, 4))
	c, _, s := w.dial(l, loop, 80)
	var n Name
	w.want(0, w.PeerName(s, &n))
	require.Equal(t, abi.SizeofSockaddrIn6, n.Len, "mapped")
	require.Equal(t, loop.Map4().As16(), [16]byte(n.Bytes[8:24]))
	w.closed(c)
	w.closed(s)
	w.dial(l, wire.AddrFrom16([16]byte{15: 1}), 80)

	only := w.socket(abi.AF_INET6, abi.SOCK_DGRAM)
	w.want(0, w.SetSockOpt(only, abi.IPPROTO_IPV6, abi.IPV6_V6ONLY, []byte{1, 0, 0, 0}))
	w.want(0, w.Bind(only, sockaddr(wire.Any6, 7)))
	w.want(0, w.Bind(w.socket(abi.AF_INET, abi.SOCK_DGRAM), sockaddr(wire.Any4, 7))) // the port of IPv4 is free
	var op Op
	w.SendTo(w.now, &op, only, []byte("x"), 0, sockaddr(loop.Map4(), 9))
	w.ret(&op, -1, abi.EINVAL)
	both := w.socket(abi.AF_INET6, abi.SOCK_DGRAM)
	w.SendTo(w.now, &op, both, []byte("x"), 0, sockaddr(loop.Map4(), 9))
	w.ret(&op, -1, abi.EINVAL) // it is not bound, and so one of IPv6
	w.want(0, w.Bind(both, sockaddr(wire.Any6, 9)))
	w.SendTo(w.now, &op, both, []byte("x"), 0, sockaddr(loop.Map4(), 9))
	w.ret(&op, 1, 0)
	w.settle()
	require.True(t, w.RecvFrom(w.now, &op, both, make([]byte, 9), 0, true))
	require.Equal(t, abi.SizeofSockaddrIn6, op.Name.Len)

	out := w.socket(abi.AF_INET6, abi.SOCK_STREAM)
	require.False(t, w.Connect(w.now, &op, out, sockaddr(loop.Map4(), 80)), "a stream reaches IPv4 always")
	w.settle()
	require.True(t, w.Step(w.now, &op))
	w.ret(&op, 0, 0)
}

func TestSendDatagram(t *testing.T) {
	w := newWorld(t, Config{})
	u, u6 := w.socket(abi.AF_INET, abi.SOCK_DGRAM), w.socket(abi.AF_INET6, abi.SOCK_DGRAM)
	var op Op
	for _, c := range []struct {
		fd   int
		n    int
		to   []byte
		want int
		e    abi.Errno
	}{
		{u, 1, nil, -1, abi.EHOSTUNREACH},                                    // nobody to send to
		{u, 1, sockaddr(wire.Any4, 9), -1, abi.EHOSTUNREACH},                 // 0.0.0.0 is the peer, of which there is none
		{u6, 1, sockaddr(wire.Any6, 9), -1, abi.EINVAL},                      // likewise
		{u, 65536, sockaddr(loop, 9), -1, abi.EMSGSIZE},                      // the length is looked at first
		{u, 65536, []byte{0}, -1, abi.EMSGSIZE},                              // also before the address
		{u, 1, []byte{0}, -1, abi.EIO},                                       // no address
		{u, 1, sockaddr(own6, 9), -1, abi.EINVAL},                            // another family
		{u6, 1, sockaddr(loop, 9), -1, abi.EINVAL},                           // likewise
		{u, 1, sockaddr(loop, 0), -1, abi.EINVAL},                            // no port
		{u, 1, sockaddr(wire.IPv4(203, 0, 113, 1), 9), -1, abi.EHOSTUNREACH}, // no way
		{u, 3, sockaddr(loop, 9), 3, 0},
		{u, 0, sockaddr(loop, 9), 0, 0},
	} {
		require.True(t, w.SendTo(w.now, &op, c.fd, make([]byte, c.n), 0, c.to))
		w.ret(&op, c.want, c.e)
	}
	w.Connect(w.now, &op, u, sockaddr(loop, 0))
	w.ret(&op, -1, abi.EHOSTUNREACH)
	w.Connect(w.now, &op, u, sockaddr(loop, 9))
	w.ret(&op, 0, 0)
	w.send(u, "to the peer")
	w.Connect(w.now, &op, u, sockaddr(wire.Any4, 9))
	w.ret(&op, -1, abi.EHOSTUNREACH)
	var n Name
	w.want(0, w.PeerName(u, &n))
	w.want(0, w.SockName(u, &n))
	require.Equal(t, "0.0.0.0", where(&n)[:7], "lwIP knows of no own address")
	in := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	w.want(0, w.Bind(in, sockaddr(wire.Any4, 77)))
	require.True(t, w.SendTo(w.now, &op, in, []byte("lo"), 0, sockaddr(wire.IPv4(127, 9, 9, 9), 77)))
	w.settle()
	got, _ := w.recv(in, 0)
	require.Equal(t, "lo", got, "all of 127.0.0.0/8 is the host itself")
	unspec := make([]byte, 2)
	w.Connect(w.now, &op, u, unspec)
	w.ret(&op, 0, 0)
	w.want(abi.ENOTCONN, w.PeerName(u, &n))
	w.Connect(w.now, &op, w.socket(abi.AF_INET, abi.SOCK_STREAM), unspec)
	w.ret(&op, -1, abi.EINVAL)
}

func TestRaw(t *testing.T) {
	w := newWorld(t, Config{})
	a, e := w.Socket(abi.AF_INET, abi.SOCK_RAW, 253)
	w.want(0, e)
	var op Op
	w.SendTo(w.now, &op, a, []byte("abc"), 0, sockaddr(loop, 0))
	w.ret(&op, 3, 0)
	w.settle()
	b := make([]byte, 100)
	require.True(t, w.RecvFrom(w.now, &op, a, b, 0, true))
	w.ret(&op, wire.IPv4HeaderLen+3, 0)
	require.Equal(t, "127.0.0.1 253", where(&op.Name), "the protocol stands for the port")
	require.Equal(t, "abc", string(b[wire.IPv4HeaderLen:op.Ret]))
	var n Name
	w.want(0, w.SockName(a, &n))
	require.Equal(t, "0.0.0.0 253", where(&n))
	w.Connect(w.now, &op, a, sockaddr(loop, 0))
	w.ret(&op, 0, 0)
	w.want(abi.ENOTCONN, w.PeerName(a, &n))
	w.want(abi.EOPNOTSUPP, w.Shutdown(0, a, abi.SHUT_WR))
	w.want(abi.EINVAL, w.SetSockOpt(a, abi.IPPROTO_RAW, abi.IPV6_CHECKSUM, []byte{1, 0, 0, 0}))
	w.want(0, w.SetSockOpt(a, abi.IPPROTO_RAW, abi.IPV6_CHECKSUM, []byte{4, 0, 0, 0}))
	got := make([]byte, 4)
	w.want(0, w.GetSockOpt(a, abi.IPPROTO_RAW, abi.IPV6_CHECKSUM, got))
	require.Equal(t, []byte{4, 0, 0, 0}, got)
	ping, e := w.Socket(abi.AF_INET6, abi.SOCK_RAW, abi.IPPROTO_ICMPV6)
	w.want(0, e)
	w.want(abi.EINVAL, w.SetSockOpt(ping, abi.IPPROTO_RAW, abi.IPV6_CHECKSUM, []byte{4, 0, 0, 0}))
	w.want(0, w.GetSockOpt(ping, abi.IPPROTO_RAW, abi.IPV6_CHECKSUM, got))
	require.Equal(t, []byte{2, 0, 0, 0}, got, "ICMPv6 has its own")
	w.want(abi.ENOPROTOOPT, w.SetSockOpt(w.socket(abi.AF_INET, abi.SOCK_DGRAM), abi.IPPROTO_RAW, abi.IPV6_CHECKSUM, got))
}

func TestMessages(t *testing.T) {
	w := newWorld(t, Config{})
	client, _, server := w.pair()
	var op Op
	out := Message{Parts: [][]byte{[]byte("ab"), []byte("cde")}}
	require.True(t, w.WriteV(w.now, &op, client, &out))
	w.ret(&op, 5, 0)
	w.settle()
	in := Message{Parts: [][]byte{make([]byte, 3), make([]byte, 9)}, Control: 7, Flags: 99}
	require.True(t, w.ReadV(w.now, &op, server, &in))
	w.ret(&op, 5, 0)
	require.Equal(t, "abc", string(in.Parts[0]))
	require.Equal(t, "de", string(in.Parts[1][:2]))
	require.Zero(t, in.Flags)

	u := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	w.want(0, w.Bind(u, sockaddr(wire.Any4, 7)))
	out.Name = sockaddr(loop, 7)
	require.True(t, w.SendMsg(w.now, &op, u, &out, abi.MSG_DONTWAIT))
	w.ret(&op, 5, 0)
	w.settle()
	in.Parts = [][]byte{make([]byte, 1), make([]byte, 2)}
	require.True(t, w.RecvMsg(w.now, &op, u, &in, abi.MSG_PEEK))
	w.ret(&op, 5, 0)
	require.Equal(t, abi.MSG_TRUNC, in.Flags)
	require.Zero(t, in.Control)
	require.Equal(t, "127.0.0.1 7", where(&op.Name))
	require.Equal(t, "abc", string(bytes.Join(in.Parts, nil)))
	got, _ := w.recv(u, 0)
	require.Equal(t, "abcde", got, "it was shown")

	many := Message{Parts: make([][]byte, abi.IOV_MAX+1)}
	for _, c := range []struct {
		what string
		call func() bool
		ret  int
		e    abi.Errno
	}{
		{"no message", func() bool { return w.RecvMsg(0, &op, 1, nil, 99) }, ErrArg, 0},
		{"a flag, before the parts", func() bool { return w.RecvMsg(0, &op, 1, &Message{}, abi.MSG_WAITALL) }, -1, abi.EOPNOTSUPP},
		{"no parts, before the descriptor", func() bool { return w.RecvMsg(0, &op, 1, &Message{}, 0) }, -1, abi.EMSGSIZE},
		{"too many parts", func() bool { return w.RecvMsg(0, &op, u, &many, 0) }, -1, abi.EMSGSIZE},
		{"the descriptor", func() bool { return w.RecvMsg(0, &op, 1, &in, 0) }, -1, abi.EBADF},
		{"an empty part", func() bool { return w.RecvMsg(0, &op, u, &Message{Parts: [][]byte{{}}}, 0) }, -1, abi.EINVAL},
		{"the descriptor first", func() bool { return w.SendMsg(0, &op, 1, nil, 0) }, -1, abi.EBADF},
		{"no message to send", func() bool { return w.SendMsg(0, &op, u, nil, 0) }, -1, abi.EIO},
		{"no parts to send", func() bool { return w.SendMsg(0, &op, u, &Message{}, 0) }, -1, abi.EIO},
		{"none of them", func() bool { return w.SendMsg(0, &op, u, &Message{Parts: [][]byte{}}, 0) }, -1, abi.EMSGSIZE},
		{"MSG_NOSIGNAL", func() bool { return w.SendMsg(0, &op, u, &out, abi.MSG_NOSIGNAL) }, -1, abi.EOPNOTSUPP},
		{"an address too short", func() bool { return w.SendMsg(0, &op, u, &Message{Parts: out.Parts, Name: []byte{1}}, 0) }, -1, abi.EIO},
		{"too long", func() bool { return w.SendMsg(0, &op, u, &Message{Parts: [][]byte{make([]byte, 65536)}}, 0) }, -1, abi.EMSGSIZE},
		{"nothing, to a stream", func() bool { return w.SendMsg(0, &op, client, &Message{Parts: [][]byte{{}}}, 0) }, 0, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			require.True(t, c.call())
			require.Equal(t, c.e.String(), op.Err.String())
			require.Equal(t, c.ret, op.Ret)
		})
	}
}

// TestQueues: what a stream receives is as much as its queue of bytes holds, however it comes.
func TestQueues(t *testing.T) {
	w := newWorld(t, Config{})
	client, _, server := w.pair()
	for range 40 {
		w.send(client, "ab")
	}
	w.advance(time.Second)
	w.advance(time.Second)
	got, e := w.recv(server, 0)
	w.want(0, e)
	require.Len(t, got, 80)
}

// TestCancel: a call that is given up leaves nothing: not even the descriptor that was closed meanwhile.
func TestCancel(t *testing.T) {
	w := newWorld(t, Config{})
	client, listener, _ := w.pair()
	var op Op
	require.False(t, w.Recv(w.now, &op, client, make([]byte, 9), 0))
	e, fd := w.Wait(&op)
	require.Equal(t, Data, e)
	require.Equal(t, client, fd)
	w.closed(client)
	next := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	require.NotEqual(t, client, next, "somebody is still in a call on it")
	w.Cancel(w.now, &op)
	e, _ = w.Wait(&op)
	require.Equal(t, Nothing, e)
	require.Equal(t, client, w.socket(abi.AF_INET, abi.SOCK_DGRAM))

	client, _, _ = w.dial(listener, loop, 80)
	require.False(t, w.Send(w.now, &op, client, make([]byte, 3*tcpBuffer), 0))
	var second Op
	require.True(t, w.Send(w.now, &second, client, []byte("x"), 0))
	w.ret(&second, -1, abi.EINPROGRESS)
	w.Cancel(w.now, &op)
	w.settle()
	require.True(t, w.Send(w.now, &second, client, []byte("x"), abi.MSG_DONTWAIT))
	require.NotEqual(t, abi.EINPROGRESS, second.Err)
}

// TestCancelOfNothing: giving up a call that was never made, or is done, takes no reference away that others have.
func TestCancelOfNothing(t *testing.T) {
	w := newWorld(t, Config{})
	fd := w.socket(abi.AF_INET, abi.SOCK_STREAM) // in the first row
	var op Op
	for range 2 {
		w.Cancel(w.now, &op)
		require.Equal(t, invariant.Violation{}, w.Check(nil))
		require.True(t, w.Recv(w.now, &op, fd, nil, abi.MSG_DONTWAIT))
	}
	w.closed(fd)
}

func TestLinger(t *testing.T) {
	w := newWorld(t, Config{})
	on := abi.Linger{OnOff: 1, Linger: 2}
	val := make([]byte, abi.SizeofLinger)
	on.Put(val)
	client, listener, server := w.pair()
	w.want(abi.ENOPROTOOPT, w.SetSockOpt(client, abi.SOL_SOCKET, abi.SO_LINGER, val))
	w.want(abi.ENOPROTOOPT, w.GetSockOpt(client, abi.SOL_SOCKET, abi.SO_LINGER, val))
	w.cfg.Linger = true
	w.want(0, w.SetSockOpt(client, abi.SOL_SOCKET, abi.SO_LINGER, val))
	var op Op
	require.True(t, w.Send(w.now, &op, client, []byte("x"), 0))
	require.False(t, w.Close(w.now, &op, client), "nobody has acknowledged it")
	e, fd := w.Wait(&op)
	require.Equal(t, Drained, e)
	require.Equal(t, client, fd)
	at, ok := w.Deadline(&op)
	require.True(t, ok)
	require.Equal(t, w.now+2*time.Second, at)
	w.settle()
	require.True(t, w.Step(w.now, &op))
	w.ret(&op, 0, 0)
	w.closed(server)

	client, _, server = w.dial(listener, loop, 80)
	w.want(0, w.SetSockOpt(client, abi.SOL_SOCKET, abi.SO_LINGER, val))
	require.True(t, w.Send(w.now, &op, client, []byte("x"), 0))
	require.False(t, w.Close(w.now, &op, client))
	w.now += 2 * time.Second
	require.True(t, w.Step(w.now, &op), "its time is over")
	w.ret(&op, 0, 0)
	w.settle()
	_, errno := w.recv(server, 0)
	w.want(abi.ECONNRESET, errno)

	abi.Linger{OnOff: 1}.Put(val)
	client, _, server = w.dial(listener, loop, 80)
	w.want(0, w.SetSockOpt(client, abi.SOL_SOCKET, abi.SO_LINGER, val))
	require.True(t, w.Send(w.now, &op, client, []byte("x"), 0))
	w.want(0, w.Shutdown(w.now, client, abi.SHUT_RDWR))
	w.settle()
	_, errno = w.recv(server, 0)
	w.want(abi.ECONNRESET, errno)
	abi.Linger{OnOff: 1, Linger: -1}.Put(val)
	w.want(abi.EINVAL, w.SetSockOpt(server, abi.SOL_SOCKET, abi.SO_LINGER, val))
}

// TestKinds: the core numbers its kinds as C does its types.
func TestKinds(t *testing.T) {
	require.Equal(t, [3]int{abi.SOCK_STREAM, abi.SOCK_DGRAM, abi.SOCK_RAW}, [3]int{int(socket.Stream), int(socket.Datagram), int(socket.Raw)})
}

func TestNoAllocations(t *testing.T) {
	w := newWorld(t, Config{})
	client, _, server := w.pair()
	hello, buf := []byte("hello"), make([]byte, 100)
	fds := []abi.Pollfd{{Fd: int32(server), Events: abi.POLLIN}}
	var op Op
	got := 0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		w.Send(w.now, &op, client, hello, 0)
		w.settle()
		w.Poll(w.now, &op, fds, 0)
		w.Recv(w.now, &op, server, buf, abi.MSG_DONTWAIT)
		got += op.Ret
		w.now += time.Millisecond
	}))
	require.NotZero(t, got)
}
