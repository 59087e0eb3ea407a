package segment

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/tap"
)

var _ Device = (*tap.Device)(nil)
var _ Device = (*HostPort)(nil)

// nic is a Device whose wire is the test.
type nic struct {
	mu    sync.Mutex
	in    [][]byte
	ready chan struct{}
	out   chan []byte
	busy  int // Reserve has nothing so many times
	buf   [2000]byte
}

func newNIC() *nic { return &nic{ready: make(chan struct{}, 1), out: make(chan []byte, 1000)} }

func (d *nic) Ready() <-chan struct{} { return d.ready }

func (d *nic) Receive() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.in) == 0 {
		return nil
	}
	return d.in[0]
}

func (d *nic) Release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.in = d.in[1:]
}

func (d *nic) Reserve(n int) []byte {
	if d.busy > 0 {
		d.busy--
		return nil
	}
	return d.buf[:n]
}

func (d *nic) Send(n int) { d.out <- append([]byte(nil), d.buf[:n]...) }

// hear lets the device receive frames.
func (d *nic) hear(frames ...[]byte) {
	d.mu.Lock()
	d.in = append(d.in, frames...)
	d.mu.Unlock()
	token(d.ready)
}

// next is the next frame that the device sends.
func (d *nic) next(t *testing.T) []byte {
	t.Helper()
	select {
	case f := <-d.out:
		return f
	case <-time.After(20 * time.Second):
		require.Fail(t, "no frame")
		return nil
	}
}

func start(t *testing.T, cfg Config, devices ...Device) *Live {
	l, err := Start(cfg, devices...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// TestLiveBetweenDevices: more frames than any queue holds pass from one device to the other, in order.
func TestLiveBetweenDevices(t *testing.T) {
	a, b := newNIC(), newNIC()
	a.busy = 3 // it is asked again
	l := start(t, Config{Ports: make([]Paths, 2), PortQueue: 8, Buffers: 40}, a, b)
	require.Nil(t, l.Port(0))
	var frames [][]byte
	for i := range 500 {
		frames = append(frames, testFrame(2, 1, uint64(i), 100))
	}
	a.hear(make([]byte, 1519)) // too long: counted, and not passed on
	a.hear(frames...)
	for i := range frames {
		require.Equal(t, frames[i], b.next(t))
	}
	b.hear(testFrame(1, 2, 7, 60))
	require.EqualValues(t, 7, number(a.next(t)))
	tx, _ := l.Stats(0)
	require.EqualValues(t, 1, tx.TooLong)
	require.EqualValues(t, 500, tx.Left)
}

// TestLiveHost: a host in the program at one port, a device at the other; the delay is real.
func TestLiveHost(t *testing.T) {
	const delay = 5 * time.Millisecond
	d := newNIC()
	l := start(t, Config{Ports: []Paths{{Rx: Path{Delay: delay}}, {}}, PortQueue: 2}, d)
	h := l.Port(1)
	begin := time.Now()
	copy(h.Reserve(60), testFrame(1, 2, 9, 60))
	h.Send(60)
	require.EqualValues(t, 9, number(d.next(t)))
	require.GreaterOrEqual(t, time.Since(begin), delay)
	d.hear(testFrame(2, 1, 5, 60))
	<-h.Ready()
	require.EqualValues(t, 5, number(h.Receive()))
	h.Release()
	require.Nil(t, h.Receive())
}

// TestLiveStarved: a host that found no buffer is told when there is one.
func TestLiveStarved(t *testing.T) {
	l := start(t, Config{Ports: make([]Paths, 2), PortQueue: 1})
	h := l.Port(0)
	for range 100 {
		for h.Reserve(60) == nil {
			<-h.Ready()
		}
		h.Send(60)
	}
}

func TestLiveClose(t *testing.T) {
	d := newNIC()
	l, err := Start(Config{Ports: []Paths{{Tx: Path{Delay: time.Hour}}, {}}}, d)
	require.NoError(t, err)
	d.hear(testFrame(2, 1, 1, 60))
	h := l.Port(1)
	close(d.ready) // the device has ended; the segment goes on
	require.NoError(t, l.Close())
	_, open := <-h.Ready()
	require.False(t, open)
	_, err = Start(Config{})
	require.Error(t, err)
}
