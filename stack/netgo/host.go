// Package netgo gives Go programs the stack as package net gives them the system's: net.Conn, net.Listener and
// net.PacketConn, with deadlines and cancellation, on top of the neutral socket layer. It is where goroutines, real time
// and the garbage collector are at home; the stack below knows none of them.
package netgo

import (
	"fmt"
	"sync"
	"time"

	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/socket"
)

// Device moves frames in real time.
type Device interface {
	stack.Device
	// Ready delivers a token after frames have come in; it is closed when the device has ended.
	Ready() <-chan struct{}
}

// Config says what a Host is made of. Zero sizes take the defaults.
type Config struct {
	Stack       stack.Config
	Sockets     int // sockets at the same time; 256
	Connections int // TCP connections and listeners at the same time, those that are still closing too; 512
	Endpoints   int // UDP endpoints at the same time; 32
	Buffer      int // bytes of send and of receive buffer of a TCP connection, and of a UDP receive queue; 64 KiB
	Neighbours  int // hosts on the link spoken to at the same time; 64
}

func (c *Config) defaults() {
	for _, d := range []struct {
		p *int
		v int
	}{{&c.Sockets, 256}, {&c.Connections, 512}, {&c.Endpoints, 32}, {&c.Buffer, 64 << 10}, {&c.Neighbours, 64}} {
		if *d.p == 0 {
			*d.p = d.v
		}
	}
}

// Host is a stack with a life of its own: a goroutine polls it when frames come in and when its deadlines pass. All
// methods may be called from any goroutine.
type Host struct {
	mu      sync.Mutex // guards everything below
	stack   stack.Stack
	table   socket.Table
	waiters map[*waiter]struct{}
	armed   time.Duration // when the goroutine will wake by itself; never where it will not
	closed  bool

	dev   Device
	epoch time.Time
	kick  chan struct{} // wakes the goroutine to look at a new deadline
	done  chan struct{} // closed by Close
	ended chan struct{} // closed by the goroutine
}

// never is later than any deadline.
const never = time.Duration(1<<63 - 1)

// New starts a host on a device. The device stays the caller's to close, after the host.
func New(cfg Config, dev Device) (*Host, error) {
	cfg.defaults()
	h := &Host{
		dev: dev, epoch: time.Now(), waiters: map[*waiter]struct{}{}, armed: never,
		kick: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	st := stack.Storage{
		Neighbours: make([]neighbour.Entry, cfg.Neighbours),
		Waiting:    make([]byte, cfg.Neighbours*int(cfg.Stack.MTU)),
		UDP:        make([]stack.UDPEndpoint, cfg.Endpoints),
		UDPBuffer:  make([]byte, cfg.Endpoints*cfg.Buffer),
		TCP:        make([]stack.TCPConn, cfg.Connections),
		TCPBuffer:  make([]byte, cfg.Connections*cfg.Buffer*2),
	}
	if e := h.stack.Init(&cfg.Stack, &st, dev); e != stack.InitOK {
		return nil, fmt.Errorf("netgo: cannot start the stack: %s", e)
	}
	h.table.Init(&h.stack, make([]socket.Socket, cfg.Sockets))
	go h.run()
	return h, nil
}

// Close ends the host: what waits returns net.ErrClosed; nothing more is sent.
func (h *Host) Close() error {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		close(h.done)
	}
	h.mu.Unlock()
	<-h.ended
	return nil
}

// Do runs f while nobody else touches the stack; to read counters, for example.
func (h *Host) Do(f func(s *stack.Stack)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.stack)
}

// now is the stack's time.
func (h *Host) now() time.Duration { return time.Since(h.epoch) }

func (h *Host) run() {
	defer close(h.ended)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-h.done:
			return
		case _, open := <-h.dev.Ready():
			if !open {
				<-h.done
				return
			}
		case <-timer.C:
		case <-h.kick:
		}
		h.mu.Lock()
		next, ok := h.poll()
		if !ok {
			next = never
		}
		h.armed = next
		wait := next - h.now()
		h.mu.Unlock()
		timer.Reset(max(wait, 0))
	}
}

// poll lets the stack work and wakes whom that concerns. h.mu is held.
func (h *Host) poll() (next time.Duration, ok bool) {
	for {
		now := h.now()
		next, ok = h.stack.Poll(now)
		// It asks for another Poll at once when there was more to do than one may do.
		if !ok || next > now {
			break
		}
	}
	h.wake()
	return next, ok
}

// touch polls after a socket call changed something. h.mu is held.
func (h *Host) touch() {
	if next, ok := h.poll(); ok && next < h.armed {
		h.armed = next
		select {
		case h.kick <- struct{}{}:
		default: // it is about to look anyway
		}
	}
}
