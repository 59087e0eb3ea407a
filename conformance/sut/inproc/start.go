package inproc

import (
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// start makes the call as far as it goes. done: its result is in p.op.
func (h *Host) start(p *call, c *sut.Call) (done bool, s sut.Status) {
	if h.speaksLwIP() {
		return h.lwip.start(h, p, c)
	}
	fd, op := h.own(c.FD), &p.op
	switch c.Op {
	case sut.OpAccept:
		return h.face.Accept(h.now, op, fd), sut.OK
	case sut.OpConnect:
		return h.face.Connect(h.now, op, fd, endpoint(&c.Addr)), sut.OK
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		return h.receive(op, fd, c)
	case sut.OpWrite:
		return h.face.Send(h.now, op, fd, c.Data, 0, socket.Endpoint{}), sut.OK
	case sut.OpSend:
		return h.face.Send(h.now, op, fd, c.Data, posix.Flags(c.Flags), socket.Endpoint{}), sut.OK
	case sut.OpSendTo:
		return h.face.Send(h.now, op, fd, c.Data, posix.Flags(c.Flags), endpoint(&c.Addr)), sut.OK
	case sut.OpClose:
		if n := h.find(c.FD); n != nil {
			n.used = false
		}
		return h.face.Close(h.now, op, fd), sut.OK
	case sut.OpPoll:
		p.poll[0] = posix.PollFD{FD: fd, Events: posix.Events(c.Flags)}
		return h.face.Poll(h.now, op, p.poll[:], milliseconds(c.Value)), sut.OK
	}
	return true, h.atOnce(p, c, fd)
}

func (h *Host) receive(op *posix.Op, fd int, c *sut.Call) (done bool, s sut.Status) {
	if c.Value < 0 {
		return true, sut.Malformed
	}
	buf := h.memory.late[:min(int(c.Value), len(h.memory.late))]
	if c.Op == sut.OpRead {
		return h.face.Read(h.now, op, fd, buf), sut.OK
	}
	return h.face.Recv(h.now, op, fd, buf, posix.Flags(c.Flags)), sut.OK
}

// atOnce makes a call that never waits.
func (h *Host) atOnce(p *call, c *sut.Call, fd int) sut.Status {
	op := &p.op
	op.Ret, op.Err = 0, posix.ENone
	switch c.Op {
	case sut.OpSocket:
		op.Ret, op.Err = h.face.Socket(int(c.Domain), int(c.Type), int(c.Proto))
	case sut.OpBind:
		op.Err = h.face.Bind(fd, endpoint(&c.Addr))
	case sut.OpListen:
		op.Err = h.face.Listen(fd, int(c.Value))
	case sut.OpShutdown:
		op.Err = h.face.Shutdown(h.now, fd, int(c.Value))
	case sut.OpSetNonblock:
		op.Err = h.face.SetNonblock(fd, c.Value != 0)
	case sut.OpGetSockName:
		op.From, op.Err = h.face.SockName(fd)
	case sut.OpGetPeerName:
		op.From, op.Err = h.face.PeerName(fd)
	case sut.OpSetSockOpt, sut.OpGetSockOpt:
		return h.sockOpt(p, c, fd)
	default:
		return sut.Unsupported
	}
	if op.Err != posix.ENone {
		op.Ret = -1
	}
	return sut.OK
}

// milliseconds is how times travel.
func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }
