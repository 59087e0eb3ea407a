package lwip

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// Connect is lwip_connect; it waits for a stream's connection for ever, as lwIP does. AF_UNSPEC takes a datagram socket's
// peer away. EBADF; EINVAL: another family, or AF_UNSPEC on anything else; EIO: a length that no address has; EHOSTUNREACH;
// EADDRINUSE; ENOMEM; EINPROGRESS: O_NONBLOCK; EALREADY; EISCONN; ENOTCONN: it failed before, or another task has closed
// the socket; ECONNRESET: refused; ECONNABORTED: no answer.
func (f *Face) Connect(now time.Duration, op *Op, fd int, name []byte) (done bool) {
	v := f.begin(op, callConnect, fd)
	if v == nil {
		return true
	}
	if family(name) == abi.AF_UNSPEC {
		if v.kind != socket.Datagram {
			return f.refuse(op, abi.EINVAL)
		}
		f.core.Disconnect(now, int(v.sock))
		return f.answer(op, 0)
	}
	if !v.ofFamily(name) {
		return f.refuse(op, abi.EINVAL)
	}
	to, ok := endpoint(name)
	if !ok {
		return f.refuse(op, abi.EIO)
	}
	if v.kind != socket.Stream {
		return f.answer(op, f.connectDatagram(now, v, to))
	}
	f.sync(v)
	switch {
	case v.gone:
		return f.refuse(op, abi.ENOTCONN)
	case v.connect:
		return f.refuse(op, abi.EALREADY)
	case v.listening, f.connected(v):
		return f.refuse(op, abi.EISCONN)
	case !f.core.LinkIsUp() && !to.Addr.IsLoopback(): // not even oneself
		return f.refuse(op, abi.EHOSTUNREACH)
	}
	if local := f.core.Local(int(v.sock)); to.Addr.Is4() && local.Addr.IsUnspecified() {
		f.core.SetDual(int(v.sock), true)
	}
	switch c := f.core.Connect(now, int(v.sock), to); c {
	case stack.InProgress:
		v.connect = true
		return f.run(now, op)
	case stack.WrongFamily:
		return f.refuse(op, abi.EHOSTUNREACH)
	default:
		return f.refuse(op, failure(c))
	}
}

// connectDatagram sets the peer of a datagram or raw socket.
func (f *Face) connectDatagram(now time.Duration, v *Socket, to socket.Endpoint) abi.Errno {
	switch c := f.core.Connect(now, int(v.sock), to); c {
	case stack.Invalid: // port 0
		return abi.EHOSTUNREACH
	case stack.TableFull:
		return abi.ENOBUFS
	default:
		return failure(c)
	}
}

// tryConnect looks what has become of a stream's attempt.
func (f *Face) tryConnect(op *Op, v *Socket) (done bool) {
	switch {
	case v.gone:
		return op.fail(v.pending.Errno())
	case v.connect:
		return false
	}
	return op.succeed(0)
}

// Accept is lwip_accept; the result is the descriptor, and Op.Name the peer if named says that it is asked for. A call that
// waits does so as long as SO_RCVTIMEO says. The new socket has the listener's SO_REUSEADDR and SO_KEEPALIVE, and all else
// as a new one has it. EBADF; EOPNOTSUPP: no stream; EINVAL: not listening; EAGAIN; ENFILE; ENOTCONN: another task has
// closed the listener, or the peer that is asked for is gone; once, what has ended the connection of a stream that does not
// listen: ECONNRESET, ECONNABORTED.
func (f *Face) Accept(now time.Duration, op *Op, fd int, named bool) (done bool) {
	v := f.begin(op, callAccept, fd)
	if v == nil {
		return true
	}
	f.sync(v)
	switch {
	case v.kind != socket.Stream:
		return f.refuse(op, abi.EOPNOTSUPP)
	case v.pending != abi.ERR_OK && v.pending != abi.ERR_CLSD:
		return f.refuse(op, v.take().Errno())
	case !v.listening:
		v.take() // that it is over, which is what EINVAL says
		return f.refuse(op, abi.EINVAL)
	}
	op.reports, op.limit = named, v.recvLimit
	return f.run(now, op)
}

func (f *Face) tryAccept(now time.Duration, op *Op, v *Socket) (done bool) {
	if !v.listening {
		return op.fail(abi.ENOTCONN)
	}
	if f.core.Ready(int(v.sock))&socket.Readable == 0 {
		return false
	}
	row := f.free()
	if row < 0 {
		return op.fail(abi.ENFILE) // the connection goes on waiting
	}
	sock, c := f.core.Accept(int(v.sock))
	switch c {
	case stack.OK:
	case stack.WouldBlock:
		return false
	default:
		return op.fail(abi.ENFILE)
	}
	child := Socket{
		refs: 1, kind: socket.Stream, v6: v.v6, v6only: v.v6only, sock: int16(sock), linger: -1, ttl: stack.DefaultHops,
		flags: v.flags & (abi.SO_REUSEADDR | abi.SO_KEEPALIVE),
	}
	f.inherit(&child)
	f.sync(&child)
	child.excepted = false // an error before there was a descriptor is no exception of it
	if op.reports {
		if child.gone {
			f.core.Close(now, sock)
			return op.fail(abi.ENOTCONN)
		}
		op.Name.set(f.core.Remote(sock), false)
	}
	f.sockets[row] = child
	return op.succeed(row + f.offset())
}

// inherit makes the settings of a connection that was accepted those of a new socket.
func (f *Face) inherit(v *Socket) {
	sock := int(v.sock)
	s := f.core.Defaults()
	s.KeepAlive = v.flags&abi.SO_KEEPALIVE != 0
	f.core.Set(sock, &s)
	f.core.SetIP(sock, &stack.IPSettings{})
}
