package posix

import (
	"math"
	"strings"
	"testing"

	"stackproof/stack/tcp"
)

// TestQueueOptions: a queue is as long as it is wished, one byte at least, and no longer than there is memory for.
func TestQueueOptions(t *testing.T) {
	h := newWorld(t, IPv6).a
	for _, s := range []struct {
		fd   int
		o    Option
		most int
	}{
		{h.socket(Stream), SoRcvBuf, tcpBuffer},
		{h.socket(Stream), SoSndBuf, tcpBuffer},
		{h.socket(Datagram), SoRcvBuf, h.stack.UDPQueueSize(0)},
	} {
		h.option(s.fd, s.o, Value{N: s.most})
		for wish, want := range map[int]int{1: 1, 0: 1, -5: 1, 1000: 1000, s.most + 1: s.most, math.MaxInt32: s.most} {
			h.set(s.fd, s.o, Value{N: wish})
			h.option(s.fd, s.o, Value{N: want})
		}
	}
	udp := h.socket(Datagram)
	h.want(ENOPROTOOPT, h.SetOption(udp, SoSndBuf, Value{N: 1000}))
	_, e := h.GetOption(udp, SoSndBuf)
	h.want(ENOPROTOOPT, e)
}

// TestQueuesInherited: what accept returns has the queues of the listener, and they can be changed at any time.
func TestQueuesInherited(t *testing.T) {
	w := newWorld(t, IPv4)
	l := w.b.socket(Stream)
	w.b.set(l, SoRcvBuf, Value{N: 1000})
	w.b.bind(l, w.b.at(80))
	w.b.listen(l)
	w.b.set(l, SoSndBuf, Value{N: 2000})
	c := w.a.socket(Stream)
	w.a.set(c, SoSndBuf, Value{N: 3000})
	s := w.meet(c, l)
	w.b.option(s, SoRcvBuf, Value{N: 1000})
	w.b.option(s, SoSndBuf, Value{N: 2000})

	big := strings.Repeat("x", tcpBuffer)
	w.b.send(s, big, DontWait).ret(2000)
	w.a.send(c, big, DontWait).ret(3000)
	w.rest()
	w.a.send(c, big, DontWait).ret(1000) // that is all that has room in the other queue
	w.b.set(s, SoRcvBuf, Value{N: 4000})
	w.rest()
	w.b.read(s, tcpBuffer).ret(4000)
	w.b.option(l, SoRcvBuf, Value{N: 1000})
}

// TestMaxSeg: TCP_MAXSEG is what segments carry, and after the handshake it cannot be had otherwise.
func TestMaxSeg(t *testing.T) {
	for family, usual := range map[int]int{IPv4: 536, IPv6: 1220} {
		w := newWorld(t, family)
		c, l := w.a.socket(Stream), w.b.socket(Stream)
		w.a.option(c, TCPMaxSeg, Value{N: usual})
		for _, n := range []int{-1, 0, tcp.MinMaxSeg - 1, 65536} {
			w.a.want(EINVAL, w.a.SetOption(c, TCPMaxSeg, Value{N: n}))
		}
		w.a.set(c, TCPMaxSeg, Value{N: 65535})
		w.a.option(c, TCPMaxSeg, Value{N: 65535})
		w.b.set(l, TCPMaxSeg, Value{N: 1000})
		w.b.bind(l, w.b.at(80))
		w.b.listen(l)
		w.b.set(l, TCPMaxSeg, Value{N: 500})
		s := w.meet(c, l)
		const stamps = 12
		w.a.option(c, TCPMaxSeg, Value{N: 500 - stamps})
		w.a.want(EINVAL, w.a.SetOption(c, TCPMaxSeg, Value{N: 400}))
		w.b.option(s, TCPMaxSeg, Value{N: 500 - stamps})
	}
}

// meet connects c to the listener l and accepts.
func (w *world) meet(c, l int) (s int) {
	w.t.Helper()
	w.a.connect(c, w.b.at(80))
	accept := w.b.accept(l)
	w.run(w.now + 10*ms)
	accept.finish(accept.at - w.zero)
	return accept.op.Ret
}
