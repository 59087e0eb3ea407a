package vm

import (
	"time"

	"stackproof/conformance/sut"
)

// Bounds on how far the machine follows a stack in one event: through how many deadlines (enough for four hours of a
// millisecond tick), and through how many within one millisecond.
const (
	maxSteps  = 1 << 24
	maxAtOnce = 1000
)

// Lateness is how long after an expected frame's time the machine still looks for it, to tell late from silent.
const Lateness = time.Minute

// live tells that nothing is decided yet.
func (m *Machine) live() bool { return m.v.Outcome == NotRun }

// running tells that the run goes on.
func (m *Machine) running() bool { return m.live() && !m.down }

// fail decides the run at the event at hand and the present, unless it is decided already. It answers false.
func (m *Machine) fail(r Reason) bool { return m.failAt(r, m.index, m.now) }

// failAt is fail at another event's expectation, or another time.
func (m *Machine) failAt(r Reason, event int, at sut.Time) bool {
	m.diff = Diff{}
	return m.differ(r, event, at)
}

// differ is failAt with m.diff as what differs.
func (m *Machine) differ(r Reason, event int, at sut.Time) bool {
	if m.live() {
		m.v.Outcome, m.v.Reason, m.v.Event = r.outcome(), r, uint16(event)
		m.v.Diff, m.v.At = m.diff, at
	}
	return false
}

// status takes the stack's word on an operation; it answers whether the operation was carried out.
func (m *Machine) status(s sut.Status) bool {
	switch s {
	case sut.OK:
		return true
	case sut.Unsupported:
		return m.fail(NotOffered)
	case sut.Malformed: // the tester's requests are well formed: the stack's side is not
		return m.fail(Violation)
	}
	m.down = true
	if s == sut.Hung {
		return m.fail(Hung)
	}
	return m.fail(Crashed)
}

// must is status for what every stack has, or has by what it declares: to call that unsupported breaks the protocol.
// Unsupported is declared, and never inferred from a failure.
func (m *Machine) must(s sut.Status) bool {
	if s == sut.Unsupported {
		return m.fail(Violation)
	}
	return m.status(s)
}

// carried settles what an operation brought about, if it was carried out; it answers whether the run goes on.
func (m *Machine) carried(ok bool) bool { return ok && m.settle() }

// step carries out the event at hand.
func (m *Machine) step() {
	m.plantBefore()
	t := m.due()
	switch m.ev.Kind {
	case Expect:
		m.expect(t)
		return
	case Idle:
		m.silence(t)
		return
	case End:
		m.end(t)
		return
	}
	if !m.runTo(t) {
		return
	}
	m.from = m.now
	switch m.ev.Kind {
	case Inject:
		m.inject()
	case Call:
		m.call()
	case Link:
		m.carried(m.must(m.stack.Link(m.ev.Value != 0, (*sink)(m))))
	case Knob:
		s := m.stack.Knob(m.ev.Knob, m.ev.Value, (*sink)(m))
		if m.ev.Soft && s == sut.Unsupported {
			s = sut.OK
		}
		m.carried(m.status(s))
	case Inspect:
		m.inspect()
	}
}

// due is the time of the event at hand. What is past is done now.
func (m *Machine) due() sut.Time {
	switch m.ev.Mode {
	case Absolute:
		return max(m.start+m.ev.At, m.now)
	case Relative:
		return m.now + m.ev.At
	}
	return m.now
}

// stepTo moves time to the stack's next deadline, to limit at most. It answers false where there is no step to take:
// time is there, and nothing is due.
func (m *Machine) stepTo(limit sut.Time) bool {
	at, ok := m.stack.Next()
	switch {
	case ok && at < m.now:
		m.down = true
		return m.failAt(TimeWrong, m.index, at)
	case ok && at <= limit:
		m.advance(at)
	case m.now >= limit:
		return false
	default:
		m.advance(limit)
	}
	return true
}

// runTo moves time to t, which takes in all of the stack's deadlines up to t, one after the other: what a deadline
// brings about (a neighbour asked for) is answered before the next. It answers whether the run goes on.
func (m *Machine) runTo(t sut.Time) bool {
	for m.running() && m.stepTo(t) {
	}
	return m.running()
}

// await moves time until a frame waits, to limit at most. It answers whether one waits and the run goes on.
func (m *Machine) await(limit sut.Time) bool {
	for m.running() && m.queue.empty() && m.stepTo(limit) {
	}
	return m.running() && !m.queue.empty()
}

// count bounds the work of one event, and at one time.
func (m *Machine) count() bool {
	m.atOnce++
	m.left--
	if m.atOnce > maxAtOnce || m.left < 0 {
		m.down = true
		return m.fail(Stuck)
	}
	return true
}

func (m *Machine) advance(to sut.Time) {
	if uint64(to)/uint64(time.Millisecond) > uint64(m.now)/uint64(time.Millisecond) {
		m.atOnce = 0
	}
	if !m.count() {
		return
	}
	m.from, m.now = m.now, to
	if m.carried(m.must(m.stack.Advance(to, (*sink)(m)))) {
		m.overdue()
	}
}

// deliver gives the stack a frame.
func (m *Machine) deliver(b []byte, helper bool) bool {
	if !m.count() {
		return false
	}
	m.delivered(helper, b)
	m.from = m.now
	return m.must(m.stack.Deliver(b, (*sink)(m)))
}

// end is the end of a strict program: nothing may be left over.
func (m *Machine) end(t sut.Time) {
	if m.returnAll() && m.runTo(t) && !m.queue.empty() {
		m.unwanted(LeftOver)
	}
}

// finish is the end of every program: all calls must have returned, and what the stack sent must have been well formed
// even where nobody looked at it.
func (m *Machine) finish() {
	if !m.returnAll() {
		return
	}
	for !m.queue.empty() {
		s := m.queue.head()
		if !m.parse(s) {
			return
		}
		m.taken(-1)
	}
	m.v.Outcome, m.v.At = Pass, m.now
}
