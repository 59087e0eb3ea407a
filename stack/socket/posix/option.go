package posix

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// Option is a socket option. Each says which part of Value it uses.
type Option uint8

const (
	SoError         Option = 1 + iota // N, an Errno; get only, and clears it
	SoReuseAddr                       // N, 0 or 1
	SoLinger                          // N, 0 or 1, and Time
	SoKeepAlive                       // N, 0 or 1; datagrams only keep it
	SoRcvBuf                          // N, bytes; what the stack cannot have is less. See [Face.GetOption]
	SoSndBuf                          // N, likewise; streams
	SoRcvTimeo                        // Time, 0 for none
	SoSndTimeo                        // Time, 0 for none
	TCPNoDelay                        // N, 0 or 1; streams
	TCPKeepIdle                       // Time; streams. This and the next: 1 s to MaxKeepTime
	TCPKeepInterval                   // Time; streams
	TCPKeepCount                      // N, 1 to MaxKeepCount; streams
	TCPUserTimeout                    // Time, 0 for the default; streams
	TCPQuickAck                       // N, 0 or 1; streams. It stays until it is set anew
	TCPCork                           // N, 0 or 1; streams
	TCPMaxSeg                         // N, tcp.MinMaxSeg to 65535; streams. Set before there is a connection
	SoType                            // N, as for Socket; get only, and so are the next
	SoDomain                          // N, likewise
	SoProtocol                        // N, likewise, never 0
	SoAcceptConn                      // N, 0 or 1: it listens
	SoOOBInline                       // N, always 1: urgent data stays in the stream (RFC 6093 5); streams
	IPTTL                             // N, 1 to 255, -1 for the default; IPv4
	IPTOS                             // N, 0 to 255; IPv4. What a stream sends has its own two bits of ECN
	IPMTUDiscover                     // N, a PathMTU; IPv4
	IPv6UnicastHops                   // N, 1 to 255, -1 for the default; IPv6
	IPv6TClass                        // N, 0 to 255, as IPTOS; IPv6
	IPv6V6Only                        // N, always 1; IPv6

	// Of datagram sockets of the family.

	IPMulticastTTL    // N, 0 to 255; -1 sets the default, 1
	IPMulticastLoop   // N, 0 or 1
	IPAddMembership   // Group, and an address of the interface in At, or none; set only
	IPDropMembership  // Group and At likewise
	IPv6MulticastHops // N, as IPMulticastTTL
	IPv6MulticastLoop // N, 0 or 1
	IPv6JoinGroup     // Group, and the interface in N: 1, or 0; set only
	IPv6LeaveGroup    // Group and N likewise
)

// Value is the value of an option.
type Value struct {
	N         int
	Time      time.Duration // not negative
	Group, At socket.Endpoint
}

// flag is the Value of an option that is on or off.
func flag(on bool) (v Value) {
	if on {
		v.N = 1
	}
	return v
}

// SetOption sets an option of fd. EBADF, EINVAL (a value out of its range), ENOPROTOOPT: the stack cannot do it, or not to this
// kind of socket.
func (f *Face) SetOption(fd int, o Option, v Value) Errno {
	s := f.open(fd)
	switch {
	case s == nil:
		return EBADF
	case v.Time < 0:
		return EINVAL
	}
	on, sock, c := v.N != 0, int(s.sock), stack.OK
	if o.isGroupOption() {
		return f.setGroup(sock, o, v)
	}
	switch o {
	case SoReuseAddr:
		c = f.core.SetReuse(sock, on)
	case SoLinger:
		s.linger, s.lingerFor = on, v.Time
	case SoKeepAlive:
		if s.keepAlive = on; f.core.Kind(sock) == socket.Stream {
			return f.setTCP(sock, o, v)
		}
	case SoRcvBuf:
		if f.core.Kind(sock) == socket.Stream {
			return f.setTCP(sock, o, v)
		}
		c = f.core.SetQueue(sock, queueLen(v.N))
	case SoRcvTimeo:
		s.recvLimit = v.Time
	case SoSndTimeo:
		s.sendLimit = v.Time
	case SoOOBInline:
		if !on || f.core.Kind(sock) != socket.Stream {
			return ENOPROTOOPT
		}
	case IPv6V6Only:
		if !on || !f.core.IsIPv6(sock) {
			return ENOPROTOOPT
		}
	case IPTTL, IPTOS, IPMTUDiscover, IPv6UnicastHops, IPv6TClass:
		return f.setIP(sock, o, v.N)
	default:
		return f.setTCP(sock, o, v)
	}
	if c != stack.OK {
		return ENOPROTOOPT
	}
	return ENone
}

// GetOption returns an option of fd. EBADF, ENOPROTOOPT: the stack has no such option, or not for this kind of socket.
// What SoRcvBuf and SoSndBuf were set to is what they are, as far as there is memory: unlike Linux, which tells twice as
// much to account for its overhead, the stack keeps nothing else in these queues; but UDP's holds where a datagram came from.
func (f *Face) GetOption(fd int, o Option) (v Value, e Errno) {
	s := f.open(fd)
	if s == nil {
		return v, EBADF
	}
	sock := int(s.sock)
	switch {
	case o.isGroupOption():
		return f.groupOption(sock, o)
	case o >= SoType && o <= SoAcceptConn:
		return f.whatIs(sock, o), ENone
	}
	switch o {
	case SoError:
		return Value{N: int(f.takeError(s))}, ENone
	case SoLinger:
		v = flag(s.linger)
		v.Time = s.lingerFor
		return v, ENone
	case SoRcvTimeo:
		return Value{Time: s.recvLimit}, ENone
	case SoSndTimeo:
		return Value{Time: s.sendLimit}, ENone
	case IPv6V6Only:
		if f.core.IsIPv6(sock) {
			return flag(true), ENone
		}
	case IPTTL, IPTOS, IPMTUDiscover, IPv6UnicastHops, IPv6TClass:
		return f.ipOption(sock, o)
	case SoReuseAddr:
		return flag(f.core.Reuse(sock)), ENone
	case SoRcvBuf:
		v.N, _ = f.core.QueueSizes(sock)
		return v, ENone
	}
	if f.core.Kind(sock) == socket.Stream {
		return f.streamOption(sock, o)
	}
	if o == SoKeepAlive {
		return flag(s.keepAlive), ENone
	}
	return v, ENOPROTOOPT
}

func (f *Face) streamOption(sock int, o Option) (v Value, e Errno) {
	switch o {
	case SoSndBuf:
		_, v.N = f.core.QueueSizes(sock)
		return v, ENone
	case SoOOBInline:
		return flag(true), ENone
	case TCPMaxSeg:
		return Value{N: f.core.MaxSeg(sock)}, ENone
	}
	settings, _ := f.core.Settings(sock)
	return optionOf(&settings, o)
}
