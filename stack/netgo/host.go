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
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
)

// Device moves frames in real time. One goroutine at a time calls it.
type Device interface {
	stack.Device
	// Ready delivers a token after frames have come in; it is closed when the device has ended.
	Ready() <-chan struct{}
}

// Config says what a Host is made of. Zero sizes take the defaults.
type Config struct {
	Stack       stack.Config
	Sockets     int // sockets at the same time; as many as Connections and Endpoints together
	Connections int // TCP connections and listeners at the same time, those that are still closing too; 512
	Endpoints   int // UDP endpoints at the same time; 32
	Backlog     int // connections that wait for a listener's Accept; 256
	Buffer      int // bytes of send and of receive buffer of a TCP connection, and of a UDP receive queue, if their sockets want no less; 64 KiB
	Neighbours  int // hosts on the link spoken to at the same time; 64
	Groups      int // multicast groups that sockets are members of at the same time; 32
}

func (c *Config) defaults() {
	for _, d := range []struct {
		p *int
		v int
	}{{&c.Connections, 512}, {&c.Endpoints, 32}, {&c.Backlog, 256}, {&c.Buffer, 64 << 10}, {&c.Neighbours, 64}, {&c.Groups, 32}} {
		if *d.p == 0 {
			*d.p = d.v
		}
	}
	if c.Sockets == 0 {
		c.Sockets = c.Connections + c.Endpoints
	}
}

// Host is a stack with a life of its own: a goroutine owns the device and polls the stack when frames come in, when a
// socket call has left it work, and when its deadlines pass. All methods may be called from any goroutine.
type Host struct {
	mu      sync.Mutex // guards everything below; nobody holds it while the device sends
	stack   stack.Stack
	table   socket.Table
	out     outbox
	waiters []*waiter
	backlog int
	closed  bool

	epoch time.Time
	work  chan struct{} // a token: a socket call has left the goroutine work
	done  chan struct{} // closed by Close
	ended chan struct{} // closed by the goroutine
}

// reassemblies is how many datagrams, of any length, are put together of their fragments at the same time.
const reassemblies = 16

// looped is how many packets to the host itself can be on their way.
const looped = 64

// New starts a host on a device. The device stays the caller's to close, after the host.
func New(cfg Config, dev Device) (*Host, error) {
	cfg.defaults()
	h := &Host{
		epoch: time.Now(), backlog: cfg.Backlog,
		work: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	h.out.init(dev, int(cfg.Stack.MTU)+ethernetHeader)
	st := stack.Storage{
		Groups:     make([]stack.Group, cfg.Groups),
		Neighbours: make([]neighbour.Entry, cfg.Neighbours),
		Waiting:    make([]byte, cfg.Neighbours*int(cfg.Stack.MTU)),
		UDP:        make([]stack.UDPEndpoint, cfg.Endpoints),
		UDPBuffer:  make([]byte, cfg.Endpoints*(cfg.Buffer+stack.MinUDPQueue)), // the longest datagram fits into 64 KiB
		TCP:        make([]stack.TCPConn, cfg.Connections),
		TCPBuffer:  make([]byte, cfg.Connections*cfg.Buffer*2),

		Reassembly:       make([]reassembly.Entry, reassemblies),
		ReassemblyBuffer: make([]byte, reassemblies*reassembly.MaxMemory),
		Staging:          make([]byte, 1<<16),
		Loop:             make([]byte, looped*(int(cfg.Stack.MTU)+2)),
	}
	if e := h.stack.Init(&cfg.Stack, &st, &h.out); e != stack.InitOK {
		return nil, fmt.Errorf("netgo: cannot start the stack: %s", e)
	}
	h.table.Init(&h.stack, make([]socket.Socket, cfg.Sockets))
	h.table.InitGroups(make([]socket.Membership, 4*cfg.Groups))
	go h.run(dev.Ready())
	return h, nil
}

// ethernetHeader is what a frame has before its IP packet.
const ethernetHeader = 14

// Close ends the host: what waits returns net.ErrClosed. What its sockets had to send at once is still sent, but nobody
// answers or repeats any more.
func (h *Host) Close() error {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		close(h.done)
		for len(h.waiters) > 0 {
			h.rouse(h.waiters[0])
		}
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

// touch leaves the goroutine work.
func (h *Host) touch() {
	select {
	case h.work <- struct{}{}:
	default: // it is about to look anyway
	}
}

func (h *Host) run(ready <-chan struct{}) {
	defer close(h.ended)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait, ok := h.step()
		if !ok {
			timer.Stop()
		} else {
			timer.Reset(wait)
		}
		select {
		case <-h.done:
			h.step()
			return
		case _, open := <-ready:
			if !open {
				ready = nil // the link is dead; the connections' own timers see to them
			}
		case <-timer.C:
		case <-h.work:
		}
	}
}

// retry is when a device that had no transmit buffer is asked again.
const retry = time.Millisecond

// step polls once, rouses whom that concerns, and lets the device send what has come of it, without the lock: between
// two steps others get their turn, however much comes in. It returns how long until the next one, if that is known.
func (h *Host) step() (wait time.Duration, ok bool) {
	h.mu.Lock()
	now := h.now()
	next, ok := h.stack.Poll(now)
	h.wake()
	head, n := h.out.head, h.out.count
	h.mu.Unlock()

	sent := h.out.transmit(head, n)

	h.mu.Lock()
	h.out.drop(sent)
	again := h.out.refused && sent > 0 // there is room now for what found none
	h.out.refused = false
	h.mu.Unlock()
	switch {
	case again:
		return 0, true
	case sent < n && (!ok || next > now+retry):
		return retry, true
	}
	return max(next-h.now(), 0), ok
}
