//go:build !tinygo || !face_lwip

package inproc

import (
	"encoding/binary"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// posixFace are sockets as POSIX has them.
type posixFace struct {
	face        posix.Face
	descriptors []posix.Descriptor
	files       []posix.File
}

// posixCall is a call to them.
type posixCall struct {
	op    posix.Op
	poll  [1]posix.PollFD
	value posix.Value // a getsockopt's
}

// smallPosix is their memory on a board.
type smallPosix struct {
	descriptors [smallSockets]posix.Descriptor
	files       [smallSockets]posix.File
}

func (h *Host) usePosix(m *smallPosix) {
	h.faces.posix.descriptors, h.faces.posix.files = m.descriptors[:], m.files[:]
}

func (f *posixFace) init(h *Host) { f.face.Init(&h.table, f.descriptors, f.files) }

func (f *posixFace) step(now time.Duration, p *call) (done bool) {
	return f.face.Step(now, &p.face.posix.op)
}

func (f *posixFace) deadline(p *call) (at time.Duration, ok bool) {
	return f.face.Deadline(&p.face.posix.op)
}

func (f *posixFace) cancel(now time.Duration, p *call) { f.face.Cancel(now, &p.face.posix.op) }

func (f *posixFace) check(h *Host) invariant.Violation {
	var ops [blocked]*posix.Op
	n := 0
	for i := range h.calls {
		if p := &h.calls[i]; p.seq != 0 {
			ops[n] = &p.face.posix.op
			n++
		}
	}
	return f.face.Check(ops[:n])
}

func (f *posixFace) inspect(fd int) (core *socket.Table, sock int, ok bool) {
	return f.face.Inspect(fd)
}

func (f *posixFace) finish(h *Host, p *call, r *sut.Result) {
	late, op := h.memory.late, &p.face.posix.op
	*r = sut.Result{Ret: int32(op.Ret), Err: errnos[op.Err]}
	if r.Err != sut.ENone {
		return
	}
	switch p.what {
	case sut.OpSocket, sut.OpAccept:
		h.give(p.newFD, op.Ret)
		r.Ret = int32(p.newFD)
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		r.Data = late[:op.Ret]
	case sut.OpGetSockOpt:
		r.Data = late[:putValue(late, p.option, p.face.posix.value)]
	case sut.OpPoll:
		binary.LittleEndian.PutUint16(late, uint16(p.face.posix.poll[0].Revents))
		r.Data = late[:2]
	}
	switch p.what {
	case sut.OpAccept, sut.OpRecvFrom, sut.OpGetSockName, sut.OpGetPeerName:
		r.Addr = addr(op.From)
	}
}
