package lwip

import (
	"math"
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// Write is lwip_write: Send without flags.
func (f *Face) Write(now time.Duration, op *Op, fd int, buf []byte) (done bool) {
	return f.Send(now, op, fd, buf, 0)
}

// Send is lwip_send: SendTo without an address.
func (f *Face) Send(now time.Duration, op *Op, fd int, buf []byte, flags int) (done bool) {
	return f.SendTo(now, op, fd, buf, flags, nil)
}

// SendTo is lwip_sendto. To a stream's peer, whatever the address: all of buf if the call may wait, as long as SO_SNDTIMEO
// says, and as much as there is room for if not; flags that are not known are nothing, and neither is MSG_MORE: what there
// is goes on its way. As one datagram to an address, or
// with none (also 0.0.0.0 and ::) to the socket's peer, at once whatever the flags. EBADF. Of a stream: EAGAIN; ENOTCONN:
// never connected, over, or SHUT_WR; EINPROGRESS: it connects, another task's send is blocked, a listener; ECONNRESET and
// ECONNABORTED once. Of a datagram: EMSGSIZE; EIO: a length that no address has; EINVAL: another family, port 0,
// of IPv6 nobody to send to; EHOSTUNREACH: no route, of IPv4 nobody to send to; ENOMEM.
func (f *Face) SendTo(now time.Duration, op *Op, fd int, buf []byte, flags int, name []byte) (done bool) {
	v := f.begin(op, callSend, fd)
	if v == nil {
		return true
	}
	op.buf, op.flags = buf, flags
	if v.kind == socket.Stream {
		return f.sendStream(now, op, v)
	}
	return f.sendName(now, op, v, name)
}

// sendName sends a datagram to an address as C has it.
func (f *Face) sendName(now time.Duration, op *Op, v *Socket, name []byte) (done bool) {
	if op.room() > math.MaxUint16 {
		return f.refuse(op, abi.EMSGSIZE)
	}
	if name != nil {
		to, ok := endpoint(name)
		if !ok {
			return f.refuse(op, abi.EIO)
		}
		if !isAny(to.Addr) {
			if to.Addr.Is4() == v.v6 && !(v.v6 && f.core.IsDual(int(v.sock))) {
				return f.refuse(op, abi.EINVAL)
			}
			op.to = to
		}
	}
	if !f.reaches(v, op.to.Addr) {
		return f.refuse(op, abi.EHOSTUNREACH)
	}
	var c stack.Cause
	if op.iov != nil {
		c = f.core.SendParts(now, int(v.sock), op.iov, op.to)
	} else {
		_, c = f.core.SendTo(now, int(v.sock), op.buf, op.to)
	}
	switch c {
	case stack.OK, stack.HostUnreachable: // lwIP drops in silence what nobody answers for
	case stack.NotConnected:
		if v.v6 && v.kind == socket.Datagram {
			return f.refuse(op, abi.EINVAL)
		}
		return f.refuse(op, abi.EHOSTUNREACH)
	case stack.WouldBlock:
		return f.refuse(op, abi.ENOMEM)
	default:
		return f.refuse(op, failure(c))
	}
	op.succeed(op.room())
	f.end(op)
	return true
}

// reaches tells whether a datagram socket may send to an address, or to its peer: one that is bound to an address of lwIP's
// loopback interface has nobody beyond that, and one that is bound to another nobody there; and without a link there is nobody
// beyond it at all, not even oneself.
func (f *Face) reaches(v *Socket, to wire.Addr) bool {
	if !to.IsValid() {
		to = f.core.Remote(int(v.sock)).Addr
	}
	if to.IsValid() && !to.IsLoopback() && !f.core.LinkIsUp() {
		return false
	}
	return !to.IsValid() || !v.bound.IsValid() || v.bound.IsUnspecified() || to.IsLoopback() == v.bound.IsLoopback()
}

// sendStream starts a send to a stream.
func (f *Face) sendStream(now time.Duration, op *Op, v *Socket) (done bool) {
	f.sync(v)
	switch {
	case op.room() == 0:
		return f.answer(op, 0)
	case v.pending != abi.ERR_OK:
		return f.refuse(op, v.take().Errno())
	case v.connect || v.writing || v.listening:
		return f.refuse(op, abi.EINPROGRESS)
	case v.gone:
		return f.refuse(op, abi.ENOTCONN)
	}
	op.limit = v.sendLimit
	op.waits = op.waits && op.flags&abi.MSG_DONTWAIT == 0
	if f.run(now, op) {
		return true
	}
	v.writing = true
	return false
}

func (f *Face) trySend(now time.Duration, op *Op, v *Socket) (done bool) {
	switch {
	case v.gone && v.pending != abi.ERR_OK:
		return op.fail(v.pending.Errno()) // the error stays pending
	case v.gone || v.txShut:
		return op.fail(abi.ENOTCONN)
	}
	at := op.done // where in the parts, one after the other
	for i := range op.parts() {
		p := op.part(i)
		if at >= len(p) {
			at -= len(p)
			continue
		}
		n, c := f.core.Send(now, int(v.sock), p[at:])
		op.done += n
		switch {
		case c != stack.OK && c != stack.WouldBlock:
			return op.fail(failure(c))
		case n < len(p)-at:
			return false
		}
		at = 0
	}
	return op.succeed(op.done)
}
