package posix

import (
	"math"
	"time"

	"stackproof/stack"
	"stackproof/stack/tcp"
)

// Linux's limits.
const (
	MaxKeepTime  = 32767 * time.Second
	MaxKeepCount = 127
)

// setTCP sets an option of a stream that is one of its connection's settings.
func (f *Face) setTCP(sock int, o Option, v Value) Errno {
	now, c := f.core.Settings(sock)
	if c != stack.OK {
		return ENOPROTOOPT
	}
	keepTime := v.Time >= time.Second && v.Time <= MaxKeepTime
	switch o {
	case TCPNoDelay:
		now.NoDelay = v.N != 0
	case TCPCork:
		now.Cork = v.N != 0
	case TCPQuickAck:
		now.QuickAck = v.N != 0
	case SoKeepAlive:
		now.KeepAlive = v.N != 0
	case SoRcvBuf:
		now.RcvBuf, now.RcvMost = queueLen(v.N), 0 // and so it stays
	case SoSndBuf:
		now.SndBuf = queueLen(v.N)
	case TCPMaxSeg:
		if v.N < tcp.MinMaxSeg || v.N > math.MaxUint16 || f.core.Status(sock) != stack.NotConnected {
			return EINVAL
		}
		now.MaxSeg = uint16(v.N)
	case TCPUserTimeout:
		now.UserTimeout = v.Time
	case TCPKeepIdle:
		if !keepTime {
			return EINVAL
		}
		now.KeepIdle = v.Time
	case TCPKeepInterval:
		if !keepTime {
			return EINVAL
		}
		now.KeepInterval = v.Time
	case TCPKeepCount:
		if v.N < 1 || v.N > MaxKeepCount {
			return EINVAL
		}
		now.KeepCount = uint8(v.N)
	default:
		return ENOPROTOOPT
	}
	if f.core.Set(sock, &now) != stack.OK {
		return EINVAL
	}
	return ENone
}

// queueLen is the length that a program wants for a queue: one byte at least. The stack sees to the most.
func queueLen(n int) int32 { return int32(min(max(n, 1), math.MaxInt32)) }

// optionOf returns an option that is one of the settings.
func optionOf(v *tcp.Settings, o Option) (Value, Errno) {
	switch o {
	case TCPNoDelay:
		return flag(v.NoDelay), ENone
	case TCPCork:
		return flag(v.Cork), ENone
	case TCPQuickAck:
		return flag(v.QuickAck), ENone
	case SoKeepAlive:
		return flag(v.KeepAlive), ENone
	case TCPUserTimeout:
		return Value{Time: v.UserTimeout}, ENone
	case TCPKeepIdle:
		return Value{Time: v.KeepIdle}, ENone
	case TCPKeepInterval:
		return Value{Time: v.KeepInterval}, ENone
	case TCPKeepCount:
		return Value{N: int(v.KeepCount)}, ENone
	}
	return Value{}, ENOPROTOOPT
}
