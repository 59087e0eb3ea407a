package posix

import (
	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// Bind gives fd a local address and port; no address or an unspecified one is any, port 0 any free one. EBADF, EINVAL
// (it has a port already), EAFNOSUPPORT, EADDRNOTAVAIL, EADDRINUSE, ENOBUFS.
func (f *Face) Bind(fd int, e socket.Endpoint) Errno {
	v := f.open(fd)
	if v == nil {
		return EBADF
	}
	return errno(f.core.Bind(int(v.sock), e))
}

// Listen makes fd a listener; without Bind it takes a free port. On a listener it changes the backlog. EBADF,
// EOPNOTSUPP (a datagram socket), EINVAL (connected), EADDRINUSE, ENOBUFS.
func (f *Face) Listen(fd, backlog int) Errno {
	v := f.open(fd)
	if v == nil {
		return EBADF
	}
	return errno(f.core.Listen(int(v.sock), backlog))
}

// SockName returns fd's own address and port, unspecified and 0 as long as it has none. EBADF.
func (f *Face) SockName(fd int) (socket.Endpoint, Errno) {
	v := f.open(fd)
	if v == nil {
		return socket.Endpoint{}, EBADF
	}
	return f.core.Local(int(v.sock)), ENone
}

// PeerName returns fd's peer. EBADF, ENOTCONN.
func (f *Face) PeerName(fd int) (socket.Endpoint, Errno) {
	v := f.open(fd)
	if v == nil {
		return socket.Endpoint{}, EBADF
	}
	sock := int(v.sock)
	if s := f.core.State(sock); f.core.Kind(sock) == socket.Stream && (s == tcp.Closed || s == tcp.SynSent) {
		return socket.Endpoint{}, ENOTCONN
	}
	e := f.core.Remote(sock)
	if !e.Addr.IsValid() {
		return socket.Endpoint{}, ENOTCONN
	}
	return e, ENone
}
