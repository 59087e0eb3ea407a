package lwip

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

func num(n int32) []byte {
	b := make([]byte, 4)
	abi.PutInt(b, n)
	return b
}

// option sets an int and reads it back.
func (w *world) option(fd, level, option int, set, want int32) {
	w.t.Helper()
	w.want(0, w.SetSockOpt(fd, level, option, num(set)))
	b := make([]byte, 4)
	w.want(0, w.GetSockOpt(fd, level, option, b))
	require.Equal(w.t, num(want), b)
}

func TestSocketOptions(t *testing.T) {
	w := newWorld(t, Config{})
	s, u, r := w.socket(abi.AF_INET, abi.SOCK_STREAM), w.socket(abi.AF_INET, abi.SOCK_DGRAM), w.socket(abi.AF_INET, abi.SOCK_RAW)
	for _, fd := range []int{s, u, r} {
		w.option(fd, abi.SOL_SOCKET, abi.SO_KEEPALIVE, 77, abi.SO_KEEPALIVE)
		w.option(fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, 1, abi.SO_REUSEADDR)
		w.option(fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, 0, 0)
		w.want(abi.EFAULT, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, nil))
		w.want(abi.EFAULT, w.GetSockOpt(fd, 99, 99, nil))
		w.want(abi.EINVAL, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_REUSEADDR, make([]byte, 3)))
		w.want(abi.EINVAL, w.GetSockOpt(fd, abi.SOL_SOCKET, abi.SO_TYPE, make([]byte, 3)))
		for _, o := range []int{abi.SO_DEBUG, abi.SO_DONTROUTE, abi.SO_USELOOPBACK, abi.SO_DONTLINGER, abi.SO_OOBINLINE,
			abi.SO_REUSEPORT, abi.SO_SNDBUF, abi.SO_RCVBUF, abi.SO_SNDLOWAT, abi.SO_RCVLOWAT, abi.SO_CONTIMEO} {
			w.want(abi.ENOPROTOOPT, w.SetSockOpt(fd, abi.SOL_SOCKET, o, num(1)))
			w.want(abi.ENOPROTOOPT, w.GetSockOpt(fd, abi.SOL_SOCKET, o, num(1)))
		}
		for _, o := range []int{abi.SO_TYPE, abi.SO_ERROR, abi.SO_ACCEPTCONN} {
			w.want(abi.ENOPROTOOPT, w.SetSockOpt(fd, abi.SOL_SOCKET, o, num(1)))
		}
		w.want(abi.ENOPROTOOPT, w.SetSockOpt(fd, abi.IPPROTO_UDPLITE, 10, num(1)))
		w.want(abi.ENOPROTOOPT, w.GetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BINDTODEVICE, make([]byte, 6)))
		w.want(0, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BINDTODEVICE, []byte("en1\x00\x00\x00")))
		w.want(0, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BINDTODEVICE, make([]byte, 6)))
		w.want(abi.ENODEV, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BINDTODEVICE, []byte("lo0\x00\x00\x00")))
		w.want(abi.EINVAL, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BINDTODEVICE, []byte("en1\x00\x00")))
		val := make([]byte, abi.SizeofTimeval)
		abi.Timeval{Sec: 3, Usec: 4999}.Put(val)
		w.want(0, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_SNDTIMEO, val))
		w.want(0, w.GetSockOpt(fd, abi.SOL_SOCKET, abi.SO_SNDTIMEO, val))
		got, _ := abi.ParseTimeval(val)
		require.Equal(t, abi.Timeval{Sec: 3, Usec: 4000}, got, "it counts in milliseconds")
		abi.Timeval{Sec: -1}.Put(val)
		w.want(abi.EINVAL, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_RCVTIMEO, val))
		w.want(abi.EINVAL, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_RCVTIMEO, val[:15]))
	}
	w.option(u, abi.SOL_SOCKET, abi.SO_BROADCAST, 1, abi.SO_BROADCAST)
	w.option(u, abi.SOL_SOCKET, abi.SO_NO_CHECK, 5, 1)
	for _, fd := range []int{s, r} {
		w.want(abi.ENOPROTOOPT, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BROADCAST, make([]byte, 1)))
		w.want(abi.ENOPROTOOPT, w.GetSockOpt(fd, abi.SOL_SOCKET, abi.SO_BROADCAST, make([]byte, 1)))
		w.want(abi.ENOPROTOOPT, w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_NO_CHECK, num(1)))
	}
	b := make([]byte, 4)
	for fd, typ := range map[int]int32{s: abi.SOCK_STREAM, u: abi.SOCK_DGRAM, r: abi.SOCK_RAW} {
		w.want(0, w.GetSockOpt(fd, abi.SOL_SOCKET, abi.SO_TYPE, b))
		require.Equal(t, num(typ), b)
	}
	w.want(abi.ENOPROTOOPT, w.GetSockOpt(u, abi.SOL_SOCKET, abi.SO_ACCEPTCONN, b))
	w.want(0, w.GetSockOpt(s, abi.SOL_SOCKET, abi.SO_ACCEPTCONN, b))
	require.Equal(t, num(0), b)
	w.want(0, w.Listen(s, 1))
	w.want(0, w.GetSockOpt(s, abi.SOL_SOCKET, abi.SO_ACCEPTCONN, b))
	require.Equal(t, num(1), b)
	w.want(0, w.Shutdown(0, s, abi.SHUT_RDWR))
	w.want(abi.EINVAL, w.GetSockOpt(s, abi.SOL_SOCKET, abi.SO_KEEPALIVE, b))
	w.cfg.RcvBuf = true
	w.option(u, abi.SOL_SOCKET, abi.SO_RCVBUF, 500, 500)
}

