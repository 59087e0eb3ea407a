package posix

import (
	"stackproof/stack"
	"stackproof/stack/socket"
)

// interfaceIndex is the number of the one interface, for options that name one; 0 leaves the choice to us.
const interfaceIndex = 1

// isGroupOption reports whether an option is about groups of its family.
func (o Option) isGroupOption() bool { return o >= IPMulticastTTL && o <= IPv6LeaveGroup }

// setGroup sets an option about groups. EINVAL (no group; hops that are not -1, the default, to 255), ENODEV (no such
// interface), EADDRINUSE (it is a member), EADDRNOTAVAIL (it is none), ENOBUFS, ENETUNREACH, ENOPROTOOPT (a stream, or the
// other family).
func (f *Face) setGroup(sock int, o Option, v Value) Errno {
	if f.core.Kind(sock) != socket.Datagram || f.core.IsIPv6(sock) != (o >= IPv6MulticastHops) {
		return ENOPROTOOPT
	}
	m, c := f.core.Multicast(sock), stack.OK
	switch o {
	case IPMulticastTTL, IPv6MulticastHops:
		if v.N < -1 || v.N > 255 {
			return EINVAL
		}
		m.Hops = uint8(v.N)
		if v.N == -1 {
			m.Hops = 1
		}
		f.core.SetMulticast(sock, m)
	case IPMulticastLoop, IPv6MulticastLoop:
		m.Loop = v.N != 0
		f.core.SetMulticast(sock, m)
	default:
		if v.N < 0 || v.N > interfaceIndex || v.At.Addr.IsValid() && !v.At.Addr.IsUnspecified() && !f.core.HasAddress(v.At.Addr) {
			return ENODEV
		}
		if o == IPAddMembership || o == IPv6JoinGroup {
			c = f.core.Join(sock, v.Group.Addr)
		} else {
			c = f.core.Leave(sock, v.Group.Addr)
		}
	}
	return errno(c)
}

// groupOption returns an option about groups.
func (f *Face) groupOption(sock int, o Option) (v Value, e Errno) {
	if f.core.Kind(sock) != socket.Datagram || f.core.IsIPv6(sock) != (o >= IPv6MulticastHops) {
		return v, ENOPROTOOPT
	}
	m := f.core.Multicast(sock)
	switch o {
	case IPMulticastTTL, IPv6MulticastHops:
		return Value{N: int(m.Hops)}, ENone
	case IPMulticastLoop, IPv6MulticastLoop:
		return flag(m.Loop), ENone
	}
	return v, ENOPROTOOPT
}
