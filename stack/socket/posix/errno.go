package posix

import "stackproof/stack"

// Errno is a POSIX error. Its number means nothing outside; its name is POSIX's.
type Errno uint8

const (
	ENone Errno = iota
	EAGAIN
	EINPROGRESS
	EALREADY
	EISCONN
	ENOTCONN
	ECONNREFUSED
	ECONNRESET
	ECONNABORTED
	ETIMEDOUT
	EHOSTUNREACH
	ENETUNREACH
	EADDRINUSE
	EADDRNOTAVAIL
	EAFNOSUPPORT
	EBADF
	EINVAL
	EMFILE
	ENFILE
	ENOBUFS
	EMSGSIZE
	ENOPROTOOPT
	EOPNOTSUPP
	EPIPE
	EDESTADDRREQ
	EPROTONOSUPPORT
	EACCES
	ENETDOWN
	ENODEV
	NumErrno int = iota
)

var errnoNames = [NumErrno]string{
	"0", "EAGAIN", "EINPROGRESS", "EALREADY", "EISCONN", "ENOTCONN", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED",
	"ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EBADF", "EINVAL",
	"EMFILE", "ENFILE", "ENOBUFS", "EMSGSIZE", "ENOPROTOOPT", "EOPNOTSUPP", "EPIPE", "EDESTADDRREQ",
	"EPROTONOSUPPORT", "EACCES", "ENETDOWN", "ENODEV",
}

// String returns POSIX's name; "0" for no error.
func (e Errno) String() string {
	if int(e) >= NumErrno {
		return "unknown error"
	}
	return errnoNames[e]
}

// errno translates a cause. What a cause means in a certain call, that call says first.
func errno(c stack.Cause) Errno {
	switch c {
	case stack.OK, stack.EOF:
		return ENone
	case stack.WouldBlock:
		return EAGAIN
	case stack.InProgress:
		return EINPROGRESS
	case stack.Refused, stack.PortUnreachable:
		return ECONNREFUSED
	case stack.Reset:
		return ECONNRESET
	case stack.Aborted:
		return ECONNABORTED
	case stack.TimedOut:
		return ETIMEDOUT
	case stack.HostUnreachable:
		return EHOSTUNREACH
	case stack.NetUnreachable:
		return ENETUNREACH
	case stack.ProtoUnreachable:
		return ENOPROTOOPT
	case stack.Prohibited:
		return EACCES
	case stack.NetDown:
		return ENETDOWN
	case stack.AddrInUse:
		return EADDRINUSE
	case stack.AddrNotAvailable:
		return EADDRNOTAVAIL
	case stack.NotConnected:
		return ENOTCONN
	case stack.AlreadyConnected:
		return EISCONN
	case stack.TooLong:
		return EMSGSIZE
	case stack.NoBuffers, stack.TableFull:
		return ENOBUFS
	case stack.Shutdown:
		return EPIPE
	case stack.WrongFamily:
		return EAFNOSUPPORT
	case stack.Unsupported:
		return EOPNOTSUPP
	}
	return EINVAL
}
