package lwip

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket/lwip/abi"
)

// Owner is who polls the stack and makes the calls of all tasks: one task or goroutine, the only one that touches stack and
// face. Others hand it their calls, by whatever queue the system has, and sleep until it wakes them; nobody looks again
// after an interval. With an RTOS the three hooks are: to wait, the task's own notification, after it has put its Task into
// the owner's queue; to wake, Task.Waker, which gives that notification; and for time-outs what Run answers, which is how
// long the owner sleeps at its queue. Package blocking has them for goroutines.
type Owner struct {
	stack       *stack.Stack
	face        *Face
	first, last *Task // blocked calls, in the order of their starts
}

// Waker wakes the task that has handed a call over. It is called once, by the owner, when the call is done.
type Waker interface{ Wake() }

// Task is one call of a task, from when it is handed over until it has been woken. It is then the task's again: Op has the
// result.
type Task struct {
	Op    Op
	Start func(now time.Duration, f *Face, t *Task) (done bool) // makes the call, with Op; done: it never waits, or did not
	Waker Waker

	next *Task
}

// Init makes o the owner of a stack with a face.
func (o *Owner) Init(s *stack.Stack, f *Face) { *o = Owner{stack: s, face: f} }

// Take makes a call that was handed over. Run is to follow, at the same time; several calls can be taken before.
func (o *Owner) Take(now time.Duration, t *Task) {
	t.next = nil
	switch {
	case t.Start(now, o.face, t):
		t.Waker.Wake()
		return
	case o.last == nil:
		o.first = t
	default:
		o.last.next = t
	}
	o.last = t
}

// rest is how often the stack may ask to be polled again at once: what it sends to itself comes that way.
const rest = 1000

// Run does all that can be done at now: it polls the stack, ends the calls that can be after each poll, so that who waits for a
// frame need not wait for those behind it, and wakes their tasks, until nothing changes. It answers when it wants to be called
// next if nothing comes before: no frame, and no call. ok is false if never.
func (o *Owner) Run(now time.Duration) (next time.Duration, ok bool) {
	for polls := 1; ; polls++ {
		next, ok = o.stack.Poll(now)
		if !o.step(now) && (!ok || next > now || polls >= rest) {
			break
		}
	}
	for t := o.first; t != nil; t = t.next {
		if at, limited := o.face.Deadline(&t.Op); limited && (!ok || at < next) {
			next, ok = at, true
		}
	}
	return next, ok
}

// step tries the blocked calls once, oldest first, and reports whether any is done.
func (o *Owner) step(now time.Duration) (any bool) {
	last := (*Task)(nil)
	for t := o.first; t != nil; {
		next := t.next
		if o.face.Step(now, &t.Op) {
			any = true
			o.unlink(last, t)
			t.Waker.Wake()
		} else {
			last = t
		}
		t = next
	}
	return any
}

// unlink takes a call out of the list; last is the one before it.
func (o *Owner) unlink(last, t *Task) {
	if last == nil {
		o.first = t.next
	} else {
		last.next = t.next
	}
	if o.last == t {
		o.last = last
	}
	t.next = nil
}

// Cancel gives up all blocked calls and wakes their tasks: the calls fail with ENOTCONN.
func (o *Owner) Cancel(now time.Duration) {
	for o.first != nil {
		t := o.first
		o.unlink(nil, t)
		o.face.Cancel(now, &t.Op)
		t.Op.fail(abi.ENOTCONN)
		t.Waker.Wake()
	}
}
