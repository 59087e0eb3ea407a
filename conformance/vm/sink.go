package vm

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// sink is the Machine as the stack sees it.
type sink Machine

// Frame takes a frame from the stack.
func (s *sink) Frame(at sut.Time, b []byte) {
	m := (*Machine)(s)
	if !m.came(at) {
		return
	}
	d := frame.Parse(b, &m.heard)
	helper := d.OK() && m.prog.Peer.Neighbour && m.ask()
	packet := b
	if d.OK() {
		packet = m.heard.Packet()
	}
	m.sent(at, helper, b, packet)
	if !helper && !m.queue.push(at, b) {
		m.fail(Flooded)
	}
}

// Done takes the result of a call that was pending.
func (s *sink) Done(at sut.Time, id sut.CallID, r *sut.Result) {
	m := (*Machine)(s)
	if !m.came(at) {
		return
	}
	for i := range m.pending {
		p := &m.pending[i]
		if p.used && p.id == id {
			m.done = *r // the stack's own is not ours to falsify
			p.used = p.lost
			m.judge(p, &m.done, at)
			return
		}
	}
	m.fail(CallStray)
}

// came checks the time of what the stack reports: within the operation, and in order.
func (m *Machine) came(at sut.Time) bool {
	if at < m.from || at > m.now {
		return m.failAt(TimeWrong, m.index, at)
	}
	m.from = at
	return true
}
