package posix

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// chaos is two programs that call anything in any order over a wire that loses frames at times.
type chaos struct {
	*world
	open map[*host]map[int]*talk
	seen chaosSights
}

// chaosSights counts what calls have come to, in all runs.
type chaosSights map[string]int

// talk is what a program knows of one of its descriptors.
type talk struct {
	fd      int
	salt    byte // tells connections apart
	dir     byte // and their directions
	in, out int  // bytes received and sent
	calls   []made
}

// made is a call that was made and not looked at since.
type made struct {
	name string
	call *pending
}

// pattern is the byte of a stream at an offset.
func (k *talk) pattern(dir byte, offset int) byte { return k.salt*31 + dir + byte(offset%251) }

func (k *talk) bytes(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = k.pattern(k.dir, k.out+i)
	}
	return string(b)
}

// name makes k the end of a connection that is known by the client's port.
func (k *talk) name(clientPort uint16, dir byte) {
	k.salt, k.dir, k.in, k.out = byte(clientPort)^byte(clientPort>>8), dir, 0, 0
}

// answers are the errors that a call may end with.
var answers = map[string][]Errno{
	"accept": {EAGAIN, EINVAL, EMFILE, ENFILE},
	"connect": {EINPROGRESS, EALREADY, EISCONN, ECONNREFUSED, ECONNRESET, ECONNABORTED, ETIMEDOUT, EHOSTUNREACH,
		EADDRINUSE, ENOBUFS},
	"read":  {EAGAIN, ENOTCONN, ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, EPIPE},
	"write": {EAGAIN, EPIPE, ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH},
}

// settled looks at what a call has come to.
func (c *chaos) settled(t require.TestingT, h *host, k *talk, name string, p *pending) {
	what := name + " " + p.op.Err.String()
	if name == "read" && p.op.Ret > 0 {
		what = "read data"
	}
	c.seen[what]++
	if p.op.Err != ENone {
		require.Equal(t, -1, p.op.Ret)
		require.Contains(t, answers[name], p.op.Err, "%s: %s", name, p.op.Err)
		return
	}
	switch name {
	case "accept":
		child := c.add(h, p.op.Ret)
		child.name(p.op.From.Port, 1)
	case "read":
		for i, b := range p.buf[:p.op.Ret] {
			require.Equal(t, k.pattern(1-k.dir, k.in+i), b, "byte %d of the stream", k.in+i)
		}
		k.in += p.op.Ret
	case "write":
		k.out += p.op.Ret
	}
}

func (c *chaos) add(h *host, fd int) *talk {
	k := &talk{fd: fd}
	c.open[h][fd] = k
	return k
}

// look collects the calls that are done, and looks whether all is held by somebody.
func (c *chaos) look(t require.TestingT) {
	for _, h := range []*host{c.a, c.b} {
		require.Equal(t, invariant.Violation{}, h.check())
		for fd := FirstFD; fd < FirstFD+sockets; fd++ {
			if k := c.open[h][fd]; k != nil {
				c.lookAt(t, h, k)
			}
		}
	}
}

func (c *chaos) lookAt(t require.TestingT, h *host, k *talk) {
	still := k.calls[:0]
	for _, m := range k.calls {
		if m.call.done {
			c.settled(t, h, k, m.name, m.call)
		} else {
			still = append(still, m)
		}
	}
	k.calls = still
}

func (k *talk) begin(name string, p *pending) { k.calls = append(k.calls, made{name, p}) }

// idle tells whether no call of these names is pending.
func (k *talk) idle(names ...string) bool {
	return !slices.ContainsFunc(k.calls, func(m made) bool { return slices.Contains(names, m.name) })
}

// some picks a descriptor on which no call of these names is pending, as a rule one in a state that the call is for.
func (c *chaos) some(rt *rapid.T, fits func(tcp.State) bool, idle ...string) (*host, *talk) {
	var hosts []*host
	var talks []*talk
	anyOne := rapid.IntRange(0, 9).Draw(rt, "any") == 0
	for _, h := range []*host{c.a, c.b} {
		for fd := FirstFD; fd < FirstFD+sockets; fd++ {
			k := c.open[h][fd]
			if k == nil || !k.idle(idle...) {
				continue
			}
			if core, sock, _ := h.Inspect(fd); anyOne || fits(core.State(sock)) {
				hosts, talks = append(hosts, h), append(talks, k)
			}
		}
	}
	if talks == nil {
		rt.Skip("no such descriptor")
	}
	i := rapid.IntRange(0, len(talks)-1).Draw(rt, "descriptor")
	return hosts[i], talks[i]
}

func isClosed(s tcp.State) bool    { return s == tcp.Closed }
func isListener(s tcp.State) bool  { return s == tcp.Listen }
func isConnected(s tcp.State) bool { return s >= tcp.Established }
func isAnything(tcp.State) bool    { return true }

// meet makes a connection and gives its ends, and its listener, to the programs.
func (c *chaos) meet() {
	client, listener, server := c.pair()
	own, _ := c.a.SockName(client)
	c.add(c.a, client).name(own.Port, 0)
	c.add(c.b, server).name(own.Port, 1)
	c.add(c.b, listener)
}

