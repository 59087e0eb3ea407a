// Package calls sets applications that make any call at any time, and peers that send anything, against the two faces of the
// sockets: bytes are a program of calls, frames and time.
//
// What is held: no panic; polls and deadlines counted; what the stack, the table and the face hold of themselves, after each
// step; an error is one that the call documents; the bytes of a stream are those that the peer has sent, from the first on,
// and no more, and so are those of a datagram. In the end all is closed, time passes, no descriptor and no connection is held,
// and a good exchange works. The frames are of IPv4; sockets are of both families.
package calls

import (
	"fmt"
	"time"

	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/invariant"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

const (
	stepLen   = 4
	mostSteps = 128
	mostPolls = 64
	mtu       = 1500
	conns     = 6
	endpoints = 4
	sockets   = 6
	waiting   = 4 // calls that may wait at a time
)

// Posix and Lwip run the program in data with a face. They panic if a promise is broken, and return 1 for an input that is
// worth keeping, else 0.
func Posix(data []byte) int { return try(data, false, newPosix) }
func Lwip(data []byte) int  { return try(data, true, newLwip) }

// face is what is tried: one of the faces, or in a test one with a fault. A call that waits answers false.
type face interface {
	socket(how byte) (fd int, e string)
	// now makes a call that never waits.
	now(what, fd int, a, b byte) (e string)
	// begin makes one that may.
	begin(c *call, a, b byte) (done bool)
	step(c *call) (done bool)
	cancel(c *call)
	check(busy []*call) invariant.Violation
	// open tells whether fd is.
	open(fd int) bool
	// range of descriptors.
	first() int
}

// call is one call that may wait, and its result when it is done.
type call struct {
	what, fd int
	buf      []byte
	ret      int
	err      string
	peek     bool
	stream   bool // it receives from a stream
	conn     int  // of w.life when it began
	op       any
}

type world struct {
	stack.Stack
	dev    queue.Device
	now    time.Duration
	face   face
	steps  int
	busy   []*call
	read   map[int]int  // bytes that a stream's descriptor has received
	stream map[int]bool // what kind a descriptor's socket is
	raw    map[int]bool
	errors map[int][]string
	life   map[int]int // how often a descriptor has got another connection
	peer   peer
}

func try(data []byte, lwip bool, build func(w *world, core *socket.Table) face) int {
	if len(data) < 1+stepLen {
		return 0
	}
	w := newWorld(lwip, build)
	w.peer.polite = data[0]&1 != 0
	for s := data[1:]; len(s) >= stepLen && w.steps < mostSteps; s = s[stepLen:] {
		w.steps++
		w.step(s[0], s[1], s[2], s[3])
		w.settle()
	}
	w.finish()
	return 1
}

func newWorld(lwip bool, build func(w *world, core *socket.Table) face) *world {
	w := &world{now: time.Hour, read: map[int]int{}, stream: map[int]bool{}, raw: map[int]bool{}, life: map[int]int{}}
	w.dev.Init(make([]queue.Frame, 1), make([]queue.Frame, mostPolls+1))
	cfg := stack.Config{MAC: stackMAC, MTU: mtu, IPv4: wire.Prefix{Addr: stack4, Bits: 24}, Gateway4: wire.IPv4(192, 0, 2, 254)}
	cfg.TCP.RcvBuf, cfg.TCP.SndBuf = 2048, 2048
	st := stack.Storage{
		Groups: make([]stack.Group, 2), Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 2*mtu),
		UDP: make([]stack.UDPEndpoint, endpoints), UDPBuffer: make([]byte, endpoints*2048),
		TCP: make([]stack.TCPConn, conns), TCPBuffer: make([]byte, conns*4096), TCPSlots: conns,
		Reassembly: make([]reassembly.Entry, 1), ReassemblyBuffer: make([]byte, 4096), Staging: make([]byte, 4096), Loop: make([]byte, 2*(mtu+2)),
	}
	w.errors = posixErrors
	if lwip {
		cfg.BindAnywhere, cfg.BroadcastToBound, w.errors = true, true, lwipErrors
	}
	if err := w.Init(&cfg, &st, &w.dev); err != stack.InitOK {
		panic("calls: the stack does not start: " + err.String()) // a mistake here
	}
	w.face, w.peer.world = build(w, new(socket.Table)), w
	w.peer.tell()
	w.settle()
	return w
}

