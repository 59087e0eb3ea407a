package netgo

import (
	"os"
	"sync"
	"time"

	"stackproof/stack/socket"
)

// waiter is a goroutine's place to wait at a host. It is on the host's list from before the goroutine gives up Host.mu
// until somebody rouses it, so that no event falls between its last try and its sleep. Host.mu guards it.
type waiter struct {
	ids    []int // it waits until one of these sockets can do
	want   socket.Ready
	roused chan struct{} // has room for the one token that each rouse gives
	place  int           // in Host.waiters; -1: it does not wait
}

func newWaiter(ids []int) waiter { return waiter{ids: ids, roused: make(chan struct{}, 1), place: -1} }

// wait gives up h.mu until something may have changed for w: its sockets, a deadline, or that they are open. The caller
// then tries again.
func (h *Host) wait(w *waiter, want socket.Ready) {
	w.want, w.place = want, len(h.waiters)
	h.waiters = append(h.waiters, w)
	h.mu.Unlock()
	<-w.roused
	h.mu.Lock()
}

// rouse wakes w if it waits. h.mu is held.
func (h *Host) rouse(w *waiter) {
	if w.place < 0 {
		return
	}
	last := len(h.waiters) - 1
	h.waiters[w.place] = h.waiters[last]
	h.waiters[w.place].place = w.place
	h.waiters[last] = nil
	h.waiters = h.waiters[:last]
	w.place = -1
	w.roused <- struct{}{}
}

// wake rouses those whose sockets can do what they want. h.mu is held.
func (h *Host) wake() {
	for i := len(h.waiters) - 1; i >= 0; i-- { // rouse puts the last in the place of the roused
		w := h.waiters[i]
		for _, id := range w.ids {
			if h.table.Ready(id)&w.want != 0 {
				h.rouse(w)
				break
			}
		}
	}
}

// direction is one of the two directions of a handle: its operations take turns, so that they do not tear a stream's
// order, and that one event wakes one goroutine only.
type direction struct {
	turn   sync.Mutex
	waiter waiter

	// Host.mu guards the deadline.
	deadline time.Time // zero: none
	expired  bool
	timer    *time.Timer
}

// err says why an operation of the direction must not go on. h.mu is held.
func (d *direction) err() error {
	if d.expired {
		return os.ErrDeadlineExceeded // even if the operation could go on, as package net has it
	}
	return nil
}

// setDeadline moves the deadline; the zero time takes it away. h.mu is held.
func (h *Host) setDeadline(d *direction, t time.Time) {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.deadline, d.expired = t, false
	h.checkDeadline(d)
}

// checkDeadline looks whether the deadline has passed, and sees to it that it is looked at again if not. h.mu is held.
func (h *Host) checkDeadline(d *direction) {
	if d.deadline.IsZero() {
		return
	}
	wait := time.Until(d.deadline)
	switch {
	case wait <= 0:
		d.expired = true
		h.rouse(&d.waiter)
	case d.timer == nil:
		d.timer = time.AfterFunc(wait, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.checkDeadline(d) // it may have been moved meanwhile
		})
	default:
		d.timer.Reset(wait)
	}
}
