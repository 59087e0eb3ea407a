//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"stackproof/drivers/segment"
	"stackproof/drivers/tap"
	"stackproof/stack"
	"stackproof/stack/netgo"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// What all transfers of the comparison have in common. The buffers are longer than what the wire can hold, so that
// congestion control decides, and not how the kernel counts them.
const (
	goodputRate   = 20_000_000 // bits per second
	goodputBuffer = 1 << 20    // SO_SNDBUF and SO_RCVBUF, and the stack's buffers
	goodputSeeds  = 5
	goodputPort   = 9
)

// goodputTuning has the stack do what the kernel does where RFCs leave the choice: a timeout of no less than 200 ms above
// the round-trip time, and slow start by all the bytes that an acknowledgment is for. Both sides have CUBIC and RACK.
var goodputTuning = tcp.Tuning{ABC: tcp.Unlimited, MinRTO: 200 * time.Millisecond, RTOSlack: 200 * time.Millisecond}

// goodputCell is one kind of wire.
type goodputCell struct {
	name string
	path segment.Path
	time time.Duration // how long data flow
}

func goodputCells() (cells []goodputCell) {
	for _, rtt := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond} {
		for _, loss := range []float64{0, 0.1, 1, 5, 20} {
			c := goodputCell{fmt.Sprintf("%v, %v%% lost", rtt, loss), segment.Path{Delay: rtt / 2, Rate: goodputRate, Loss: loss / 100}, 10 * time.Second}
			if loss >= 5 {
				c.time = 20 * time.Second // there is more chance in it
			}
			cells = append(cells, c)
		}
		cells = append(cells, goodputCell{fmt.Sprintf("%v, 1%% reordered", rtt), segment.Path{Delay: rtt / 2, Rate: goodputRate, Reorder: .01}, 10 * time.Second})
	}
	return cells
}

// Who is at the ends of the wire.
var goodputRoles = []string{"kernel to kernel", "stack to kernel", "kernel to stack"}

// TestLiveGoodput prints how much a bulk transfer gets through a bad wire, beside what the kernel gets through the same one.
// What each frame of a wire suffers depends on the seed and on its number alone. Only with STACKPROOF_LONG=1 it takes long
// enough to tell.
func TestLiveGoodput(t *testing.T) {
	newNamespace(t) // or say why not
	cells, seeds := goodputCells(), goodputSeeds
	whole := os.Getenv(long) == "1"
	if !whole {
		seeds = 1
		for i := range cells {
			cells[i].time = time.Second
		}
	}
	var mu sync.Mutex
	bytes := make([][3]int, len(cells))
	t.Run("transfers", func(t *testing.T) {
		for i, c := range cells {
			for seed := range seeds {
				for role, name := range goodputRoles {
					t.Run(fmt.Sprintf("%s, %s, seed %d", c.name, name, seed), func(t *testing.T) {
						t.Parallel() // most of the time they wait
						n := goodput(t, &c, role, uint64(seed))
						mu.Lock()
						defer mu.Unlock()
						bytes[i][role] += n
					})
				}
			}
		}
	})
	for _, rates := range bytes[:3] { // 10 ms and not much lost
		require.NotContains(t, rates, 0)
	}
	ratios := goodputTable(t, cells, bytes, seeds)
	if whole && !t.Failed() {
		for role := 1; role < len(goodputRoles); role++ {
			require.GreaterOrEqual(t, ratios.mean(role), 1.0, goodputRoles[role])
			require.GreaterOrEqual(t, ratios.least(role), 0.8, goodputRoles[role])
		}
	}
}

// goodputRatios are a cell's, by role, to what the kernel gets.
type goodputRatios [][3]float64

func goodputTable(t *testing.T, cells []goodputCell, bytes [][3]int, seeds int) (ratios goodputRatios) {
	t.Logf("%-24s %18s %24s %24s", "Mbit/s", goodputRoles[0], goodputRoles[1], goodputRoles[2])
	for i, c := range cells {
		var r [3]float64
		line := fmt.Sprintf("%-24s", c.name)
		for role, n := range bytes[i] {
			rate := float64(n*8) / float64(seeds) / c.time.Seconds() / 1e6
			r[role] = float64(n) / float64(bytes[i][0])
			if role == 0 {
				line += fmt.Sprintf(" %18.3f", rate)
			} else {
				line += fmt.Sprintf(" %17.3f (%.2f)", rate, r[role])
			}
		}
		t.Log(line)
		ratios = append(ratios, r)
	}
	t.Logf("%-43s %24.2f %24.2f", "geometric mean", ratios.mean(1), ratios.mean(2))
	return ratios
}

func (g goodputRatios) mean(role int) float64 {
	sum := 0.0
	for _, r := range g {
		sum += math.Log(r[role])
	}
	return math.Exp(sum / float64(len(g)))
}

func (g goodputRatios) least(role int) float64 {
	least := math.Inf(1)
	for _, r := range g {
		least = min(least, r[role])
	}
	return least
}

