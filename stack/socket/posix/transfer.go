package posix

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// Flags are MSG_ flags.
type Flags uint16

const (
	Peek     Flags = 1 << iota // MSG_PEEK: what is received stays
	DontWait                   // MSG_DONTWAIT: this call does not block
	More                       // MSG_MORE: another send follows soon; streams
	OOB                        // MSG_OOB: what is sent is urgent; streams
)

// Read is read(2): Recv without flags, and 0 at once where buf is empty.
func (f *Face) Read(now time.Duration, op *Op, fd int, buf []byte) (done bool) {
	if len(buf) == 0 && f.open(fd) != nil {
		*op = Op{file: -1}
		return true
	}
	return f.Recv(now, op, fd, buf, 0)
}

// Recv receives into buf, which is the caller's again when the call is done: what a stream has, as soon as it has
// anything, 0 at its end; or one datagram, cut to buf's length, with its sender in From. A blocking call waits as long
// as SO_RCVTIMEO says. EBADF, EAGAIN, ENOTCONN, EOPNOTSUPP (a flag that is not known); once each: ECONNRESET,
// ETIMEDOUT, EHOSTUNREACH and what else ended a stream's connection, after what it had received; ECONNREFUSED and other
// ICMP errors of a datagram's peer (RFC 1122 4.1.3.3: all of them, the soft ones too). After such an error a stream is
// at its end.
func (f *Face) Recv(now time.Duration, op *Op, fd int, buf []byte, flags Flags) (done bool) {
	v := f.begin(op, callRecv, fd)
	if v == nil {
		return true
	}
	op.buf = buf
	return f.transfer(now, op, flags, v.recvLimit)
}

// Send sends buf, which the call borrows until it is done: to a stream's peer, all of it if it may block and as much as
// there is room for if not; or as one datagram to the socket's peer or, if that is given, to another address. A
// blocking call waits as long as SO_SNDTIMEO says, and then tells what it did. EBADF, EAGAIN, EOPNOTSUPP (a flag that
// is not known), EPIPE: a stream that is not connected or whose sending side is closed; ECONNRESET and so on once, as
// with Recv; of a datagram EDESTADDRREQ, EMSGSIZE, EAFNOSUPPORT, EINVAL (port 0), EACCES (a broadcast: there is no
// SO_BROADCAST), ENETUNREACH, EHOSTUNREACH, ENETDOWN, ENOBUFS, and ECONNREFUSED as with Recv.
func (f *Face) Send(now time.Duration, op *Op, fd int, buf []byte, flags Flags, to socket.Endpoint) (done bool) {
	v := f.begin(op, callSend, fd)
	if v == nil {
		return true
	}
	op.buf, op.to = buf, to
	return f.transfer(now, op, flags, v.sendLimit)
}

// transfer starts a Recv or a Send.
func (f *Face) transfer(now time.Duration, op *Op, flags Flags, limit time.Duration) (done bool) {
	never := More | OOB // what the call has no use for
	if op.call == callSend {
		never = Peek
	}
	if flags&^(Peek|DontWait|More|OOB) != 0 || flags&never != 0 {
		op.fail(EOPNOTSUPP)
		f.end(now, op)
		return true
	}
	op.flags, op.waits = flags, op.waits && flags&DontWait == 0
	return f.run(now, op, limit)
}

func (f *Face) tryRecv(op *Op, v *File) (done bool) {
	datagram := f.core.Kind(int(v.sock)) == socket.Datagram
	if datagram {
		if e := f.takeError(v); e != ENone {
			return op.fail(e)
		}
	}
	// Urgent data is in line, as with SO_OOBINLINE. As elsewhere a call does not read across the mark, which stands before
	// the last urgent byte: who reads learns where it is (AtMark).
	buf := op.buf
	if before := f.core.UrgentLeft(int(v.sock)) - 1; before > 0 {
		buf = buf[:min(len(buf), before)]
	}
	r, c := f.core.Receive(int(v.sock), buf, op.flags&Peek != 0)
	op.From = r.From
	switch c {
	case stack.OK:
		return op.succeed(r.N)
	case stack.WouldBlock:
		return false
	case stack.EOF:
		// Only a datagram call that blocks is told that the socket was shut down, so that it can be woken; a
		// stream is at its end.
		return (op.waits || !datagram) && op.succeed(0)
	case stack.NotConnected:
		return op.fail(ENOTCONN)
	}
	if e := f.takeError(v); e != ENone {
		return op.fail(e)
	}
	return op.succeed(0)
}

func (f *Face) trySend(now time.Duration, op *Op, v *File) (done bool) {
	if f.core.Kind(int(v.sock)) == socket.Datagram {
		return f.trySendDatagram(now, op, v)
	}
	n, c := f.core.Send(now, int(v.sock), op.buf[op.done:])
	op.done += n
	if op.flags&More != 0 {
		f.core.More(int(v.sock), n)
	}
	if op.flags&OOB != 0 {
		f.core.Urgent(int(v.sock))
	}
	switch {
	case op.done == len(op.buf) && (c == stack.OK || c == stack.WouldBlock):
		return op.succeed(op.done)
	case c == stack.OK || c == stack.WouldBlock:
		return false
	case op.done > 0:
		return op.succeed(op.done)
	}
	e := f.takeError(v)
	if e == ENone {
		e = EPIPE
	}
	return op.fail(e)
}

func (f *Face) trySendDatagram(now time.Duration, op *Op, v *File) (done bool) {
	if e := f.takeError(v); e != ENone {
		return op.fail(e)
	}
	if op.flags&(More|OOB) != 0 {
		return op.fail(EOPNOTSUPP)
	}
	if f.core.IsBroadcast(op.to.Addr) {
		return op.fail(EACCES)
	}
	n, c := f.core.SendTo(now, int(v.sock), op.buf, op.to)
	switch c {
	case stack.OK:
		return op.succeed(n)
	case stack.WouldBlock:
		return false
	case stack.NotConnected:
		return op.fail(EDESTADDRREQ)
	}
	return op.fail(errno(c))
}
