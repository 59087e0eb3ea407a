package socket

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// rows is the number of sockets of a host; its stack has more of everything.
const rows = 4

// host is a table of sockets over a stack.
type host struct {
	Table
	stack stack.Stack
	dev   queue.Device
	addr  wire.Addr
}

// link is two hosts whose frames reach each other without delay.
type link struct {
	t    testing.TB
	now  time.Duration
	a, b host
}

func newLink(t testing.TB) *link {
	l := &link{t: t}
	l.a.open(t, 1)
	l.b.open(t, 2)
	return l
}

func (h *host) open(t testing.TB, n byte) {
	h.addr = wire.IPv4(192, 0, 2, n)
	cfg := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, n}, MTU: 1500, IPv4: wire.Prefix{Addr: h.addr, Bits: 24}, Entropy: [32]byte{n},
	}
	st := stack.Storage{
		Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 3000),
		UDP: make([]stack.UDPEndpoint, 2*rows), UDPBuffer: make([]byte, 8*2000),
		TCP: make([]stack.TCPConn, 2*rows), TCPBuffer: make([]byte, 2*rows*4096),
	}
	h.dev.Init(make([]queue.Frame, 8), make([]queue.Frame, 8))
	require.Equal(t, stack.InitOK, h.stack.Init(&cfg, &st, &h.dev))
	h.Init(&h.stack, make([]Socket, rows))
}

// settle exchanges frames until there are none.
func (l *link) settle() {
	for busy := true; busy; {
		l.a.stack.Poll(l.now)
		l.b.stack.Poll(l.now)
		busy = l.carry(&l.a, &l.b)
		busy = l.carry(&l.b, &l.a) || busy
	}
}

func (l *link) carry(from, to *host) (any bool) {
	for f := from.dev.Sent(); f != nil; f = from.dev.Sent() {
		require.True(l.t, to.dev.Put(f))
		from.dev.Done()
		any = true
	}
	return any
}

// want checks an answer.
func want(t testing.TB, want, got stack.Cause) {
	t.Helper()
	require.Equal(t, want.String(), got.String())
}

func (h *host) socket(t testing.TB, kind Kind) int {
	t.Helper()
	id, c := h.Open(kind, false)
	want(t, stack.OK, c)
	return id
}

// pair is a connection from a to b, and b's listener.
func (l *link) pair() (client, listener, server int) {
	l.t.Helper()
	listener = l.b.socket(l.t, Stream)
	want(l.t, stack.OK, l.b.Bind(listener, Endpoint{Port: 80}))
	want(l.t, stack.OK, l.b.Listen(listener, 4))
	client = l.a.socket(l.t, Stream)
	want(l.t, stack.InProgress, l.a.Connect(l.now, client, Endpoint{l.b.addr, 80}))
	l.settle()
	want(l.t, stack.OK, l.a.Status(client))
	server, c := l.b.Accept(listener)
	want(l.t, stack.OK, c)
	return client, listener, server
}

func TestNoSuchSocket(t *testing.T) {
	l := newLink(t)
	h := &l.a
	gone := h.socket(t, Stream)
	h.Close(0, gone)
	for _, id := range []int{gone, -1, rows, 1 << 30} {
		h.Close(0, id)
		h.Abort(0, id)
		require.Zero(t, h.Kind(id))
		require.False(t, h.IsIPv6(id))
		require.Zero(t, h.Ready(id))
		require.Zero(t, h.Local(id))
		require.Zero(t, h.Remote(id))
		require.False(t, h.Reuse(id))
		require.Equal(t, tcp.Closed, h.State(id))
		_, accept := h.Accept(id)
		_, settings := h.Settings(id)
		_, send := h.Send(0, id, nil)
		_, receive := h.Receive(id, nil, false)
		for _, c := range []stack.Cause{
			h.Bind(id, Endpoint{}), h.Listen(id, 1), accept, h.Connect(0, id, Endpoint{l.b.addr, 1}), h.Status(id),
			h.Disconnect(0, id), send, receive, h.Shutdown(id, true, true), h.TakeError(id),
			h.SetReuse(id, true), h.Set(id, &tcp.Settings{}), settings,
		} {
			want(t, stack.Invalid, c)
		}
	}
}

// The core goes on naming the cause; only TakeError is satisfied with once.
func TestCauseStays(t *testing.T) {
	l := newLink(t)
	client, _, server := l.pair()
	l.b.Abort(l.now, server)
	l.settle()
	for range 2 {
		_, c := l.a.Receive(client, make([]byte, 1), false)
		want(t, stack.Reset, c)
		_, c = l.a.Send(l.now, client, []byte("x"))
		want(t, stack.Reset, c)
		want(t, stack.Reset, l.a.Status(client))
	}
	require.Equal(t, Readable|Writable|Failed|HungUp, l.a.Ready(client))
	want(t, stack.Reset, l.a.TakeError(client))
	want(t, stack.OK, l.a.TakeError(client))
	require.Equal(t, Readable|Writable|HungUp, l.a.Ready(client))
	_, c := l.a.Receive(client, make([]byte, 1), false)
	want(t, stack.Reset, c)

	want(t, stack.AlreadyConnected, l.a.Connect(l.now, client, Endpoint{l.b.addr, 80}))
	want(t, stack.OK, l.a.Disconnect(l.now, client))
	want(t, stack.NotConnected, l.a.Status(client))
	want(t, stack.InProgress, l.a.Connect(l.now, client, Endpoint{l.b.addr, 80}))
	want(t, stack.InProgress, l.a.Connect(l.now, client, Endpoint{l.b.addr, 80}))
	l.settle()
	want(t, stack.OK, l.a.Status(client))
}

