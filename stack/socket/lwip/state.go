package lwip

import (
	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/tcp"
)

// sync notes what has become of a stream's connection since it was looked at last. Where lwIP's pcb is freed the socket is
// gone; why is reported once as a pending error, and once where the data that was received ends.
func (f *Face) sync(v *Socket) {
	if v.kind != socket.Stream || v.gone || v.listening {
		return
	}
	sock := int(v.sock)
	switch c := f.core.Status(sock); c {
	case stack.InProgress, stack.NotConnected:
	case stack.OK:
		v.connect = false
		if f.core.State(sock) == tcp.Closed { // both sides have closed in order
			v.gone = true
			if !v.rxShut { // who was told of the end, and has ended too, knows
				v.excepted, v.pending = true, abi.ERR_CLSD
			}
		}
	default:
		v.connect, v.gone, v.excepted = false, true, true
		v.pending = ended(c)
		v.marker = v.pending
	}
}

// ended is what lwIP calls the end of a connection: reset by the peer, or anything else.
func ended(c stack.Cause) abi.Err {
	if c == stack.Refused || c == stack.Reset {
		return abi.ERR_RST
	}
	return abi.ERR_ABRT
}

// take returns the pending error and clears it.
func (v *Socket) take() abi.Err {
	err := v.pending
	v.pending = abi.ERR_OK
	return err
}

// connected tells whether a stream has, or has had, a connection that was established.
func (f *Face) connected(v *Socket) bool { return f.core.Status(int(v.sock)) == stack.OK }

// letGo ends a stream's connection as close does, while the descriptor stays.
func (f *Face) letGo(v *Socket) {
	v.gone, v.excepted, v.rxShut, v.txShut, v.listening = true, true, true, true, false
}

// failure is the errno of a cause that a call on a socket answers itself; what happens to connections later is sync's.
func failure(c stack.Cause) abi.Errno {
	switch c {
	case stack.OK, stack.EOF:
		return 0
	case stack.WouldBlock:
		return abi.EAGAIN
	case stack.InProgress:
		return abi.EINPROGRESS
	case stack.AddrInUse:
		return abi.EADDRINUSE
	case stack.AlreadyConnected:
		return abi.EISCONN
	case stack.NotConnected, stack.Shutdown:
		return abi.ENOTCONN
	case stack.HostUnreachable, stack.NetUnreachable, stack.AddrNotAvailable, stack.NetDown:
		return abi.EHOSTUNREACH
	case stack.NoBuffers, stack.TableFull:
		return abi.ENOMEM
	case stack.TooLong:
		return abi.EMSGSIZE
	}
	return abi.EINVAL
}
