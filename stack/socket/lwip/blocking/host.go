// Package blocking is the lwIP face for goroutines: calls that wait really do. One goroutine owns the stack; the others hand
// it their calls and are woken when these are done. It is also the pattern for the tasks of an RTOS: what is special
// to goroutines is a channel for the calls and one for each waiting task.
package blocking

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
)

// Clock is where the owner gets its time from.
type Clock interface {
	Now() time.Duration
	// After gives a token when that much time has passed.
	After(d time.Duration) <-chan time.Time
}

// Real is the machine's clock, from when it was made.
type Real struct{ epoch time.Time }

// NewReal makes a Real.
func NewReal() *Real { return &Real{time.Now()} }

// Now implements Clock.
func (r *Real) Now() time.Duration { return time.Since(r.epoch) }

// After implements Clock.
func (r *Real) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Host is a stack with the lwIP face and a goroutine that owns both. All methods may be called from any goroutine.
type Host struct {
	owner lwip.Owner
	clock Clock
	ready <-chan struct{}
	calls chan *call
	stop  chan struct{}
	ended chan struct{}
}

// call is what a goroutine hands over, and its place to wait.
type call struct {
	task lwip.Task
	done chan struct{}
}

// Wake implements lwip.Waker.
func (c *call) Wake() { close(c.done) }

// New starts a host: from now on stack and face are its own. ready has a token after frames have come; it may be nil, as
// for a host that only speaks to itself.
func New(s *stack.Stack, f *lwip.Face, clock Clock, ready <-chan struct{}) *Host {
	h := &Host{
		clock: clock, ready: ready, calls: make(chan *call), stop: make(chan struct{}), ended: make(chan struct{}),
	}
	h.owner.Init(s, f)
	go h.run()
	return h
}

// run is the owner. It sleeps until there is a call, a frame, or something due.
func (h *Host) run() {
	defer close(h.ended)
	for {
		now := h.clock.Now()
		var due <-chan time.Time
		if next, ok := h.owner.Run(now); ok {
			due = h.clock.After(next - now)
		}
		select {
		case c := <-h.calls:
			h.owner.Take(h.clock.Now(), &c.task)
		case <-h.ready:
		case <-due:
		case <-h.stop:
			h.owner.Cancel(h.clock.Now())
			return
		}
	}
}

// Close ends the host, once: calls that wait, and those that come later, fail with ENOTCONN.
func (h *Host) Close() {
	close(h.stop)
	<-h.ended
}

// Do makes a call by its start, which runs in the owner and must not wait, and returns when it is done: with what the call
// has returned, and errno, 0 if it was left alone. What the start uses is the owner's until then.
func (h *Host) Do(start func(now time.Duration, f *lwip.Face, op *lwip.Op) (done bool)) (op *lwip.Op) {
	c := &call{done: make(chan struct{})}
	c.task.Waker = c
	c.task.Start = func(now time.Duration, f *lwip.Face, t *lwip.Task) bool { return start(now, f, &t.Op) }
	select {
	case h.calls <- c:
		<-c.done
	case <-h.ended:
		c.task.Op.Ret, c.task.Op.Err = -1, abi.ENOTCONN
	}
	return &c.task.Op
}
