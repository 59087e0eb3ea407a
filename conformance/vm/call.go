package vm

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// stream is what the judge knows of a descriptor: how much has gone through it.
type stream struct {
	sent, received uint32
	datagram       bool
}

// pending is a call that has not returned yet.
type pending struct {
	used   bool
	lost   bool // a fault: its return is not seen
	blocks bool
	id     sut.CallID
	event  int
	op     sut.Op
	fd     sut.FD
	newFD  sut.FD
	kind   uint8 // socket: its type
	peek   bool
	due    sut.Time
	want   Want
}

// call starts the event's socket call.
func (m *Machine) call() {
	e := &m.ev
	c := &e.Call
	if !m.data(e) {
		return
	}
	if m.tracer != nil {
		m.tracer.Started(m.now, m.index, c)
	}
	m.res = sut.Result{}
	st := m.stack.Call(c, &m.res, (*sink)(m))
	if basic(c.Op) && !m.must(st) || !m.status(st) {
		return
	}
	p := m.hold()
	if p == nil {
		return
	}
	*p = pending{
		blocks: e.Blocks, id: m.res.ID, event: m.index, op: c.Op, fd: c.FD, newFD: c.NewFD, kind: c.Type,
		peek: c.Flags&sut.MsgPeek != 0, due: m.now + e.Span, want: e.Want,
	}
	if m.targets(FaultDrop, m.index) {
		m.v.Planted, p.lost, m.res.Pending = true, true, true
	}
	switch {
	case !m.res.Pending:
		m.judge(p, &m.res, m.now)
	case e.Blocks:
		p.used = true
	default:
		m.fail(CallBlocked)
	}
	m.settle()
}

// basic tells whether a stack that declares udp or tcp must have the call (conformance/sut/PROTOCOL.md, Names).
func basic(op sut.Op) bool {
	switch op {
	case sut.OpSocket, sut.OpBind, sut.OpListen, sut.OpAccept, sut.OpConnect, sut.OpRead, sut.OpWrite, sut.OpRecvFrom,
		sut.OpSendTo:
		return true
	}
	return false
}

// hold finds room for a call.
func (m *Machine) hold() *pending {
	for i := range m.pending {
		if !m.pending[i].used {
			return &m.pending[i]
		}
	}
	m.fail(NoRoom)
	return nil
}

// data gives the call what it sends. The pattern goes on where the descriptor's stream is; it must stay as it is until
// the call returns.
func (m *Machine) data(e *Event) bool {
	switch {
	case e.Send.Literal:
		e.Call.Data = e.Send.Data
		return true
	case e.Send.Len == 0:
		return true
	}
	if m.noneBlocks() {
		m.sending = 0
	}
	n := int(e.Send.Len)
	if n > len(m.store.Data)-m.sending {
		return m.fail(NoRoom)
	}
	b := m.store.Data[m.sending : m.sending+n]
	m.sending += n
	frame.Fill(b, m.streams[e.Call.FD].at(false), e.Send.Salt^saltToPeer)
	e.Call.Data = b
	return true
}

func (m *Machine) noneBlocks() bool {
	for i := range m.pending {
		if m.pending[i].used {
			return false
		}
	}
	return true
}

// at is where in its stream a descriptor is.
func (s *stream) at(receiving bool) uint32 {
	switch {
	case s.datagram:
		return 0
	case receiving:
		return s.received
	}
	return s.sent
}

// judge holds what a call returned against what it must.
func (m *Machine) judge(p *pending, r *sut.Result, at sut.Time) {
	m.returned(at, p.event, r)
	if p.lost {
		return
	}
	at, flip := m.plantResult(p.event, r, at)
	switch {
	case p.blocks && at < p.due-m.prog.Tolerance:
		m.failAt(CallEarly, p.event, at)
	case p.blocks && at > p.due+m.slack():
		m.failAt(CallLate, p.event, at)
	case !p.want.Any && !m.matchResult(p, r, flip):
		m.differ(CallWrong, p.event, at)
	}
	m.account(p, r)
}