func TestChaos(t *testing.T) {
	seen := chaosSights{}
	rapid.Check(t, seen.propertyChaos)
	if testing.Short() { // too few draws to have seen everything
		return
	}
	for _, goal := range []string{"read data", "read 0", "write 0"} {
		require.NotZero(t, seen[goal], goal) // else the chaos was none
	}
}

func FuzzChaos(f *testing.F) { f.Fuzz(rapid.MakeFuzz(chaosSights{}.propertyChaos)) }

func (seen chaosSights) propertyChaos(t *rapid.T) {
	c := &chaos{world: newWorld(t, IPv4), seen: seen}
	c.open = map[*host]map[int]*talk{c.a: {}, c.b: {}}
	c.meet()
	t.Repeat(map[string]func(*rapid.T){
		"":         func(t *rapid.T) { c.look(t) },
		"socket":   c.socket,
		"listen":   c.listens,
		"options":  c.options,
		"accept":   c.accept,
		"connect":  c.connect,
		"read":     c.read,
		"write":    c.write,
		"shutdown": c.shutdown,
		"close":    c.close,
		"time": func(t *rapid.T) {
			c.run(c.now + time.Duration(rapid.IntRange(1, 2000).Draw(t, "ms"))*ms)
		},
		"wire": func(t *rapid.T) { c.cut = rapid.IntRange(0, 3).Draw(t, "cut") == 0 },
	})
	c.end(t)
}

func (c *chaos) socket(rt *rapid.T) {
	h := c.a
	if rapid.Bool().Draw(rt, "on b") {
		h = c.b
	}
	if fd, e := h.Socket(IPv4, Stream, 0); e == ENone {
		require.Nil(rt, c.open[h][fd])
		c.add(h, fd)
	}
}

func (c *chaos) port(rt *rapid.T) uint16 { return uint16(rapid.IntRange(80, 81).Draw(rt, "port")) }

func (c *chaos) listens(rt *rapid.T) {
	h, k := c.some(rt, isClosed)
	h.SetOption(k.fd, SoReuseAddr, Value{N: 1})
	h.Bind(k.fd, h.at(c.port(rt)))
	h.Listen(k.fd, 2)
}

func (c *chaos) options(rt *rapid.T) {
	h, k := c.some(rt, isAnything)
	h.SetNonblock(k.fd, rapid.Bool().Draw(rt, "nonblock"))
	linger := time.Duration(rapid.IntRange(0, 1).Draw(rt, "seconds")) * time.Second
	h.SetOption(k.fd, SoLinger, Value{N: rapid.IntRange(0, 1).Draw(rt, "linger"), Time: linger})
	h.SetOption(k.fd, SoRcvTimeo, Value{Time: time.Duration(rapid.IntRange(0, 2).Draw(rt, "limit")) * 300 * ms})
}

func (c *chaos) accept(rt *rapid.T) {
	h, k := c.some(rt, isListener)
	k.begin("accept", h.accept(k.fd))
}

func (c *chaos) connect(rt *rapid.T) {
	h, k := c.some(rt, isClosed, "connect", "read", "write")
	_, e := h.PeerName(k.fd)
	p := h.connect(k.fd, h.peer.at(c.port(rt)))
	if own, _ := h.SockName(k.fd); e != ENone && (!p.done || p.op.Err == EINPROGRESS) {
		k.name(own.Port, 0)
	}
	k.begin("connect", p)
}

func (c *chaos) read(rt *rapid.T) {
	h, k := c.some(rt, isConnected, "read")
	k.begin("read", h.read(k.fd, rapid.IntRange(1, 5000).Draw(rt, "n")))
}

// Of two writers it would not be known whose bytes come first.
func (c *chaos) write(rt *rapid.T) {
	h, k := c.some(rt, isConnected, "write")
	k.begin("write", h.write(k.fd, k.bytes(rapid.IntRange(1, 9000).Draw(rt, "n"))))
}

func (c *chaos) shutdown(rt *rapid.T) {
	h, k := c.some(rt, isConnected)
	h.Shutdown(c.now, k.fd, rapid.IntRange(ShutRead, ShutBoth).Draw(rt, "how"))
	h.settle()
}

func (c *chaos) close(rt *rapid.T) {
	h, k := c.some(rt, isAnything, "accept", "connect", "read", "write")
	delete(c.open[h], k.fd)
	h.close(k.fd)
}

// end closes everything and wants nothing to be left behind.
func (c *chaos) end(t require.TestingT) {
	c.cut = false
	for _, h := range []*host{c.a, c.b} {
		for _, p := range h.calls {
			h.Cancel(c.now, &p.op)
		}
		h.calls = nil
		for fd := FirstFD; fd < FirstFD+sockets; fd++ {
			if c.open[h][fd] != nil {
				h.close(fd)
			}
		}
	}
	c.run(c.now + time.Hour)
	for _, h := range []*host{c.a, c.b} {
		require.Empty(t, h.calls)
		require.Zero(t, h.stack.TCPConns())
		for i := range h.files {
			require.Zero(t, h.files[i].refs, "file %d", i)
		}
		for i := range sockets {
			require.Equal(t, socket.Kind(0), h.table.Kind(i), "socket %d", i)
		}
	}
}
