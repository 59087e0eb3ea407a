package script

import (
	"strings"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// vector compiles readv and writev: the bytes of all parts as one.
func (b *callBuilder) vector(op sut.Op) {
	b.op(op)
	n := b.iovecs(&b.src.Args[1], b.int(2, 1024))
	b.message(op, n)
}

// msghdr compiles sendmsg and recvmsg.
func (b *callBuilder) msghdr(op sut.Op) {
	b.op(op)
	m := &b.src.Args[1]
	if m.Kind != ExprStruct {
		b.fail(m.Pos, b.src.Name, "want a structure, got `%s`", m)
	}
	n := int64(0)
	flags := b.msgFlags(2)
	for i := range m.List {
		a := &m.List[i]
		if a.Kind != ExprAssign {
			b.fail(a.Pos, b.src.Name, "want NAME=VALUE, got `%s`", a)
		}
		switch value := &a.List[1]; a.List[0].Text {
		case "msg_iov":
			count := int64(len(value.List))
			if l := a.List[0].List; len(l) == 1 && l[0].Kind == ExprInt {
				count = l[0].N
			}
			n = b.iovecs(value, count)
		case "msg_control":
			b.control(value)
		case "msg_flags":
			for _, f := range flagWords(value) {
				b.closedFlag(value.Pos, f)
			}
		case "msg_name":
		default:
			b.fail(a.Pos, b.src.Name, "a message has no `%s`", &a.List[0])
		}
	}
	b.ev.Call.Flags = flags
	b.message(op, n)
}

// message is n bytes of the stream.
func (b *callBuilder) message(op sut.Op, n int64) {
	if op == sut.OpSend {
		b.ev.Send.Len = uint32(n)
		return
	}
	b.ev.Call.Value = int32(n)
	w := &b.ev.Want
	w.HasData, w.Pattern = w.Ret > 0, w.Ret > 0
}

// iovecs adds up `[{..., 100}, {iov_base=..., iov_len=50}]`.
func (b *callBuilder) iovecs(list *Expr, count int64) (n int64) {
	if list.Kind != ExprArray || int64(len(list.List)) != count {
		b.fail(list.Pos, b.src.Name, "want %d parts, got `%s`", count, list)
	}
	for i := range list.List {
		v := &list.List[i]
		if v.Kind != ExprStruct || len(v.List) != 2 {
			b.fail(v.Pos, b.src.Name, "want {..., LENGTH}, got `%s`", v)
		}
		length, base := v.List[1], v.List[0]
		if length.Kind == ExprAssign {
			length, base = length.List[1], base.List[len(base.List)-1]
		}
		if base.Kind != ExprEllipsis || length.Kind != ExprInt || length.N < 0 || length.N > maxTransfer {
			b.fail(v.Pos, b.src.Name, "want {..., LENGTH}, got `%s`", v)
		}
		if n += length.N; n > maxTransfer {
			b.fail(v.Pos, b.src.Name, "%d bytes, above the limit %d", n, maxTransfer)
		}
	}
	return n
}

// control compiles control messages. What they carry is each kernel's own, but for TCP_CM_INQ.
func (b *callBuilder) control(e *Expr) {
	switch {
	case e.Kind == ExprArray && len(e.List) == 0, e.Kind == ExprEllipsis:
	case b.foreign.On && b.ev.Call.Op == sut.OpRecv && e.Kind == ExprArray && len(e.List) == 1 && strings.Contains(e.String(), "TCP_CM_INQ"):
		b.inq(&e.List[0])
	case strings.Contains(e.String(), "ZEROCOPY"):
		b.unsupported(e.Pos, b.src.Name, zeroCopy)
	default:
		b.lack(e.Pos, b.src.Name, "control messages")
	}
}

// inq compiles what Linux tells with TCP_INQ: how many bytes are left to be read, which is a figure of the socket; 1 also
// if it is only the end of the stream.
func (b *callBuilder) inq(e *Expr) {
	n := b.member(e, b.members(e, "cmsg_level", "cmsg_type", "cmsg_data")["cmsg_data"], 1<<31-1)
	ev := vm.Event{Kind: vm.Inspect, Mode: vm.Relative, Figure: sut.FigRecvQueue, Check: vm.Equal, Value: n}
	ev.Call.FD = b.ev.Call.FD
	b.need(sut.FeatureTCPInfo)
	if n == 1 {
		ev.Check = vm.AtMost
		ready := vm.Event{Kind: vm.Call, Mode: vm.Relative, Want: vm.Want{Ret: 1}}
		ready.Call = sut.Call{Op: sut.OpPoll, Task: b.ev.Call.Task, FD: b.ev.Call.FD, Flags: sut.PollIn}
		b.more = append(b.more, ready)
	}
	b.more = append(b.more, ev)
}

// ioctl compiles the requests that have a meaning here: FIONREAD (SIOCINQ), SIOCOUTQ (TIOCOUTQ) and SIOCATMARK, which are
// figures of the socket, and FIONBIO.
func (b *callBuilder) ioctl() {
	if b.src.Args[1].Text == "FIONBIO" {
		b.op(sut.OpSetNonblock)
		b.ev.Call.Value = int32(b.constant(b.single(2), 1))
		return
	}
	figure := [...]sut.Figure{sut.FigRecvQueue, sut.FigRecvQueue, sut.FigSendQueue, sut.FigSendQueue, sut.FigAtMark}[b.word(1, "FIONREAD",
		"SIOCINQ", "SIOCOUTQ", "TIOCOUTQ", "SIOCATMARK")]
	fd := sut.FD(b.int(0, maxFD))
	*b.ev = vm.Event{Kind: vm.Inspect, Mode: b.ev.Mode, At: b.ev.At, Figure: figure, Check: vm.Equal, Value: b.constant(b.single(2), 1<<31-1)}
	b.ev.Call.FD = fd
	if figure == sut.FigAtMark {
		b.need(sut.FeatureUrgent)
		return
	}
	b.need(sut.FeatureTCPInfo)
}

// single is the one value of argument i, `[N]`.
func (b *callBuilder) single(i int) *Expr {
	e := &b.src.Args[i]
	if e.Kind != ExprArray || len(e.List) != 1 {
		b.fail(e.Pos, b.src.Name, "want [VALUE], got `%s`", e)
	}
	return &e.List[0]
}

// maxTransfer is the most that one call can send or ask for.
const maxTransfer = 256 << 10

// privateCalls are calls of other kernels that are not theirs alone to leave out, with the construct.
var privateCalls = map[string]string{
	"epoll_create": epoll, "epoll_create1": epoll, "epoll_ctl": epoll, "epoll_wait": epoll, "splice": splice, "pipe": splice,
	"sendfile": sendfile, "open": sendfile,
}

// private ends the script at a call of another kernel.
func (c *compiler) private(a *Call) {
	construct, ok := privateCalls[a.Name]
	switch {
	case ok:
		c.unsupported(a.Pos, a.Name, construct)
	case strings.HasPrefix(a.Name, "psp_"):
		c.unsupported(a.Pos, a.Name, psp)
	case strings.HasPrefix(a.Name, "sctp_"):
		c.unsupported(a.Pos, a.Name, sctp)
	}
	c.fail(a.Pos, a.Name, "the call is not supported")
}

// closedFlag ends the script at a flag of another kernel.
func (b *callBuilder) closedFlag(p Pos, flag string) {
	switch flag {
	case "MSG_FASTOPEN":
		b.unsupported(p, b.src.Name, fastOpen)
	case "MSG_ZEROCOPY":
		b.unsupported(p, b.src.Name, zeroCopy)
	}
}
