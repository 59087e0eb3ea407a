package lwip

import (
	"math"
	"time"

	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// checkTCP makes the checks that all options of level IPPROTO_TCP have.
func (v *Socket) checkTCP(val []byte) abi.Errno {
	if e := v.check(val, abi.SizeofInt, true, socket.Stream); e != 0 {
		return e
	}
	if v.listening {
		return abi.EINVAL
	}
	return 0
}

// setTCP sets an option of level IPPROTO_TCP. Times and counts are taken as they are but for those that no keep-alive can
// have: nothing is as little as there can be, and what is beyond the counter as much.
func (f *Face) setTCP(v *Socket, option int, val []byte) abi.Errno {
	if e := v.checkTCP(val); e != 0 {
		return e
	}
	n, _ := abi.ParseInt(val)
	s, _ := f.settings(v)
	switch option {
	case abi.TCP_NODELAY:
		s.NoDelay = n != 0
	case abi.TCP_KEEPALIVE:
		s.KeepIdle = span(n, time.Millisecond)
	case abi.TCP_KEEPIDLE:
		s.KeepIdle = span(n, time.Second)
	case abi.TCP_KEEPINTVL:
		s.KeepInterval = span(n, time.Second)
	case abi.TCP_KEEPCNT:
		s.KeepCount = uint8(min(max(uint32(n), 1), math.MaxUint8))
	default:
		return abi.ENOPROTOOPT
	}
	f.core.Set(int(v.sock), &s)
	return 0
}

// span is a time of n units, of which lwIP makes a number without a sign.
func span(n int32, unit time.Duration) time.Duration { return max(time.Duration(uint32(n)), 1) * unit }

// tcpOption gives an option of level IPPROTO_TCP.
func (f *Face) tcpOption(v *Socket, option int, val []byte) abi.Errno {
	if e := v.checkTCP(val); e != 0 {
		return e
	}
	s, _ := f.settings(v)
	n := int32(0)
	switch option {
	case abi.TCP_NODELAY:
		n = truth(s.NoDelay)
	case abi.TCP_KEEPALIVE:
		n = int32(uint64(s.KeepIdle) / uint64(time.Millisecond))
	case abi.TCP_KEEPIDLE:
		n = int32(uint64(s.KeepIdle) / uint64(time.Second))
	case abi.TCP_KEEPINTVL:
		n = int32(uint64(s.KeepInterval) / uint64(time.Second))
	case abi.TCP_KEEPCNT:
		n = int32(s.KeepCount)
	default:
		return abi.ENOPROTOOPT
	}
	abi.PutInt(val, n)
	return 0
}
