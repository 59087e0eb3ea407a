package script

import (
	"regexp"
	"strings"

	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// socket is what the compiler knows of a descriptor.
type socket struct {
	udp   bool
	bound uint16 // port, 0: none
}

// callBuilder compiles one call.
type callBuilder struct {
	*compiler
	src  *Call
	ev   *vm.Event
	more []vm.Event
}

// syscall is how a call is compiled, and how many arguments it has.
type syscall struct {
	args    int
	compile func(*callBuilder)
}

var syscalls = map[string]syscall{
	"socket":      {3, (*callBuilder).socket},
	"bind":        {3, (*callBuilder).bind},
	"listen":      {2, (*callBuilder).listen},
	"accept":      {3, (*callBuilder).accept},
	"connect":     {3, (*callBuilder).connect},
	"read":        {3, func(b *callBuilder) { b.receive(sut.OpRead) }},
	"recv":        {4, func(b *callBuilder) { b.receive(sut.OpRecv) }},
	"recvfrom":    {6, func(b *callBuilder) { b.receive(sut.OpRecvFrom) }},
	"write":       {3, func(b *callBuilder) { b.send(sut.OpWrite) }},
	"send":        {4, func(b *callBuilder) { b.send(sut.OpSend) }},
	"sendto":      {6, func(b *callBuilder) { b.send(sut.OpSendTo) }},
	"shutdown":    {2, (*callBuilder).shutdown},
	"close":       {1, func(b *callBuilder) { b.op(sut.OpClose) }},
	"setsockopt":  {5, (*callBuilder).setsockopt},
	"getsockopt":  {5, (*callBuilder).getsockopt},
	"getsockname": {3, func(b *callBuilder) { b.name(sut.OpGetSockName) }},
	"getpeername": {3, func(b *callBuilder) { b.name(sut.OpGetPeerName) }},
	"fcntl":       {0, (*callBuilder).fcntl},
	"poll":        {3, (*callBuilder).poll},
	"readv":       {3, func(b *callBuilder) { b.vector(sut.OpRecv) }},
	"writev":      {3, func(b *callBuilder) { b.vector(sut.OpSend) }},
	"recvmsg":     {3, func(b *callBuilder) { b.msghdr(sut.OpRecv) }},
	"sendmsg":     {3, func(b *callBuilder) { b.msghdr(sut.OpSend) }},
	"ioctl":       {3, (*callBuilder).ioctl},
}

// call compiles a system call, and what must follow it at once.
func (c *compiler) call(ev *vm.Event, a *Call, at Time) (more []vm.Event) {
	s, ok := syscalls[a.Name]
	if !ok {
		c.private(a)
	}
	if s.args > 0 && len(a.Args) != s.args {
		c.fail(a.Pos, a.Name, "%d arguments instead of %d", len(a.Args), s.args)
	}
	ev.Kind = vm.Call
	ev.Call.Task = c.task(a.Pos)
	if a.Blocks {
		ev.Blocks, ev.Span = true, a.Until-at.At
		c.tasks[ev.Call.Task] = taskState{true, c.clock.now + ev.Span, c.clock.known}
	}
	b := &callBuilder{compiler: c, src: a, ev: ev}
	b.result()
	s.compile(b)
	if a.Errno == "EFAULT" && ev.Kind == vm.Call {
		c.lack(a.Pos, a.Name, "the error EFAULT")
	}
	if c.host.anyResult {
		ev.Want = vm.Want{Any: true}
	}
	return b.more
}

// result reads what the call must return.
func (b *callBuilder) result() {
	r, w := &b.src.Result, &b.ev.Want
	switch r.Kind {
	case ExprEllipsis:
		w.Any = true
	case ExprInt:
		if r.N < -1 || r.N > 1<<31-1 {
			b.fail(r.Pos, b.src.Name, "%d is no result of a call", r.N)
		}
		w.Ret = int32(r.N)
	default:
		b.fail(r.Pos, b.src.Name, "the result must be a number or `...`")
	}
	if b.src.Errno != "" && w.Ret != -1 || w.Ret == -1 && b.src.Errno == "" && !b.foreign.On {
		b.fail(r.Pos, b.src.Name, "-1 and the name of an error stand together, or neither")
	}
	if b.src.Errno != "" && b.src.Errno != "EFAULT" { // that one is a bad pointer's: noBuffer
		b.ev.Want.Err = b.errno(r.Pos, b.src.Errno)
	}
}

func (b *callBuilder) errno(p Pos, name string) sut.Errno {
	e, ok := sut.ErrnoByName([]byte(name))
	if name == "EWOULDBLOCK" {
		e, ok = sut.EAGAIN, true
	}
	switch {
	case !ok && errorName.MatchString(name):
		b.lack(p, b.src.Name, "the error %s", name)
	case !ok:
		b.fail(p, b.src.Name, "there is no error `%s`", name)
	}
	return e
}

// errorName is how errors are called on every system.
var errorName = regexp.MustCompile(`^E[A-Z0-9]+$`)

// op sets the call and its descriptor, the first argument.
func (b *callBuilder) op(op sut.Op) {
	b.ev.Call.Op = op
	b.ev.Call.FD = sut.FD(b.int(0, maxFD))
}

// int is argument i, a number up to limit.
func (b *callBuilder) int(i int, limit int64) int64 {
	e := &b.src.Args[i]
	if e.Kind != ExprInt || e.N < 0 || e.N > limit {
		b.fail(e.Pos, b.src.Name, "argument %d: want a number from 0 to %d, got `%s`", i+1, limit, e)
	}
	return e.N
}

// word is argument i, one of several names; it answers the name's place in the list.
func (b *callBuilder) word(i int, names ...string) int {
	e := &b.src.Args[i]
	for n, name := range names {
		if e.Kind == ExprWord && e.Text == name || e.Kind == ExprEllipsis && name == "..." || e.Kind == ExprInt && e.String() == name {
			return n
		}
	}
	b.fail(e.Pos, b.src.Name, "argument %d: `%s` is none of %v", i+1, e, names)
	return 0
}

// fd is what the compiler knows of the descriptor.
func (b *callBuilder) fd() *socket {
	s := b.fds[int64(b.ev.Call.FD)]
	if s == nil {
		b.fail(b.src.Pos, b.src.Name, "no call has made the descriptor %d", b.ev.Call.FD)
	}
	return s
}

// made notes the descriptor that the call makes. A call that must fail makes none: it gets a name that no other has.
func (b *callBuilder) made(s *socket) {
	b.ev.Call.NewFD = noFD
	if r := b.src.Result; r.Kind == ExprInt && r.N >= 0 {
		if r.N > maxFD {
			b.fail(r.Pos, b.src.Name, "%d is above the limit %d", r.N, maxFD)
		}
		b.ev.Call.NewFD = sut.FD(r.N)
		b.fds[r.N] = s
	}
}

func (b *callBuilder) socket() {
	call := &b.ev.Call
	call.Op = sut.OpSocket
	family := b.word(0, "...", "AF_INET", "PF_INET", "AF_INET6", "PF_INET6")
	if family > 0 && (family > 2) != (b.host.form == IPv6 || b.host.mapped) {
		b.fail(b.src.Args[0].Pos, "socket", "`%s` is not %s's: write `...`", &b.src.Args[0], b.host.form)
	}
	call.Domain = uint8(b.host.form)
	if b.host.mapped {
		call.Domain = sut.DomainIPv6
	}
	udp := b.socketType()
	if udp {
		call.Type = sut.TypeDatagram
		b.need(sut.FeatureUDP)
	} else {
		call.Type = sut.TypeStream
		b.need(sut.FeatureTCP)
	}
	if b.src.Args[2].Text == "IPPROTO_SCTP" {
		b.unsupported(b.src.Args[2].Pos, "socket", sctp)
	}
	switch b.word(2, "...", "0", "IPPROTO_IP", "IPPROTO_TCP", "IPPROTO_UDP") {
	case 3:
		call.Proto = protoTCP
	case 4:
		call.Proto = protoUDP
	}
	b.made(&socket{udp: udp})
}

// socketType reads SOCK_STREAM or SOCK_DGRAM, with SOCK_NONBLOCK, which is a call of its own here.
func (b *callBuilder) socketType() (udp bool) {
	types := 0
	for _, w := range flagWords(&b.src.Args[1]) {
		switch w {
		case "SOCK_STREAM", "SOCK_DGRAM":
			udp = w == "SOCK_DGRAM"
			types++
		case "SOCK_NONBLOCK":
			set := vm.Event{Kind: vm.Call}
			set.Call = sut.Call{Op: sut.OpSetNonblock, Task: b.ev.Call.Task, FD: sut.FD(max(b.src.Result.N, 0)), Value: 1}
			b.more = append(b.more, set)
		case "SOCK_CLOEXEC":
		default:
			types = 2
		}
	}
	if types != 1 {
		b.fail(b.src.Args[1].Pos, "socket", "argument 2: `%s` is neither SOCK_STREAM nor SOCK_DGRAM", &b.src.Args[1])
	}
	return udp
}

// Protocol numbers of the Internet protocols, in socket calls.
const (
	protoTCP = 6
	protoUDP = 17
)

func (b *callBuilder) bind() {
	b.op(sut.OpBind)
	b.ev.Call.Addr = b.address(1, b.host.local.Addr(), b.host.bindPort)
	if b.ev.Want.Ret == 0 {
		b.fd().bound = b.ev.Call.Addr.Port
		b.host.bindPort = b.ev.Call.Addr.Port
	}
}

func (b *callBuilder) listen() {
	b.op(sut.OpListen)
	b.ev.Call.Value = int32(b.int(1, 1<<31-1))
}

func (b *callBuilder) accept() {
	b.op(sut.OpAccept)
	b.wantAddress(1)
	b.made(&socket{})
	if r := &b.src.Result; r.Kind == ExprInt && r.N >= 0 {
		b.subject = &r.N
	}
}

func (b *callBuilder) connect() {
	b.op(sut.OpConnect)
	b.dial(1)
	b.subject = &b.src.Args[0].N
	if b.foreign.On { // the packets that follow are a new connection's
		delete(b.flows, flowKey{udp: b.fd().udp})
	}
}

// dial reads the address to connect or send to, and notes it for the flow that follows.
func (b *callBuilder) dial(i int) {
	b.ev.Call.Addr = b.address(i, b.host.remote, b.host.connectPort)
	s := b.fd()
	b.dialled[s.udp] = dial{true, s.bound, b.ev.Call.Addr.Port}
}

// receive compiles read, recv and recvfrom: what comes must be the flow's pattern, or the string in the script.
func (b *callBuilder) receive(op sut.Op) {
	b.op(op)
	b.ev.Call.Value = int32(b.int(2, 1<<31-1))
	if op != sut.OpRead {
		b.ev.Call.Flags = b.msgFlags(3)
	}
	if op == sut.OpRecvFrom {
		b.wantAddress(4)
	}
	w := &b.ev.Want
	switch e := &b.src.Args[1]; e.Kind {
	case ExprEllipsis:
		w.HasData, w.Pattern = w.Ret > 0, w.Ret > 0
	case ExprString:
		w.HasData, w.Data = true, unquote(e.Text)
		if len(w.Data) != int(w.Ret) {
			b.fail(e.Pos, b.src.Name, "the string has %d bytes, the result is %d", len(w.Data), w.Ret)
		}
	default:
		b.noBuffer(e)
	}
}

// noBuffer is for a buffer that is neither `...` nor a string: a pointer to nothing, which a script hands to a kernel to see
// what it does. The calls of a stack under test take no pointers; so one that a kernel refuses for it is not made.
func (b *callBuilder) noBuffer(e *Expr) {
	bad := e.Kind == ExprInt || e.Text == "NULL"
	if bad && b.foreign.On && b.src.Errno == "EFAULT" {
		*b.ev = vm.Event{Kind: vm.Wait, Mode: b.ev.Mode, At: b.ev.At}
		return
	}
	if bad {
		b.lack(e.Pos, b.src.Name, "a call with the bad pointer %s", e)
	}
	b.fail(e.Pos, b.src.Name, "argument 2: want `...` or a string, got `%s`", e)
}

func (b *callBuilder) send(op sut.Op) {
	b.op(op)
	n := b.int(2, maxTransfer)
	if op != sut.OpWrite {
		b.ev.Call.Flags = b.msgFlags(3)
	}
	if op == sut.OpSendTo {
		b.dial(4)
	}
	switch e := &b.src.Args[1]; e.Kind {
	case ExprEllipsis:
		b.ev.Send.Len = uint32(n)
	case ExprString:
		data := unquote(e.Text)
		if int64(len(data)) != n {
			b.fail(e.Pos, b.src.Name, "the string has %d bytes, not %d", len(data), n)
		}
		b.ev.Send = vm.Payload{Len: uint32(n), Literal: true, Data: data}
	default:
		b.noBuffer(e)
	}
}

func (b *callBuilder) shutdown() {
	b.op(sut.OpShutdown)
	b.ev.Call.Value = int32(b.word(1, "SHUT_RD", "SHUT_WR", "SHUT_RDWR"))
}

func (b *callBuilder) name(op sut.Op) {
	b.op(op)
	b.wantAddress(1)
}

// fcntl compiles F_SETFL with and without O_NONBLOCK. F_GETFL asks for something that is the same on every system,
// and is left out.
func (b *callBuilder) fcntl() {
	if len(b.src.Args) < 2 || len(b.src.Args) > 3 {
		b.fail(b.src.Pos, "fcntl", "%d arguments instead of 2 or 3", len(b.src.Args))
	}
	if b.word(1, "F_GETFL", "F_SETFL") == 0 {
		*b.ev = vm.Event{Kind: vm.Wait, Mode: b.ev.Mode, At: b.ev.At}
		return
	}
	b.op(sut.OpSetNonblock)
	if len(b.src.Args) != 3 {
		b.fail(b.src.Pos, "fcntl", "F_SETFL without flags")
	}
	for _, f := range flagWords(&b.src.Args[2]) {
		switch f {
		case "O_NONBLOCK":
			b.ev.Call.Value = 1
		case "O_RDWR", "0":
		default:
			b.fail(b.src.Args[2].Pos, "fcntl", "`%s` is neither O_RDWR nor O_NONBLOCK", f)
		}
	}
}

// flagWords are the words of A|B|C.
func flagWords(e *Expr) []string {
	if e.Kind != ExprOr {
		return []string{e.String()}
	}
	var words []string
	for i := range e.List {
		words = append(words, e.List[i].String())
	}
	return words
}

func (b *callBuilder) msgFlags(i int) (flags uint16) {
	for _, f := range flagWords(&b.src.Args[i]) {
		b.closedFlag(b.src.Args[i].Pos, f)
		switch f {
		case "0", "MSG_NOSIGNAL", "MSG_EOR": // a stream has no records: that segments are kept apart for it is to be seen on the wire
		case "MSG_PEEK":
			flags |= sut.MsgPeek
		case "MSG_DONTWAIT":
			flags |= sut.MsgDontWait
		case "MSG_MORE":
			flags |= sut.MsgMore
		case "MSG_OOB":
			flags |= sut.MsgOOB
			b.need(sut.FeatureUrgent)
		default:
			if strings.HasPrefix(f, "MSG_") {
				b.lack(b.src.Args[i].Pos, b.src.Name, "the flag %s", f)
			}
			b.fail(b.src.Args[i].Pos, b.src.Name, "there is no flag `%s`", f)
		}
	}
	return flags
}

// members reads {a=1, b=2}.
func (b *callBuilder) members(e *Expr, names ...string) map[string]*Expr {
	m := map[string]*Expr{}
	if e.Kind != ExprStruct {
		b.fail(e.Pos, b.src.Name, "want a structure, got `%s`", e)
	}
	for i := range e.List {
		a := &e.List[i]
		if a.Kind != ExprAssign || a.List[0].Kind != ExprWord {
			b.fail(a.Pos, b.src.Name, "want NAME=VALUE, got `%s`", a)
		}
		name, known := a.List[0].Text, false
		for _, n := range names {
			known = known || n == name
		}
		if !known || m[name] != nil {
			b.fail(a.Pos, b.src.Name, "`%s`: want each of %v once", name, names)
		}
		m[name] = &a.List[1]
	}
	return m
}
