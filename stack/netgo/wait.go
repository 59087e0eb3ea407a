package netgo

import (
	"net"
	"os"
	"sync"
	"time"

	"stackproof/stack/socket"
)

// waiter is a goroutine that waits until one of some sockets can do what it wants.
type waiter struct {
	ids  []int
	want socket.Ready
	ch   chan struct{} // closed to wake it
	gone bool          // ch is closed
}

// wake wakes the waiters whose sockets are ready. A waiter is on the list from before its caller gives up h.mu, so no
// event falls between its last try and its sleep. h.mu is held.
func (h *Host) wake() {
	for w := range h.waiters {
		for _, id := range w.ids {
			if h.table.Ready(id)&w.want != 0 {
				w.rouse()
			}
		}
	}
}

// rouseAll wakes whoever waits for socket id: it is being closed. h.mu is held.
func (h *Host) rouseAll(id int) {
	for w := range h.waiters {
		for _, i := range w.ids {
			if i == id {
				w.rouse()
			}
		}
	}
}

func (w *waiter) rouse() {
	if !w.gone {
		w.gone = true
		close(w.ch)
	}
}

// wait gives up h.mu until a socket of ids may be able to do what is wanted; the caller tries again. An error says why
// there is no point in that: the deadline passed, cancel was closed (os.ErrDeadlineExceeded too: its owner knows), or
// the host is closed.
func (h *Host) wait(ids []int, want socket.Ready, cancel <-chan struct{}) error {
	w := &waiter{ids: ids, want: want, ch: make(chan struct{})}
	h.waiters[w] = struct{}{}
	h.mu.Unlock()
	var err error
	select {
	case <-w.ch:
	case <-cancel:
		err = os.ErrDeadlineExceeded
	case <-h.done:
		err = net.ErrClosed
	}
	h.mu.Lock()
	delete(h.waiters, w)
	return err
}

// deadline is a time that can be set and moved while others wait for it.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	ch    chan struct{} // closed when the time has come
}

// set moves the deadline; the zero time takes it away.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.ch // the timer has fired: its function runs or has run, wait until the channel is closed
	}
	d.timer = nil
	if d.ch == nil || isClosed(d.ch) {
		d.ch = make(chan struct{})
	}
	if t.IsZero() {
		return
	}
	ch := d.ch
	if wait := time.Until(t); wait > 0 {
		d.timer = time.AfterFunc(wait, func() { close(ch) })
		return
	}
	close(ch)
}

// passed returns the channel that is closed when the deadline passes.
func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ch == nil {
		d.ch = make(chan struct{})
	}
	return d.ch
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
