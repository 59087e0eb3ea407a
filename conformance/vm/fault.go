package vm

import (
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// targets tells whether the twin's fault is of this kind and the event is its target. A fault is planted once.
func (m *Machine) targets(k FaultKind, event int) bool {
	f := &m.prog.Fault
	return m.twin && !m.v.Planted && f.Kind == k && int(f.Target) == event
}

// letsIn tells whether the twin's fault is of this kind and the event at hand is what it lets in.
func (m *Machine) letsIn(k FaultKind) bool {
	return m.twin && m.prog.Fault.Kind == k && m.index == m.letIn
}

// plantBefore plants the faults that come before their target.
func (m *Machine) plantBefore() {
	switch {
	case m.targets(FaultExtra, m.index):
		m.v.Planted = m.plantExtra()
	case m.targets(FaultInAgain, m.index) && m.in.n > 0:
		m.v.Planted = true
		if m.deliver(m.in.b[:m.in.n], false) {
			m.settle()
		}
	}
}

// plantExtra makes the stack seem to send once more what it sent last, or, where that is nothing, what was let in.
func (m *Machine) plantExtra() bool {
	switch {
	case m.out.n > 0:
		return m.queue.pushFirst(m.now, m.out.b[:m.out.n])
	case m.in.n > 0:
		if !m.queue.pushFirst(m.now, m.in.b[:m.in.n]) {
			return false
		}
		frame.Parse(m.queue.frame(m.queue.head()), &m.view)
		turnRound(&m.view)
		return true
	}
	return false
}

// turnRound swaps sender and receiver of a frame.
func turnRound(v *frame.View) {
	for _, pair := range [...][2]frame.Field{
		{frame.EthDst, frame.EthSrc}, {frame.ARPSHA, frame.ARPTHA}, {frame.ARPSPA, frame.ARPTPA},
		{frame.IPSrc, frame.IPDst}, {frame.TCPSrcPort, frame.TCPDstPort}, {frame.UDPSrcPort, frame.UDPDstPort},
	} {
		if pair[0].IsAddr() {
			a, _ := v.Addr(pair[0])
			b, _ := v.Addr(pair[1])
			for i := range a {
				a[i], b[i] = b[i], a[i]
			}
			continue
		}
		a, ok := v.Get(pair[0])
		b, _ := v.Get(pair[1])
		if ok {
			v.Set(pair[0], b)
			v.Set(pair[1], a)
		}
	}
	v.RepairSums()
}

// plantFrame plants the fault in the frame that answers the target. lost: it is that the frame does not come.
func (m *Machine) plantFrame(s *Slot) (lost bool) {
	f := &m.prog.Fault
	if !m.twin || m.v.Planted || int(f.Target) != m.index {
		return false
	}
	if d := frame.Parse(m.queue.frame(s), &m.view); !d.OK() {
		return false
	}
	switch f.Kind {
	case FaultDrop:
		m.v.Planted = true
		return true
	case FaultOut:
		m.v.Planted = m.falsify(f.Field, f.N, true)
		if f.Field.Role() != frame.Sum {
			m.view.RepairSums()
		}
	case FaultTime:
		m.v.Planted = true
		s.at += microseconds(f.N)
	case FaultData:
		if b := m.view.Payload(); len(b) > 0 {
			m.v.Planted = true
			b[len(b)-1] ^= 0xff
			m.view.RepairSums()
		}
	case FaultOption:
		m.v.Planted = falsifyOption(m.view.Options(), uint8(f.N), f.N>>8)
		m.view.RepairSums()
	}
	return false
}

func microseconds(n uint32) time.Duration { return time.Duration(int32(n)) * time.Microsecond }

// falsify changes a field of the frame in m.view: a number gets n, or n is added to it, and an address n
// exclusive-ored into its last bytes. It answers whether there is such a field and it is another now.
func (m *Machine) falsify(f frame.Field, n uint32, add bool) bool {
	if f.IsAddr() {
		b, ok := m.view.Addr(f)
		for i := len(b) - 1; i >= 0 && n != 0; i-- {
			b[i] ^= byte(n)
			n >>= 8
		}
		return ok
	}
	was, ok := m.view.Get(f)
	if add {
		n += was
	}
	if !ok || !m.view.Set(f, n) {
		return false
	}
	is, _ := m.view.Get(f)
	return is != was
}

// falsifyOption adds n to the first number of an option, or puts NOPs in its place.
func falsifyOption(opts []byte, kind uint8, n uint32) bool {
	for {
		got, ok := frame.NextOption(opts)
		if !ok {
			return false
		}
		if got.Kind != kind {
			opts = opts[got.Len:]
			continue
		}
		if w := min(width(kind), len(got.Data)); n != 0 && w > 0 {
			put(got.Data, w, get(got.Data, w)+n)
			return true
		}
		for i := range got.Len {
			opts[i] = frame.OptNOP
		}
		return true
	}
}

// plantResult plants the fault in what the call of an event returned at a time. It answers the time, and which
// byte of the data is to be taken as another (-1: none), since the data itself is the stack's.
func (m *Machine) plantResult(event int, r *sut.Result, at sut.Time) (sut.Time, int) {
	n := m.prog.Fault.N
	switch {
	case m.targets(FaultResult, event):
		m.v.Planted = true
		r.Ret += int32(n)
	case m.targets(FaultTime, event):
		m.v.Planted = true
		return at + microseconds(n), -1
	case m.targets(FaultData, event) && len(r.Data) > 0:
		m.v.Planted = true
		return at, len(r.Data) - 1
	}
	return at, -1
}
