//go:build !tinygo || !face_lwip

package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// The face and the judge number these alike, so that they need no translation. Where they do not, this does not compile.
var (
	_ [posix.IPv4]struct{}      = [sut.DomainIPv4]struct{}{}
	_ [posix.IPv6]struct{}      = [sut.DomainIPv6]struct{}{}
	_ [posix.Stream]struct{}    = [sut.TypeStream]struct{}{}
	_ [posix.Datagram]struct{}  = [sut.TypeDatagram]struct{}{}
	_ [posix.ShutRead]struct{}  = [sut.ShutRead]struct{}{}
	_ [posix.ShutWrite]struct{} = [sut.ShutWrite]struct{}{}
	_ [posix.ShutBoth]struct{}  = [sut.ShutBoth]struct{}{}
	_ [posix.Peek]struct{}      = [sut.MsgPeek]struct{}{}
	_ [posix.DontWait]struct{}  = [sut.MsgDontWait]struct{}{}
	_ [posix.More]struct{}      = [sut.MsgMore]struct{}{}
	_ [posix.OOB]struct{}       = [sut.MsgOOB]struct{}{}
	_ [posix.PollPri]struct{}   = [sut.PollPri]struct{}{}
	_ [posix.PollIn]struct{}    = [sut.PollIn]struct{}{}
	_ [posix.PollOut]struct{}   = [sut.PollOut]struct{}{}
	_ [posix.PollErr]struct{}   = [sut.PollErr]struct{}{}
	_ [posix.PollHup]struct{}   = [sut.PollHup]struct{}{}
	_ [posix.PollNil]struct{}   = [sut.PollNil]struct{}{}
)

// errnos are the judge's names for the face's errors.
var errnos = [posix.NumErrno]sut.Errno{
	posix.ENone: sut.ENone, posix.EAGAIN: sut.EAGAIN, posix.EINPROGRESS: sut.EINPROGRESS, posix.EALREADY: sut.EALREADY,
	posix.EISCONN: sut.EISCONN, posix.ENOTCONN: sut.ENOTCONN, posix.ECONNREFUSED: sut.ECONNREFUSED,
	posix.ECONNRESET: sut.ECONNRESET, posix.ECONNABORTED: sut.ECONNABORTED, posix.ETIMEDOUT: sut.ETIMEDOUT,
	posix.EHOSTUNREACH: sut.EHOSTUNREACH, posix.ENETUNREACH: sut.ENETUNREACH, posix.EADDRINUSE: sut.EADDRINUSE,
	posix.EADDRNOTAVAIL: sut.EADDRNOTAVAIL, posix.EAFNOSUPPORT: sut.EAFNOSUPPORT, posix.EBADF: sut.EBADF,
	posix.EINVAL: sut.EINVAL, posix.EMFILE: sut.EMFILE, posix.ENFILE: sut.ENFILE, posix.ENOBUFS: sut.ENOBUFS,
	posix.EMSGSIZE: sut.EMSGSIZE, posix.ENOPROTOOPT: sut.ENOPROTOOPT, posix.EOPNOTSUPP: sut.EOPNOTSUPP,
	posix.EPIPE: sut.EPIPE, posix.EDESTADDRREQ: sut.EDESTADDRREQ, posix.EPROTONOSUPPORT: sut.EPROTONOSUPPORT,
	posix.EACCES: sut.EACCES, posix.ENETDOWN: sut.ENETDOWN, posix.ENODEV: sut.ENODEV,
}

// endpoint translates an address; one of no known family is the zero Endpoint.
func endpoint(a *sut.Addr) socket.Endpoint {
	switch a.Family {
	case sut.DomainIPv4:
		return socket.Endpoint4([4]byte(a.IP[:4]), a.Port)
	case sut.DomainIPv6:
		return socket.Endpoint6(a.IP, a.Port)
	}
	return socket.Endpoint{}
}

// addr translates an address back.
func addr(e socket.Endpoint) (a sut.Addr) {
	switch {
	case e.Addr.Is4():
		a.Family = sut.DomainIPv4
	case e.Addr.Is6():
		a.Family = sut.DomainIPv6
	default:
		return a
	}
	a.Port = e.Port
	e.Addr.Put(a.IP[:])
	return a
}
