package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// narcissus is a host that has connections with itself only, and an application that does with them what it likes.
type narcissus struct {
	*tcpHost
	conns, listeners []int
}

// TestTCPToOurselvesAnyhow: with little room on the way and few queues, the stack comes to rest after whatever the
// application does, and in the end no row is lost.
func TestTCPToOurselvesAnyhow(t *testing.T) { rapid.Check(t, propertyTCPToOurselvesAnyhow) }

func FuzzTCPToOurselvesAnyhow(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyTCPToOurselvesAnyhow)) }

func propertyTCPToOurselvesAnyhow(t *rapid.T) {
	n := &narcissus{tcpHost: &tcpHost{host: newHost(t, func(c *Config, st *Storage) {
		withTCP(c, st)
		st.Loop = make([]byte, rapid.IntRange(minLoopSlots, 5).Draw(t, "ring")*(1500+loopLength))
	})}}
	n.slots(0)
	n.withSlots(rapid.IntRange(1, 6).Draw(t, "slots"))
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		switch rapid.IntRange(0, 4).Draw(t, "step") {
		case 0:
			n.open(t)
		case 1:
			n.now += time.Duration(rapid.SampledFrom([]int{1, 40, 500, 5000, 70000}).Draw(t, "ms")) * time.Millisecond
		default:
			n.call(t)
		}
		if rapid.IntRange(0, 3).Draw(t, "poll") > 0 {
			n.rest()
		}
	}
	for _, id := range append(n.conns, n.listeners...) {
		require.Equal(t, OK, n.TCPAbort(n.now, id))
	}
	for range 20 { // what was closed before may still try for a while
		n.rest()
		n.now += time.Minute
	}
	n.rest()
	require.Zero(t, n.rowsInUse())
}

// rest polls until there is nothing to do at this time.
func (n *narcissus) rest() {
	n.settle()
	wantSound(n.t, &n.Stack, n.now)
	n.wantSlots()
}

// open makes a listener, or a connection with one of our addresses; on occasion both ends are the same.
func (n *narcissus) open(t *rapid.T) {
	port := rapid.SampledFrom([]uint16{80, 81, 5000}).Draw(t, "port")
	if rapid.IntRange(0, 2).Draw(t, "listener") == 0 {
		if id, c := n.TCPListen(wire.Addr{}, port, rapid.IntRange(1, 4).Draw(t, "backlog")); c == OK {
			n.listeners = append(n.listeners, id)
		}
		return
	}
	from := rapid.SampledFrom([]uint16{0, 0, 5000}).Draw(t, "from")
	if id, c := n.TCPConnect(n.now, wire.Addr{}, from, rapid.SampledFrom(selves).Draw(t, "to"), port); c == OK {
		n.conns = append(n.conns, id)
	}
}

// call does something with one of the listeners or connections.
func (n *narcissus) call(t *rapid.T) {
	if len(n.listeners) > 0 && rapid.IntRange(0, 3).Draw(t, "at a listener") == 0 {
		i := rapid.IntRange(0, len(n.listeners)-1).Draw(t, "which")
		if rapid.IntRange(0, 9).Draw(t, "close") == 0 {
			require.Equal(t, OK, n.TCPClose(n.now, n.listeners[i]))
			n.listeners = append(n.listeners[:i], n.listeners[i+1:]...)
		} else if id, c := n.TCPAccept(n.listeners[i]); c == OK {
			n.conns = append(n.conns, id)
		}
		return
	}
	if len(n.conns) == 0 {
		return
	}
	i := rapid.IntRange(0, len(n.conns)-1).Draw(t, "which")
	id, b := n.conns[i], make([]byte, rapid.IntRange(0, 9000).Draw(t, "bytes"))
	switch rapid.IntRange(0, 6).Draw(t, "call") {
	case 0, 1:
		n.TCPWrite(id, b)
	case 2, 3:
		n.TCPRead(id, b, false)
	case 4:
		n.TCPShutdownWrite(id)
	case 5:
		require.Equal(t, OK, n.TCPSet(id, drawTCPSettings(t)))
	default:
		end := n.TCPClose
		if rapid.Bool().Draw(t, "abort") {
			end = n.TCPAbort
		}
		require.Equal(t, OK, end(n.now, id))
		n.conns = append(n.conns[:i], n.conns[i+1:]...)
	}
}

func drawTCPSettings(t *rapid.T) *tcp.Settings {
	wait := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, time.Minute})
	return &tcp.Settings{
		NoDelay: rapid.Bool().Draw(t, "no delay"), QuickAck: rapid.Bool().Draw(t, "quick ACKs"),
		KeepAlive: rapid.Bool().Draw(t, "keep-alive"), KeepGarbage: rapid.Bool().Draw(t, "with garbage"), KeepCount: 2,
		KeepIdle: wait.Draw(t, "idle"), KeepInterval: wait.Draw(t, "interval"), UserTimeout: wait.Draw(t, "user timeout"),
		AckDelay: rapid.SampledFrom([]time.Duration{0, -1, time.Millisecond}).Draw(t, "ACK delay"),
	}
}
