package posix

import (
	"stackproof/stack/socket"
	"stackproof/stack/tcp"
)

// whatIs returns an option that says what a socket is.
func (f *Face) whatIs(sock int, o Option) (v Value) {
	stream := f.core.Kind(sock) == socket.Stream
	switch o {
	case SoType:
		if v.N = Datagram; stream {
			v.N = Stream
		}
	case SoDomain:
		if v.N = IPv4; f.core.IsIPv6(sock) {
			v.N = IPv6
		}
	case SoProtocol:
		if v.N = protoUDP; stream {
			v.N = protoTCP
		}
	case SoAcceptConn:
		return flag(f.core.State(sock) == tcp.Listen)
	}
	return v
}
