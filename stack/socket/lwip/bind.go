package lwip

import (
	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// Bind is lwip_bind. An address that is nobody's is taken too: nothing comes to it. Port 0: a free one from 49152 up. EBADF;
// EINVAL: another family, a stream that is bound, connects, is connected, listens or is over; EIO: a length that no address
// has; EADDRINUSE; ENOBUFS: no free port.
func (f *Face) Bind(fd int, name []byte) abi.Errno {
	_, v := f.open(fd)
	switch {
	case v == nil:
		return abi.EBADF
	case len(name) >= 2 && !v.ofFamily(name):
		return abi.EINVAL
	}
	e, ok := endpoint(name)
	if !ok {
		return abi.EIO
	}
	if f.sync(v); v.gone {
		return abi.EINVAL
	}
	f.spread(v, &e)
	c := stack.OK
	sock := int(v.sock)
	if v.kind != socket.Stream {
		if c = f.core.Rebind(sock, e); c == stack.OK {
			v.bound = e.Addr
			return 0
		}
		if c == stack.TableFull {
			return abi.ENOBUFS
		}
		return failure(c)
	}
	c = f.core.Bind(sock, e)
	if c == stack.AddrInUse && e.Port == 0 {
		return abi.ENOBUFS
	}
	return failure(c)
}

// spread makes the wildcard of IPv6 stand for both families where IPV6_V6ONLY is off, and lets a socket of IPv6 have an
// address of IPv4.
func (f *Face) spread(v *Socket, e *socket.Endpoint) {
	if !v.v6 {
		return
	}
	whole := e.Addr.Is6() && e.Addr.IsUnspecified() && !v.v6only
	f.core.SetDual(int(v.sock), whole || e.Addr.Is4())
	if whole {
		e.Addr = wire.Addr{}
	}
}

// Listen is lwip_listen. A backlog is from 1 to 255; on a listener only that changes. EBADF, EOPNOTSUPP: no stream;
// ENOTCONN: it is over, connecting, or a send of another task is blocked; EINVAL: connected; EADDRINUSE: SO_REUSEADDR, and another listens; ENOMEM.
func (f *Face) Listen(fd, backlog int) abi.Errno {
	_, v := f.open(fd)
	if v == nil {
		return abi.EBADF
	}
	if f.sync(v); v.kind == socket.Stream && (v.gone || v.connect || v.writing) {
		return abi.ENOTCONN
	}
	if e := f.core.Local(int(v.sock)); !v.listening && e.Port == 0 {
		f.spread(v, &e)
	}
	switch c := f.core.Listen(int(v.sock), min(max(backlog, 1), 255)); c {
	case stack.OK:
		v.listening = true
		return 0
	case stack.Unsupported:
		return abi.EOPNOTSUPP
	default:
		return failure(c)
	}
}

// SockName is lwip_getsockname. EBADF, ENOTCONN: the connection is over.
func (f *Face) SockName(fd int, n *Name) abi.Errno {
	_, v := f.open(fd)
	if v == nil {
		return abi.EBADF
	}
	if f.sync(v); v.gone {
		return abi.ENOTCONN
	}
	e := f.core.Local(int(v.sock))
	switch v.kind {
	case socket.Raw:
		e.Addr, e.Port = v.bound, uint16(f.core.Protocol(int(v.sock)))
	case socket.Datagram:
		e.Addr = v.bound
	}
	n.set(e, v.v6)
	return 0
}

// PeerName is lwip_getpeername. EBADF, ENOTCONN: there is no peer, or no more; a raw socket.
func (f *Face) PeerName(fd int, n *Name) abi.Errno {
	_, v := f.open(fd)
	if v == nil {
		return abi.EBADF
	}
	f.sync(v)
	e := f.core.Remote(int(v.sock))
	if v.gone || v.kind == socket.Raw || !e.Addr.IsValid() {
		return abi.ENOTCONN
	}
	n.set(e, v.v6)
	return 0
}

// state is the state of a stream's connection.
func (f *Face) state(v *Socket) tcp.State { return f.core.State(int(v.sock)) }
