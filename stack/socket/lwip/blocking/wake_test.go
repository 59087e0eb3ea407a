package blocking

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// line is a device whose frames may be put and taken by another goroutine than the owner's. It counts the polls of its stack:
// each ends when there is no frame left.
type line struct {
	in, out chan []byte
	buf     []byte
	polls   int // that have ended
	arrived int // in which poll the last frame came
	taken   int // frames
}

func newLine() *line { return &line{in: make(chan []byte, 200), out: make(chan []byte, 200)} }

func (l *line) Receive() []byte {
	select {
	case f := <-l.in:
		l.arrived = l.polls + 1
		l.taken++
		return f
	default:
		l.polls++
		return nil
	}
}

func (l *line) Release() {}

func (l *line) Reserve(n int) []byte {
	l.buf = make([]byte, n)
	return l.buf
}

func (l *line) Send(n int) { l.out <- l.buf[:n] }

func (l *line) put(frames [][]byte) {
	for _, f := range frames {
		l.in <- f
	}
}

// host is one at an end of a wire, whose time stands still.
type host struct {
	dev   *line
	stack stack.Stack
	table socket.Table
	lwip.Face
	op lwip.Op
	fd int
}

func newWireHost(t testing.TB, last byte) *host {
	e := &host{dev: newLine()}
	cfg := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, last}, MTU: 1500, IPv4: wire.Prefix{Addr: wire.IPv4(192, 0, 2, last), Bits: 24}, BindAnywhere: true,
	}
	st := stack.Storage{
		Loop: make([]byte, 8*1502), Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 1500),
		UDP: make([]stack.UDPEndpoint, 4), UDPBuffer: make([]byte, 4*3000), TCP: make([]stack.TCPConn, 4), TCPBuffer: make([]byte, 4*2*4096),
	}
	require.Equal(t, stack.InitOK, e.stack.Init(&cfg, &st, e.dev))
	e.table.Init(&e.stack, make([]socket.Socket, 4))
	e.Init(&e.table, make([]lwip.Socket, 4), &lwip.Config{Linger: true})
	return e
}

// place is the address of a host of the wire as C has it.
func place(last byte, port uint16) []byte {
	b := make([]byte, abi.SizeofSockaddrIn)
	abi.SockaddrIn{Family: abi.AF_INET, Port: port, Addr: [4]byte{192, 0, 2, last}}.Put(b)
	return b
}

// woken is a task's waker: it notes in which poll it was called, and in which the last frame had come by then.
type woken struct {
	dev         *line
	in, arrived int // 0: not yet
	taken       int
	done        chan struct{}
}

func newWoken(dev *line) *woken { return &woken{dev: dev, done: make(chan struct{})} }

func (w *woken) Wake() {
	w.in, w.arrived, w.taken = w.dev.polls, w.dev.arrived, w.dev.taken
	close(w.done)
}

func (w *woken) is() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// start makes a call.
type start = func(now time.Duration, f *lwip.Face, op *lwip.Op) (done bool)

// way is how a program waits for its calls: it hands one over, and has the stack looked after once when frames have come.
type way interface {
	hand(start, *woken) *lwip.Op
	frames(...[]byte)
	end()
}

// byHand polls once, and then tries the call once.
type byHand struct {
	*host
	op    lwip.Op
	waker *woken
}

func (w *byHand) hand(s start, waker *woken) *lwip.Op {
	w.op, w.waker = lwip.Op{}, nil
	if s(0, &w.Face, &w.op) {
		waker.Wake()
	} else {
		w.waker = waker
	}
	w.stack.Poll(0)
	return &w.op
}

func (w *byHand) frames(all ...[]byte) {
	w.dev.put(all)
	w.stack.Poll(0)
	if w.waker != nil && w.Step(0, &w.op) {
		w.waker.Wake()
		w.waker = nil
	}
}

func (w *byHand) end() {}

// byOwner is a task that is the owner itself.
type byOwner struct {
	*host
	owner lwip.Owner
}

func (w *byOwner) hand(s start, waker *woken) *lwip.Op {
	t := &lwip.Task{Waker: waker, Start: func(now time.Duration, f *lwip.Face, t *lwip.Task) bool { return s(now, f, &t.Op) }}
	w.owner.Take(0, t)
	w.owner.Run(0)
	return &t.Op
}

func (w *byOwner) frames(all ...[]byte) {
	w.dev.put(all)
	w.owner.Run(0)
}

func (w *byOwner) end() {}

// byHost is a goroutine that owns the stack and is told that frames have come.
type byHost struct {
	dev   *line
	owner *Host
	ready chan struct{}
}