// fail ends the program.
func (w *world) fail(format string, args ...any) {
	panic(fmt.Sprintf("calls: step %d: ", w.steps) + fmt.Sprintf(format, args...))
}

// settle polls the stack and steps the calls that wait until nothing happens at this time, then looks at the state.
func (w *world) settle() {
	for range mostPolls {
		next, more := w.Poll(w.now)
		heard := w.peer.listen()
		moved := false
		for i := 0; i < len(w.busy); i++ {
			if c := w.busy[i]; w.face.step(c) {
				w.busy = append(w.busy[:i:i], w.busy[i+1:]...)
				w.done(c)
				moved, i = true, i-1
			}
		}
		if !heard && !moved && (!more || next > w.now) {
			w.look()
			return
		}
	}
	w.fail("no rest after %d polls", mostPolls)
}

func (w *world) look() {
	if v := w.Check(w.now); !v.Holds() {
		w.fail("%v does not hold in row %d", v.Rule, v.Row)
	}
	if v := w.face.check(w.busy); !v.Holds() {
		w.fail("of the sockets %v does not hold in row %d", v.Rule, v.Row)
	}
}

// pass lets time go by, with every deadline on the way kept.
func (w *world) pass(d time.Duration, most int) {
	until := w.now + d
	for range most {
		next, more := w.Poll(w.now)
		w.settle()
		if !more || next > until {
			break
		}
		w.now = max(next, w.now)
	}
	w.now = max(w.now, until)
	w.settle()
}

// finish gives up what waits, closes all, lets time pass, and has a good exchange.
func (w *world) finish() {
	w.cancelAll()
	for fd := w.face.first(); fd < w.face.first()+sockets; fd++ {
		if w.face.open(fd) {
			w.begin(&call{what: doClose, fd: fd}, 0, 0)
		}
	}
	w.settle()
	w.peer.polite = false
	w.SetLink(w.now, true)
	w.pass(time.Hour, 10_000)
	w.cancelAll()
	for fd := w.face.first(); fd < w.face.first()+sockets; fd++ {
		if w.face.open(fd) { // SO_LINGER without waiting leaves it open (lwIP)
			w.face.now(doNonblock, fd, 0, 0)
			w.begin(&call{what: doClose, fd: fd}, 0, 0)
		}
	}
	w.pass(3*time.Hour, 10_000)
	for fd := w.face.first(); fd < w.face.first()+sockets; fd++ {
		if w.face.open(fd) {
			w.fail("descriptor %d is open after all", fd)
		}
	}
	if n := w.TCPConns(); n != 0 {
		w.fail("%d connections are held after all was closed", n)
	}
	w.exchange()
}

func (w *world) cancelAll() {
	for _, c := range w.busy {
		w.face.cancel(c)
	}
	w.busy = nil
	w.settle()
}

// exchange opens every descriptor that there is room for, then has a friend connect, send and be read.
func (w *world) exchange() {
	var fds []int
	for range sockets {
		fd, e := w.face.socket(0)
		if e != "" {
			w.fail("socket %d of %d fails with %s in the end", len(fds), sockets, e)
		}
		fds = append(fds, fd)
	}
	for _, fd := range fds[1:] {
		w.begin(&call{what: doClose, fd: fd}, 0, 0)
	}
	w.peer.polite = true
	w.peer.flows = nil
	fd := fds[0]
	if e := w.face.now(doBind, fd, 0, 9); e != "" {
		w.fail("bind fails with %s in the end", e)
	}
	if e := w.face.now(doListen, fd, 0, 1); e != "" {
		w.fail("listen fails with %s in the end", e)
	}
	w.settle()
	f := &flow{lport: basePort + 9, pport: 999}
	w.peer.flows = append(w.peer.flows, f)
	w.peer.send(f, wire.FlagSYN, firstSeq, 0, 0)
	w.settle()
	w.peer.send(f, wire.FlagACK|wire.FlagPSH, f.ack, f.seq, 300)
	w.settle()
	c := &call{what: doAccept, fd: fd}
	w.begin(c, 0, 0)
	if c.err != "" || c.ret < 0 || !w.face.open(c.ret) {
		w.fail("accept answers %d with %s in the end", c.ret, c.err)
	}
	r := &call{what: doRecv, fd: c.ret, buf: make([]byte, 400)}
	w.begin(r, 0, 0)
	if r.ret != 300 {
		w.fail("%d bytes received of 300, with %s, in the end", r.ret, r.err)
	}
	w.cancelAll()
}
