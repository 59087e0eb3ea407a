package lwip

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/tcp"
)

// Shutdown is lwip_shutdown. After SHUT_RD receiving fails with ENOTCONN, and what comes is thrown away; SHUT_WR sends a FIN
// behind what is queued; both together, also one after the other, end the connection as close does, and the socket is good
// for nothing more. Calls of other tasks that are blocked in that direction fail with ENOTCONN. It never lingers. EBADF;
// EOPNOTSUPP: no stream; EINVAL: how; ENOTCONN: it connects, is over, or is not connected (SHUT_WR), half of a listener.
func (f *Face) Shutdown(now time.Duration, fd, how int) abi.Errno {
	_, v := f.open(fd)
	switch {
	case v == nil:
		return abi.EBADF
	case v.kind != socket.Stream:
		return abi.EOPNOTSUPP
	case how < abi.SHUT_RD || how > abi.SHUT_RDWR:
		return abi.EINVAL
	}
	f.sync(v)
	if v.gone || v.connect || v.listening && how != abi.SHUT_RDWR {
		return abi.ENOTCONN
	}
	read, write := how != abi.SHUT_WR, how != abi.SHUT_RD
	switch state := f.state(v); {
	case read && write, write && v.rxShut,
		read && (state == tcp.FinWait1 || state == tcp.FinWait2 || state == tcp.Closing):
		f.dissolve(now, v)
		return 0
	case write && state != tcp.Established && state != tcp.CloseWait:
		return abi.ENOTCONN
	}
	if read {
		v.rxShut = true
		f.core.Discard(int(v.sock))
	}
	if write {
		v.txShut = true
		f.core.Shutdown(int(v.sock), false, true)
	}
	return 0
}

// dissolve ends a connection or a listener as close does.
func (f *Face) dissolve(now time.Duration, v *Socket) {
	sock := int(v.sock)
	if v.linger == 0 && f.pending(v) {
		f.core.Disconnect(now, sock)
	} else {
		f.core.Release(now, sock)
	}
	f.letGo(v)
}

// Close is lwip_close. The descriptor is closed at once; calls of other tasks that are blocked on it fail with ENOTCONN, a
// select with EBADF, and it is given out again when the last of them has returned. What is queued still goes out, and a FIN
// behind it; but if bytes have come that nobody has read the peer gets a reset. With SO_LINGER and something that was not
// acknowledged: a time of 0 resets; with another the call waits so long for the acknowledgment, and resets then; and with
// O_NONBLOCK it fails with EAGAIN, and the descriptor stays open. EBADF.
func (f *Face) Close(now time.Duration, op *Op, fd int) (done bool) {
	v := f.begin(op, callClose, fd)
	if v == nil {
		return true
	}
	f.sync(v)
	sock := int(v.sock)
	unread, _ := f.core.Queued(sock)
	lingers := v.linger >= 0 && f.pending(v) && !v.gone
	switch {
	case lingers && v.linger > 0 && v.nonblock:
		f.core.LeaveAll(sock)
		v.rxShut = true
		return f.refuse(op, abi.EAGAIN)
	case lingers && v.linger == 0:
		f.core.Abort(now, sock)
	case lingers && unread == 0:
		f.core.Shutdown(sock, false, true)
		f.shut(v)
		op.limit = time.Duration(v.linger) * time.Second
		return f.run(now, op)
	default:
		f.core.Close(now, sock)
	}
	f.shut(v)
	v.sock = -1
	return f.answer(op, 0)
}

// shut closes a descriptor: the row is free when the last call on it has returned.
func (f *Face) shut(v *Socket) {
	v.closed = true
	v.refs--
}

// pending tells whether text or a FIN waits for its acknowledgment: SO_LINGER is about both.
func (f *Face) pending(v *Socket) bool {
	switch f.state(v) {
	case tcp.FinWait1, tcp.Closing, tcp.LastAck:
		return true
	}
	_, unacked := f.core.Queued(int(v.sock))
	return unacked > 0
}

// tryClose looks whether all that a lingering close waits for is acknowledged.
func (f *Face) tryClose(now time.Duration, op *Op, v *Socket) (done bool) {
	sock := int(v.sock)
	if f.pending(v) && f.core.Status(sock) == stack.OK {
		return false
	}
	f.core.Close(now, sock)
	return op.succeed(0)
}
