//go:build !tinygo || !face_lwip

package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

func (f *posixFace) start(h *Host, p *call, c *sut.Call) (done bool, s sut.Status) {
	fd, op := h.own(c.FD), &p.face.posix.op
	switch c.Op {
	case sut.OpAccept:
		return f.face.Accept(h.now, op, fd), sut.OK
	case sut.OpConnect:
		return f.face.Connect(h.now, op, fd, endpoint(&c.Addr)), sut.OK
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		return f.receive(h, op, fd, c)
	case sut.OpWrite:
		return f.face.Send(h.now, op, fd, c.Data, 0, socket.Endpoint{}), sut.OK
	case sut.OpSend:
		return f.face.Send(h.now, op, fd, c.Data, posix.Flags(c.Flags), socket.Endpoint{}), sut.OK
	case sut.OpSendTo:
		return f.face.Send(h.now, op, fd, c.Data, posix.Flags(c.Flags), endpoint(&c.Addr)), sut.OK
	case sut.OpClose:
		if n := h.find(c.FD); n != nil {
			n.used = false
		}
		return f.face.Close(h.now, op, fd), sut.OK
	case sut.OpPoll:
		p.face.posix.poll[0] = posix.PollFD{FD: fd, Events: posix.Events(c.Flags)}
		return f.face.Poll(h.now, op, p.face.posix.poll[:], milliseconds(c.Value)), sut.OK
	}
	return true, f.atOnce(h, p, c, fd)
}

func (f *posixFace) receive(h *Host, op *posix.Op, fd int, c *sut.Call) (done bool, s sut.Status) {
	if c.Value < 0 {
		return true, sut.Malformed
	}
	buf := h.memory.late[:min(int(c.Value), len(h.memory.late))]
	if c.Op == sut.OpRead {
		return f.face.Read(h.now, op, fd, buf), sut.OK
	}
	return f.face.Recv(h.now, op, fd, buf, posix.Flags(c.Flags)), sut.OK
}

// atOnce makes a call that never waits.
func (f *posixFace) atOnce(h *Host, p *call, c *sut.Call, fd int) sut.Status {
	op := &p.face.posix.op
	op.Ret, op.Err = 0, posix.ENone
	switch c.Op {
	case sut.OpSocket:
		op.Ret, op.Err = f.face.Socket(int(c.Domain), int(c.Type), int(c.Proto))
	case sut.OpBind:
		op.Err = f.face.Bind(fd, endpoint(&c.Addr))
	case sut.OpListen:
		op.Err = f.face.Listen(fd, int(c.Value))
	case sut.OpShutdown:
		op.Err = f.face.Shutdown(h.now, fd, int(c.Value))
	case sut.OpSetNonblock:
		op.Err = f.face.SetNonblock(fd, c.Value != 0)
	case sut.OpGetSockName:
		op.From, op.Err = f.face.SockName(fd)
	case sut.OpGetPeerName:
		op.From, op.Err = f.face.PeerName(fd)
	case sut.OpSetSockOpt, sut.OpGetSockOpt:
		return f.sockOpt(p, c, fd)
	default:
		return sut.Unsupported
	}
	if op.Err != posix.ENone {
		op.Ret = -1
	}
	return sut.OK
}
