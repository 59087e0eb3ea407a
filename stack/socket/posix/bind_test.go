package posix

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

func TestBind(t *testing.T) {
	for _, typ := range []int{Stream, Datagram} {
		w := newWorld(t, IPv4)
		h := w.a
		s := h.socket(typ)
		h.want(EADDRNOTAVAIL, h.Bind(s, w.b.at(80)))
		h.want(EAFNOSUPPORT, h.Bind(s, socket.Endpoint{Addr: h.addr[1], Port: 80}))
		h.bind(s, h.at(80))
		h.want(EINVAL, h.Bind(s, h.at(81)))

		other := h.socket(typ)
		h.want(EADDRINUSE, h.Bind(other, h.at(80)))
		h.want(EADDRINUSE, h.Bind(other, socket.Endpoint{Port: 80}))
		h.want(EADDRINUSE, h.Bind(other, socket.Endpoint{Addr: wire.Any4, Port: 80}))
		six, e := h.Socket(IPv6, typ, 0)
		h.want(ENone, e)
		h.bind(six, socket.Endpoint{Port: 80}) // sockets of IPv6 are IPv6 alone
		h.bind(other, socket.Endpoint{})
		got, _ := h.SockName(other)
		require.GreaterOrEqual(t, got.Port, uint16(49152))
		h.close(s).ret(0)
		h.bind(h.socket(typ), h.at(80))
	}
}

func TestStreamsShareAPortWhileNoneListens(t *testing.T) {
	w := newWorld(t, IPv4)
	h := w.a
	reuse := func() int {
		s := h.socket(Stream)
		h.set(s, SoReuseAddr, Value{N: 1})
		return s
	}
	first, second, third, selfish := reuse(), reuse(), reuse(), h.socket(Stream)
	h.bind(first, h.at(80))
	h.bind(second, socket.Endpoint{Port: 80})
	h.want(EADDRINUSE, h.Bind(selfish, h.at(80)))
	h.listen(first)
	h.want(EADDRINUSE, h.Listen(second, 1))
	h.want(EADDRINUSE, h.Bind(third, h.at(80)))
	h.close(first).ret(0)
	h.listen(second)
}

// A server that is started again: connections of the old one live on, or are in TIME-WAIT.
func TestBindToAPortWithOldConnections(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	c, l, s := w.pair()
	b.close(s).ret(0)
	b.close(l).ret(0)
	w.until(10 * ms)
	a.close(c).ret(0)
	w.until(20 * ms) // b has closed first: TIME-WAIT is its own

	again := b.socket(Stream)
	b.want(EADDRINUSE, b.Bind(again, b.at(80)))
	b.set(again, SoReuseAddr, Value{N: 1})
	b.bind(again, b.at(80))
	b.listen(again)
	b.close(again).ret(0)

	w.until(10 * time.Minute)
	b.bind(b.socket(Stream), b.at(80))
}