func TestTableFull(t *testing.T) {
	l := newLink(t)
	_, listener, _ := l.pair()
	second := l.a.socket(t, Stream)
	want(t, stack.InProgress, l.a.Connect(l.now, second, Endpoint{l.b.addr, 80}))
	l.settle()
	spare := l.b.socket(t, Datagram)
	l.b.socket(t, Datagram)
	_, c := l.b.Open(Stream, false)
	want(t, stack.TableFull, c)
	_, c = l.b.Accept(listener)
	want(t, stack.TableFull, c)

	// The connection has waited.
	l.b.Close(l.now, spare)
	child, c := l.b.Accept(listener)
	want(t, stack.OK, c)
	require.Equal(t, l.a.Local(second), l.b.Remote(child))
	_, c = l.b.Accept(listener)
	want(t, stack.TableFull, c)
}

func TestDisconnectStopsAListener(t *testing.T) {
	l := newLink(t)
	_, listener, _ := l.pair()
	require.Equal(t, tcp.Listen, l.b.State(listener))
	want(t, stack.OK, l.b.Disconnect(l.now, listener))
	require.Equal(t, tcp.Closed, l.b.State(listener))
	require.Equal(t, Endpoint{wire.Any4, 80}, l.b.Local(listener))
	want(t, stack.OK, l.b.Listen(listener, 1))
	want(t, stack.OK, l.b.Listen(listener, 2))
}

// What one half of a pair does to a snapshot the other half does not notice.
func TestCopyFrom(t *testing.T) {
	l, twin := newLink(t), newLink(t)
	client, _, server := l.pair()
	udp := l.b.socket(t, Datagram)
	want(t, stack.OK, l.b.Bind(udp, Endpoint{Port: 7}))
	for _, p := range []struct{ to, from *host }{{&twin.a, &l.a}, {&twin.b, &l.b}} {
		require.True(t, p.to.stack.CopyFrom(&p.from.stack))
		require.True(t, p.to.CopyFrom(&p.from.Table))
	}

	twin.b.Abort(0, server)
	twin.b.Close(0, udp)
	twin.settle()
	want(t, stack.Reset, twin.a.Status(client))
	want(t, stack.OK, l.a.Status(client))
	require.Equal(t, Datagram, l.b.Kind(udp))

	n, c := l.a.Send(l.now, client, []byte("hello"))
	want(t, stack.OK, c)
	require.Equal(t, 5, n)
	l.settle()
	p := make([]byte, 10)
	r, c := l.b.Receive(server, p, false)
	want(t, stack.OK, c)
	require.Equal(t, "hello", string(p[:r.N]))
	want(t, stack.Invalid, twin.b.Status(server))

	small := host{}
	small.Init(&small.stack, make([]Socket, rows-1))
	require.False(t, small.CopyFrom(&l.a.Table))
}

func TestDatagramAnswers(t *testing.T) {
	l := newLink(t)
	u := l.a.socket(t, Datagram)
	_, c := l.a.Accept(u)
	want(t, stack.Unsupported, c)
	want(t, stack.Unsupported, l.a.Listen(u, 1))
	want(t, stack.Unsupported, l.a.Set(u, &tcp.Settings{}))
	want(t, stack.Invalid, l.a.Status(u))
	want(t, stack.OK, l.a.Disconnect(l.now, u))
	_, c = l.a.Send(l.now, u, nil)
	want(t, stack.NotConnected, c)
	_, c = l.a.Receive(u, nil, false)
	want(t, stack.WouldBlock, c)
	require.Equal(t, Writable, l.a.Ready(u))

	want(t, stack.OK, l.a.Connect(l.now, u, Endpoint{l.b.addr, 7}))
	require.NotZero(t, l.a.Local(u).Port)
	n, c := l.a.Send(l.now, u, []byte("anybody?"))
	want(t, stack.OK, c)
	require.Equal(t, 8, n)
	l.settle()
	require.Equal(t, Writable|Failed, l.a.Ready(u))
	want(t, stack.PortUnreachable, l.a.TakeError(u))
	want(t, stack.OK, l.a.TakeError(u))
	want(t, stack.NotConnected, l.b.Shutdown(l.b.socket(t, Datagram), true, false))
}

func TestNoAllocations(t *testing.T) {
	l := newLink(t)
	client, listener, server := l.pair()
	hello, buf := []byte("hello"), make([]byte, 100)
	got := 0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		l.a.Send(l.now, client, hello)
		l.settle()
		r, _ := l.b.Receive(server, buf, false)
		got += r.N
		l.b.Ready(server)
		l.b.Accept(listener)
		l.now += time.Millisecond
	}))
	require.NotZero(t, got)
}
