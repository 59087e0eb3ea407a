package tcpmodel

import (
	"time"

	"stackproof/conformance/sut"
)

const (
	// arrival is within what time everything arrives when the network is a perfect one again: a retransmission or a
	// probe may wait for as long as the time-out has grown (RFC 6298 2.5), another may find out that it was in vain, and
	// then acknowledgments drive what is left.
	arrival = 3 * mostRTO
	// ending is longer than TIME-WAIT, and than a FIN is sent again for where nobody answers any more.
	ending = 40 * time.Minute
)

// Finish heals the network and ends the run: everything that was written arrives in time, both close, and neither keeps
// anything.
func (m *Model) Finish() error {
	if err := m.Heal(); err != nil {
		return err
	}
	healed := m.now
	for m.broken == nil && !m.finished() {
		for i := range m.hosts {
			m.Read(i, 1<<16)
			m.Shutdown(i)
		}
		if m.now > healed+arrival {
			m.fail("the network was healed at %v: host 0 has read %d of %d bytes, host 1 %d of %d", healed, m.hosts[0].read, m.hosts[1].wrote,
				m.hosts[1].read, m.hosts[0].wrote)
		}
		next, ok := m.next()
		if !ok || next > m.now+time.Second {
			next = m.now + time.Second
		}
		m.advance(next)
	}
	m.conclude()
	for i := range m.hosts {
		m.hosts[i].close()
	}
	m.settle()
	m.Pass(ending)
	for i := range m.hosts {
		m.hosts[i].empty()
	}
	return m.broken
}

// finished tells whether both have read all, or cannot.
func (m *Model) finished() bool {
	a, b := &m.hosts[0], &m.hosts[1]
	if a.aborted || b.aborted || a.err != sut.ENone {
		return true
	}
	return a.ended && b.ended
}

// conclude counts how the run went.
func (m *Model) conclude() {
	a, b := &m.hosts[0], &m.hosts[1]
	switch {
	case a.ended && b.ended:
		m.Count.Opened++
		m.Count.Completed++
	case a.open:
		m.Count.Opened++
	default:
		m.Count.Unopened++
	}
}

// empty: a connection that is closed leaves no timer, and no connection.
func (h *host) empty() {
	m := h.model
	var conns int64
	if h.stack.Inspect(sut.FigConns, 0, &conns) == sut.OK && conns != 0 {
		m.fail("host %d has %d connections left", h.number, conns)
	}
	if at, ok := h.stack.Next(); ok {
		m.fail("host %d has a timer left, for %v", h.number, at)
	}
}