func TestIPOptions(t *testing.T) {
	w := newWorld(t, Config{})
	u := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	w.option(u, abi.IPPROTO_IP, abi.IP_TTL, 300, 44)
	w.option(u, abi.IPPROTO_IP, abi.IP_TTL, 0, 0)
	w.option(u, abi.IPPROTO_IP, abi.IP_TOS, 0x10, 0x10)
	w.send2(u)
	b := []byte{9}
	for _, o := range []struct{ level, option int }{
		{abi.IPPROTO_IP, abi.IP_MULTICAST_TTL}, {abi.IPPROTO_IPV6, abi.IPV6_MULTICAST_HOPS}, {abi.IPPROTO_IPV6, abi.IPV6_MULTICAST_IF},
	} {
		w.want(0, w.SetSockOpt(u, o.level, o.option, []byte{5}))
		w.want(0, w.GetSockOpt(u, o.level, o.option, b))
		require.Equal(t, byte(5), b[0])
		w.want(abi.EINVAL, w.SetSockOpt(u, o.level, o.option, []byte{}))
	}
	for _, o := range []struct{ level, option int }{
		{abi.IPPROTO_IP, abi.IP_MULTICAST_LOOP}, {abi.IPPROTO_IPV6, abi.IPV6_MULTICAST_LOOP},
	} {
		w.want(0, w.SetSockOpt(u, o.level, o.option, []byte{7}))
		w.want(0, w.GetSockOpt(u, o.level, o.option, b))
		require.Equal(t, byte(1), b[0])
	}
	at := []byte{192, 0, 2, 1}
	w.want(0, w.SetSockOpt(u, abi.IPPROTO_IP, abi.IP_MULTICAST_IF, at))
	got := make([]byte, 4)
	w.want(0, w.GetSockOpt(u, abi.IPPROTO_IP, abi.IP_MULTICAST_IF, got))
	require.Equal(t, at, got)
	w.option(u, abi.IPPROTO_IPV6, abi.IPV6_V6ONLY, 3, 1)
	w.want(abi.ENOPROTOOPT, w.SetSockOpt(u, abi.IPPROTO_IP, abi.IP_PKTINFO, num(1)))
	w.want(abi.ENOPROTOOPT, w.SetSockOpt(u, abi.IPPROTO_IPV6, abi.IPV6_UNICAST_HOPS, num(1)))
	w.want(abi.ENOPROTOOPT, w.GetSockOpt(u, abi.IPPROTO_IPV6, abi.IPV6_JOIN_GROUP, num(1)))
	s := w.socket(abi.AF_INET, abi.SOCK_STREAM)
	w.want(abi.ENOPROTOOPT, w.SetSockOpt(s, abi.IPPROTO_IP, abi.IP_MULTICAST_TTL, b))
	w.want(abi.ENOPROTOOPT, w.GetSockOpt(s, abi.IPPROTO_IPV6, abi.IPV6_MULTICAST_HOPS, b))
}

