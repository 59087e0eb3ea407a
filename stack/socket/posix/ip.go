package posix

import "stackproof/stack"

// Values of IPMTUDiscover, with Linux's numbers.
const (
	PathMTUIgnore = 0 // IP_PMTUDISC_DONT: routers may cut what is sent
	PathMTUUsual  = 1 // IP_PMTUDISC_WANT: as the stack does by itself
	PathMTUObey   = 2 // IP_PMTUDISC_DO: nobody may cut what is sent
)

// fragments are what the values mean.
var fragments = [...]stack.Fragments{
	PathMTUIgnore: stack.FragmentsAny, PathMTUUsual: stack.FragmentsUsual, PathMTUObey: stack.FragmentsNone,
}

// ofFamily reports whether an option of IP's is one of the socket's family.
func (f *Face) ofFamily(sock int, o Option) bool {
	return f.core.IsIPv6(sock) == (o == IPv6UnicastHops || o == IPv6TClass)
}

// setIP sets an option of IP's.
func (f *Face) setIP(sock int, o Option, n int) Errno {
	v, c := f.core.IP(sock)
	if c != stack.OK || !f.ofFamily(sock, o) {
		return ENOPROTOOPT
	}
	switch o {
	case IPTTL, IPv6UnicastHops:
		if n == -1 {
			n = stack.DefaultHops
		}
		if n < 1 || n > 255 {
			return EINVAL
		}
		v.Hops = uint8(n)
	case IPTOS, IPv6TClass:
		if n < 0 || n > 255 {
			return EINVAL
		}
		v.TOS = uint8(n)
	case IPMTUDiscover:
		if n < 0 || n >= len(fragments) {
			return EINVAL
		}
		v.Fragments = fragments[n]
	}
	f.core.SetIP(sock, &v)
	return ENone
}

// ipOption returns an option of IP's.
func (f *Face) ipOption(sock int, o Option) (Value, Errno) {
	v, c := f.core.IP(sock)
	if c != stack.OK || !f.ofFamily(sock, o) {
		return Value{}, ENOPROTOOPT
	}
	switch o {
	case IPTTL, IPv6UnicastHops:
		if v.Hops == 0 {
			v.Hops = stack.DefaultHops
		}
		return Value{N: int(v.Hops)}, ENone
	case IPTOS, IPv6TClass:
		return Value{N: int(v.TOS)}, ENone
	}
	for n, x := range fragments {
		if x == v.Fragments {
			return Value{N: n}, ENone
		}
	}
	return Value{}, ENOPROTOOPT
}
