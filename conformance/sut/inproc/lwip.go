//go:build !tinygo || face_lwip

package inproc

import (
	"encoding/binary"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
)

// lwipFace are sockets as lwIP has them.
type lwipFace struct {
	face lwip.Face
	rows [abi.CONFIG_LWIP_MAX_SOCKETS]lwip.Socket
}

// lwipCall is a call to it.
type lwipCall struct {
	op   lwip.Op
	poll [1]abi.Pollfd
	name [abi.SizeofSockaddrIn6]byte
	data [abi.SizeofIPv6Mreq]byte // an option's value
}

// lwipConfig is as the peer lwIP is set up, so that the same cases hold for both.
var lwipConfig = lwip.Config{Linger: true}

func (l *lwipFace) init(h *Host) { l.face.Init(&h.table, l.rows[:], &lwipConfig) }

func (l *lwipFace) step(now time.Duration, p *call) (done bool) {
	return l.face.Step(now, &p.face.lwip.op)
}

func (l *lwipFace) deadline(p *call) (at time.Duration, ok bool) {
	return l.face.Deadline(&p.face.lwip.op)
}

func (l *lwipFace) cancel(now time.Duration, p *call) { l.face.Cancel(now, &p.face.lwip.op) }

func (l *lwipFace) check(h *Host) invariant.Violation {
	var ops [blocked]*lwip.Op
	n := 0
	for i := range h.calls {
		if p := &h.calls[i]; p.seq != 0 {
			ops[n] = &p.face.lwip.op
			n++
		}
	}
	return l.face.Check(ops[:n])
}

func (l *lwipFace) inspect(fd int) (core *socket.Table, sock int, ok bool) { return l.face.Inspect(fd) }

// lwipErrnos are the judge's names for lwIP's numbers. One that is not here is EOTHER.
var lwipErrnos = [...]struct {
	own   abi.Errno
	judge sut.Errno
}{
	{0, sut.ENone}, {abi.EIO, sut.EIO}, {abi.EBADF, sut.EBADF}, {abi.EAGAIN, sut.EAGAIN}, {abi.ENOMEM, sut.ENOMEM},
	{abi.ENODEV, sut.ENODEV}, {abi.EINVAL, sut.EINVAL}, {abi.ENFILE, sut.ENFILE}, {abi.EOPNOTSUPP, sut.EOPNOTSUPP},
	{abi.ECONNRESET, sut.ECONNRESET}, {abi.ENOBUFS, sut.ENOBUFS}, {abi.EAFNOSUPPORT, sut.EAFNOSUPPORT},
	{abi.ENOPROTOOPT, sut.ENOPROTOOPT}, {abi.EADDRINUSE, sut.EADDRINUSE}, {abi.ECONNABORTED, sut.ECONNABORTED},
	{abi.EHOSTUNREACH, sut.EHOSTUNREACH}, {abi.EINPROGRESS, sut.EINPROGRESS}, {abi.EALREADY, sut.EALREADY},
	{abi.EMSGSIZE, sut.EMSGSIZE}, {abi.EADDRNOTAVAIL, sut.EADDRNOTAVAIL}, {abi.EISCONN, sut.EISCONN},
	{abi.ENOTCONN, sut.ENOTCONN},
}

func lwipErrno(e abi.Errno) sut.Errno {
	for _, n := range lwipErrnos {
		if n.own == e {
			return n.judge
		}
	}
	return sut.EOther
}

// sockaddr lays an address out as C has it; one of no known family is of AF_UNSPEC.
func (c *lwipCall) sockaddr(a *sut.Addr) []byte {
	b := c.name[:]
	clear(b)
	switch a.Family {
	case sut.DomainIPv6:
		abi.SockaddrIn6{Family: abi.AF_INET6, Port: a.Port, Addr: a.IP}.Put(b)
		return b
	case sut.DomainIPv4:
		abi.SockaddrIn{Family: abi.AF_INET, Port: a.Port, Addr: [4]byte(a.IP[:4])}.Put(b)
	}
	return b[:abi.SizeofSockaddrIn]
}

// named is a call's address.
func named(n *lwip.Name) (a sut.Addr) {
	switch b := n.Bytes[:n.Len]; {
	case n.Len == 0:
	case b[1] == abi.AF_INET6:
		v, _ := abi.ParseSockaddrIn6(b)
		return sut.Addr{Family: sut.DomainIPv6, IP: v.Addr, Port: v.Port}
	default:
		v, _ := abi.ParseSockaddrIn(b)
		a = sut.Addr{Family: sut.DomainIPv4, Port: v.Port}
		copy(a.IP[:], v.Addr[:])
	}
	return a
}