// send2 sends a datagram that the socket can send.
func (w *world) send2(fd int) {
	w.t.Helper()
	var op Op
	require.True(w.t, w.SendTo(w.now, &op, fd, []byte("ok"), 0, sockaddr(loop, 9)))
	w.ret(&op, 2, 0)
}

func TestTCPOptions(t *testing.T) {
	w := newWorld(t, Config{})
	s := w.socket(abi.AF_INET, abi.SOCK_STREAM)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_NODELAY, 9, 1)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_KEEPALIVE, 1500, 1500)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_KEEPIDLE, 20, 20)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_KEEPIDLE, 0, 1)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_KEEPINTVL, 5, 5)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_KEEPCNT, 0, 1)
	w.option(s, abi.IPPROTO_TCP, abi.TCP_KEEPCNT, 1000, 255)
	w.want(abi.ENOPROTOOPT, w.SetSockOpt(s, abi.IPPROTO_TCP, 99, num(1)))
	w.want(abi.EINVAL, w.SetSockOpt(s, abi.IPPROTO_TCP, 99, num(1)[:3]))
	w.want(abi.ENOPROTOOPT, w.GetSockOpt(w.socket(abi.AF_INET, abi.SOCK_DGRAM), abi.IPPROTO_TCP, abi.TCP_NODELAY, num(1)))
	w.want(0, w.Listen(s, 1))
	w.want(abi.EINVAL, w.GetSockOpt(s, abi.IPPROTO_TCP, abi.TCP_NODELAY, num(1)))
}

func TestMembership(t *testing.T) {
	w := newWorld(t, Config{})
	u, other := w.socket(abi.AF_INET, abi.SOCK_DGRAM), w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	group := func(last byte, at wire.Addr) []byte {
		b := make([]byte, abi.SizeofIPMreq)
		abi.IPMreq{Multiaddr: [4]byte{232, 1, 2, last}, Interface: at.As4()}.Put(b)
		return b
	}
	join, leave := abi.IP_ADD_MEMBERSHIP, abi.IP_DROP_MEMBERSHIP
	w.want(0, w.SetSockOpt(u, abi.IPPROTO_IP, join, group(3, wire.Any4)))
	w.want(0, w.SetSockOpt(u, abi.IPPROTO_IP, join, group(3, own4)))
	w.want(abi.EADDRNOTAVAIL, w.SetSockOpt(other, abi.IPPROTO_IP, leave, group(3, wire.Any4)))
	w.want(abi.EADDRNOTAVAIL, w.SetSockOpt(u, abi.IPPROTO_IP, join, group(4, wire.IPv4(1, 2, 3, 4))))
	w.want(0, w.SetSockOpt(u, abi.IPPROTO_IP, join, group(5, own4)))
	w.want(abi.ENOMEM, w.SetSockOpt(other, abi.IPPROTO_IP, join, group(6, own4)))
	w.want(0, w.SetSockOpt(u, abi.IPPROTO_IP, leave, group(3, own4)))
	w.want(0, w.SetSockOpt(u, abi.IPPROTO_IP, leave, group(3, own4)))
	w.want(abi.EADDRNOTAVAIL, w.SetSockOpt(u, abi.IPPROTO_IP, leave, group(3, own4)))
	b := make([]byte, abi.SizeofIPMreq)
	abi.IPMreq{Multiaddr: [4]byte{224, 0, 0, 1}}.Put(b)
	w.want(abi.EADDRNOTAVAIL, w.SetSockOpt(u, abi.IPPROTO_IP, join, b))
	w.closed(u)
	w.want(0, w.SetSockOpt(other, abi.IPPROTO_IP, join, group(6, own4)))

	v6 := w.socket(abi.AF_INET6, abi.SOCK_DGRAM)
	mreq := make([]byte, abi.SizeofIPv6Mreq)
	for index, want := range map[uint32]abi.Errno{0: abi.EADDRNOTAVAIL, 1: abi.EADDRNOTAVAIL, netIndex: 0, 3: abi.EADDRNOTAVAIL} {
		abi.IPv6Mreq{Multiaddr: [16]byte{0: 0xff, 1: 0x0e, 15: 1}, Interface: index}.Put(mreq)
		w.want(want, w.SetSockOpt(v6, abi.IPPROTO_IPV6, abi.IPV6_JOIN_GROUP, mreq))
	}
}

