package socket

import "time"

// Wait is how long a call of a face waits for what it cannot do at once.
type Wait struct {
	waits    bool
	limited  bool
	deadline time.Duration
}

// Begin begins it: not at all, or as long as limit says, 0 being for ever.
func (w *Wait) Begin(now time.Duration, waits bool, limit time.Duration) {
	*w = Wait{waits: waits, limited: limit > 0, deadline: now + limit}
}

// Waits tells whether the call waits at all.
func (w *Wait) Waits() bool { return w.waits }

// Goes tells whether it goes on: the call waits, and its time is not over.
func (w *Wait) Goes(now time.Duration) bool { return w.waits && (!w.limited || now < w.deadline) }

// Deadline returns when it is over; ok is false where it never is, or has not begun.
func (w *Wait) Deadline() (at time.Duration, ok bool) { return w.deadline, w.waits && w.limited }
