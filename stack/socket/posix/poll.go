package posix

import (
	"time"

	"stackproof/stack/socket"
)

// Events are POLL flags.
type Events uint16

const (
	PollIn  Events = 1 << iota // there is something to receive or to accept, or the end
	PollOut                    // there is room to send
	PollErr                    // SO_ERROR has something to tell; always reported
	PollHup                    // both directions of a stream are over, or it has no connection; always reported
	PollNil                    // POLLNVAL: the descriptor is not open; always reported
	PollPri                    // POLLPRI: there is urgent data that was not read
)

// PollFD is struct pollfd.
type PollFD struct {
	FD      int // a negative one is skipped
	Events  Events
	Revents Events
}

// Poll waits until one of the descriptors has one of its events. The result is the number of those that have; Revents
// says which. A limit of 0 does not wait, a negative one waits for ever. fds is borrowed until the call is done.
func (f *Face) Poll(now time.Duration, op *Op, fds []PollFD, limit time.Duration) (done bool) {
	*op = Op{call: callPoll, file: -1, waits: limit != 0, polls: fds}
	return f.run(now, op, max(limit, 0))
}

func (f *Face) tryPoll(op *Op) (done bool) {
	n := 0
	for i := range op.polls {
		p := &op.polls[i]
		p.Revents = 0
		if p.FD >= 0 {
			p.Revents = f.events(p.FD) & (p.Events | PollErr | PollHup | PollNil)
		}
		if p.Revents != 0 {
			n++
		}
	}
	return n > 0 && op.succeed(n)
}

// AtMark is sockatmark(3), SIOCATMARK: the next byte to be read is the last urgent one. false also where fd is not open.
func (f *Face) AtMark(fd int) bool {
	v := f.open(fd)
	return v != nil && f.core.UrgentLeft(int(v.sock)) == 1
}

func (f *Face) events(fd int) (e Events) {
	v := f.open(fd)
	if v == nil {
		return PollNil
	}
	r := f.core.Ready(int(v.sock))
	if r&socket.Readable != 0 {
		e |= PollIn
	}
	if r&socket.Writable != 0 {
		e |= PollOut
	}
	if r&socket.Urgent != 0 {
		e |= PollPri
	}
	if r&socket.Failed != 0 {
		e |= PollErr
	}
	if r&socket.HungUp != 0 {
		e |= PollHup
	}
	return e
}
