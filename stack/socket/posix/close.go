package posix

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/tcp"
)

// What Shutdown closes.
const (
	ShutRead  = 0 // SHUT_RD
	ShutWrite = 1 // SHUT_WR
	ShutBoth  = 2 // SHUT_RDWR
)

// Shutdown closes one direction of a connection or both. Bytes that have come, or still come, after ShutRead can be
// received, as on Linux; then a stream is at its end. Closing a listener for reading stops it, and calls blocked in
// accept fail with EINVAL. EBADF, EINVAL (how), ENOTCONN: blocked receivers are woken all the same.
func (f *Face) Shutdown(now time.Duration, fd, how int) Errno {
	v := f.open(fd)
	switch {
	case v == nil:
		return EBADF
	case how < ShutRead || how > ShutBoth:
		return EINVAL
	}
	sock := int(v.sock)
	switch f.core.State(sock) {
	case tcp.Listen:
		if how != ShutWrite {
			f.core.Disconnect(now, sock)
		}
		return ENone
	case tcp.SynSent:
		f.core.Disconnect(now, sock)
		v.progress = unconnected
		return ENone
	}
	return errno(f.core.Shutdown(sock, how != ShutWrite, how != ShutRead))
}

// Close closes the descriptor, at once. What is queued still goes out; but if a stream has received bytes that nobody
// has read, or SO_LINGER is set with time 0, the peer gets a reset. With SO_LINGER and a time the call blocks, O_NONBLOCK
// or not, until the peer has acknowledged everything and the FIN, or the time is over, and returns 0 either way. EBADF.
func (f *Face) Close(now time.Duration, op *Op, fd int) (done bool) {
	v := f.begin(op, callClose, fd)
	if v == nil {
		return true
	}
	f.fds[fd-FirstFD].file = 0
	v.refs--
	op.waits = v.refs == 1 && v.linger && v.lingerFor > 0 && f.drains(v)
	return f.run(now, op, v.lingerFor)
}

// drains tells whether a lingering close has anything to wait for, and begins it: FIN goes out after what is queued.
// Unread bytes make the close a reset, which waits for nothing.
func (f *Face) drains(v *File) bool {
	sock := int(v.sock)
	if f.core.Status(sock) != stack.OK {
		return false
	}
	if _, c := f.core.Receive(sock, nil, true); c == stack.OK {
		return false
	}
	f.core.Shutdown(sock, false, true)
	return true
}

func (f *Face) tryClose(op *Op, v *File) (done bool) {
	if !op.waits {
		return op.succeed(0)
	}
	switch f.core.State(int(v.sock)) {
	case tcp.Established, tcp.CloseWait, tcp.FinWait1, tcp.Closing, tcp.LastAck:
		return false
	}
	return op.succeed(0)
}
