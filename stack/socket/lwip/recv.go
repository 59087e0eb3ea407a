package lwip

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// Read is lwip_read: Recv without flags.
func (f *Face) Read(now time.Duration, op *Op, fd int, buf []byte) (done bool) {
	return f.Recv(now, op, fd, buf, 0)
}

// Recv is lwip_recv: RecvFrom that asks for no name.
func (f *Face) Recv(now time.Duration, op *Op, fd int, buf []byte, flags int) (done bool) {
	return f.RecvFrom(now, op, fd, buf, flags, false)
}

// RecvFrom is lwip_recvfrom. Of a stream it answers what has come, as soon as anything has (MSG_WAITALL is nothing to it);
// 0 once at the end, and from then on ENOTCONN; after a reset what had come, then once or twice the error, then ENOTCONN. Of
// a datagram it answers as much as buf holds; the rest is lost. An empty buf waits too, and takes nothing of a stream.
// MSG_PEEK leaves the data, but takes the end. A raw socket's packets have their IP header, and in the name's port the
// protocol. A call waits as long as SO_RCVTIMEO says. EBADF, EAGAIN; ENOTCONN: at the end, closed by another task, a
// listener; ECONNRESET, ECONNABORTED.
func (f *Face) RecvFrom(now time.Duration, op *Op, fd int, buf []byte, flags int, named bool) (done bool) {
	v := f.begin(op, callRecv, fd)
	if v == nil {
		return true
	}
	op.buf, op.reports = buf, named
	return f.receive(now, op, v, flags)
}

// receive starts what is common to recvfrom and recvmsg.
func (f *Face) receive(now time.Duration, op *Op, v *Socket, flags int) (done bool) {
	op.flags, op.limit = flags, v.recvLimit
	op.waits = op.waits && flags&abi.MSG_DONTWAIT == 0
	return f.run(now, op)
}

func (f *Face) tryRecv(op *Op, v *Socket) (done bool) {
	if v.kind == socket.Stream {
		return f.recvStream(op, v)
	}
	return f.recvDatagram(op, v)
}

// recvDatagram takes the oldest datagram.
func (f *Face) recvDatagram(op *Op, v *Socket) (done bool) {
	sock, n := int(v.sock), 0
	r, c := socket.Received{}, stack.OK
	for i := range op.parts() {
		if r, c = f.core.PeekAt(sock, n, op.part(i)); c != stack.OK {
			return false // nothing has come: a datagram socket hears of no error
		}
		n += r.N
	}
	if op.flags&abi.MSG_PEEK == 0 {
		f.core.Receive(sock, nil, false)
	}
	if v.kind == socket.Raw {
		r.From.Port = uint16(f.core.Protocol(sock))
	}
	if op.reports {
		op.Name.set(r.From, v.v6)
	}
	if op.msg != nil {
		op.msg.received(r.Full > n)
		n = r.Full // lwIP's recvmsg tells how long the datagram is, whatever fits
	}
	return op.succeed(n)
}

// recvStream takes the next bytes of a stream, or tells how it ended.
func (f *Face) recvStream(op *Op, v *Socket) (done bool) {
	sock, peek := int(v.sock), op.flags&abi.MSG_PEEK != 0
	if v.rxShut || v.listening {
		return op.fail(abi.ENOTCONN)
	}
	n, more := 0, false
	for i := range op.parts() {
		r, c := f.core.Receive(sock, op.part(i), peek)
		if c != stack.OK {
			if n > 0 {
				more = c != stack.WouldBlock
				break
			}
			return f.recvNothing(op, v, c)
		}
		n += r.N
		if r.N < len(op.part(i)) {
			// The rest of the buffer is still to be filled, and lwIP looks what comes next.
			_, c = f.core.Receive(sock, nil, true)
			more = c != stack.OK && c != stack.WouldBlock
			break
		}
		if peek {
			break
		}
	}
	if more && !peek {
		v.marker = abi.ERR_OK // the error's place was looked at: it is told once less
	}
	f.nameStream(op, v)
	return op.succeed(n)
}

// recvNothing answers where a stream has nothing to receive.
func (f *Face) recvNothing(op *Op, v *Socket, c stack.Cause) (done bool) {
	err := abi.ERR_OK
	switch {
	case c == stack.WouldBlock || c == stack.NotConnected && !v.gone:
		return false
	case c == stack.EOF && !v.gone:
		v.rxShut = true
		f.nameStream(op, v)
		return op.succeed(0)
	case c == stack.EOF: // the connection failed, or is over, behind the end
		if err = v.take(); err == abi.ERR_OK {
			err, v.rxShut = abi.ERR_RST, true // told twice
		}
		v.rxShut = v.rxShut || err == abi.ERR_CLSD
	case v.marker != abi.ERR_OK:
		err, v.marker = v.marker, abi.ERR_OK
	default:
		err = v.take()
	}
	switch err {
	case abi.ERR_OK:
		return op.fail(abi.ENOTCONN)
	case abi.ERR_CLSD:
		return op.succeed(0)
	}
	return op.fail(err.Errno())
}

// nameStream gives the peer's address where it is asked for.
func (f *Face) nameStream(op *Op, v *Socket) {
	if op.reports {
		op.Name.set(f.core.Remote(int(v.sock)), v.v6)
	}
}
