package lwip

import (
	"time"

	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// Message is what recvmsg and sendmsg have besides the parts of the data: struct msghdr but for its pointers.
type Message struct {
	Name    []byte   // sendmsg: the address, nil for none; recvmsg answers it in Op.Name
	Parts   [][]byte // msg_iov; a nil part is a NULL pointer
	Control int      // msg_controllen: no ancillary data is given, so recvmsg sets it to 0
	Flags   int      // recvmsg: MSG_TRUNC, where a datagram is longer than its parts
}

// received sets what recvmsg answers in the message besides the data.
func (m *Message) received(cut bool) {
	m.Control, m.Flags = 0, 0
	if cut {
		m.Flags = abi.MSG_TRUNC
	}
}

// parts returns in how many parts the data of a call is, part one of them, and room how long all are together.
func (op *Op) parts() int {
	if op.iov != nil {
		return len(op.iov)
	}
	return 1
}

func (op *Op) part(i int) []byte {
	if op.iov != nil {
		return op.iov[i]
	}
	return op.buf
}

func (op *Op) room() (n int) {
	for i := range op.parts() {
		n += len(op.part(i))
	}
	return n
}

// ErrArg is what RecvMsg returns without a message: not -1 but lwIP's ERR_ARG, with errno as it was.
const ErrArg = int(abi.ERR_ARG)

// ReadV is lwip_readv: RecvMsg without flags.
func (f *Face) ReadV(now time.Duration, op *Op, fd int, m *Message) (done bool) {
	return f.RecvMsg(now, op, fd, m, 0)
}

// WriteV is lwip_writev: SendMsg without flags.
func (f *Face) WriteV(now time.Duration, op *Op, fd int, m *Message) (done bool) {
	return f.SendMsg(now, op, fd, m, 0)
}

// RecvMsg is lwip_recvmsg: as RecvFrom, into several parts. A datagram's full length is the answer, also where the parts are
// shorter and the message's flags have MSG_TRUNC. The checks come in lwIP's order: no message (ErrArg); EOPNOTSUPP: a flag
// but MSG_PEEK and MSG_DONTWAIT; EMSGSIZE: no parts, or more than IOV_MAX; EBADF; EINVAL: an empty part.
func (f *Face) RecvMsg(now time.Duration, op *Op, fd int, m *Message, flags int) (done bool) {
	*op = Op{row: -1}
	switch {
	case m == nil:
		op.Ret = ErrArg
		return true
	case flags&^(abi.MSG_PEEK|abi.MSG_DONTWAIT) != 0:
		return op.fail(abi.EOPNOTSUPP)
	case len(m.Parts) == 0 || len(m.Parts) > abi.IOV_MAX:
		return op.fail(abi.EMSGSIZE)
	}
	v := f.begin(op, callRecv, fd)
	if v == nil {
		return true
	}
	for _, p := range m.Parts {
		if len(p) == 0 {
			return f.refuse(op, abi.EINVAL)
		}
	}
	op.iov, op.msg = m.Parts, m
	m.Flags = 0
	if v.kind != socket.Stream {
		op.reports = true
	} else {
		op.msg = nil
	}
	return f.receive(now, op, v, flags)
}

// SendMsg is lwip_sendmsg: as SendTo, from several parts. EBADF; EIO: no message, no parts, an address of a length that none
// has; EMSGSIZE: no parts or more than IOV_MAX, a datagram of more than 65535 bytes; EOPNOTSUPP: a flag but MSG_DONTWAIT and
// MSG_MORE, MSG_NOSIGNAL too; and what SendTo answers.
func (f *Face) SendMsg(now time.Duration, op *Op, fd int, m *Message, flags int) (done bool) {
	v := f.begin(op, callSend, fd)
	switch {
	case v == nil:
		return true
	case m == nil || m.Parts == nil:
		return f.refuse(op, abi.EIO)
	case len(m.Parts) == 0 || len(m.Parts) > abi.IOV_MAX:
		return f.refuse(op, abi.EMSGSIZE)
	case flags&^(abi.MSG_DONTWAIT|abi.MSG_MORE) != 0:
		return f.refuse(op, abi.EOPNOTSUPP)
	}
	op.iov, op.flags = m.Parts, flags
	if v.kind == socket.Stream {
		return f.sendStream(now, op, v)
	}
	if m.Name != nil { // the address is looked at before the length
		if _, ok := endpoint(m.Name); !ok {
			return f.refuse(op, abi.EIO)
		}
	}
	return f.sendName(now, op, v, m.Name)
}
