package socket

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/wire"
)

func TestRawSocket(t *testing.T) {
	l := newLink(t)
	const proto = 253
	a, c := l.a.OpenRaw(false, proto)
	want(t, stack.OK, c)
	b, c := l.b.OpenRaw(false, proto)
	want(t, stack.OK, c)
	require.Equal(t, uint8(proto), l.a.Protocol(a))
	require.Zero(t, l.a.Protocol(-1))
	n, c := l.a.SendTo(l.now, a, []byte("abc"), Endpoint{Addr: l.b.addr})
	want(t, stack.OK, c)
	require.Equal(t, 3, n)
	l.settle()
	buf := make([]byte, 100)
	r, c := l.b.Receive(b, buf, false)
	want(t, stack.OK, c)
	require.Equal(t, Received{N: wire.IPv4HeaderLen + 3, Full: wire.IPv4HeaderLen + 3, From: Endpoint{Addr: l.a.addr}}, r)
	require.Equal(t, "abc", string(buf[wire.IPv4HeaderLen:r.N]))

	want(t, stack.Unsupported, l.a.SetReuse(a, true))
	want(t, stack.Unsupported, l.a.Release(l.now, a))
	want(t, stack.OK, l.a.SetChecksum(a, 2))
	require.Equal(t, 2, l.a.Checksum(a))
	want(t, stack.Invalid, l.a.SetChecksum(a, 1))
	want(t, stack.Unsupported, l.a.SetChecksum(l.a.socket(t, Datagram), 2))
	want(t, stack.Invalid, l.a.SetChecksum(-1, 2))
	require.Equal(t, -1, l.a.Checksum(-1))
	want(t, stack.OK, l.a.Rebind(a, Endpoint{Addr: l.a.addr}))
	require.Equal(t, 2, l.a.Checksum(a))
	require.Equal(t, l.a.addr, l.a.Local(a).Addr)
}

// TestDual: a socket of both families takes connections of IPv4 at a wildcard that stands for both.
func TestDual(t *testing.T) {
	l := newLink(t)
	want(t, stack.Invalid, l.b.SetDual(l.b.socket(t, Stream), true))
	listener, c := l.b.Open(Stream, true)
	want(t, stack.OK, c)
	want(t, stack.OK, l.b.SetDual(listener, true))
	want(t, stack.OK, l.b.Bind(listener, Endpoint{Port: 80}))
	require.Equal(t, Endpoint{Port: 80}, l.b.Local(listener))
	want(t, stack.AddrInUse, l.b.Bind(l.b.socket(t, Stream), Endpoint{Port: 80}))
	want(t, stack.OK, l.b.Listen(listener, 1))
	client := l.a.socket(t, Stream)
	want(t, stack.InProgress, l.a.Connect(l.now, client, Endpoint{l.b.addr, 80}))
	l.settle()
	server, c := l.b.Accept(listener)
	want(t, stack.OK, c)
	require.True(t, l.b.IsDual(server))
	require.Equal(t, l.a.addr, l.b.Remote(server).Addr)
}

// TestRelease: a connection that is let go ends as if closed, and the socket can be used again.
func TestRelease(t *testing.T) {
	l := newLink(t)
	client, _, server := l.pair()
	_, c := l.a.Send(l.now, client, []byte("rest"))
	want(t, stack.OK, c)
	want(t, stack.OK, l.a.Release(l.now, client))
	require.Zero(t, l.a.Local(client).Port)
	l.settle()
	buf := make([]byte, 10)
	r, c := l.b.Receive(server, buf, false)
	want(t, stack.OK, c)
	require.Equal(t, "rest", string(buf[:r.N]))
	_, c = l.b.Receive(server, buf, false)
	want(t, stack.EOF, c)
	want(t, stack.InProgress, l.a.Connect(l.now, client, Endpoint{l.b.addr, 80}))
	want(t, stack.Invalid, l.a.Release(l.now, -1))
}

func TestRebind(t *testing.T) {
	l := newLink(t)
	u := l.a.socket(t, Datagram)
	want(t, stack.OK, l.a.Rebind(u, Endpoint{Port: 7}))
	want(t, stack.OK, l.a.Rebind(u, Endpoint{Port: 8}))
	require.Equal(t, uint16(8), l.a.Local(u).Port)
	other := l.a.socket(t, Datagram)
	want(t, stack.OK, l.a.Bind(other, Endpoint{Port: 9}))
	want(t, stack.AddrInUse, l.a.Rebind(u, Endpoint{Port: 9}))
	require.Equal(t, uint16(8), l.a.Local(u).Port, "it keeps what it has")
	want(t, stack.WrongFamily, l.a.Rebind(u, Endpoint{Addr: wire.Any6}))
	want(t, stack.Unsupported, l.a.Rebind(l.a.socket(t, Stream), Endpoint{}))
	want(t, stack.OK, l.a.SetReuse(other, true))
	want(t, stack.OK, l.a.SetReuse(u, true))
	want(t, stack.OK, l.a.Rebind(u, Endpoint{Port: 9}))
}

// TestListenersShare: with it two sockets with reuse may have a port although one listens, and Listen tells.
func TestListenersShare(t *testing.T) {
	l := newLink(t)
	for _, share := range []bool{false, true} {
		l.a.SetListenersShare(share)
		one, two := l.a.socket(t, Stream), l.a.socket(t, Stream)
		for _, s := range []int{one, two} {
			want(t, stack.OK, l.a.SetReuse(s, true))
		}
		want(t, stack.OK, l.a.Bind(one, Endpoint{Port: 80}))
		want(t, stack.OK, l.a.Listen(one, 1))
		if !share {
			want(t, stack.AddrInUse, l.a.Bind(two, Endpoint{Port: 80}))
		} else {
			want(t, stack.OK, l.a.Bind(two, Endpoint{Port: 80}))
			want(t, stack.AddrInUse, l.a.Listen(two, 1))
		}
		l.a.Close(l.now, one)
		l.a.Close(l.now, two)
	}
}