func TestControl(t *testing.T) {
	w := newWorld(t, Config{})
	client, _, server := w.pair()
	for _, c := range []struct {
		cmd, arg, ret int
		e             abi.Errno
	}{
		{abi.F_GETFL, 0, abi.O_RDWR, 0}, {abi.F_SETFL, abi.O_NONBLOCK | abi.O_RDWR, 0, 0}, {abi.F_GETFL, 0, abi.O_NONBLOCK | abi.O_RDWR, 0},
		{abi.F_SETFL, 0x8, -1, abi.ENOSYS}, {1, 0, -1, abi.ENOSYS}, {abi.F_SETFL, 0, 0, 0},
	} {
		ret, e := w.Fcntl(client, c.cmd, c.arg)
		w.want(c.e, e)
		require.Equal(t, c.ret, ret)
	}
	w.want(0, w.Ioctl(client, abi.FIONBIO, num(1)))
	ret, _ := w.Fcntl(client, abi.F_GETFL, 0)
	require.Equal(t, abi.O_NONBLOCK|abi.O_RDWR, ret)
	w.want(0, w.Ioctl(client, abi.FIONBIO, nil))
	w.want(0, w.Shutdown(0, client, abi.SHUT_WR))
	ret, _ = w.Fcntl(client, abi.F_GETFL, 0)
	require.Equal(t, abi.O_RDONLY, ret)
	w.settle()
	w.send(server, "abcd")
	b := make([]byte, 4)
	w.want(abi.ENOSYS, w.Ioctl(client, abi.FIONREAD, b))
	w.want(abi.ENOSYS, w.Ioctl(client, abi.SIOCATMARK, b))
	w.cfg.RcvBuf = true
	w.want(abi.EINVAL, w.Ioctl(client, abi.FIONREAD, nil))
	w.want(0, w.Ioctl(client, abi.FIONREAD, b))
	require.Equal(t, num(4), b)
	u := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	w.want(0, w.Bind(u, sockaddr(wire.Any4, 9)))
	w.send2(u)
	w.send2(u)
	w.settle()
	w.want(0, w.Ioctl(u, abi.FIONREAD, b))
	require.Equal(t, num(2), b)
}

func TestPoll(t *testing.T) {
	w := newWorld(t, Config{})
	client, listener, server := w.pair()
	u := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	fds := []abi.Pollfd{
		{Fd: -1, Events: abi.POLLIN, Revents: 77}, {Fd: int32(server), Events: abi.POLLIN}, {Fd: int32(server), Events: abi.POLLIN | abi.POLLOUT},
		{Fd: int32(listener), Events: abi.POLLIN | abi.POLLOUT}, {Fd: int32(u), Events: abi.POLLIN | abi.POLLOUT | abi.POLLHUP},
	}
	var op Op
	require.True(t, w.Poll(w.now, &op, fds, -1))
	w.ret(&op, 2, 0)
	got := fmt.Sprint(fds[0].Revents, fds[1].Revents, fds[2].Revents, fds[3].Revents, fds[4].Revents)
	require.Equal(t, fmt.Sprint(0, 0, abi.POLLOUT, 0, abi.POLLOUT), got)

	require.False(t, w.Poll(w.now, &op, fds[:2], -1))
	_, limited := w.Deadline(&op)
	require.False(t, limited)
	w.send(client, "x")
	require.True(t, w.Step(w.now, &op), "in the very poll in which it came")
	w.ret(&op, 1, 0)

	require.True(t, w.Poll(w.now, &op, []abi.Pollfd{}, 0))
	w.ret(&op, -1, abi.EINVAL)
	require.False(t, w.Poll(w.now, &op, nil, 5))
	require.True(t, w.Step(w.now+5*time.Millisecond, &op))
	w.ret(&op, 0, 0)
	w.closed(u)
	require.True(t, w.Poll(w.now, &op, fds, 0))
	w.ret(&op, -1, 0)
	require.Equal(t, int16(abi.POLLNVAL), fds[4].Revents)
}

