package posix

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
)

// snapshot makes h a snapshot of o, blocked calls included.
func (h *host) snapshot(o *host) {
	t := h.w.t
	require.True(t, h.stack.CopyFrom(&o.stack))
	require.True(t, h.table.CopyFrom(&o.table))
	require.True(t, h.CopyFrom(&o.Face))
	h.next, h.waits = o.next, o.waits
	for _, c := range o.calls {
		twin := *c
		twin.h, twin.buf = h, make([]byte, len(c.buf))
		twin.op.buf = twin.buf
		h.calls = append(h.calls, &twin)
	}
}

func TestSnapshot(t *testing.T) {
	w, twin := newWorld(t, IPv4), newWorld(t, IPv4)
	c, l, s := w.pair()
	read := w.b.read(s, 100).blocks()
	twin.a.snapshot(w.a)
	twin.b.snapshot(w.b)
	twin.now, twin.zero = w.now, w.zero

	// The two go different ways.
	twin.a.set(c, SoLinger, Value{N: 1})
	twin.a.close(c).ret(0)
	twin.b.close(l).ret(0)
	twin.b.calls[0].blocks().failsAt(1*ms, ECONNRESET)

	w.a.write(c, "hello").ret(5)
	read.gotAt(1*ms, "hello")
	w.b.revents(l, 0)
	w.a.option(c, SoLinger, Value{})
	twin.b.read(l, 1).fails(EBADF)

	other := Face{}
	other.Init(&w.a.table, make([]Descriptor, sockets+1), make([]File, sockets+2))
	require.False(t, other.CopyFrom(&w.a.Face))
	other.Init(&w.a.table, make([]Descriptor, sockets), make([]File, sockets))
	require.False(t, other.CopyFrom(&w.a.Face))
}

func TestNoAllocations(t *testing.T) {
	w := newWorld(t, IPv4)
	c, _, s := w.pair()
	a, b := w.a, w.b
	b.set(s, TCPQuickAck, Value{N: 1}) // so that Nagle's algorithm lets each go at once
	hello, buf, polls := []byte("hello"), make([]byte, 100), []PollFD{{FD: s, Events: PollIn}}
	var read, write, poll, open Op
	got, now := 0, w.now
	carry := func(from, to *host) {
		for f := from.dev.Sent(); f != nil; f = from.dev.Sent() {
			to.dev.Put(f)
			from.dev.Done()
		}
	}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b.Recv(now, &read, s, buf, 0)
		b.Poll(now, &poll, polls, time.Second)
		a.Send(now, &write, c, hello, 0, socket.Endpoint{})
		a.stack.Poll(now)
		carry(a, b)
		b.stack.Poll(now)
		b.Deadline(&poll)
		b.Step(now, &poll)
		b.Step(now, &read)
		got += read.Ret + poll.Ret
		carry(b, a)
		fd, _ := a.Socket(IPv4, Stream, 0)
		a.Close(now, &open, fd)
		now += ms
	}))
	require.Equal(t, 101*6, got)
}
