package lwip

import (
	"math/bits"
	"time"

	"stackproof/stack/socket/lwip/abi"
)

// Sets of a select.
const (
	setRead = iota
	setWrite
	setExcept
)

// Select is lwip_select: the sets may be nil and are borrowed until the call is done; timeout nil is for ever. It counts in
// milliseconds, rounded, and no less than one if it waits. Descriptors below the sockets' are others' and are left out. The
// answer is how many bits are set; after the time-out none is. EINVAL: nfds; EBADF: a descriptor in a set is closed, or is
// closed during the wait; then the sets stay as they are.
func (f *Face) Select(now time.Duration, op *Op, nfds int, read, write, except *abi.FdSet, timeout *abi.Timeval) (done bool) {
	*op = Op{row: -1}
	if nfds < 0 || nfds > abi.LWIP_SELECT_MAXNFDS {
		return op.fail(abi.EINVAL)
	}
	op.call, op.sets, op.nfds, op.waits = callSelect, [3]*abi.FdSet{setRead: read, setWrite: write, setExcept: except}, nfds, true
	if timeout != nil {
		op.waits = timeout.Sec != 0 || timeout.Usec != 0
		rounded := time.Duration(seconds(timeout.Sec))*time.Second + (time.Duration(timeout.Usec)*time.Microsecond + time.Millisecond/2).Truncate(time.Millisecond)
		op.limit = max(rounded, time.Millisecond)
	}
	for fd := f.offset(); fd < nfds; fd++ {
		if op.asks(fd) {
			f.hold(op, fd)
		}
	}
	return f.run(now, op)
}

// asks tells whether a descriptor is in a set.
func (op *Op) asks(fd int) bool {
	for _, s := range op.sets {
		if s != nil && s.Has(fd) {
			return true
		}
	}
	return false
}

// hold takes a reference to an open descriptor's socket, once.
func (f *Face) hold(op *Op, fd int) {
	if row, v := f.open(fd); v != nil && op.held>>row&1 == 0 {
		v.refs++
		op.held |= 1 << row
	}
}

// release gives the references back.
func (f *Face) release(op *Op) {
	for ; op.held != 0; op.held &= op.held - 1 {
		f.unref(bits.TrailingZeros64(op.held))
	}
}

// holds tells whether the descriptor is open and still the one that the call began with.
func (f *Face) holds(op *Op, fd int) *Socket {
	row, v := f.open(fd)
	if v == nil || op.held>>row&1 == 0 {
		return nil
	}
	return v
}

func (f *Face) trySelect(op *Op) (done bool) {
	var found [3]abi.FdSet
	n := 0
	for fd := f.offset(); fd < op.nfds; fd++ {
		if !op.asks(fd) {
			continue
		}
		v := f.holds(op, fd)
		if v == nil {
			return op.fail(abi.EBADF)
		}
		r, w, x := f.ready(v)
		for i, is := range [3]bool{setRead: r, setWrite: w, setExcept: x} {
			if is && op.sets[i] != nil && op.sets[i].Has(fd) {
				found[i].Set(fd)
				n++
			}
		}
	}
	if n == 0 {
		return false
	}
	for i, s := range op.sets {
		if s != nil {
			*s = found[i]
		}
	}
	return op.succeed(n)
}

// selectNone ends a select whose time is over.
func (f *Face) selectNone(op *Op) {
	for _, s := range op.sets {
		if s != nil {
			*s = abi.FdSet{}
		}
	}
	op.succeed(0)
}

// Poll is lwip_poll, which ESP-IDF's poll does not use: that stands on select. fds is borrowed until the call is done;
// timeout is in milliseconds, negative for ever. Of what a descriptor asks for POLLIN and POLLOUT count; POLLERR is told
// unasked; a negative one is left out. The answer is how many descriptors have something. EINVAL: no fds; a descriptor that
// is closed is POLLNVAL, and the answer -1 with errno as it was.
func (f *Face) Poll(now time.Duration, op *Op, fds []abi.Pollfd, timeout int) (done bool) {
	*op = Op{row: -1}
	if len(fds) == 0 && fds != nil { // NULL and none is a way to sleep
		return op.fail(abi.EINVAL)
	}
	op.call, op.polls, op.waits, op.limit = callPoll, fds, timeout != 0, time.Duration(max(timeout, 0))*time.Millisecond
	for i := range fds {
		fds[i].Revents = 0
		f.hold(op, int(fds[i].Fd))
	}
	return f.run(now, op)
}

func (f *Face) tryPoll(op *Op) (done bool) {
	n := 0
	for i := range op.polls {
		p := &op.polls[i]
		p.Revents = 0
		if p.Fd < 0 {
			continue
		}
		v := f.holds(op, int(p.Fd))
		if v == nil {
			p.Revents = abi.POLLNVAL
			op.Ret, op.Err = -1, 0
			return true
		}
		r, w, x := f.ready(v)
		if r {
			p.Revents |= p.Events & abi.POLLIN
		}
		if w {
			p.Revents |= p.Events & abi.POLLOUT
		}
		if x {
			p.Revents |= abi.POLLERR
		}
		if p.Revents != 0 {
			n++
		}
	}
	return n > 0 && op.succeed(n)
}
