package posix

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// Connect connects fd to a peer; the zero Endpoint (AF_UNSPEC) dissolves what connection there is. A blocking call
// waits as long as SO_SNDTIMEO says. EISCONN; EALREADY: another connect is under way; EINPROGRESS: it goes on without
// the caller; EAFNOSUPPORT, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EADDRINUSE, EINVAL, ENOBUFS; ECONNREFUSED,
// ECONNRESET, ETIMEDOUT; ECONNABORTED: it failed for a reason that SO_ERROR has told already; EACCES (a datagram
// to a broadcast). After a failure the socket can be connected again.
//
// As on Linux, the first connect after one that has succeeded out of sight returns 0, and only the next EISCONN.
func (f *Face) Connect(now time.Duration, op *Op, fd int, to socket.Endpoint) (done bool) {
	v := f.begin(op, callConnect, fd)
	if v == nil {
		return true
	}
	if !f.connect(now, op, v, to) {
		return f.run(now, op, v.sendLimit)
	}
	f.end(now, op)
	return true
}

// connect does what a connect does before it waits; for a datagram and for AF_UNSPEC that is all.
func (f *Face) connect(now time.Duration, op *Op, v *File, to socket.Endpoint) (done bool) {
	sock := int(v.sock)
	var c stack.Cause
	switch {
	case !to.Addr.IsValid():
		c, v.progress = f.core.Disconnect(now, sock), unconnected
	case f.core.Kind(sock) == socket.Datagram && f.core.IsBroadcast(to.Addr):
		return op.fail(EACCES)
	case v.progress == established:
		c = stack.AlreadyConnected
	case v.progress == connecting:
		op.late = EALREADY
		return false
	default:
		c = f.core.Connect(now, sock, to)
	}
	switch c {
	case stack.OK:
		return op.succeed(0)
	case stack.InProgress:
		v.progress, op.late = connecting, EINPROGRESS
		return false
	}
	return op.fail(errno(c))
}

// tryConnect looks what has become of a stream's attempt.
func (f *Face) tryConnect(now time.Duration, op *Op, v *File) (done bool) {
	switch f.core.Status(int(v.sock)) {
	case stack.InProgress:
		return false
	case stack.OK:
		v.progress = established
		return op.succeed(0)
	}
	e := f.takeError(v)
	if e == ENone {
		e = ECONNABORTED
	}
	v.progress = unconnected
	f.core.Disconnect(now, int(v.sock))
	return op.fail(e)
}

// Accept takes a connection that waits at a listener; the result is its descriptor, and From the peer. It inherits the
// listener's options but not O_NONBLOCK. A blocking call waits as long as SO_RCVTIMEO says. EBADF, EAGAIN, EINVAL (not
// listening), EOPNOTSUPP (a datagram socket), EMFILE, ENFILE.
func (f *Face) Accept(now time.Duration, op *Op, fd int) (done bool) {
	v := f.begin(op, callAccept, fd)
	if v == nil {
		return true
	}
	return f.run(now, op, v.recvLimit)
}

func (f *Face) tryAccept(op *Op, v *File) (done bool) {
	fd, file, e := f.room()
	if e != ENone {
		return op.fail(e)
	}
	sock, c := f.core.Accept(int(v.sock))
	switch c {
	case stack.OK:
	case stack.WouldBlock:
		return false
	case stack.TableFull:
		return op.fail(ENFILE)
	default:
		return op.fail(errno(c))
	}
	child := *v
	child.sock, child.nonblock, child.progress = int16(sock), false, established
	f.install(fd, file, child)
	op.From = f.core.Remote(sock)
	return op.succeed(fd)
}