func set(fds ...int) *abi.FdSet {
	s := &abi.FdSet{}
	for _, fd := range fds {
		s.Set(fd)
	}
	return s
}

func TestSelect(t *testing.T) {
	w := newWorld(t, Config{})
	client, listener, server := w.pair()
	var op Op
	none := &abi.Timeval{}
	for _, n := range []int{-1, 65} {
		require.True(t, w.Select(w.now, &op, n, nil, nil, nil, none))
		w.ret(&op, -1, abi.EINVAL)
	}
	r, x := set(server, listener, 3), set(server)
	wr := set(server, client)
	require.True(t, w.Select(w.now, &op, 64, r, wr, x, nil))
	w.ret(&op, 2, 0)
	require.Equal(t, [3]abi.FdSet{{}, *set(server, client), {}}, [3]abi.FdSet{*r, *wr, *x}, "a foreign descriptor is left out")

	r = set(server)
	require.True(t, w.Select(w.now, &op, server, r, nil, nil, none), "beyond nfds nothing is looked at")
	w.ret(&op, 0, 0)
	require.Equal(t, abi.FdSet{}, *r)

	r = set(server, 60)
	require.True(t, w.Select(w.now, &op, 64, r, nil, nil, nil))
	w.ret(&op, -1, abi.EBADF)
	require.Equal(t, set(server, 60), r, "the sets stay as they are")

	r = set(server)
	require.False(t, w.Select(w.now, &op, 64, r, nil, nil, &abi.Timeval{Usec: 1}))
	at, _ := w.Deadline(&op)
	require.Equal(t, w.now+time.Millisecond, at, "a millisecond at least")
	require.True(t, w.Step(at, &op))
	w.ret(&op, 0, 0)

	const never = 100 * 365 * 24 * time.Hour
	for _, sec := range []int64{1 << 33, 9_300_000_000, 1 << 54, math.MaxInt64} { // products that wrap round
		r = set(server)
		require.False(t, w.Select(w.now, &op, 64, r, nil, nil, &abi.Timeval{Sec: sec}))
		at, _ = w.Deadline(&op)
		require.Greater(t, at, w.now+never, "select, %d s", sec)
		w.Cancel(w.now, &op)

		val := make([]byte, abi.SizeofTimeval)
		abi.Timeval{Sec: sec}.Put(val)
		w.want(0, w.SetSockOpt(server, abi.SOL_SOCKET, abi.SO_RCVTIMEO, val))
		require.False(t, w.Recv(w.now, &op, server, make([]byte, 1), 0))
		at, _ = w.Deadline(&op)
		require.Greater(t, at, w.now+never, "recv, %d s", sec)
		w.Cancel(w.now, &op)
		abi.Timeval{Sec: -sec}.Put(val)
		w.want(abi.EINVAL, w.SetSockOpt(server, abi.SOL_SOCKET, abi.SO_RCVTIMEO, val))
	}
	w.want(0, w.SetSockOpt(server, abi.SOL_SOCKET, abi.SO_RCVTIMEO, make([]byte, abi.SizeofTimeval)))

	r = set(server)
	require.False(t, w.Select(w.now, &op, 64, r, nil, nil, &abi.Timeval{Sec: 1, Usec: 1500}))
	at, _ = w.Deadline(&op)
	require.Equal(t, w.now+1002*time.Millisecond, at, "rounded")
	w.send(client, "x")
	require.True(t, w.Step(w.now, &op), "in the very poll in which it came")
	w.ret(&op, 1, 0)
	_, e := w.recv(server, 0)
	w.want(0, e)

	r = set(server, listener)
	require.False(t, w.Select(w.now, &op, 64, r, nil, nil, nil))
	w.closed(listener)
	require.True(t, w.Step(w.now, &op))
	w.ret(&op, -1, abi.EBADF)
	require.Equal(t, listener, w.socket(abi.AF_INET, abi.SOCK_DGRAM), "nobody refers to it any more")
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		family int
		in     string
		out    string // "": no address
	}{
		{abi.AF_INET, "192.168.1.50", "192.168.1.50"}, {abi.AF_INET, "1.2", "1.0.0.2"}, {abi.AF_INET, "1.2.3", "1.2.0.3"},
		{abi.AF_INET, "16909060", "1.2.3.4"}, {abi.AF_INET, "0x7f.1", "127.0.0.1"}, {abi.AF_INET, "010.010.010.010", "8.8.8.8"},
		{abi.AF_INET, "1.2.3.4 and more", "1.2.3.4"}, {abi.AF_INET, "1.2.3.4.5", ""}, {abi.AF_INET, "1.2.3.256", ""}, {abi.AF_INET, "256.1", ""},
		{abi.AF_INET, "1..2", ""}, {abi.AF_INET, "", ""}, {abi.AF_INET, "a.b", ""}, {abi.AF_INET, "08", ""}, {abi.AF_INET, "1.2.3.4x", ""},
		{abi.AF_INET6, "2001:db8::aB", "2001:DB8::AB"}, {abi.AF_INET6, "::", "::"}, {abi.AF_INET6, "::1", "::1"}, {abi.AF_INET6, "1::", "1::"},
		{abi.AF_INET6, "1:0:0:2:0:0:0:3", "1::2:0:0:0:3"}, {abi.AF_INET6, "1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
		{abi.AF_INET6, "::ffff:1.2.3.4", "::FFFF:1.2.3.4"}, {abi.AF_INET6, "0:0:0:0:0:ffff:1.2.3.4", "::FFFF:1.2.3.4"},
		{abi.AF_INET6, "fe80::1%en1", "FE80::1"}, {abi.AF_INET6, "1:2:3:4:5:6:7", ""}, {abi.AF_INET6, "1:2:3:4:5:6:7:8:9", ""},
		{abi.AF_INET6, ":::", ""}, {abi.AF_INET6, "", ""}, {abi.AF_INET6, "1.2.3.4", ""}, {99, "1.2.3.4", "?"},
	} {
		t.Run(c.in, func(t *testing.T) {
			var a [16]byte
			ret, e := InetPton(c.family, []byte(c.in), a[:])
			switch c.out {
			case "?":
				require.Equal(t, -1, ret)
				require.Equal(t, abi.EAFNOSUPPORT, e)
				_, e = InetNtop(c.family, a[:], nil)
				require.Equal(t, abi.EAFNOSUPPORT, e)
				return
			case "":
				require.Zero(t, ret)
				return
			}
			require.Equal(t, 1, ret)
			b := make([]byte, len(c.out)+1)
			n, e := InetNtop(c.family, a[:], b)
			require.Zero(t, e)
			require.Equal(t, c.out+"\x00", string(b[:n+1]))
			_, e = InetNtop(c.family, a[:], b[:n])
			require.Equal(t, abi.ENOSPC, e)
		})
	}
}

