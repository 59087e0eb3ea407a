package lwip

import (
	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// setIP sets an option of level IPPROTO_IP.
func (f *Face) setIP(v *Socket, option int, val []byte) abi.Errno {
	size, kind := 1, socket.Datagram
	switch option {
	case abi.IP_TTL, abi.IP_TOS:
		size, kind = abi.SizeofInt, anyKind
	case abi.IP_MULTICAST_TTL, abi.IP_MULTICAST_LOOP:
	case abi.IP_MULTICAST_IF:
		size = abi.SizeofInAddr
	case abi.IP_ADD_MEMBERSHIP, abi.IP_DROP_MEMBERSHIP:
		size = abi.SizeofIPMreq
	default:
		return abi.ENOPROTOOPT
	}
	if e := v.check(val, size, true, kind); e != 0 {
		return e
	}
	switch option {
	case abi.IP_TTL:
		v.ttl = val[0]
		f.settleIP(v)
	case abi.IP_TOS:
		v.tos = val[0]
		f.settleIP(v)
	case abi.IP_MULTICAST_TTL:
		f.setHops(v, val[0])
	case abi.IP_MULTICAST_LOOP:
		f.setLoop(v, val[0] != 0)
	case abi.IP_MULTICAST_IF:
		copy(v.groupIf[:], val)
	default:
		m, _ := abi.ParseIPMreq(val)
		group, at := wire.AddrFrom4(m.Multiaddr), wire.AddrFrom4(m.Interface)
		if group == wire.AllHosts4 || !at.IsUnspecified() && !f.core.HasAddress(at) {
			return abi.EADDRNOTAVAIL
		}
		return f.member(v, group, option == abi.IP_ADD_MEMBERSHIP)
	}
	return 0
}

// settleIP makes a socket's time to live and type of service those of what it sends. 0 hops, which nothing may have when
// it leaves (RFC 1122 3.2.1.7), are the default.
func (f *Face) settleIP(v *Socket) {
	f.core.SetIP(int(v.sock), &stack.IPSettings{Hops: v.ttl, TOS: v.tos})
}

func (f *Face) setHops(v *Socket, hops uint8) {
	m := f.core.Multicast(int(v.sock))
	m.Hops = hops
	f.core.SetMulticast(int(v.sock), m)
}

func (f *Face) setLoop(v *Socket, on bool) {
	m := f.core.Multicast(int(v.sock))
	m.Loop = on
	f.core.SetMulticast(int(v.sock), m)
}

// member makes a socket a member of a group, as often as it is asked, or takes one time back.
func (f *Face) member(v *Socket, group wire.Addr, join bool) abi.Errno {
	if !group.IsMulticast() {
		return abi.EADDRNOTAVAIL
	}
	var c stack.Cause
	if join {
		c = f.core.JoinAgain(int(v.sock), group)
	} else {
		c = f.core.Leave(int(v.sock), group)
	}
	switch c {
	case stack.OK:
		return 0
	case stack.TableFull:
		return abi.ENOMEM
	}
	return abi.EADDRNOTAVAIL
}

// ipOption gives an option of level IPPROTO_IP.
func (f *Face) ipOption(v *Socket, option int, val []byte) abi.Errno {
	size, kind := 1, socket.Datagram
	switch option {
	case abi.IP_TTL, abi.IP_TOS:
		size, kind = abi.SizeofInt, anyKind
	case abi.IP_MULTICAST_TTL, abi.IP_MULTICAST_LOOP:
	case abi.IP_MULTICAST_IF:
		size = abi.SizeofInAddr
	default:
		return abi.ENOPROTOOPT
	}
	if e := v.check(val, size, true, kind); e != 0 {
		return e
	}
	m := f.core.Multicast(int(v.sock))
	switch option {
	case abi.IP_TTL:
		abi.PutInt(val, int32(v.ttl))
	case abi.IP_TOS:
		abi.PutInt(val, int32(v.tos))
	case abi.IP_MULTICAST_TTL:
		val[0] = m.Hops
	case abi.IP_MULTICAST_LOOP:
		val[0] = uint8(truth(m.Loop))
	default:
		copy(val, v.groupIf[:])
	}
	return 0
}

// setIPv6 sets an option of level IPPROTO_IPV6.
func (f *Face) setIPv6(v *Socket, option int, val []byte) abi.Errno {
	size, kind := 1, socket.Datagram
	switch option {
	case abi.IPV6_V6ONLY:
		size, kind = abi.SizeofInt, anyKind
	case abi.IPV6_JOIN_GROUP, abi.IPV6_LEAVE_GROUP:
		size = abi.SizeofIPv6Mreq
	case abi.IPV6_MULTICAST_IF, abi.IPV6_MULTICAST_HOPS, abi.IPV6_MULTICAST_LOOP:
	default:
		return abi.ENOPROTOOPT
	}
	if e := v.check(val, size, true, kind); e != 0 {
		return e
	}
	switch option {
	case abi.IPV6_V6ONLY:
		n, _ := abi.ParseInt(val)
		v.v6only = n != 0
	case abi.IPV6_MULTICAST_IF:
		v.groupIf[0] = val[0]
	case abi.IPV6_MULTICAST_HOPS:
		f.setHops(v, val[0])
	case abi.IPV6_MULTICAST_LOOP:
		f.setLoop(v, val[0] != 0)
	default:
		m, _ := abi.ParseIPv6Mreq(val)
		if m.Interface != netIndex {
			return abi.EADDRNOTAVAIL
		}
		return f.member(v, wire.AddrFrom16(m.Multiaddr), option == abi.IPV6_JOIN_GROUP)
	}
	return 0
}

// ipv6Option gives an option of level IPPROTO_IPV6.
func (f *Face) ipv6Option(v *Socket, option int, val []byte) abi.Errno {
	size, pcb, kind := 1, true, socket.Datagram
	switch option {
	case abi.IPV6_V6ONLY:
		size, pcb, kind = abi.SizeofInt, false, anyKind
	case abi.IPV6_MULTICAST_IF, abi.IPV6_MULTICAST_HOPS, abi.IPV6_MULTICAST_LOOP:
	default:
		return abi.ENOPROTOOPT
	}
	if e := v.check(val, size, pcb, kind); e != 0 {
		return e
	}
	m := f.core.Multicast(int(v.sock))
	switch option {
	case abi.IPV6_V6ONLY:
		abi.PutInt(val, truth(v.v6only))
	case abi.IPV6_MULTICAST_IF:
		val[0] = v.groupIf[0]
	case abi.IPV6_MULTICAST_HOPS:
		val[0] = m.Hops
	default:
		val[0] = uint8(truth(m.Loop))
	}
	return 0
}

// setRaw sets an option of level IPPROTO_RAW: where a checksum goes (RFC 3542 3.1), which an ICMPv6 socket cannot choose.
func (f *Face) setRaw(v *Socket, option int, val []byte) abi.Errno {
	if option != abi.IPV6_CHECKSUM {
		return abi.ENOPROTOOPT
	}
	if v.protocolIs(f, abi.IPPROTO_ICMPV6) {
		return abi.EINVAL
	}
	if e := v.check(val, abi.SizeofInt, true, socket.Raw); e != 0 {
		return e
	}
	n, _ := abi.ParseInt(val)
	if n >= 0 && n&1 != 0 || f.core.SetChecksum(int(v.sock), int(max(n, -1))) != stack.OK {
		return abi.EINVAL
	}
	return 0
}

// settings are those of a stream's connection; ok is false if the socket has none.
func (f *Face) settings(v *Socket) (s tcp.Settings, ok bool) {
	s, c := f.core.Settings(int(v.sock))
	return s, c == stack.OK
}
