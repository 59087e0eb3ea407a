package lwip

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket/lwip/abi"
)

// connections is how many TestLife opens and closes.
const connections = 100_000

// TestLife: after a day, many connections and every way to end them there are as many free descriptors, rows and buffers as
// before.
func TestLife(t *testing.T) {
	w := newWorld(t, Config{Linger: true})
	n := connections
	if testing.Short() {
		n /= 100
	}
	r := rand.New(rand.NewPCG(1, 2))
	listener := w.socket(abi.AF_INET, abi.SOCK_STREAM)
	w.want(0, w.Bind(listener, sockaddr(loop, 80)))
	w.want(0, w.Listen(listener, 4))
	buf, linger, none := make([]byte, 100), make([]byte, abi.SizeofLinger), make([]byte, abi.SizeofLinger)
	abi.Linger{OnOff: 1}.Put(linger)
	var op, wait Op
	each := 24 * time.Hour / connections
	for i := range n {
		w.advance(each)
		client, e := w.Socket(abi.AF_INET, abi.SOCK_STREAM, 0)
		require.Zero(t, e)
		port := uint16(80)
		if i%10 == 0 {
			port = 81 // nobody listens
		}
		done := w.Connect(w.now, &op, client, sockaddr(loop, port))
		w.settle()
		if !done {
			done = w.Step(w.now, &op)
		}
		require.True(t, done)
		server := -1
		if op.Err == 0 {
			require.True(t, w.Accept(w.now, &op, listener, true))
			server = op.Ret
			w.Send(w.now, &op, client, buf[:r.IntN(100)], abi.MSG_DONTWAIT)
			w.settle()
			w.waitAndClose(&wait, server, r, linger, none)
		}
		w.waitAndClose(&wait, client, r, linger, none)
		require.Equal(t, -1, w.rowInUse(listener), "connection %d", i)
	}
	w.closed(listener)
	w.advance(10 * time.Minute)
	require.Zero(t, w.stack.TCPConns())
	if next, ok := w.stack.Poll(w.now); ok {
		require.Greater(t, next, w.now)
	}
	for range abi.CONFIG_LWIP_MAX_SOCKETS {
		w.socket(abi.AF_INET, abi.SOCK_STREAM)
	}
}

// waitAndClose ends a connection in one of many ways: with another task in a call, with a reset, half before the whole.
func (w *world) waitAndClose(wait *Op, fd int, r *rand.Rand, linger, none []byte) {
	blocked := r.IntN(2) == 0 && !w.Recv(w.now, wait, fd, none[:0], 0)
	switch r.IntN(5) {
	case 0:
		w.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_LINGER, linger)
	case 1:
		w.Shutdown(w.now, fd, abi.SHUT_WR)
	case 2:
		w.Shutdown(w.now, fd, abi.SHUT_RD)
	case 3:
		w.Shutdown(w.now, fd, abi.SHUT_RDWR)
	}
	w.settle()
	var op Op
	require.True(w.t, w.Close(w.now, &op, fd))
	w.settle()
	if blocked {
		require.True(w.t, w.Step(w.now, wait))
	}
}

// rowInUse returns the first row in use but that of a descriptor; -1: none.
func (w *world) rowInUse(but int) int {
	for i := range w.sockets {
		if w.sockets[i].refs != 0 && i != but-w.offset() {
			return i
		}
	}
	return -1
}
