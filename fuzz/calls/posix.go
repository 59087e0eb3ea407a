package calls

import (
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
	"stackproof/stack/wire"
)

// posixFace drives the POSIX face.
type posixFace struct {
	posix.Face
	world *world
	core  *socket.Table
}

func newPosix(w *world, core *socket.Table) face {
	f := &posixFace{world: w, core: core}
	core.Init(&w.Stack, make([]socket.Socket, sockets+2))
	core.InitGroups(make([]socket.Membership, 2))
	f.Init(core, make([]posix.Descriptor, sockets), make([]posix.File, sockets+waiting))
	return f
}

func posixName(e posix.Errno) string {
	if e == posix.ENone {
		return ""
	}
	return e.String()
}

func (f *posixFace) first() int { return posix.FirstFD }

func (f *posixFace) open(fd int) bool { _, _, ok := f.Inspect(fd); return ok }

func (f *posixFace) socket(how byte) (int, string) {
	family, kind := posix.IPv4, posix.Stream
	if how&16 != 0 {
		family = posix.IPv6
	}
	if how&3 == 1 {
		kind = posix.Datagram
	} else if how&3 == 2 {
		kind = 3
	}
	fd, e := f.Socket(family, kind, int(how>>6))
	return fd, posixName(e)
}

// where is an endpoint by two bytes: the stack's with a port of a few, or one of the peer's, or others.
func where(a, b byte, peers bool) socket.Endpoint {
	port := basePort + uint16(b&15)
	if peers {
		port = peerPort + uint16(b&3)
	}
	switch {
	case a < 128 && peers:
		return socket.Endpoint{Addr: peer4, Port: port}
	case a < 128:
		return socket.Endpoint{Addr: wire.Any4, Port: port}
	case a < 160:
		return socket.Endpoint{Addr: stack4, Port: port}
	case a < 192:
		return socket.Endpoint{Addr: wire.IPv4(a, b, a, b), Port: port}
	case a < 224:
		return socket.Endpoint{Addr: wire.Any6, Port: port}
	case a < 240:
		return socket.Endpoint{Addr: peer4} // no port
	}
	return socket.Endpoint{}
}

func (f *posixFace) now(what, fd int, a, b byte) string {
	var e posix.Errno
	switch what {
	case doBind:
		e = f.Bind(fd, where(a, b, false))
	case doListen:
		e = f.Listen(fd, int(int8(b)))
	case doSetOpt:
		v := posix.Value{N: int(int8(b)), Time: time.Duration(b) * time.Second}
		if a >= 128 {
			v.N <<= 8
		}
		if b&1 != 0 {
			v.Group = socket.Endpoint{Addr: wire.IPv4(224, 0, 1, b&3)}
		}
		e = f.SetOption(fd, posix.Option(a&63), v)
	case doGetOpt:
		_, e = f.GetOption(fd, posix.Option(a&63))
	case doShutdown:
		e = f.Shutdown(f.world.now, fd, int(b)%4)
	case doNonblock:
		e = f.SetNonblock(fd, b&1 != 0)
	case doName:
		if b&1 != 0 {
			_, e = f.SockName(fd)
		} else if _, e = f.PeerName(fd); e == posix.ENOTCONN {
			e = posix.ENone
		}
	}
	return posixName(e)
}

// posixOp is a call's.
type posixOp struct {
	posix.Op
	fds [2]posix.PollFD
}

func (f *posixFace) begin(c *call, a, b byte) bool {
	op, now := new(posixOp), f.world.now
	c.op = op
	switch c.what {
	case doAccept:
		return f.of(c, f.Accept(now, &op.Op, c.fd))
	case doConnect:
		return f.of(c, f.Connect(now, &op.Op, c.fd, where(a, b, true)))
	case doSend:
		to := socket.Endpoint{}
		if a&128 != 0 {
			to = where(a<<1, b, true)
		}
		return f.of(c, f.Send(now, &op.Op, c.fd, c.buf, posix.Flags(a&31), to))
	case doRecv:
		c.peek = posix.Flags(a)&posix.Peek != 0
		return f.of(c, f.Recv(now, &op.Op, c.fd, c.buf, posix.Flags(a&31)))
	case doPoll:
		op.fds = [2]posix.PollFD{{FD: c.fd, Events: posix.Events(a)}, {FD: int(int8(b)), Events: posix.PollIn}}
		return f.of(c, f.Poll(now, &op.Op, op.fds[:], time.Duration(int8(b))*time.Second))
	}
	return f.of(c, f.Close(now, &op.Op, c.fd))
}

func (f *posixFace) step(c *call) bool { return f.of(c, f.Step(f.world.now, &c.op.(*posixOp).Op)) }
func (f *posixFace) cancel(c *call)    { f.Cancel(f.world.now, &c.op.(*posixOp).Op) }

func (f *posixFace) of(c *call, done bool) bool {
	if op := c.op.(*posixOp); done {
		c.ret, c.err = op.Ret, posixName(op.Err)
	}
	return done
}

func (f *posixFace) check(busy []*call) invariant.Violation {
	ops := make([]*posix.Op, len(busy))
	for i, c := range busy {
		ops[i] = &c.op.(*posixOp).Op
	}
	return f.Check(ops)
}

// posixErrors are the errors that each call documents.
var posixErrors = map[int][]string{
	doSocket:   {"EAFNOSUPPORT", "EINVAL", "EPROTONOSUPPORT", "EMFILE", "ENFILE"},
	doBind:     {"EBADF", "EINVAL", "EAFNOSUPPORT", "EADDRNOTAVAIL", "EADDRINUSE", "ENOBUFS"},
	doListen:   {"EBADF", "EOPNOTSUPP", "EINVAL", "EADDRINUSE", "ENOBUFS"},
	doSetOpt:   {"EBADF", "EINVAL", "ENOPROTOOPT", "EADDRNOTAVAIL", "EADDRINUSE", "ENOBUFS", "ENODEV"},
	doGetOpt:   {"EBADF", "ENOPROTOOPT"},
	doShutdown: {"EBADF", "EINVAL", "ENOTCONN"},
	doNonblock: {"EBADF"},
	doName:     {"EBADF"},
	doAccept:   {"EBADF", "EAGAIN", "EINVAL", "EOPNOTSUPP", "EMFILE", "ENFILE"},
	doConnect: {"EBADF", "EISCONN", "EALREADY", "EINPROGRESS", "EAFNOSUPPORT", "ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "EADDRINUSE", "EINVAL",
		"ENOBUFS", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ECONNABORTED", "EACCES", "EOPNOTSUPP", "ENETDOWN"},
	doSend: {"EBADF", "EAGAIN", "EOPNOTSUPP", "EPIPE", "ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EDESTADDRREQ", "EMSGSIZE",
		"EAFNOSUPPORT", "EINVAL", "EACCES", "ENETDOWN", "ENOBUFS", "ENOPROTOOPT"},
	doRecv: {"EBADF", "EAGAIN", "ENOTCONN", "EOPNOTSUPP", "ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EMSGSIZE",
		"EACCES", "ENOPROTOOPT", "EPIPE"},
	doClose: {"EBADF"},
}
