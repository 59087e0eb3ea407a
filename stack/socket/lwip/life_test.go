package lwip

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

const (
	leastHits      = 20    // so often each failure has to happen in a whole life, of 100,000 connections
	fewConnections = 5_000 // the connections of a short one
)

// TestLife: programs on two hosts open and close very many connections, in all families, over the wire and with
// themselves, and all that can fail does, again and again. After each connection, and when all has come to rest after each
// failure, the accounts are right: nothing is held by nobody.
func TestLife(t *testing.T) {
	l := newLife(t)
	n := connections
	if testing.Short() {
		n = min(n, fewConnections)
	}
	least := max(n*leastHits/100_000, 1)
	for l.conns < n {
		for _, f := range l.shuffled() {
			for range n / (least * len(failures)) {
				l.ordinary()
			}
			l.happens(f)
		}
	}
	for i := range failures {
		require.GreaterOrEqual(t, l.hits[failures[i].name], least, failures[i].name)
	}
	require.Greater(t, l.a.now, 24*time.Hour)
	t.Logf("%d connections, and %d times each of %d failures, in %v", l.conns, least, len(failures), l.a.now)
}

// mishap is one way to fail. x is the host that it happens to, and y the other one. What it opens it closes,
// and it has looked at each answer: when it returns, it has happened.
type mishap struct {
	name string
	run  func(l *life, x, y *world)
}

// failures are all of them.
var failures = join(connectFailures, acceptFailures, blockedFailures, sendFailures, closeFailures, fullFailures, datagramFailures,
	groupFailures, addressFailures)

func join(all ...[]mishap) (f []mishap) {
	for _, some := range all {
		f = append(f, some...)
	}
	return f
}

// life is two hosts and the wire between them.
type life struct {
	*testing.T
	r     *rand.Rand
	a, b  *world
	lost  int  // so many frames more are lost on the wire; -1: all
	v6    bool // the family of what happens now
	port  uint16
	last  map[*world][]byte // the last frame that each has sent
	calls map[*world][]*task
	due   map[*world]time.Duration // when each wants to be polled next
	fds   map[*world]int           // listeners, which live as long as the host
	conns int
	hits  map[string]int
	at    string
	buf   [4 * tcpBuffer]byte
}

// task is a call that one of the programs has made.
type task struct {
	op   Op
	done bool
}

const never = time.Duration(1<<63 - 1)

func newLife(t *testing.T) *life {
	l := &life{
		T: t, r: rand.New(rand.NewPCG(1, 2)), port: 1000, last: map[*world][]byte{}, calls: map[*world][]*task{},
		due: map[*world]time.Duration{}, fds: map[*world]int{}, hits: map[string]int{},
	}
	l.a, l.b = l.host(1, 12), l.host(2, 8)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("at %s, connection %d, %v", l.at, l.conns, l.a.now)
		}
	})
	for _, w := range l.hosts() {
		l.fds[w] = w.socket(abi.AF_INET6, abi.SOCK_STREAM)
		w.want(0, w.Bind(l.fds[w], sockaddr(wire.Any6, 80)))
		w.want(0, w.Listen(l.fds[w], 4))
	}
	return l
}

// groups and memberships are how many of them a host has room for.
const (
	groups      = 3
	memberships = 4
)

// host makes one of the two. It has room for so many sockets; one of them has more descriptors than that.
func (l *life) host(last byte, sockets int) *world {
	w := newWorldOf(l.T, Config{Linger: true}, func(c *stack.Config, st *stack.Storage) {
		c.MAC[5], c.Entropy = last, [32]byte{last}
		c.IPv4.Addr, c.IPv6.Addr = address(last, false), address(last, true)
		st.Groups = make([]stack.Group, groups)
		st.TCP, st.TCPBuffer = make([]stack.TCPConn, 8), make([]byte, 8*2*tcpBuffer)
		st.UDP, st.UDPBuffer = make([]stack.UDPEndpoint, 5), make([]byte, 5*3000)
		st.Staging = make([]byte, 4096)
		st.Reassembly, st.ReassemblyBuffer = make([]reassembly.Entry, 2), make([]byte, 2*8192)
	})
	w.table.Init(&w.stack, make([]socket.Socket, sockets))
	w.table.InitGroups(make([]socket.Membership, memberships))
	w.Init(&w.table, make([]Socket, abi.CONFIG_LWIP_MAX_SOCKETS), &Config{Linger: true})
	w.wire = l.settle
	return w
}

// address is that of a host of the wire.
func address(last byte, v6 bool) wire.Addr {
	if v6 {
		return wire.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: last})
	}
	return wire.IPv4(192, 0, 2, last)
}

func (l *life) hosts() [2]*world { return [2]*world{l.a, l.b} }

