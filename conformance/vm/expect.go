package vm

import (
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// expect waits for the frame that the event at hand expects, from its time on, and judges what comes. The first frame
// that comes decides; it may have come already. A segment that may be split takes as many frames as it needs.
func (m *Machine) expect(start sut.Time) {
	early := start - m.prog.Tolerance
	late := start + m.ev.Span + m.slack()
	if m.ev.Mode == AnyTime {
		early, late = 0, start+Patience
	}
	for m.running() {
		if !m.await(late) {
			if m.running() {
				m.fail(Silent)
				m.lookLater(late)
			}
			return
		}
		s := m.queue.head()
		if m.plantFrame(s) {
			m.taken(-1) // the fault: it is lost
			continue
		}
		if !m.parse(s) {
			return
		}
		if m.passesOver(&m.ev.Packet) {
			m.taken(-1)
			continue
		}
		ok := m.match(&m.ev.Packet)
		if r := verdictOf(ok, s.at, early, late); r != NoReason {
			m.differ(r, m.index, s.at)
			return
		}
		m.take(s)
		if !m.part {
			return
		}
	}
}

// passesOver tells whether the frame in m.view may come before the one that is expected: packetdrill hears its own
// connections only, and who leaves acknowledging to the stack takes lesser acknowledgments.
func (m *Machine) passesOver(p *Packet) bool {
	return p.Split && (m.view.Net != p.Net || m.view.Transport != p.Transport) || p.Later && m.lags(p)
}

// slack is how much later than expected things may happen.
func (m *Machine) slack() time.Duration { return m.prog.Tolerance + m.caps.Tick }

// verdictOf is what a well-formed frame at a time makes of an expectation; NoReason: it is met.
func verdictOf(match bool, at, early, late sut.Time) Reason {
	switch {
	case at < early && match:
		return Early
	case at < early:
		return Unexpected
	case at > late && match:
		return Late
	case at > late:
		return Silent
	case !match:
		return Wrong
	}
	return NoReason
}

// parse looks at a waiting frame; where it is not well formed, that decides the run.
func (m *Machine) parse(s *Slot) bool {
	d := frame.Parse(m.queue.frame(s), &m.view)
	if longest := max(frame.EthernetLen, 14+int(m.prog.Config.MTU)); d.OK() && s.n > longest {
		d = frame.Defect{Flaw: frame.FrameLong, At: uint16(longest)}
	}
	if !d.OK() && m.live() {
		m.failAt(Malformed, m.index, s.at)
		m.v.Defect = d
	}
	return d.OK()
}

// take consumes the frame that met the expectation.
func (m *Machine) take(s *Slot) {
	*m.flow(&m.ev.Packet) = m.seen
	m.out.keep(m.view.B, len(m.view.Packet()))
	if m.part {
		m.split += uint32(len(m.view.Payload()))
	}
	m.taken(m.index)
}

// lookLater tells late from silent: the right frame may come after its time. It does not change where or why the run
// ended.
func (m *Machine) lookLater(late sut.Time) {
	v := m.v
	m.v = Verdict{}
	if m.await(late + Lateness) {
		s := m.queue.head()
		if m.parse(s) && m.match(&m.ev.Packet) {
			v.Reason, v.At = Late, s.at
		}
	}
	m.v = v
}

// silence wants no frame before t.
func (m *Machine) silence(t sut.Time) {
	if m.await(t) && m.queue.head().at < t {
		m.unwanted(Unexpected)
		return
	}
	m.runTo(t)
}

// unwanted decides the run by the first frame that waits.
func (m *Machine) unwanted(r Reason) {
	if s := m.queue.head(); m.parse(s) {
		m.failAt(r, m.index, s.at)
	}
}
