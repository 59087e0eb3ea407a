package posix

import (
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/invariant"
	"stackproof/stack/neighbour"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

const ms = time.Millisecond

// world is two programs on two hosts, joined by a wire that takes a millisecond each way, in virtual time. The hosts
// know each other's hardware addresses already. Times in tests count from there.
type world struct {
	t      rapid.TB
	family int
	zero   time.Duration
	now    time.Duration
	a, b   *host
	cut    bool // frames are lost, but those that find the neighbour
	air    []flight
}

// flight is a frame on the wire.
type flight struct {
	to    *host
	at    time.Duration
	bytes []byte
}

// host is a program with its stack.
type host struct {
	w     *world
	peer  *host
	addr  [2]wire.Addr // IPv4, IPv6
	dev   queue.Device
	stack stack.Stack
	table socket.Table
	Face
	next  time.Duration
	waits bool
	calls []*pending // blocked, in the order of their starts
}

// Sizes of the hosts, small enough that tests can exhaust them.
const (
	tcpBuffer = 4096
	sockets   = 8
)

func newWorld(t rapid.TB, family int) *world {
	w := &world{t: t, family: family}
	w.a, w.b = newHost(w, 1), newHost(w, 2)
	w.a.peer, w.b.peer = w.b, w.a
	for _, h := range []*host{w.a, w.b} {
		fd := h.socket(Datagram)
		h.sendto(fd, "who are you", h.peer.at(9)).ret(11)
		w.run(w.now + 10*ms)
		h.close(fd).ret(0)
	}
	w.zero = w.now
	return w
}

func newHost(w *world, n byte) *host {
	h := &host{w: w}
	h.dev.Init(make([]queue.Frame, 16), make([]queue.Frame, 16))
	h.addr = [2]wire.Addr{wire.IPv4(192, 0, 2, n), wire.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: n})}
	cfg := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, n}, MTU: 1500,
		IPv4: wire.Prefix{Addr: h.addr[0], Bits: 24}, IPv6: wire.Prefix{Addr: h.addr[1], Bits: 64},
		Entropy: [32]byte{n},
	}
	require.Equal(w.t, stack.InitOK, h.stack.Init(&cfg, storage(), &h.dev))
	h.table.Init(&h.stack, make([]socket.Socket, sockets))
	h.table.InitGroups(make([]socket.Membership, 3))
	h.Init(&h.table, make([]Descriptor, sockets), make([]File, sockets+2))
	return h
}

func storage() *stack.Storage {
	return &stack.Storage{
		Groups: make([]stack.Group, 4), Loop: make([]byte, 4*1502),
		Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 4*1500),
		UDP: make([]stack.UDPEndpoint, sockets), UDPBuffer: make([]byte, sockets*4000),
		TCP: make([]stack.TCPConn, sockets), TCPBuffer: make([]byte, sockets*2*tcpBuffer),
	}
}

// at is the host's address in the world's family with a port.
func (h *host) at(port uint16) socket.Endpoint {
	if h.w.family == IPv6 {
		return socket.Endpoint{Addr: h.addr[1], Port: port}
	}
	return socket.Endpoint{Addr: h.addr[0], Port: port}
}

// nobody is an address of the network that no host has.
func (w *world) nobody(port uint16) socket.Endpoint {
	return socket.Endpoint{Addr: wire.IPv4(192, 0, 2, 99), Port: port}
}

// settle does what an owner does after every call and whenever something is due.
func (h *host) settle() {
	h.poll()
	if len(h.calls) == 0 {
		return
	}
	still := h.calls[:0]
	for _, c := range h.calls {
		if h.Step(h.w.now, &c.op) {
			c.done, c.at = true, h.w.now
		} else {
			still = append(still, c)
		}
	}
	h.calls = still
	h.poll()
}

func (h *host) poll() {
	h.next, h.waits = h.stack.Poll(h.w.now)
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		if !h.w.cut || discovery(f) {
			h.w.air = append(h.w.air, flight{h.peer, h.w.now + ms, append([]byte(nil), f...)})
		}
		h.dev.Done()
	}
	require.Equal(h.w.t, invariant.Violation{}, h.stack.Check(h.w.now))
	require.Equal(h.w.t, invariant.Violation{}, h.table.Check())
}

// discovery reports whether a frame only serves to find the neighbour: ARP, or a neighbour solicitation or advertisement.
func discovery(frame []byte) bool {
	f := wire.Ethernet(frame)
	return f.Type() == wire.EtherTypeARP || f.Type() == wire.EtherTypeIPv6 && frame[20] == wire.ProtoICMPv6 &&
		(frame[54] == wire.ICMPv6NeighborSolicit || frame[54] == wire.ICMPv6NeighborAdvert)
}

// event is the time of the next event, none if there is none up to limit.
func (w *world) event(limit time.Duration) (at time.Duration, ok bool) {
	at = limit + 1
	if len(w.air) > 0 {
		at = min(at, w.air[0].at)
	}
	for _, h := range []*host{w.a, w.b} {
		if h.waits {
			at = min(at, max(h.next, w.now))
		}
		for _, c := range h.calls {
			if d, limited := h.Deadline(&c.op); limited {
				at = min(at, d)
			}
		}
	}
	return at, at <= limit
}

// run lets the world go on until a time.
func (w *world) run(until time.Duration) {
	for steps := 0; ; steps++ {
		require.Less(w.t, steps, 100_000, "the world does not come to rest")
		at, ok := w.event(until)
		if !ok {
			w.now = until
			return
		}
		w.now = at
		for len(w.air) > 0 && w.air[0].at == at {
			require.True(w.t, w.air[0].to.dev.Put(w.air[0].bytes))
			w.air = w.air[1:]
		}
		w.a.settle()
		w.b.settle()
	}
}

// until lets the world go on until a time, counted from the start of the test.
func (w *world) until(at time.Duration) {
	w.t.Helper()
	require.GreaterOrEqual(w.t, w.zero+at, w.now)
	w.run(w.zero + at)
}

// rest lets the world go on for so long that everything but TIME-WAIT is over.
func (w *world) rest() { w.run(w.now + time.Second) }