func TestInterfaces(t *testing.T) {
	var name [abi.IFNAMSIZ]byte
	for index, want := range map[uint32]string{1: "lo0", 2: "en1"} {
		require.Zero(t, IndexToName(index, &name))
		require.Equal(t, want+"\x00", string(name[:len(want)+1]))
		require.Equal(t, index, NameToIndex([]byte(want)))
		require.Equal(t, index, NameToIndex(name[:]))
	}
	for _, index := range []uint32{0, 3, 256} {
		require.Equal(t, abi.ENXIO, IndexToName(index, &name))
	}
	require.Zero(t, NameToIndex([]byte("en")))
	require.Zero(t, NameToIndex(nil))
}

func TestGetAddrInfo(t *testing.T) {
	cfg := Config{
		Hosts:    []Host{{"printer", own6}, {"printer", own4}, {"six", own6}},
		Services: []Service{{"http", 80}},
	}
	f := &newWorld(t, cfg).Face
	for _, c := range []struct {
		node, service string // "-": NULL
		hints         *Hints
		want          string
	}{
		{"-", "-", nil, "200"}, {"-", "80", &Hints{Family: 1}, "204"}, {"-", "https", nil, "201"}, {"-", "-1", nil, "201"}, {"-", "65536", nil, "201"},
		{"-", "80", nil, "127.0.0.1 80"}, {"-", " 80x", nil, "127.0.0.1 80"}, {"-", "0", nil, "127.0.0.1 0"}, {"-", "http", nil, "127.0.0.1 80"},
		{"-", "80", &Hints{Family: abi.AF_INET6}, "::1 80"}, {"-", "80", &Hints{Flags: abi.AI_PASSIVE}, "0.0.0.0 80"},
		{"-", "80", &Hints{Flags: abi.AI_PASSIVE, Family: abi.AF_INET6}, ":: 80"},
		{"192.168.1.50", "-", nil, "192.168.1.50 0"}, {"2001:db8::5", "7", nil, "2001:db8::5 7"},
		{"192.168.1.50", "-", &Hints{Family: abi.AF_INET6}, "202"}, {"192.168.1.50", "-", &Hints{Family: abi.AF_INET6, Flags: abi.AI_NUMERICHOST}, "200"},
		{"printer", "-", &Hints{Flags: abi.AI_NUMERICHOST}, "200"}, {"localhost", "-", nil, "127.0.0.1 0"},
		{"localhost", "-", &Hints{Family: abi.AF_INET6}, "::1 0"}, {"nobody", "-", nil, "202"}, {"", "-", nil, "202"},
		{"printer", "http", nil, "192.0.2.1 80"}, {"printer", "-", &Hints{Family: abi.AF_INET6}, "2001:db8::1 0"},
		{"six", "-", nil, "2001:db8::1 0"}, {"six", "-", &Hints{Family: abi.AF_INET}, "202"},
	} {
		t.Run(c.node+" "+c.service, func(t *testing.T) {
			null := func(s string) []byte {
				if s == "-" {
					return nil
				}
				return append([]byte{}, s...)
			}
			var info AddrInfo
			got := fmt.Sprint(f.GetAddrInfo(null(c.node), null(c.service), c.hints, &info))
			if got == "0" {
				n := Name{Bytes: info.Addr, Len: int(info.Addr[0])}
				got = where(&n)
				require.Equal(t, int32(info.Addr[1]), info.Family)
			}
			require.Equal(t, c.want, got)
		})
	}
	var info AddrInfo
	require.Equal(t, abi.EAI_FAIL, f.GetAddrInfo(nil, nil, nil, nil))
	mapped := Hints{Family: abi.AF_INET6, Flags: abi.AI_V4MAPPED, Socktype: 1, Protocol: 6}
	require.Zero(t, f.GetAddrInfo([]byte("1.2.3.4"), nil, &mapped, &info))
	require.Equal(t, wire.IPv4(1, 2, 3, 4).Map4().As16(), [16]byte(info.Addr[8:24]))
	require.Equal(t, [2]int32{1, 6}, [2]int32{info.Socktype, info.Protocol})

	a, e := f.GetHostByName([]byte("printer"))
	require.Zero(t, e)
	require.Equal(t, own4, a)
	_, e = f.GetHostByName([]byte("nobody"))
	require.Equal(t, abi.HOST_NOT_FOUND, e)
	_, e = f.GetHostByNameR([]byte("printer"), 36+8)
	require.Zero(t, e)
	_, e = f.GetHostByNameR([]byte("printer"), 36+7)
	require.Equal(t, int(abi.ERANGE), e)
	_, e = f.GetHostByNameR(nil, 100)
	require.Equal(t, int(abi.EINVAL), e)
}

// TestSnapshot: a copy goes its own way.
func TestSnapshot(t *testing.T) {
	w, twin := newWorld(t, Config{}), newWorld(t, Config{})
	fd := w.socket(abi.AF_INET, abi.SOCK_DGRAM)
	require.True(t, twin.stack.CopyFrom(&w.stack))
	require.True(t, twin.table.CopyFrom(&w.table))
	require.True(t, twin.CopyFrom(&w.Face))
	w.closed(fd)
	twin.closed(fd)
	small := Face{}
	small.Init(&w.table, make([]Socket, 3), &Config{})
	require.False(t, small.CopyFrom(&w.Face))
}
