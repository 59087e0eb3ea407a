package lwip

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// Config are the settings of ESP-IDF's Kconfig that show in the sockets, and what is known without asking anybody.
type Config struct {
	Linger bool // CONFIG_LWIP_SO_LINGER, off by default: SO_LINGER is there
	RcvBuf bool // CONFIG_LWIP_SO_RCVBUF, off by default: SO_RCVBUF and FIONREAD are there
	// Hosts and Services are what getaddrinfo and gethostbyname know besides literals and localhost. Without Services a
	// service is a number, as in lwIP.
	Hosts    []Host
	Services []Service
}

// Host is a name with an address; one with several stands several times.
type Host struct {
	Name string
	Addr wire.Addr
}

// Service is a name with a port.
type Service struct {
	Name string
	Port uint16
}

// Socket is the storage of one descriptor's socket. A descriptor that is closed while calls are blocked on it is not
// given out again before the last of them is gone.
type Socket struct {
	refs   int16 // 0: the row is free
	closed bool  // close was called: only those who were in a call still refer to it
	kind   socket.Kind
	v6     bool
	v6only bool
	sock   int16

	nonblock  bool
	connect   bool // a connect is under way
	writing   bool // a send is blocked
	listening bool

	gone     bool    // what lwIP calls the pcb is no more
	pending  abi.Err // the error that is reported once
	marker   abi.Err // the error's place behind what was received
	rxShut   bool    // nothing more is received: the end was reported, or SHUT_RD
	txShut   bool    // SHUT_WR
	excepted bool    // the exception set has it

	flags     uint8 // SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST
	noCheck   bool
	ttl, tos  uint8
	linger    int32 // seconds, -1: off
	recvLimit time.Duration
	sendLimit time.Duration
	bound     wire.Addr // of datagram and raw sockets, as bind had it
	groupIf   [abi.SizeofInAddr]byte
}

// Face is the descriptors of one program over a table of sockets. Init makes it ready.
type Face struct {
	core    *socket.Table
	sockets []Socket
	cfg     Config
}

// Init makes f a face over core with no descriptor open. There are as many descriptors as elements of rows (ESP-IDF:
// [abi.CONFIG_LWIP_MAX_SOCKETS]), at most [abi.FD_SETSIZE], and they are the last ones below that. The core should have a
// row for each; its stack is to be set up with BindAnywhere and BroadcastToBound.
func (f *Face) Init(core *socket.Table, rows []Socket, cfg *Config) {
	f.core, f.sockets, f.cfg = core, rows[:min(len(rows), abi.FD_SETSIZE)], *cfg
	core.SetListenersShare(true)
	for i := range f.sockets {
		f.sockets[i] = Socket{}
	}
}

// CopyFrom makes f a snapshot of o, in f's own rows, over f's own core, which has to be a snapshot of o's. Blocked calls are
// their owner's to copy. It returns false, and changes nothing, if the faces differ in size.
func (f *Face) CopyFrom(o *Face) bool {
	if len(f.sockets) != len(o.sockets) {
		return false
	}
	copy(f.sockets, o.sockets)
	f.cfg = o.cfg
	return true
}

// offset is the lowest descriptor, LWIP_SOCKET_OFFSET.
func (f *Face) offset() int { return abi.FD_SETSIZE - len(f.sockets) }

// open returns the row of an open descriptor, -1 and nil if there is none.
func (f *Face) open(fd int) (row int, v *Socket) {
	row = fd - f.offset()
	if row < 0 || row >= len(f.sockets) || f.sockets[row].refs == 0 || f.sockets[row].closed {
		return -1, nil
	}
	return row, &f.sockets[row]
}

// free returns a free row, -1 if there is none.
func (f *Face) free() int {
	for i := range f.sockets {
		if f.sockets[i].refs == 0 {
			return i
		}
	}
	return -1
}

// Socket is lwip_socket. Any domain but AF_INET is IPv6; the protocol counts for SOCK_RAW alone. EINVAL (type), ENOBUFS,
// ENFILE.
func (f *Face) Socket(domain, typ, protocol int) (fd int, e abi.Errno) {
	v := Socket{refs: 1, v6: domain != abi.AF_INET, linger: -1, ttl: stack.DefaultHops}
	switch typ {
	case abi.SOCK_STREAM:
		v.kind = socket.Stream
	case abi.SOCK_DGRAM:
		v.kind = socket.Datagram
	case abi.SOCK_RAW:
		v.kind = socket.Raw
	default:
		return -1, abi.EINVAL
	}
	row := f.free()
	if row < 0 {
		return -1, abi.ENFILE
	}
	var sock int
	var c stack.Cause
	if v.kind == socket.Raw {
		sock, c = f.core.OpenRaw(v.v6, uint8(protocol))
	} else {
		sock, c = f.core.Open(v.kind, v.v6)
	}
	if c != stack.OK {
		return -1, abi.ENOBUFS
	}
	v.sock = int16(sock)
	v.bound = anyOf(v.v6)
	if v.kind != socket.Stream {
		// As lwIP has it nothing comes back by itself; but it stays on the link (RFC 1112 6.1), where lwIP has it go far.
		f.core.SetMulticast(sock, socket.Multicast{Hops: 1})
	}
	if v.kind == socket.Raw && v.v6 && v.protocolIs(f, abi.IPPROTO_ICMPV6) {
		f.core.SetChecksum(sock, 2) // RFC 3542 3.1
	}
	f.sockets[row] = v
	return row + f.offset(), 0
}

// protocolIs tells whether a raw socket is of this protocol.
func (v *Socket) protocolIs(f *Face, protocol uint8) bool {
	return v.kind == socket.Raw && f.core.Protocol(int(v.sock)) == protocol
}

// unref takes a reference away; with the last one of a closed descriptor the row is free.
func (f *Face) unref(row int) {
	v := &f.sockets[row]
	if v.refs--; v.refs == 0 {
		*v = Socket{}
	}
}

// Inspect returns the core's table and fd's socket in it, for what the face itself has no call for. ok is false if fd is
// not open.
func (f *Face) Inspect(fd int) (core *socket.Table, sock int, ok bool) {
	_, v := f.open(fd)
	if v == nil {
		return nil, -1, false
	}
	return f.core, int(v.sock), true
}

// anyOf is the wildcard of a family.
func anyOf(v6 bool) wire.Addr {
	if v6 {
		return wire.Any6
	}
	return wire.Any4
}