// account follows the streams.
func (m *Machine) account(p *pending, r *sut.Result) {
	if r.Ret < 0 {
		return
	}
	s, n := &m.streams[p.fd], uint32(r.Ret)
	switch p.op {
	case sut.OpSocket:
		m.streams[p.newFD] = stream{datagram: p.kind == sut.TypeDatagram}
	case sut.OpAccept:
		m.streams[p.newFD] = stream{}
	case sut.OpWrite, sut.OpSend, sut.OpSendTo:
		s.sent += n
	case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
		if !p.peek {
			s.received += n
		}
	}
}

// matchResult compares a result. flip is a byte of the data that is to be taken as another, -1 for none.
func (m *Machine) matchResult(p *pending, r *sut.Result, flip int) bool {
	w := &p.want
	m.diff = Diff{}
	switch {
	case r.Ret != w.Ret:
		return m.diff.number(PartRet, 0, uint64(int64(w.Ret)), uint64(int64(r.Ret)))
	case r.Err != w.Err && (w.Ret >= 0 || w.Err != sut.ENone):
		return m.diff.number(PartErr, 0, uint64(w.Err), uint64(r.Err))
	case w.Addr.Family != 0 && (r.Addr.Family != w.Addr.Family || r.Addr.IP != w.Addr.IP):
		return m.diff.addr(PartAddr, 0, w.Addr.IP[:], r.Addr.IP[:])
	case w.Addr.Family != 0 && w.Addr.Port != 0 && r.Addr.Port != w.Addr.Port:
		return m.diff.number(PartPort, 0, uint64(w.Addr.Port), uint64(r.Addr.Port))
	}
	return !w.HasData || m.matchData(p, r.Data, flip)
}

func (m *Machine) matchData(p *pending, got []byte, flip int) bool {
	w := &p.want
	n := len(w.Data)
	if w.Pattern {
		n = int(max(w.Ret, 0))
	}
	if len(got) != n {
		return m.diff.number(PartDataSize, 0, uint64(n), uint64(len(got)))
	}
	at := m.streams[p.fd].at(true)
	for i, c := range got {
		if i == flip {
			c = ^c
		}
		want := byte(0)
		if w.Pattern {
			want = frame.Pattern(at+uint32(i), w.Salt)
		} else {
			want = w.Data[i]
		}
		if c != want {
			return m.diff.number(PartData, i, uint64(want), uint64(c))
		}
	}
	return true
}

// overdue fails the run at a call that should have returned by now.
func (m *Machine) overdue() {
	for i := range m.pending {
		if p := &m.pending[i]; p.used && m.now > p.due+m.slack() {
			m.failAt(CallBlocked, p.event, m.now)
			return
		}
	}
}

// returnAll waits for the calls that still block, and fails the run at one that does not return. It answers whether
// the run goes on.
func (m *Machine) returnAll() bool {
	for i := range m.pending {
		p := &m.pending[i]
		for p.used && m.running() && m.stepTo(p.due+m.slack()) {
		}
		if p.used && m.running() {
			m.failAt(CallBlocked, p.event, m.now)
		}
	}
	return m.running()
}

// inspect reads the event's figure.
func (m *Machine) inspect() {
	e := &m.ev
	m.figure = 0
	if !m.status(m.stack.Inspect(e.Figure, e.Call.FD, &m.figure)) {
		return
	}
	m.hash.number(tagFigure)
	m.hash.number(uint64(m.now))
	m.hash.number(uint64(m.figure))
	if m.tracer != nil {
		m.tracer.Inspected(m.now, m.index, m.figure)
	}
	if m.targets(FaultResult, m.index) {
		m.v.Planted = true
		m.figure += int64(int32(m.prog.Fault.N))
	}
	got := m.figure
	if e.Check == Capture {
		m.vars[e.Var] = variable{n: uint32(got), set: true}
		return
	}
	if e.Base == BaseVar {
		if !m.vars[e.Var].set {
			m.fail(Undefined)
			return
		}
		got -= int64(m.vars[e.Var].n)
	}
	if !e.figureIs(got) {
		m.diff.number(PartRet, 0, uint64(e.Value), uint64(got))
		m.differ(FigureWrong, m.index, m.now)
	}
}

// figureIs compares a figure with the event's value.
func (e *Event) figureIs(got int64) bool {
	switch e.Check {
	case Equal:
		return got == e.Value
	case NotEq:
		return got != e.Value
	case AtLeast:
		return got >= e.Value
	case AtMost:
		return got <= e.Value
	}
	return got&e.Value == e.Value
}
