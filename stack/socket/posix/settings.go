package posix

import (
	"stackproof/stack"
	"stackproof/stack/tcp"
)

// setTCP sets an option of a stream that is one of its connection's settings.
func (f *Face) setTCP(sock int, o Option, n int) Errno {
	v, c := f.core.Settings(sock)
	if c != stack.OK {
		return ENOPROTOOPT
	}
	switch o {
	case TCPNoDelay:
		v.NoDelay = n != 0
	case TCPQuickAck:
		v.QuickAck = n != 0
	default:
		return ENOPROTOOPT
	}
	if f.core.Set(sock, &v) != stack.OK {
		return EINVAL
	}
	return ENone
}

// optionOf returns an option that is one of the settings.
func optionOf(v *tcp.Settings, o Option) (Value, Errno) {
	switch o {
	case TCPNoDelay:
		return flag(v.NoDelay), ENone
	case TCPQuickAck:
		return flag(v.QuickAck), ENone
	}
	return Value{}, ENOPROTOOPT
}
