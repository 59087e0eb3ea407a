package lwip

import (
	"time"

	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// SetSockOpt is lwip_setsockopt; val is the value as C lays it out, nil for NULL. EBADF; EFAULT: no value; ENOPROTOOPT: no
// such option, or not of this kind of socket; EINVAL: the value is too short or makes no sense, the connection is over, or
// an option of IPPROTO_TCP of a listener; ENODEV; EADDRNOTAVAIL and ENOMEM of memberships.
func (f *Face) SetSockOpt(fd, level, option int, val []byte) abi.Errno {
	_, v := f.open(fd)
	switch {
	case v == nil:
		return abi.EBADF
	case val == nil:
		return abi.EFAULT
	}
	f.sync(v)
	switch level {
	case abi.SOL_SOCKET:
		return f.setSocket(v, option, val)
	case abi.IPPROTO_IP:
		return f.setIP(v, option, val)
	case abi.IPPROTO_TCP:
		return f.setTCP(v, option, val)
	case abi.IPPROTO_IPV6:
		return f.setIPv6(v, option, val)
	case abi.IPPROTO_RAW:
		return f.setRaw(v, option, val)
	}
	return abi.ENOPROTOOPT
}

// GetSockOpt is lwip_getsockopt: it writes the value to val, nil for NULL, as C lays it out; *optlen, which is len(val),
// stays what it is, as in lwIP. EBADF, EFAULT, ENOPROTOOPT, and EINVAL: val is too short, the connection is over, or an option of IPPROTO_TCP of a
// listener.
func (f *Face) GetSockOpt(fd, level, option int, val []byte) abi.Errno {
	_, v := f.open(fd)
	switch {
	case v == nil:
		return abi.EBADF
	case val == nil:
		return abi.EFAULT
	}
	f.sync(v)
	switch level {
	case abi.SOL_SOCKET:
		return f.socketOption(v, option, val)
	case abi.IPPROTO_IP:
		return f.ipOption(v, option, val)
	case abi.IPPROTO_TCP:
		return f.tcpOption(v, option, val)
	case abi.IPPROTO_IPV6:
		return f.ipv6Option(v, option, val)
	case abi.IPPROTO_RAW:
		if option == abi.IPV6_CHECKSUM {
			if e := v.check(val, abi.SizeofInt, true, socket.Raw); e != 0 {
				return e
			}
			abi.PutInt(val, int32(f.core.Checksum(int(v.sock))))
			return 0
		}
	}
	return abi.ENOPROTOOPT
}

// anyKind says of check that all kinds of sockets have the option.
const anyKind = socket.Kind(0)

// check makes lwIP's checks of an option, in its order: the value is long enough; what lwIP calls the pcb is there, if the
// option is one of it; the socket is of the kind that has it.
func (v *Socket) check(val []byte, size int, pcb bool, kind socket.Kind) abi.Errno {
	switch {
	case len(val) < size, pcb && v.gone:
		return abi.EINVAL
	case kind != anyKind && v.kind != kind:
		return abi.ENOPROTOOPT
	}
	return 0
}

// setSocket sets an option of level SOL_SOCKET.
func (f *Face) setSocket(v *Socket, option int, val []byte) abi.Errno {
	switch option {
	case abi.SO_BROADCAST, abi.SO_KEEPALIVE, abi.SO_REUSEADDR:
		return f.setFlag(v, option, val)
	case abi.SO_SNDTIMEO:
		return setLimit(&v.sendLimit, val)
	case abi.SO_RCVTIMEO:
		return setLimit(&v.recvLimit, val)
	case abi.SO_RCVBUF:
		return f.setRcvBuf(v, val)
	case abi.SO_LINGER:
		return f.setLinger(v, val)
	case abi.SO_NO_CHECK:
		e := v.check(val, abi.SizeofInt, true, socket.Datagram)
		if e == 0 {
			n, _ := abi.ParseInt(val)
			v.noCheck = n != 0
		}
		return e
	case abi.SO_BINDTODEVICE:
		r, ok := abi.ParseIfreq(val)
		switch {
		case !ok:
			return abi.EINVAL
		case r.Name[0] != 0 && NameToIndex(r.Name[:]) != netIndex:
			return abi.ENODEV
		}
		return 0
	}
	return abi.ENOPROTOOPT
}

// setFlag sets an option that lwIP has as a bit.
func (f *Face) setFlag(v *Socket, option int, val []byte) abi.Errno {
	if option == abi.SO_BROADCAST && v.kind != socket.Datagram {
		return abi.ENOPROTOOPT
	}
	if e := v.check(val, abi.SizeofInt, true, anyKind); e != 0 {
		return e
	}
	n, _ := abi.ParseInt(val)
	v.flags &^= uint8(option)
	if n != 0 {
		v.flags |= uint8(option)
	}
	switch sock := int(v.sock); {
	case option == abi.SO_REUSEADDR:
		f.core.SetReuse(sock, n != 0)
	case option == abi.SO_KEEPALIVE && v.kind == socket.Stream:
		if s, ok := f.settings(v); ok {
			s.KeepAlive = n != 0
			f.core.Set(sock, &s)
		}
	}
	return 0
}

// setLimit sets a time-out, which counts in milliseconds; 0 is for ever.
func setLimit(limit *time.Duration, val []byte) abi.Errno {
	t, ok := abi.ParseTimeval(val)
	ms := seconds(t.Sec)*1000 + int64(t.Usec)/1000
	if !ok || ms < 0 {
		return abi.EINVAL
	}
	*limit = time.Duration(ms) * time.Millisecond
	return 0
}

// seconds keeps a time in what can be added to the present one: 136 years are for ever.
func seconds(n int64) int64 {
	const most = 1 << 32
	return max(-most, min(n, most))
}

func (f *Face) setLinger(v *Socket, val []byte) abi.Errno {
	if !f.cfg.Linger {
		return abi.ENOPROTOOPT
	}
	l, ok := abi.ParseLinger(val)
	if !ok || l.OnOff != 0 && l.Linger < 0 {
		return abi.EINVAL
	}
	v.linger = -1
	if l.OnOff != 0 {
		v.linger = min(l.Linger, maxLinger)
	}
	return 0
}

// maxLinger is the longest time of SO_LINGER, in seconds: lwIP keeps it in 16 bits with a sign.
const maxLinger = 0x7FFF

func (f *Face) setRcvBuf(v *Socket, val []byte) abi.Errno {
	n, ok := abi.ParseInt(val)
	switch {
	case !f.cfg.RcvBuf:
		return abi.ENOPROTOOPT
	case !ok:
		return abi.EINVAL
	case v.kind != socket.Stream:
		f.core.SetQueue(int(v.sock), max(n, 1))
	default:
		if s, ok := f.settings(v); ok {
			s.RcvBuf, s.RcvMost = max(n, 1), 0
			f.core.Set(int(v.sock), &s)
		}
	}
	return 0
}

// socketOption gives an option of level SOL_SOCKET.
func (f *Face) socketOption(v *Socket, option int, val []byte) abi.Errno {
	size, pcb, kind := abi.SizeofInt, false, anyKind
	switch option {
	case abi.SO_ACCEPTCONN:
		pcb, kind = true, socket.Stream
	case abi.SO_BROADCAST:
		if v.kind != socket.Datagram { // before all else
			return abi.ENOPROTOOPT
		}
		pcb = true
	case abi.SO_KEEPALIVE, abi.SO_REUSEADDR:
		pcb = true
	case abi.SO_NO_CHECK:
		pcb, kind = true, socket.Datagram
	case abi.SO_SNDTIMEO, abi.SO_RCVTIMEO:
		size = abi.SizeofTimeval
	case abi.SO_LINGER:
		size = abi.SizeofLinger
	}
	if e := v.check(val, size, pcb, kind); e != 0 && f.hasOption(option) {
		return e
	}
	switch n := int32(0); option {
	case abi.SO_SNDTIMEO:
		putLimit(val, v.sendLimit)
	case abi.SO_RCVTIMEO:
		putLimit(val, v.recvLimit)
	case abi.SO_LINGER:
		if !f.cfg.Linger {
			return abi.ENOPROTOOPT
		}
		l := abi.Linger{}
		if v.linger >= 0 {
			l = abi.Linger{OnOff: 1, Linger: v.linger}
		}
		l.Put(val)
	default:
		e := f.intOption(v, option, &n)
		if e != 0 {
			return e
		}
		abi.PutInt(val, n)
	}
	return 0
}

// hasOption tells whether an option of level SOL_SOCKET can be asked for.
func (f *Face) hasOption(option int) bool {
	switch option {
	case abi.SO_ACCEPTCONN, abi.SO_BROADCAST, abi.SO_KEEPALIVE, abi.SO_REUSEADDR, abi.SO_TYPE, abi.SO_ERROR, abi.SO_SNDTIMEO,
		abi.SO_RCVTIMEO, abi.SO_NO_CHECK:
		return true
	case abi.SO_LINGER:
		return f.cfg.Linger
	case abi.SO_RCVBUF:
		return f.cfg.RcvBuf
	}
	return false
}

// intOption gives an option of level SOL_SOCKET whose value is an int. SO_ERROR takes the pending error away.
func (f *Face) intOption(v *Socket, option int, n *int32) abi.Errno {
	switch option {
	case abi.SO_ACCEPTCONN:
		*n = truth(v.listening)
	case abi.SO_BROADCAST, abi.SO_KEEPALIVE, abi.SO_REUSEADDR: // the bit itself
		*n = int32(v.flags) & int32(option)
	case abi.SO_TYPE:
		*n = int32(v.kind) // numbered alike: see the test
	case abi.SO_ERROR:
		*n = int32(v.take().Errno())
	case abi.SO_NO_CHECK:
		*n = truth(v.noCheck)
	case abi.SO_RCVBUF:
		if !f.cfg.RcvBuf {
			return abi.ENOPROTOOPT
		}
		size, _ := f.core.QueueSizes(int(v.sock))
		*n = int32(size)
	default:
		return abi.ENOPROTOOPT
	}
	return 0
}

func putLimit(val []byte, limit time.Duration) {
	ms := uint64(limit / time.Millisecond)
	abi.Timeval{Sec: int64(ms / 1000), Usec: int32(ms % 1000 * 1000)}.Put(val)
}

func truth(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
