package lwip

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// leaks are things that somebody forgets to give back: what the accounts say of each, and whether only when all is at rest.
var leaks = []struct {
	name, said string
	atRest     bool
	plant      func(l *life, w *world)
}{
	{"a descriptor", "2 descriptors, 2 sockets", false, func(l *life, w *world) { l.tcp(w) }},
	{"a socket", "1 descriptors, 2 sockets", false, func(_ *life, w *world) { w.table.Open(socket.Stream, false) }},
	{"a reference", "face-refs in row 0", false, func(_ *life, w *world) { w.sockets[0].refs++ }},
	{"a row", "face-row in row 5", false, func(_ *life, w *world) { w.sockets[5].refs++ }},
	{"a row that is in use", "face-row in row 0", false, func(_ *life, w *world) { w.sockets[0].refs-- }},
	{"what a row had", "face-row in row 5", false, func(_ *life, w *world) { w.sockets[5].pending = abi.ERR_RST }},
	{"a send's mark", "face-row in row 0", false, func(_ *life, w *world) { w.sockets[0].writing = true }},
	{"a descriptor's socket", "face-row in row 0", false, func(_ *life, w *world) { w.table.Close(w.now, int(w.sockets[0].sock)) }},
	{"a socket of two descriptors", "face-row in row 1", false, func(_ *life, w *world) { w.sockets[1] = w.sockets[0] }},
	{"a call", "1 calls", false, func(l *life, w *world) { l.accept(w, l.fds[w]) }},
	{"a call that nobody steps", "face-refs in row 0", false, func(l *life, w *world) {
		l.accept(w, l.fds[w])
		l.calls[w] = nil
	}},
	{"a select that nobody steps", "face-refs in row 0", false, func(l *life, w *world) {
		l.selects(w, 0, l.fds[w])
		l.calls[w] = nil
	}},
	{"a call that is over, and is still stepped", "face-refs in row 0", false, func(l *life, w *world) {
		c := l.accept(w, l.fds[w])
		w.Cancel(w.now, &c.op)
		c.op.call, c.op.row = callAccept, 0
	}},
	{"an endpoint", "UDP:1", false, func(_ *life, w *world) { w.stack.UDPOpen(wire.Any4, 9) }},
	{"a packet to oneself", "Loop:1", false, func(_ *life, w *world) {
		id, _ := w.stack.UDPOpen(wire.Any4, 9)
		w.stack.UDPSend(w.now, id, loop, 9, nil)
		w.stack.UDPClose(id)
	}},
	{"a membership", "1 memberships", false, func(l *life, w *world) {
		w.want(0, l.join(w, l.udp(w), 1))
		w.sockets[1] = Socket{}
	}},
	{"a listener", "TCP:2", true, func(_ *life, w *world) { w.stack.TCPListen(wire.Any4, 9, 1) }},
	{"a connection that is over", "TCP:2", true, func(_ *life, w *world) {
		w.stack.TCPConnect(w.now, wire.Any4, 0, loop, 9)
	}},
	{"a connection", "Timers:1", true, func(_ *life, w *world) {
		id, _ := w.stack.TCPConnect(w.now, wire.Any4, 0, address(2, false), 80)
		w.stack.TCPSet(id, &tcp.Settings{KeepAlive: true, KeepIdle: time.Hour})
	}},
	{"a group", "Groups:1", true, func(_ *life, w *world) { w.stack.MulticastJoin(wire.IPv4(239, 0, 0, 1)) }},
	{"a datagram in fragments", "Staged:2508", true, func(l *life, w *world) {
		fd := l.udp(w)
		w.dev.dry = true
		l.is(l.sendTo(w, fd, 2500, l.of(l.other(w)), 9), 2500, 0)
		l.closed(w, fd)
	}},
	{"something that is due", "something is due", true, func(_ *life, w *world) {
		w.stack.SetLink(w.now, false)
		w.stack.SetClaims(1, true, false)
		w.stack.SetLink(w.now, true)
	}},
}

// TestLeak: the accounts of TestLife name each thing that was not given back, and nothing where all was.
func TestLeak(t *testing.T) {
	for _, c := range leaks {
		t.Run(c.name, func(t *testing.T) {
			l := newLife(t)
			l.ordinary()
			l.run(time.Minute)
			l.rest()
			l.books(l.rested())
			c.plant(l, l.a)
			if c.atRest {
				l.books(l.accounts())
				l.run(5 * time.Second)
				require.Contains(t, l.rested(), c.said)
				return
			}
			require.Contains(t, l.accounts(), c.said)
			require.Contains(t, l.rested(), c.said)
		})
	}
}
