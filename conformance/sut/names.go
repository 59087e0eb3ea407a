package sut

// Errno is a POSIX error, by name: its number differs from system to system, its name does not.
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
	ENOMEM
	EMSGSIZE
	ENOPROTOOPT
	EOPNOTSUPP
	EPIPE
	EDESTADDRREQ
	EPROTONOSUPPORT
	EPROTOTYPE
	ENOTSOCK
	EACCES
	EIO
	ENETDOWN
	EPROTO
	EOther // an error that has no name here
	errnos
)

var errnoNames = [errnos]string{
	"0", "EAGAIN", "EINPROGRESS", "EALREADY", "EISCONN", "ENOTCONN", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED",
	"ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EBADF", "EINVAL",
	"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EMSGSIZE", "ENOPROTOOPT", "EOPNOTSUPP", "EPIPE", "EDESTADDRREQ",
	"EPROTONOSUPPORT", "EPROTOTYPE", "ENOTSOCK", "EACCES", "EIO", "ENETDOWN", "EPROTO", "EOTHER",
}

// String is the error's name on the wire and in scripts; "0" for none.
func (e Errno) String() string {
	if e < errnos {
		return errnoNames[e]
	}
	return "EOTHER"
}

// Known tells whether e is one of the errors above.
func (e Errno) Known() bool { return e < errnos }

// ErrnoByName finds an error; a name that this version does not know is EOther and not ok.
func ErrnoByName(name []byte) (e Errno, ok bool) {
	for i := range errnoNames {
		if equal(errnoNames[i], name) {
			return Errno(i), true
		}
	}
	return EOther, false
}

// Option is a socket option. Values travel as little-endian int32; a linger as two (onoff, seconds), a time-out as
// one int32 of milliseconds, SO_ERROR as the Errno's place in the list above.
type Option uint8

const (
	OptNone Option = iota
	SoError
	SoReuseAddr
	SoLinger
	SoKeepAlive
	SoRcvBuf
	SoSndBuf
	SoRcvTimeo
	SoSndTimeo
	TCPNoDelay
	IPTTL
	IPTOS
	IPv6UnicastHops
	IPv6V6Only
	options
)

var optionNames = [options]string{
	"", "SO_ERROR", "SO_REUSEADDR", "SO_LINGER", "SO_KEEPALIVE", "SO_RCVBUF", "SO_SNDBUF", "SO_RCVTIMEO",
	"SO_SNDTIMEO", "TCP_NODELAY", "IP_TTL", "IP_TOS", "IPV6_UNICAST_HOPS", "IPV6_V6ONLY",
}

// String is the option's name on the wire and in scripts.
func (o Option) String() string {
	if o < options {
		return optionNames[o]
	}
	return "unknown"
}

// Known tells whether o is one of the options above, OptNone included.
func (o Option) Known() bool { return o < options }

// OptionByName finds an option; a name that this version does not know is Unknown and not ok.
func OptionByName(name []byte) (o Option, ok bool) {
	for i := range optionNames {
		if i > 0 && equal(optionNames[i], name) {
			return Option(i), true
		}
	}
	return Unknown, false
}

// Knob is a setting of the whole stack.
type Knob uint8

const (
	KnobNone     Knob = iota
	KnobMSL           // TCP's maximum segment lifetime in milliseconds
	KnobDAD           // DupAddrDetectTransmits (RFC 4862 5.1), from when the link next goes up on; 0: none
	KnobARPProbe      // 1: probe for the IPv4 address (RFC 5227), from when the link next goes up on; 0: do not
	knobs
)

var knobNames = [knobs]string{"", "tcp.msl-ms", "ipv6.dad-transmits", "arp.probe"}

// String is the knob's name on the wire and in scripts.
func (k Knob) String() string {
	if k < knobs {
		return knobNames[k]
	}
	return "unknown"
}

// Known tells whether k is one of the knobs above, KnobNone included.
func (k Knob) Known() bool { return k < knobs }

// KnobByName finds a knob; a name that this version does not know is Unknown and not ok.
func KnobByName(name []byte) (k Knob, ok bool) {
	for i := range knobNames {
		if i > 0 && equal(knobNames[i], name) {
			return Knob(i), true
		}
	}
	return Unknown, false
}

// Figure is something that Inspect can read: of one socket (fd counts) or of the whole stack.
type Figure uint8

const (
	FigNone      Figure = iota
	FigTCPState         // of fd: RFC 9293's state, 0 CLOSED, 1 LISTEN, 2 SYN-SENT, 3 SYN-RECEIVED, 4 ESTABLISHED, 5 FIN-WAIT-1, 6 FIN-WAIT-2, 7 CLOSE-WAIT, 8 CLOSING, 9 LAST-ACK, 10 TIME-WAIT
	FigConns            // TCP connections of any state but CLOSED and LISTEN, stack-wide
	FigDrops            // frames and segments dropped, all reasons together
	FigChecksums        // of those, for a wrong checksum
	figures
)

var figureNames = [figures]string{"", "tcp.state", "tcp.conns", "drops", "drops.checksum"}

// String is the figure's name on the wire and in scripts.
func (f Figure) String() string {
	if f < figures {
		return figureNames[f]
	}
	return "unknown"
}

// Known tells whether f is one of the figures above, FigNone included.
func (f Figure) Known() bool { return f < figures }

// FigureByName finds a figure; a name that this version does not know is Unknown and not ok.
func FigureByName(name []byte) (f Figure, ok bool) {
	for i := range figureNames {
		if i > 0 && equal(figureNames[i], name) {
			return Figure(i), true
		}
	}
	return Unknown, false
}
