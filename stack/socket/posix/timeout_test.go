package posix

import "testing"

func TestReceiveTimeout(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		s := w.b.socket(Datagram)
		w.b.bind(s, w.b.at(7))
		w.b.set(s, SoRcvTimeo, Value{Time: 20 * ms})
		w.b.recv(s, 100, 0).blocks().failsAt(20*ms, EAGAIN)

		// What comes at the last moment is still received.
		c := w.a.socket(Datagram)
		last := w.b.recv(s, 100, 0).blocks()
		w.until(39 * ms)
		w.a.sendto(c, "in time", w.b.at(7)).ret(7)
		last.gotAt(40*ms, "in time")

		late := w.b.recv(s, 100, 0).blocks()
		w.until(59*ms + 1)
		w.a.sendto(c, "too late", w.b.at(7)).ret(8)
		late.failsAt(60*ms, EAGAIN)
		w.until(61 * ms)
		w.b.recv(s, 100, 0).got("too late")
	})
}

func TestPollTimeout(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.b.socket(Datagram)
	w.b.bind(s, w.b.at(7))
	c, _ := w.b.polls(s, PollIn, 0)
	c.ret(0)
	c, _ = w.b.polls(s, PollIn, 15*ms)
	c.blocks().retAt(15*ms, 0)
	c, p := w.b.polls(s, PollIn, -1)
	w.until(50 * ms)
	c.blocks()
	w.a.sendto(w.a.socket(Datagram), "x", w.b.at(7)).ret(1)
	c.retAt(51*ms, 1)
	if p.Revents != PollIn {
		t.Errorf("revents %s", eventNames(p.Revents))
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.b.socket(Datagram)
	w.b.bind(s, w.b.at(7))
	c := w.b.recv(s, 100, 0).blocks()
	w.b.close(s).ret(0)
	other := w.b.socket(Datagram)
	w.b.want(EADDRINUSE, w.b.Bind(other, w.b.at(7)))
	w.b.Cancel(w.now, &c.op)
	w.b.bind(other, w.b.at(7))
	if _, limited := w.b.Deadline(&c.op); limited || !w.b.Step(w.now, &c.op) {
		t.Error("a call that was given up is not over")
	}
}

// A call that is blocked keeps its socket, whatever other tasks do to the descriptor.
func TestCloseDoesNotDisturbBlockedCalls(t *testing.T) {
	w := newWorld(t, IPv4)
	s := w.b.socket(Datagram)
	w.b.bind(s, w.b.at(7))
	c := w.b.recv(s, 100, 0).blocks()
	w.b.close(s).ret(0)
	w.b.recv(s, 1, 0).fails(EBADF)
	w.a.sendto(w.a.socket(Datagram), "hello", w.b.at(7)).ret(5)
	c.gotAt(1*ms, "hello")
	w.b.bind(w.b.socket(Datagram), w.b.at(7))
}