func (w *byHost) hand(s start, waker *woken) *lwip.Op {
	c := &call{}
	c.task.Waker = waker
	c.task.Start = func(now time.Duration, f *lwip.Face, t *lwip.Task) bool { return s(now, f, &t.Op) }
	w.owner.calls <- c
	w.rest()
	return &c.task.Op
}

func (w *byHost) frames(all ...[]byte) {
	w.dev.put(all)
	w.ready <- struct{}{}
	w.rest()
}

// rest returns when the owner has done all that it was told to: it takes no call before.
func (w *byHost) rest() {
	w.owner.Do(func(time.Duration, *lwip.Face, *lwip.Op) bool { return true })
}

func (w *byHost) end() { w.owner.Close() }

// ways are those to wait for a call.
var ways = map[string]func(*host) way{
	"by hand":  func(h *host) way { return &byHand{host: h} },
	"an owner": func(h *host) way { w := &byOwner{host: h}; w.owner.Init(&h.stack, &h.Face); return w },
	"a goroutine": func(h *host) way {
		ready := make(chan struct{})
		return &byHost{dev: h.dev, owner: New(&h.stack, &h.Face, &still{}, ready), ready: ready}
	},
}

// wakeTest is a host whose calls are waited for, and its peer.
type wakeTest struct {
	*testing.T
	way
	dev  *line
	peer *host
	fd   int // the host's socket that the call is about
}

// now makes a call on the host that does not wait.
func (w *wakeTest) now(s start) int {
	w.Helper()
	waker := newWoken(w.dev)
	op := w.hand(s, waker)
	require.True(w, waker.is())
	require.Equal(w, "0", op.Err.String())
	return op.Ret
}

func (w *wakeTest) socket(typ int, port uint16) int {
	return w.now(func(_ time.Duration, f *lwip.Face, op *lwip.Op) bool {
		op.Ret, op.Err = f.Socket(abi.AF_INET, typ, 0)
		if op.Err == 0 {
			op.Err = f.Bind(op.Ret, place(1, port))
		}
		return true
	})
}

// pump carries frames between the two, one at a time to the host, until there are none.
func (w *wakeTest) pump() {
	for {
		w.peer.stack.Poll(0)
		select {
		case f := <-w.peer.dev.out:
			w.frames(f)
		case f := <-w.dev.out:
			w.peer.dev.in <- f
		default:
			return
		}
	}
}

// connected makes a connection that the peer opens.
func (w *wakeTest) connected() {
	fd := w.socket(abi.SOCK_STREAM, 80)
	w.now(func(_ time.Duration, f *lwip.Face, op *lwip.Op) bool {
		op.Ret, op.Err = 0, f.Listen(fd, 2)
		return true
	})
	w.dial()
	w.fd = w.now(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return f.Accept(now, op, fd, false) })
}

// dial has the peer connect to the host.
func (w *wakeTest) dial() {
	fd, e := w.peer.Socket(abi.AF_INET, abi.SOCK_STREAM, 0)
	require.Zero(w, e)
	w.peer.Connect(0, &w.peer.op, fd, place(1, 80))
	w.pump()
	w.peer.fd = fd
}

// datagram has the peer send one.
func (w *wakeTest) datagram() {
	fd, e := w.peer.Socket(abi.AF_INET, abi.SOCK_DGRAM, 0)
	require.Zero(w, e)
	require.True(w, w.peer.SendTo(0, &w.peer.op, fd, []byte("text"), 0, place(1, 53)))
	w.pump()
	w.peer.fd = fd
}

func (w *wakeTest) text() {
	require.True(w, w.peer.Send(0, &w.peer.op, w.peer.fd, []byte("text"), 0))
	w.pump()
}

func (w *wakeTest) bound() { w.fd = w.socket(abi.SOCK_DGRAM, 53) }
func (w *wakeTest) listener() {
	w.fd = w.socket(abi.SOCK_STREAM, 80)
	w.now(func(_ time.Duration, f *lwip.Face, op *lwip.Op) bool {
		op.Ret, op.Err = 0, f.Listen(w.fd, 2)
		return true
	})
}

