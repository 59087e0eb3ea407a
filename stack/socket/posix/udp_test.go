package posix

import (
	"strings"
	"testing"

	"stackproof/drivers/queue"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// families runs a test once with each.
func families(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("ipv4", func(t *testing.T) { test(t, newWorld(t, IPv4)) })
	t.Run("ipv6", func(t *testing.T) { test(t, newWorld(t, IPv6)) })
}

func TestDatagramEcho(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		a, b := w.a, w.b
		s := b.socket(Datagram)
		b.bind(s, socket.Endpoint{Port: 7})
		c := a.socket(Datagram)
		a.bind(c, a.at(1000))

		serve := b.recv(s, 100, 0).blocks()
		a.sendto(c, "hello", b.at(7)).ret(5)
		serve.gotAt(1*ms, "hello").from(a.at(1000))

		answer := a.recv(c, 100, 0).blocks()
		b.sendto(s, "hello yourself", a.at(1000)).ret(14)
		answer.gotAt(2*ms, "hello yourself").from(b.at(7))

		b.sendto(s, "", a.at(1000)).ret(0)
		a.recv(c, 100, 0).blocks().gotAt(3*ms, "").from(b.at(7))
	})
}

func TestDatagramIsCutToTheBuffer(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.b.socket(Datagram)
	w.b.bind(s, w.b.at(7))
	c := w.a.socket(Datagram)
	w.a.sendto(c, "one long", w.b.at(7)).ret(8)
	w.a.sendto(c, "two", w.b.at(7)).ret(3)
	w.rest()
	w.b.recv(s, 3, Peek).got("one")
	w.b.recv(s, 100, Peek).got("one long")
	w.b.recv(s, 3, 0).got("one")
	w.b.recv(s, 100, 0).got("two")
	w.b.recv(s, 100, DontWait).fails(EAGAIN)
}

func TestConnectedDatagramHearsItsPeerAlone(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.b.socket(Datagram)
	w.b.bind(s, w.b.at(7))
	w.b.connect(s, w.a.at(1000)).ret(0)
	friend, stranger := w.a.socket(Datagram), w.a.socket(Datagram)
	w.a.bind(friend, w.a.at(1000))
	w.a.bind(stranger, w.a.at(1001))

	w.a.sendto(stranger, "stranger", w.b.at(7)).ret(8)
	w.a.sendto(friend, "friend", w.b.at(7)).ret(6)
	w.rest()
	w.b.recv(s, 100, 0).got("friend").from(w.a.at(1000))
	w.b.recv(s, 100, DontWait).fails(EAGAIN)

	w.b.write(s, "to my peer").ret(10)
	w.b.sendto(s, "to another", w.a.at(1001)).ret(10)
	w.rest()
	w.a.read(friend, 100).got("to my peer")
	w.a.read(stranger, 100).got("to another")

	w.b.connect(s, socket.Endpoint{}).ret(0)
	w.b.write(s, "whom?").fails(EDESTADDRREQ)
	w.b.send(s, "whom?", More).fails(EOPNOTSUPP)
	w.a.sendto(stranger, "stranger", w.b.at(7)).ret(8)
	w.rest()
	w.b.recv(s, 100, 0).got("stranger")
}

func TestPortUnreachable(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		a, b := w.a, w.b
		c := a.socket(Datagram)
		a.connect(c, b.at(7)).ret(0)

		a.write(c, "anybody?").ret(8)
		a.recv(c, 100, 0).blocks().failsAt(2*ms, ECONNREFUSED)
		a.recv(c, 100, DontWait).fails(EAGAIN)

		a.write(c, "anybody?").ret(8)
		w.until(10 * ms)
		a.revents(c, PollOut|PollErr)
		a.write(c, "anybody?").fails(ECONNREFUSED)
		a.write(c, "anybody?").ret(8)
		w.until(20 * ms)
		a.soError(c, ECONNREFUSED)
		a.soError(c, ENone)
		a.revents(c, PollOut)
	})
}

func TestUnconnectedDatagramHearsOfNoError(t *testing.T) {
	w := newWorld(t, IPv4)
	c := w.a.socket(Datagram)
	w.a.sendto(c, "anybody?", w.b.at(7)).ret(8)
	w.rest()
	w.a.recv(c, 100, DontWait).fails(EAGAIN)
	w.a.soError(c, ENone)
}