// goodput returns how many bytes a transfer gets through in the cell's time, from when the connection is there.
func goodput(t *testing.T, c *goodputCell, role int, seed uint64) (n int) {
	link := segment.Config{Seed: seed, Ports: []segment.Paths{{Tx: c.path}, {Tx: c.path}}}
	var sides [2]goodputSide // sender, receiver
	var devices [2]segment.Device
	for i := range sides {
		if i == role-1 {
			sides[i].address = fmt.Sprintf("10.6.0.%d", i+1)
			continue
		}
		sides[i] = newGoodputKernel(t, i)
		devices[i] = sides[i].device
	}
	live, err := segment.Start(link, devices[:]...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = live.Close() })
	if role > 0 {
		sides[role-1].host = newGoodputHost(t, role-1, live.Port(role-1))
	}
	listener := sides[1].listen(t)
	conns := make(chan net.Conn, 1)
	go func() {
		in, err := listener.Accept()
		if err != nil {
			close(conns)
			return
		}
		conns <- in
	}()
	out := sides[0].dial(t, sides[1].address)
	in, ok := <-conns
	require.True(t, ok, "nobody came")
	t.Cleanup(func() { _ = out.Close() })
	go func() {
		for data := make([]byte, 1<<16); ; {
			if _, err := out.Write(data); err != nil {
				return
			}
		}
	}()
	require.NoError(t, in.SetReadDeadline(time.Now().Add(c.time)))
	k, err := io.Copy(io.Discard, onlyReader{in})
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	return int(k) // where a fifth of the frames is lost, a second may be too short for any
}

// onlyReader hides a connection's other methods: no bytes are to be spliced past the reader.
type onlyReader struct{ io.Reader }

// goodputSide is an end of the wire: a namespace of the kernel with its TAP, or the stack.
type goodputSide struct {
	address string
	ns      *namespace
	device  *tap.Device
	host    *netgo.Host
}

// newGoodputKernel makes the namespace for end i, with the kernel's settings as they are by default.
func newGoodputKernel(t *testing.T, i int) goodputSide {
	s := goodputSide{address: fmt.Sprintf("10.6.0.%d", i+1), ns: newNamespace(t)}
	require.NoError(t, s.ns.Inside(func() (err error) { s.device, err = tap.Open("gp0"); return err }))
	t.Cleanup(func() { _ = s.device.Close() })
	s.ns.set(t, "ipv6/conf/gp0/disable_ipv6", "1") // nothing but the transfer uses up the seed's chance
	s.ns.ip(t, "addr add "+s.address+"/24 dev gp0", "link set gp0 up")
	return s
}

// newGoodputHost makes a stack for end i.
func newGoodputHost(t *testing.T, i int, device netgo.Device) *netgo.Host {
	cfg := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 6, byte(i + 1)}, MTU: 1500, Entropy: [32]byte{byte(i + 1)},
		IPv4: wire.Prefix{Addr: wire.AddrFrom4([4]byte{10, 6, 0, byte(i + 1)}), Bits: 24},
		TCP:  tcp.Settings{Tuning: goodputTuning},
	}
	host, err := netgo.New(netgo.Config{Stack: cfg, Connections: 4, Endpoints: 1, Buffer: goodputBuffer}, device)
	require.NoError(t, err)
	t.Cleanup(func() { _ = host.Close() })
	return host
}

// prepare gives a kernel's socket the buffers, and CUBIC, which a system may have replaced as the default.
func prepare(_, _ string, c syscall.RawConn) error {
	var err error
	e := c.Control(func(fd uintptr) {
		err = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "cubic")
		for _, option := range []int{unix.SO_SNDBUF, unix.SO_RCVBUF} {
			if err == nil {
				err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, option, goodputBuffer)
			}
		}
	})
	if e != nil {
		return e
	}
	return err
}

func (s *goodputSide) listen(t *testing.T) (l net.Listener) {
	at := fmt.Sprintf("%s:%d", s.address, goodputPort)
	var err error
	if s.host != nil {
		l, err = s.host.Listen("tcp", at)
	} else {
		config := net.ListenConfig{Control: prepare}
		config.SetMultipathTCP(false)
		err = s.ns.Inside(func() error { l, err = config.Listen(context.Background(), "tcp", at); return err })
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// dial connects; where a fifth of the frames is lost that may take long.
func (s *goodputSide) dial(t *testing.T, to string) (c net.Conn) {
	at := fmt.Sprintf("%s:%d", to, goodputPort)
	ctx, cancel := context.WithTimeout(t.Context(), stepLimit())
	defer cancel()
	var err error
	for attempt := 0; ; attempt++ {
		if s.host != nil {
			c, err = s.host.DialContext(ctx, "tcp", at)
		} else {
			err = s.ns.Inside(func() error { c, err = (&net.Dialer{Control: prepare}).DialContext(ctx, "tcp", at); return err })
		}
		if err == nil || attempt == 5 || !errors.Is(err, syscall.EHOSTUNREACH) { // ARP may find nobody where much is lost
			break
		}
	}
	require.NoError(t, err)
	return c
}