func (l *life) other(w *world) *world {
	if w == l.a {
		return l.b
	}
	return l.a
}

// of is the address of a host in the family that is drawn.
func (l *life) of(w *world) wire.Addr {
	if w == l.a {
		return address(1, l.v6)
	}
	return address(2, l.v6)
}

// shuffled are all failures in any order.
func (l *life) shuffled() (deck []*mishap) {
	for _, i := range l.r.Perm(len(failures)) {
		deck = append(deck, &failures[i])
	}
	return deck
}

// happens has a failure happen to one of the hosts, and looks at the accounts when all is at rest.
func (l *life) happens(f *mishap) {
	l.at, l.v6 = f.name, l.r.IntN(2) == 0
	x := l.hosts()[l.r.IntN(2)]
	f.run(l, x, l.other(x))
	l.hits[f.name]++
	l.books(l.accounts())
	l.rest()
	l.books(l.rested())
}

// rest lets pass what time a connection takes at most to be over for good.
func (l *life) rest() { l.run(10 * time.Minute) }

func (l *life) books(fault string) {
	l.Helper()
	require.Empty(l, fault)
}

// accounts says what is held by nobody, nothing if all is right: it is for when all programs have closed what they had
// opened but the listeners.
func (l *life) accounts() string {
	for i, w := range l.hosts() {
		var ops []*Op
		for _, c := range l.calls[w] {
			ops = append(ops, &c.op)
		}
		if v := w.stack.Check(w.now); !v.Holds() {
			return fmt.Sprintf("host %d: %v in row %d", i, v.Rule, v.Row)
		}
		if v := w.Check(ops); !v.Holds() {
			return fmt.Sprintf("host %d: %v in row %d", i, v.Rule, v.Row)
		}
		u := w.stack.Usage()
		rows := 0
		for row := range w.sockets {
			if w.sockets[row].refs != 0 {
				rows++
			}
		}
		sockets, members := w.table.Usage()
		if rows != 1 || sockets != 1 || members != 0 || len(ops) != 0 {
			return fmt.Sprintf("host %d: %d descriptors, %d sockets, %d memberships, %d calls", i, rows, sockets, members, len(ops))
		}
		if u.UDP != 0 || u.Queued != 0 || u.Loop != 0 {
			return fmt.Sprintf("host %d: %+v", i, u)
		}
	}
	return ""
}

// rested says what is held by nobody when all is at rest: then there is nothing but the listeners, and nothing is due.
func (l *life) rested() string {
	if fault := l.accounts(); fault != "" {
		return fault
	}
	for i, w := range l.hosts() {
		if u := w.stack.Usage(); u != (stack.Usage{TCP: 1}) {
			return fmt.Sprintf("host %d at rest: %+v", i, u)
		}
		if next, ok := w.stack.Poll(w.now); ok {
			return fmt.Sprintf("host %d at rest: something is due in %v", i, next-w.now)
		}
	}
	return ""
}

// settle does what is due now and carries what is sent, until there is nothing more.
func (l *life) settle() {
	for range 1000 {
		moved := l.poll(l.a)
		if moved = l.poll(l.b) || moved; !moved {
			return
		}
	}
	l.Fatal("the hosts do not come to rest")
}

// poll lets a host do what is due, once, and its calls, and reports whether there is more to do.
func (l *life) poll(w *world) (more bool) {
	next, ok := w.stack.Poll(w.now)
	if l.due[w] = never; ok {
		l.due[w] = next
		more = next <= w.now
	}
	blocked := l.calls[w][:0]
	for _, c := range l.calls[w] {
		if c.done = w.Step(w.now, &c.op); c.done {
			more = true
			continue
		}
		blocked = append(blocked, c)
		if at, ok := w.Deadline(&c.op); ok {
			l.due[w] = min(l.due[w], at)
		}
	}
	l.calls[w] = blocked
	for f := w.dev.Sent(); f != nil; f = w.dev.Sent() {
		l.last[w] = append(l.last[w][:0], f...)
		switch {
		case l.lost > 0:
			l.lost--
		case l.lost == 0:
			more = l.other(w).dev.Put(f) || more
		}
		w.dev.Done()
	}
	return more
}

// run lets time pass.
func (l *life) run(d time.Duration) {
	end := l.a.now + d
	for l.settle(); ; l.settle() {
		next := min(l.due[l.a], l.due[l.b], end)
		l.a.now, l.b.now = next, next
		if next == end {
			break
		}
	}
	l.settle()
}

// ends waits for a call to be done, and no longer than half an hour.
func (l *life) ends(c *task) *task {
	l.Helper()
	for end := l.a.now + 30*time.Minute; !c.done && l.a.now < end; {
		l.run(min(l.due[l.a], l.due[l.b], end) - l.a.now)
	}
	require.True(l, c.done, "the call never ends")
	return c
}
