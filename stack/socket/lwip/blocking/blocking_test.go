package blocking

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// still is a clock that stands still: who is not woken by completion waits for ever. It moves when it is told to.
type still struct {
	mu     sync.Mutex
	now    time.Duration
	timers []timer
}

type timer struct {
	at time.Duration
	c  chan time.Time
}

func (s *still) Now() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *still) After(d time.Duration) <-chan time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := timer{s.now + d, make(chan time.Time, 1)}
	s.timers = append(s.timers, t)
	s.fire()
	return t.c
}

// move lets time pass.
func (s *still) move(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += d
	s.fire()
}

func (s *still) fire() {
	rest := s.timers[:0]
	for _, t := range s.timers {
		if t.at <= s.now {
			t.c <- time.Time{}
		} else {
			rest = append(rest, t)
		}
	}
	s.timers = rest
}

// newHost is a host that speaks to itself, at a clock that stands still.
func newHost(t rapid.TB) (*Host, *still) {
	var (
		dev   queue.Device
		s     stack.Stack
		table socket.Table
		face  lwip.Face
	)
	dev.Init(make([]queue.Frame, 4), make([]queue.Frame, 4))
	cfg := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, 1}, MTU: 1500, IPv4: wire.Prefix{Addr: wire.IPv4(192, 0, 2, 1), Bits: 24},
		BindAnywhere: true, BroadcastToBound: true,
	}
	st := stack.Storage{
		Loop: make([]byte, 64*1502), Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 1500),
		UDP: make([]stack.UDPEndpoint, 12), UDPBuffer: make([]byte, 12*3000), TCP: make([]stack.TCPConn, 32), TCPBuffer: make([]byte, 32*2*4096),
	}
	require.Equal(t, stack.InitOK, s.Init(&cfg, &st, &dev))
	table.Init(&s, make([]socket.Socket, 12))
	face.Init(&table, make([]lwip.Socket, abi.CONFIG_LWIP_MAX_SOCKETS), &lwip.Config{})
	clock := &still{}
	h := New(&s, &face, clock, nil)
	return h, clock
}

func at(port uint16) []byte {
	b := make([]byte, abi.SizeofSockaddrIn)
	abi.SockaddrIn{Family: abi.AF_INET, Port: port, Addr: [4]byte{127, 0, 0, 1}}.Put(b)
	return b
}

// must returns what a call has returned that must not fail.
func must(t rapid.TB) func(ret int, e abi.Errno) int {
	return func(ret int, e abi.Errno) int {
		require.Equal(t, "0", e.String())
		return ret
	}
}

func listener(t rapid.TB, h *Host, port uint16) int {
	fd := must(t)(h.Socket(abi.AF_INET, abi.SOCK_STREAM, 0))
	must(t)(h.Bind(fd, at(port)))
	must(t)(h.Listen(fd, 8))
	return fd
}

// outcome is what a call of another goroutine has returned.
type outcome struct {
	ret int
	e   abi.Errno
}

func (o outcome) String() string { return fmt.Sprint(o.ret, " ", o.e) }

// spawn makes a call in a goroutine of its own, and returns when the owner has it.
func spawn(h *Host, call func() (int, abi.Errno)) <-chan outcome {
	c := make(chan outcome, 1)
	go func() {
		ret, e := call()
		c <- outcome{ret, e}
	}()
	return c
}

// TestEcho: clients and servers as many as rapid likes, each in its goroutine, get all their bytes although no time passes.
func TestEcho(t *testing.T) { rapid.Check(t, propertyEcho) }

func FuzzEcho(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyEcho)) }

func propertyEcho(t *rapid.T) {
	h, _ := newHost(t)
	defer h.Close()
	l := listener(t, h, 80)
	clients := rapid.IntRange(1, 4).Draw(t, "clients")
	rounds := rapid.IntRange(1, 5).Draw(t, "rounds")
	size := rapid.IntRange(1, 1400).Draw(t, "size")
	var all sync.WaitGroup
	for range clients {
		all.Go(func() { // two tasks, or more, accept on the same listener
			fd := must(t)(h.Accept(l))
			buf := make([]byte, 4096)
			for {
				n, e := h.Recv(fd, buf, 0)
				if n <= 0 {
					require.Zero(t, e)
					break
				}
				must(t)(h.SendTo(fd, buf[:n], 0, nil))
			}
			must(t)(h.CloseSocket(fd))
		})
		all.Go(func() {
			fd := must(t)(h.Socket(abi.AF_INET, abi.SOCK_STREAM, 0))
			must(t)(h.Connect(fd, at(80)))
			text, buf := make([]byte, size), make([]byte, size)
			for range rounds {
				require.Equal(t, size, must(t)(h.SendTo(fd, text, 0, nil)))
				for got := 0; got < size; {
					got += must(t)(h.Recv(fd, buf, 0))
				}
			}
			must(t)(h.CloseSocket(fd))
		})
	}
	all.Wait()
}