func TestDatagramFailures(t *testing.T) {
	w := newWorld(t, IPv4)
	c := w.a.socket(Datagram)
	far := socket.Endpoint{Addr: wire.IPv4(198, 51, 100, 1), Port: 7}
	for _, s := range []struct {
		name string
		text string
		to   socket.Endpoint
		want Errno
	}{
		{"no destination", "x", socket.Endpoint{}, EDESTADDRREQ},
		{"port 0", "x", w.b.at(0), EINVAL},
		{"no route", "x", far, ENETUNREACH},
		{"too long", strings.Repeat("x", 1473), w.b.at(7), EMSGSIZE},
		{"wrong family", "x", socket.Endpoint{Addr: w.b.addr[1], Port: 7}, EAFNOSUPPORT},
		{"limited broadcast", "x", socket.Endpoint{Addr: wire.Broadcast4, Port: 7}, EACCES},
		{"directed broadcast", "x", socket.Endpoint{Addr: wire.IPv4(192, 0, 2, 255), Port: 7}, EACCES},
	} {
		t.Run(s.name, func(t *testing.T) { w.a.sendto(c, s.text, s.to).fails(s.want) })
	}
	w.a.sendto(c, strings.Repeat("x", 1472), w.b.at(7)).ret(1472)
	w.a.send(c, "x", Peek).fails(EOPNOTSUPP)
	w.a.recv(c, 1, 1<<10).fails(EOPNOTSUPP)
	w.a.connect(c, far).fails(ENETUNREACH)
	w.a.connect(c, socket.Endpoint{Addr: wire.Broadcast4, Port: 7}).fails(EACCES)
	w.a.want(EOPNOTSUPP, w.a.Listen(c, 1))
	w.a.accept(c).fails(EOPNOTSUPP)
}

func TestMappedAddressHasNoRoute(t *testing.T) {
	w := newWorld(t, IPv6)
	mapped := socket.Endpoint{Addr: w.b.addr[0].Map4(), Port: 7}
	c := w.a.socket(Datagram)
	w.a.sendto(c, "x", mapped).fails(ENETUNREACH)
	w.a.connect(c, mapped).fails(ENETUNREACH)
	s := w.a.socket(Stream)
	w.a.connect(s, mapped).fails(ENETUNREACH)
	w.a.connect(s, w.nobody(7)).fails(EAFNOSUPPORT)
}

// A neighbour that does not answer: the datagram is lost, and the socket hears of it.
func TestDatagramToNobody(t *testing.T) {
	w := newWorld(t, IPv4)
	c := w.a.socket(Datagram)
	w.a.connect(c, w.nobody(7)).ret(0)
	w.a.write(c, "x").ret(1)
	w.a.recv(c, 100, 0).blocks().failsAt(3000*ms, EHOSTUNREACH)
}

func TestDatagramWithoutTransmitBuffer(t *testing.T) {
	w := newWorld(t, IPv4)
	c := w.a.socket(Datagram)
	w.a.dev.Init(make([]queue.Frame, 16), nil)
	waits := w.a.sendto(c, "x", w.b.at(7)).blocks()
	w.a.set(c, SoSndTimeo, Value{Time: 5 * ms})
	w.a.sendto(c, "x", w.b.at(7)).blocks().failsAt(5*ms, EAGAIN)
	w.a.nonblock(c)
	w.a.sendto(c, "x", w.b.at(7)).fails(EAGAIN)
	w.a.dev.Init(make([]queue.Frame, 16), make([]queue.Frame, 16))
	w.a.settle()
	waits.retAt(5*ms, 1)
}

func TestDatagramWhileTheLinkIsDown(t *testing.T) {
	w := newWorld(t, IPv4)
	w.a.stack.SetLink(w.now, false)
	w.a.sendto(w.a.socket(Datagram), "x", w.b.at(7)).fails(ENETDOWN)
}

func TestDatagramShutdown(t *testing.T) {
	w := newWorld(t, IPv4)
	a, b := w.a, w.b
	s := b.socket(Datagram)
	b.bind(s, b.at(7))

	// Without a peer it fails, and yet wakes who is blocked.
	blocked := b.recv(s, 100, 0).blocks()
	b.want(ENOTCONN, b.Shutdown(w.now, s, ShutRead))
	b.settle()
	blocked.ret(0)
	b.recv(s, 100, DontWait).fails(EAGAIN)
	b.revents(s, PollIn|PollOut)

	c := a.socket(Datagram)
	a.connect(c, b.at(7)).ret(0)
	a.write(c, "late").ret(4)
	w.rest()
	b.recv(s, 100, 0).got("late")
	a.shutdown(c, ShutWrite)
	a.write(c, "later").fails(EPIPE)
	a.revents(c, 0|PollOut)
	a.shutdown(c, ShutBoth)
	a.revents(c, PollIn|PollOut|PollHup)
	a.want(EINVAL, a.Shutdown(w.now, c, 3))
}
