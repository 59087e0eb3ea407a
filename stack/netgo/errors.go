package netgo

import (
	"fmt"
	"syscall"

	"stackproof/stack"
)

// errnos are the system's numbers for causes, so that errors.Is(err, syscall.ECONNREFUSED) works here as it does with
// package net.
var errnos = map[stack.Cause]syscall.Errno{
	stack.Refused: syscall.ECONNREFUSED, stack.Reset: syscall.ECONNRESET, stack.Aborted: syscall.ECONNABORTED,
	stack.TimedOut: syscall.ETIMEDOUT, stack.HostUnreachable: syscall.EHOSTUNREACH,
	stack.NetUnreachable: syscall.ENETUNREACH, stack.ProtoUnreachable: syscall.ENOPROTOOPT,
	stack.PortUnreachable: syscall.ECONNREFUSED, stack.NetDown: syscall.ENETDOWN, stack.Prohibited: syscall.EACCES,
	stack.AddrInUse: syscall.EADDRINUSE, stack.AddrNotAvailable: syscall.EADDRNOTAVAIL,
	stack.NotConnected: syscall.ENOTCONN, stack.AlreadyConnected: syscall.EISCONN, stack.TooLong: syscall.EMSGSIZE,
	stack.NoBuffers: syscall.ENOBUFS, stack.TableFull: syscall.EMFILE, stack.Invalid: syscall.EINVAL,
	stack.Shutdown: syscall.EPIPE, stack.WrongFamily: syscall.EAFNOSUPPORT, stack.Unsupported: syscall.EOPNOTSUPP,
}

// causeError is the error for a cause.
func causeError(c stack.Cause) error {
	if e, ok := errnos[c]; ok {
		return e
	}
	return fmt.Errorf("netgo: %s", c)
}
