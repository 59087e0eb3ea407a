package lwip

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// world is a program on one host, which speaks to itself unless there is a wire: what it does is in virtual time.
type world struct {
	t     testing.TB
	now   time.Duration
	dev   device
	stack stack.Stack
	table socket.Table
	Face
	wire func() // does what settle is to do
}

// device is one that can be without transmit buffers.
type device struct {
	queue.Device
	dry bool
}

func (d *device) Reserve(n int) []byte {
	if d.dry {
		return nil
	}
	return d.Device.Reserve(n)
}

const tcpBuffer = 4096

var (
	own4 = wire.IPv4(192, 0, 2, 1)
	own6 = wire.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: 1})
	loop = wire.IPv4(127, 0, 0, 1)
)

func newWorld(t testing.TB, cfg Config) *world {
	return newWorldOf(t, cfg, func(*stack.Config, *stack.Storage) {})
}

// newWorldOf makes a world whose stack is another in what change changes.
func newWorldOf(t testing.TB, cfg Config, change func(*stack.Config, *stack.Storage)) *world {
	w := &world{t: t}
	w.dev.Init(make([]queue.Frame, 16), make([]queue.Frame, 16))
	c := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, 1}, MTU: 1500, IPv4: wire.Prefix{Addr: own4, Bits: 24}, IPv6: wire.Prefix{Addr: own6, Bits: 64},
		BindAnywhere: true, BroadcastToBound: true,
	}
	const n = 12
	st := stack.Storage{
		Groups: make([]stack.Group, 4), Loop: make([]byte, 16*1502), Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 1500),
		UDP: make([]stack.UDPEndpoint, n), UDPBuffer: make([]byte, n*3000), TCP: make([]stack.TCPConn, n), TCPBuffer: make([]byte, n*2*tcpBuffer),
	}
	change(&c, &st)
	require.Equal(t, stack.InitOK, w.stack.Init(&c, &st, &w.dev))
	w.table.Init(&w.stack, make([]socket.Socket, n))
	w.table.InitGroups(make([]socket.Membership, 3))
	w.Init(&w.table, make([]Socket, abi.CONFIG_LWIP_MAX_SOCKETS), &cfg)
	return w
}

// settle does what an owner does after every call.
func (w *world) settle() {
	if w.wire != nil {
		w.wire()
		return
	}
	for range 100 {
		next, ok := w.stack.Poll(w.now)
		for w.dev.Sent() != nil {
			w.dev.Done()
		}
		if !ok || next > w.now {
			return
		}
	}
	w.t.Fatal("the stack does not come to rest")
}

// advance lets time pass.
func (w *world) advance(d time.Duration) {
	w.now += d
	w.settle()
}

// sockaddr is an address as C has it.
func sockaddr(a wire.Addr, port uint16) []byte {
	var n Name
	n.set(socket.Endpoint{Addr: a, Port: port}, false)
	return n.Bytes[:n.Len]
}

// where is a name as text.
func where(n *Name) string {
	e, ok := endpoint(n.Bytes[:n.Len])
	if !ok {
		return "no name"
	}
	return fmt.Sprintf("%s %d", e.Addr.AppendText(make([]byte, 0, wire.AddrTextLen)), e.Port)
}

func (w *world) want(e, got abi.Errno) {
	w.t.Helper()
	require.Equal(w.t, e.String(), got.String())
}

// socket opens a socket.
func (w *world) socket(domain, typ int) int {
	w.t.Helper()
	fd, e := w.Socket(domain, typ, 0)
	w.want(0, e)
	return fd
}

// ret checks what a call that is done has returned.
func (w *world) ret(op *Op, want int, e abi.Errno) {
	w.t.Helper()
	require.Equal(w.t, e.String(), op.Err.String())
	require.Equal(w.t, want, op.Ret)
}

// pair is a connection of the host to itself, and its listener.
func (w *world) pair() (client, listener, server int) {
	w.t.Helper()
	listener = w.socket(abi.AF_INET, abi.SOCK_STREAM)
	w.want(0, w.Bind(listener, sockaddr(wire.Any4, 80)))
	w.want(0, w.Listen(listener, 4))
	return w.dial(listener, loop, 80)
}

func (w *world) dial(listener int, to wire.Addr, port uint16) (client, _, server int) {
	w.t.Helper()
	domain := abi.AF_INET
	if to.Is6() {
		domain = abi.AF_INET6
	}
	client = w.socket(domain, abi.SOCK_STREAM)
	var op Op
	done := w.Connect(w.now, &op, client, sockaddr(to, port))
	require.False(w.t, done)
	e, fd := w.Wait(&op)
	require.Equal(w.t, Outcome, e)
	require.Equal(w.t, client, fd)
	w.settle()
	require.True(w.t, w.Step(w.now, &op))
	w.ret(&op, 0, 0)
	require.True(w.t, w.Accept(w.now, &op, listener, true))
	w.want(0, op.Err)
	return client, listener, op.Ret
}

func (w *world) send(fd int, text string) {
	w.t.Helper()
	var op Op
	require.True(w.t, w.Send(w.now, &op, fd, []byte(text), 0))
	w.ret(&op, len(text), 0)
	w.settle()
}

func (w *world) recv(fd int, flags int) (string, abi.Errno) {
	var op Op
	b := make([]byte, 100)
	require.True(w.t, w.Recv(w.now, &op, fd, b, flags|abi.MSG_DONTWAIT))
	if op.Err != 0 {
		return "", op.Err
	}
	return string(b[:min(op.Ret, len(b))]), 0
}

func (w *world) closed(fd int) {
	w.t.Helper()
	var op Op
	require.True(w.t, w.Close(w.now, &op, fd))
	w.ret(&op, 0, 0)
	w.settle()
}
