package posix

import (
	"time"

	"stackproof/stack/socket"
)

// Op is one call that may have to wait. It is ready for use, and again whenever the last call is done.
type Op struct {
	// The result, once the call is done.
	Ret  int             // the return value: -1 on failure, with Err set
	Err  Errno           // ENone on success
	From socket.Endpoint // accept: the peer. recvfrom: the sender, if the socket is a datagram one

	call  call
	file  int16 // the file that the call holds a reference to, -1 for none
	waits bool  // the call blocks while it cannot be done
	late  Errno // what a call that does not wait, or gives up, fails with
	flags Flags
	done  int // send: bytes queued so far
	wait  socket.Wait
	buf   []byte
	polls []PollFD
	to    socket.Endpoint
}

// call is what an Op does.
type call uint8

const (
	callNone call = iota
	callAccept
	callConnect
	callRecv
	callSend
	callPoll
	callClose
)

// begin starts an Op on a descriptor: it takes a reference to the file, which end gives back. On failure the call is
// done, and the answer is nil.
func (f *Face) begin(op *Op, c call, fd int) *File {
	*op = Op{file: -1, late: EAGAIN}
	i := f.lookup(fd)
	if i < 0 {
		op.fail(EBADF)
		return nil
	}
	v := &f.files[i]
	v.refs++
	op.call, op.file, op.waits = c, int16(i), !v.nonblock
	return v
}

// run lets the Op wait no longer than limit (0: for ever) and tries it for the first time.
func (f *Face) run(now time.Duration, op *Op, limit time.Duration) (done bool) {
	op.wait.Begin(now, op.waits, limit)
	return f.Step(now, op)
}

// succeed and fail set the result. They answer true: the call is done.
func (op *Op) succeed(ret int) bool {
	op.Ret, op.Err = ret, ENone
	return true
}

func (op *Op) fail(e Errno) bool {
	op.Ret, op.Err = -1, e
	return true
}

// Step tries a blocked call once more and answers whether it is done, be it because it gave up: at its deadline a call
// that cannot be done still ends. An Op that is done stays so.
func (f *Face) Step(now time.Duration, op *Op) (done bool) {
	if op.call == callNone {
		return true
	}
	if !f.try(now, op) {
		if op.wait.Goes(now) {
			return false
		}
		op.giveUp()
	}
	f.end(now, op)
	return true
}

// try does the call if that is possible now.
func (f *Face) try(now time.Duration, op *Op) (done bool) {
	if op.call == callPoll {
		return f.tryPoll(op)
	}
	v := &f.files[op.file]
	switch op.call {
	case callAccept:
		return f.tryAccept(op, v)
	case callConnect:
		return f.tryConnect(now, op, v)
	case callRecv:
		return f.tryRecv(op, v)
	case callSend:
		return f.trySend(now, op, v)
	}
	return f.tryClose(op, v)
}

// giveUp ends a call that could not be done in time.
func (op *Op) giveUp() {
	switch {
	case op.call == callPoll || op.call == callClose:
		op.succeed(0)
	case op.done > 0:
		op.succeed(op.done)
	default:
		op.fail(op.late)
	}
}

// end gives the Op's reference back.
func (f *Face) end(now time.Duration, op *Op) {
	if op.file >= 0 {
		f.unref(now, int(op.file))
	}
	op.call, op.file, op.buf, op.polls = callNone, -1, nil, nil
}

// Deadline returns when a blocked call gives up; ok is false for one that waits for ever or is done.
func (f *Face) Deadline(op *Op) (at time.Duration, ok bool) {
	at, ok = op.wait.Deadline()
	return at, ok && op.call != callNone
}

// Cancel gives a blocked call up, as if it had never been made but for the bytes that it has sent. The descriptor that
// a blocked close has closed stays closed. A call that is done, or was never made, is no matter.
func (f *Face) Cancel(now time.Duration, op *Op) {
	if op.call != callNone {
		f.end(now, op)
	}
}