func selecting(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool {
	var read abi.FdSet
	read.Set(fd)
	return f.Select(now, op, fd+1, &read, nil, nil, nil)
}

func polling(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool {
	return f.Poll(now, op, []abi.Pollfd{{Fd: int32(fd), Events: abi.POLLIN}}, -1)
}

func receiving(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool {
	return f.RecvFrom(now, op, fd, make([]byte, 100), 0, true)
}

// waits are calls that wait for what the peer does.
var waits = map[string]struct {
	before func(*wakeTest)
	call   func(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool
	peer   func(*wakeTest)
}{
	"select of a datagram": {(*wakeTest).bound, selecting, (*wakeTest).datagram},
	"select of text":       {(*wakeTest).connected, selecting, (*wakeTest).text},
	"select of the end": {(*wakeTest).connected, selecting, func(w *wakeTest) {
		require.Zero(w, w.peer.Shutdown(0, w.peer.fd, abi.SHUT_WR))
		w.pump()
	}},
	"select of a connection": {(*wakeTest).listener, selecting, (*wakeTest).dial},
	"poll of a datagram":     {(*wakeTest).bound, polling, (*wakeTest).datagram},
	"poll of text":           {(*wakeTest).connected, polling, (*wakeTest).text},
	"recvfrom":               {(*wakeTest).bound, receiving, (*wakeTest).datagram},
	"recv":                   {(*wakeTest).connected, receiving, (*wakeTest).text},
	"recv of a reset": {(*wakeTest).connected, receiving, func(w *wakeTest) {
		linger := make([]byte, abi.SizeofLinger)
		abi.Linger{OnOff: 1}.Put(linger)
		require.Zero(w, w.peer.SetSockOpt(w.peer.fd, abi.SOL_SOCKET, abi.SO_LINGER, linger))
		require.True(w, w.peer.Close(0, &w.peer.op, w.peer.fd))
		w.pump()
	}},
	"accept": {(*wakeTest).listener, func(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool {
		return f.Accept(now, op, fd, true)
	}, (*wakeTest).dial},
	"connect": {func(w *wakeTest) {
		w.fd = w.socket(abi.SOCK_STREAM, 0)
		fd, e := w.peer.Socket(abi.AF_INET, abi.SOCK_STREAM, 0)
		require.Zero(w, e)
		require.Zero(w, w.peer.Bind(fd, place(2, 80)))
		require.Zero(w, w.peer.Listen(fd, 1))
	}, connecting, (*wakeTest).pump},
	"connect to nobody": {func(w *wakeTest) { w.fd = w.socket(abi.SOCK_STREAM, 0) }, connecting, (*wakeTest).pump},
	"send": {func(w *wakeTest) {
		w.connected()
		w.now(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool {
			return f.Send(now, op, w.fd, make([]byte, 4096), abi.MSG_DONTWAIT)
		})
	}, func(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool {
		return f.Send(now, op, fd, make([]byte, 1), 0)
	}, (*wakeTest).pump},
}

func connecting(now time.Duration, f *lwip.Face, op *lwip.Op, fd int) bool {
	return f.Connect(now, op, fd, place(2, 80))
}

// TestWokenInThePoll: a call that waits is woken in the poll in which the frame came that it waited for, counted in polls of
// the stack, however its program waits: not in one before, and without another that nothing but an interval would bring.
func TestWokenInThePoll(t *testing.T) {
	for name, newWay := range ways {
		for what, c := range waits {
			t.Run(what+" by "+name, func(t *testing.T) {
				h := newWireHost(t, 1)
				w := &wakeTest{T: t, way: newWay(h), dev: h.dev, peer: newWireHost(t, 2)}
				defer w.end()
				c.before(w)
				waker := newWoken(w.dev)
				w.hand(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return c.call(now, f, op, w.fd) }, waker)
				require.False(t, waker.is(), "it does not wait")
				c.peer(w)
				require.True(t, waker.is(), "it still waits")
				require.Equal(t, waker.arrived, waker.in, "polls")
			})
		}
	}
}

// TestWokenInTheFirstPoll: where more frames have come than a poll takes, who waits for the first is woken in the first.
func TestWokenInTheFirstPoll(t *testing.T) {
	for name, newWay := range ways {
		t.Run(name, func(t *testing.T) {
			h := newWireHost(t, 1)
			w := &wakeTest{T: t, way: newWay(h), dev: h.dev, peer: newWireHost(t, 2)}
			defer w.end()
			w.bound()
			w.datagram()
			w.now(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return receiving(now, f, op, w.fd) })
			var all [][]byte
			for range 150 {
				require.True(t, w.peer.SendTo(0, &w.peer.op, w.peer.fd, []byte("text"), 0, place(1, 53)))
				w.peer.stack.Poll(0)
				all = append(all, <-w.peer.dev.out)
			}
			waker := newWoken(w.dev)
			w.hand(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return receiving(now, f, op, w.fd) }, waker)
			require.False(t, waker.is())
			before := w.dev.taken
			w.frames(all...)
			require.True(t, waker.is())
			require.Equal(t, onePoll(t, all), waker.taken-before, "frames that were taken until it was woken")
		})
	}
}

// onePoll is how many frames of those a stack takes in one poll: not all of them.
func onePoll(t *testing.T, all [][]byte) int {
	h := newWireHost(t, 1)
	h.dev.put(all)
	h.stack.Poll(0)
	require.Less(t, h.dev.taken, len(all))
	return h.dev.taken
}