func (l *lwipFace) start(h *Host, p *call, c *sut.Call) (done bool, s sut.Status) {
	fd, op, f := h.own(c.FD), &p.face.lwip.op, &l.face
	flags := lwipFlags(c.Flags)
	switch c.Op {
	case sut.OpAccept:
		return f.Accept(h.now, op, fd, true), sut.OK
	case sut.OpConnect:
		return f.Connect(h.now, op, fd, p.face.lwip.sockaddr(&c.Addr)), sut.OK
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		if c.Value < 0 {
			return true, sut.Malformed
		}
		return f.RecvFrom(h.now, op, fd, h.memory.late[:min(int(c.Value), len(h.memory.late))], flags, c.Op == sut.OpRecvFrom), sut.OK
	case sut.OpWrite, sut.OpSend:
		return f.Send(h.now, op, fd, c.Data, flags), sut.OK
	case sut.OpSendTo:
		var to []byte
		if c.Addr.Family != 0 {
			to = p.face.lwip.sockaddr(&c.Addr)
		}
		return f.SendTo(h.now, op, fd, c.Data, flags, to), sut.OK
	case sut.OpClose:
		done = f.Close(h.now, op, fd)
		if n := h.find(c.FD); n != nil && (!done || op.Err == 0) {
			n.used = false
		}
		return done, sut.OK
	case sut.OpPoll:
		p.face.lwip.poll[0] = abi.Pollfd{Fd: int32(fd), Events: lwipEvents(c.Flags)}
		return f.Poll(h.now, op, p.face.lwip.poll[:], int(c.Value)), sut.OK
	}
	return true, l.atOnce(h, p, c, fd)
}

// atOnce makes a call that never waits.
func (l *lwipFace) atOnce(h *Host, p *call, c *sut.Call, fd int) sut.Status {
	op, f := &p.face.lwip.op, &l.face
	*op = lwip.Op{}
	switch c.Op {
	case sut.OpSocket:
		domain := abi.AF_INET
		if c.Domain == sut.DomainIPv6 {
			domain = abi.AF_INET6
		}
		op.Ret, op.Err = f.Socket(domain, int(c.Type), int(c.Proto))
	case sut.OpBind:
		op.Err = f.Bind(fd, p.face.lwip.sockaddr(&c.Addr))
	case sut.OpListen:
		op.Err = f.Listen(fd, int(c.Value))
	case sut.OpShutdown:
		op.Err = f.Shutdown(h.now, fd, int(c.Value))
	case sut.OpSetNonblock:
		flag := 0
		if c.Value != 0 {
			flag = abi.O_NONBLOCK
		}
		_, op.Err = f.Fcntl(fd, abi.F_SETFL, flag)
	case sut.OpGetSockName:
		op.Err = f.SockName(fd, &op.Name)
	case sut.OpGetPeerName:
		op.Err = f.PeerName(fd, &op.Name)
	case sut.OpSetSockOpt, sut.OpGetSockOpt:
		return l.option(p, c, fd)
	default:
		return sut.Unsupported
	}
	if op.Err != 0 {
		op.Ret = -1
	}
	return sut.OK
}

func (l *lwipFace) finish(h *Host, p *call, r *sut.Result) {
	late, op := h.memory.late, &p.face.lwip.op
	*r = sut.Result{Ret: int32(op.Ret)}
	if op.Ret < 0 {
		if r.Err = lwipErrno(op.Err); op.Err == 0 {
			r.Err = sut.EOther // lwIP fails, and says nothing
		}
		return
	}
	switch p.what {
	case sut.OpSocket, sut.OpAccept:
		h.give(p.newFD, op.Ret)
		r.Ret = int32(p.newFD)
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		r.Data = late[:op.Ret]
	case sut.OpGetSockOpt:
		r.Data = late[:l.value(late, p)]
	case sut.OpPoll:
		binary.LittleEndian.PutUint16(late, judgeEvents(p.face.lwip.poll[0].Revents))
		r.Data = late[:2]
	}
	switch p.what {
	case sut.OpAccept, sut.OpRecvFrom, sut.OpGetSockName, sut.OpGetPeerName:
		r.Addr = named(&op.Name)
	}
}

func lwipFlags(flags uint16) (n int) {
	if flags&sut.MsgPeek != 0 {
		n |= abi.MSG_PEEK
	}
	if flags&sut.MsgDontWait != 0 {
		n |= abi.MSG_DONTWAIT
	}
	if flags&sut.MsgMore != 0 {
		n |= abi.MSG_MORE
	}
	return n
}

// lwipBits are the events that the judge and lwIP know.
var lwipBits = [...]struct {
	judge uint16
	own   int16
}{{sut.PollIn, abi.POLLIN}, {sut.PollOut, abi.POLLOUT}, {sut.PollErr, abi.POLLERR}, {sut.PollNil, abi.POLLNVAL}}

func lwipEvents(events uint16) (n int16) {
	for _, b := range lwipBits {
		if events&b.judge != 0 {
			n |= b.own
		}
	}
	return n
}

func judgeEvents(events int16) (n uint16) {
	for _, b := range lwipBits {
		if events&b.own != 0 {
			n |= b.judge
		}
	}
	return n
}