// TestCloseWakes: a close ends what other tasks wait for on the descriptor, whichever comes first.
func TestCloseWakes(t *testing.T) {
	for _, c := range []struct {
		what string
		call func(h *Host, l int) (int, abi.Errno)
		want string
	}{
		{"accept", func(h *Host, l int) (int, abi.Errno) { return h.Accept(l) }, "-1 ENOTCONN"},
		{"select", func(h *Host, l int) (int, abi.Errno) {
			var s abi.FdSet
			s.Set(l)
			return h.Select(64, &s, nil, nil, nil)
		}, "-1 EBADF"},
	} {
		t.Run(c.what, func(t *testing.T) {
			h, _ := newHost(t)
			defer h.Close()
			for range 50 {
				l := listener(t, h, 80)
				one := spawn(h, func() (int, abi.Errno) { return c.call(h, l) })
				two := spawn(h, func() (int, abi.Errno) { return c.call(h, l) })
				must(t)(h.CloseSocket(l))
				for _, o := range []outcome{<-one, <-two} {
					if o.e != abi.EBADF { // it came behind the close
						require.Equal(t, c.want, o.String())
					}
				}
			}
		})
	}
}

// TestManyWaiters: of many that wait for datagrams each datagram wakes one, and none is lost.
func TestManyWaiters(t *testing.T) { rapid.Check(t, propertyManyWaiters) }

func FuzzManyWaiters(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyManyWaiters)) }

func propertyManyWaiters(t *rapid.T) {
	h, _ := newHost(t)
	defer h.Close()
	in := must(t)(h.Socket(abi.AF_INET, abi.SOCK_DGRAM, 0))
	must(t)(h.Bind(in, at(7)))
	out := must(t)(h.Socket(abi.AF_INET, abi.SOCK_DGRAM, 0))
	n := rapid.IntRange(1, 8).Draw(t, "waiters")
	var waiters []<-chan outcome
	for range n {
		waiters = append(waiters, spawn(h, func() (int, abi.Errno) {
			var s abi.FdSet
			s.Set(in)
			if ret, e := h.Select(64, &s, nil, nil, nil); ret < 0 {
				return ret, e
			}
			return h.Recv(in, make([]byte, 10), 0)
		}))
	}
	for range n {
		must(t)(h.SendTo(out, []byte("hello"), 0, at(7)))
	}
	for _, w := range waiters {
		require.Equal(t, "5 0", (<-w).String())
	}
}

// TestTimeOut: a time-out is the owner's to notice.
func TestTimeOut(t *testing.T) {
	h, clock := newHost(t)
	defer h.Close()
	fd := must(t)(h.Socket(abi.AF_INET, abi.SOCK_DGRAM, 0))
	val := make([]byte, abi.SizeofTimeval)
	abi.Timeval{Sec: 1}.Put(val)
	must(t)(h.SetSockOpt(fd, abi.SOL_SOCKET, abi.SO_RCVTIMEO, val))
	c := spawn(h, func() (int, abi.Errno) { return h.Recv(fd, make([]byte, 10), 0) })
	for len(c) == 0 {
		clock.move(100 * time.Millisecond)
	}
	require.Equal(t, "-1 EAGAIN", (<-c).String())
	require.GreaterOrEqual(t, clock.Now(), time.Second)
}

// TestEnd: who waits, or comes later, fails.
func TestEnd(t *testing.T) {
	h, _ := newHost(t)
	l := listener(t, h, 80)
	c := spawn(h, func() (int, abi.Errno) { return h.Accept(l) })
	h.Close()
	require.Equal(t, "-1 ENOTCONN", (<-c).String())
	_, e := h.Socket(abi.AF_INET, abi.SOCK_STREAM, 0)
	require.Equal(t, abi.ENOTCONN, e)
}

// TestReal: the machine's clock moves, and connections refused are told.
func TestReal(t *testing.T) {
	r := NewReal()
	<-r.After(time.Nanosecond)
	require.Positive(t, r.Now())
	h, _ := newHost(t)
	defer h.Close()
	fd := must(t)(h.Socket(abi.AF_INET, abi.SOCK_STREAM, 0))
	ret, e := h.Connect(fd, at(81))
	require.Equal(t, "-1 ECONNRESET", outcome{ret, e}.String())
	must(t)(h.Shutdown(listener(t, h, 82), abi.SHUT_RDWR))
}
