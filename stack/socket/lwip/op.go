package lwip

import (
	"time"

	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// Op is one call that may have to wait. It is ready for use, and again whenever the last call is done. It borrows the
// buffers, sets and messages that the call has until that is done.
type Op struct {
	// The result, once the call is done: errno is left alone where Err is 0.
	Ret  int
	Err  abi.Errno
	Name Name // accept, recvfrom, recvmsg: the peer or the sender, if the call gives one

	call  call
	row   int16 // the socket that the call holds a reference to, -1: none
	flags int
	done  int // send: bytes queued so far
	limit time.Duration
	wait  socket.Wait
	waits bool

	buf     []byte
	iov     [][]byte // instead of buf
	msg     *Message
	to      socket.Endpoint
	polls   []abi.Pollfd
	sets    [3]*abi.FdSet
	nfds    int
	held    uint64 // select, poll: the rows that the call holds references to
	reports bool   // accept, recvfrom: Name is asked for
}

// call is what an Op does.
type call uint8

const (
	callNone call = iota
	callAccept
	callConnect
	callRecv
	callSend
	callSelect
	callPoll
	callClose
)

// Event is what a blocked call waits for.
type Event uint8

const (
	Nothing  Event = iota // it is not blocked
	Acceptee              // a connection to accept
	Outcome               // of a connect
	Data                  // something to receive, or the end
	Room                  // for something to send
	Readies               // of the descriptors of a select or poll
	Drained               // all that was sent is acknowledged
)

// Wait says what a blocked call waits for: the event and, unless that is Readies, the descriptor. It can be told without
// a Step that the wait goes on as long as Ready of the descriptor is what it was, and no other call was made on it.
func (f *Face) Wait(op *Op) (e Event, fd int) {
	if op.call == callNone {
		return Nothing, -1
	}
	return [...]Event{
		callAccept: Acceptee, callConnect: Outcome, callRecv: Data, callSend: Room, callSelect: Readies, callPoll: Readies,
		callClose: Drained,
	}[op.call], int(op.row) + f.offset()
}

// begin starts an Op on a descriptor: it takes a reference to the socket, which end gives back. On failure the call is done,
// and the answer is nil.
func (f *Face) begin(op *Op, c call, fd int) *Socket {
	*op = Op{row: -1}
	row, v := f.open(fd)
	if v == nil {
		op.fail(abi.EBADF)
		return nil
	}
	v.refs++
	op.call, op.row, op.waits = c, int16(row), !v.nonblock
	return v
}

// run lets the Op wait no longer than its limit (0: for ever) and tries it for the first time.
func (f *Face) run(now time.Duration, op *Op) (done bool) {
	op.wait.Begin(now, op.waits, op.limit)
	return f.Step(now, op)
}

// refuse ends a call that has begun and is not tried.
func (f *Face) refuse(op *Op, e abi.Errno) (done bool) {
	op.fail(e)
	f.end(op)
	return true
}

// answer ends a call that has begun and never waits: with 0, or with an error.
func (f *Face) answer(op *Op, e abi.Errno) (done bool) {
	if e != 0 {
		return f.refuse(op, e)
	}
	op.succeed(0)
	f.end(op)
	return true
}

// succeed and fail set the result. They answer true: the call is done.
func (op *Op) succeed(ret int) bool {
	op.Ret, op.Err = ret, 0
	return true
}

func (op *Op) fail(e abi.Errno) bool {
	op.Ret, op.Err = -1, e
	return true
}

// Step tries a blocked call once more and answers whether it is done, be it because it gave up: at its deadline a call that
// cannot be done still ends. An Op that is done stays so.
func (f *Face) Step(now time.Duration, op *Op) (done bool) {
	if op.call == callNone {
		return true
	}
	if !f.try(now, op) {
		if op.wait.Goes(now) {
			return false
		}
		f.giveUp(now, op)
	}
	f.end(op)
	return true
}

// try does the call if that is possible now.
func (f *Face) try(now time.Duration, op *Op) (done bool) {
	switch op.call {
	case callSelect:
		return f.trySelect(op)
	case callPoll:
		return f.tryPoll(op)
	}
	v := &f.sockets[op.row]
	if op.call == callClose {
		return f.tryClose(now, op, v)
	}
	if v.closed { // by another task
		return op.fail(abi.ENOTCONN)
	}
	f.sync(v)
	switch op.call {
	case callAccept:
		return f.tryAccept(now, op, v)
	case callConnect:
		return f.tryConnect(op, v)
	case callRecv:
		return f.tryRecv(op, v)
	}
	return f.trySend(now, op, v)
}

// giveUp ends a call that could not be done in time, or may not wait.
func (f *Face) giveUp(now time.Duration, op *Op) {
	switch {
	case op.call == callSelect:
		f.selectNone(op)
	case op.call == callPoll:
		op.succeed(0)
	case op.call == callClose:
		f.core.Abort(now, int(f.sockets[op.row].sock))
		op.succeed(0)
	case op.call == callConnect:
		op.fail(abi.EINPROGRESS)
	case op.done > 0:
		op.succeed(op.done)
	default:
		op.fail(abi.EAGAIN)
	}
}

// end gives the Op's references back.
func (f *Face) end(op *Op) {
	if op.row >= 0 {
		if op.call == callSend && op.wait.Waits() {
			f.sockets[op.row].writing = false
		}
		f.unref(int(op.row))
	}
	f.release(op)
	op.call, op.row, op.buf, op.iov, op.msg, op.polls, op.sets = callNone, -1, nil, nil, nil, nil, [3]*abi.FdSet{}
}

// Deadline returns when a blocked call gives up; ok is false for one that waits for ever or is done.
func (f *Face) Deadline(op *Op) (at time.Duration, ok bool) {
	at, ok = op.wait.Deadline()
	return at, ok && op.call != callNone
}

// Cancel gives a blocked call up, as when its task is deleted, and unlike there without a leak. A descriptor that a
// blocked close has closed stays closed. A call that is done, or was never made, is no matter.
func (f *Face) Cancel(now time.Duration, op *Op) {
	switch op.call {
	case callNone:
		return
	case callClose:
		f.core.Close(now, int(f.sockets[op.row].sock))
	}
	f.end(op)
}
