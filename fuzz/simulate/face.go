package simulate

import (
	"slices"
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// errno is the name of an error; "" is none.
type errno string

const again errno = "EAGAIN"

// sockets are what an application has of its host: the calls that it needs, of whichever face.
type sockets interface {
	open(v6, stream bool) (fd int, e errno)
	// nonblock has the calls on fd not wait.
	nonblock(fd int)
	// keepAlive has a stream find out within a minute or two that its peer is gone.
	keepAlive(fd int, idle time.Duration)
	reuse(fd int)
	bind(fd int, at socket.Endpoint) errno
	listen(fd, backlog int) errno
	join(fd int, group wire.Addr) errno
	// shutdown closes the way out.
	shutdown(fd int) errno
	// abort ends a stream by a reset.
	abort(fd int)

	// These may have to wait; they answer whether the call is done.
	connect(c *call, fd int, to socket.Endpoint) bool
	accept(c *call, fd int) bool
	send(c *call, fd int, b []byte, to socket.Endpoint) bool
	recv(c *call, fd int, b []byte) bool
	closes(c *call, fd int) bool
	// step tries a call that waits once more.
	step(c *call) bool
	// cancel gives it up.
	cancel(c *call)
	deadline(c *call) (at time.Duration, ok bool)

	// check walks through the state.
	check() invariant.Violation
	// left says what is open still; "" is nothing.
	left() string
}

// call is one call of an application, and its result when it is done.
type call struct {
	busy bool // it waits
	n    int
	err  errno
	from socket.Endpoint

	posix posixCall
	lwip  lwipCall
	peer  peerCall
}

// begin makes a call, or tries the one that waits once more, and answers whether it is done.
func (c *call) begin(s sockets, start func() bool) bool {
	if c.busy {
		c.busy = !s.step(c)
	} else {
		c.busy = !start()
	}
	return !c.busy
}

// without takes a call out of those that wait.
func without[T any](ops []*T, op *T) []*T {
	if i := slices.Index(ops, op); i >= 0 {
		return slices.Delete(ops, i, i+1)
	}
	return ops
}
