// Package tcpmodel holds two stacks and a bad network between them to what TCP promises whatever happens.
//
// A [Model] has two hosts with one connection, in virtual time. Its user (a test that draws at random) writes, reads,
// closes and aborts, and changes what the network does. An observer stands at both ends of the wire, with the judge's own
// codec: it sees each frame as it is sent, and what of it arrives, and after each step it looks at the figures of the
// stacks. The first promise that is broken ends the run.
package tcpmodel

import (
	"fmt"
	"time"

	"stackproof/conformance/sut"
	"stackproof/drivers/segment"
)

// Faults is what the network does, to both directions alike where nothing else is said.
type Faults struct {
	Path segment.Path
	// Window is how many eighths a man in the middle leaves of the windows that each host offers; 0: he leaves all.
	Window [2]uint32
	// MTU is the path's, in bytes of IP packets; 0: the hosts' own. The sender of a longer packet is told.
	MTU int
}

// Config is what stays the same in a run.
type Config struct {
	IPv6   bool
	Seed   uint64 // all chance in the network and in the stacks
	RcvBuf [2]uint32
	SndBuf [2]uint32
	// Off are the knobs that are turned off in each host.
	Off [2][]sut.Knob
}

// Count is what has happened in a run, so that a run in which nothing did can be told.
type Count struct {
	Lost, Duplicated, Reordered, Corrupted uint64 // frames
	Shrunk, TooBig, Cut                    uint64 // windows; packets for the path; frames on a link that was down
	Retransmitted, Probes, ZeroWindows     uint64 // segments
	Bytes                                  uint64 // delivered
	Opened, Unopened, Aborted, Completed   uint64 // runs
}

// Add adds what happened in another run.
func (c *Count) Add(o *Count) {
	for i, n := range o.all() {
		*c.all()[i] += *n
	}
}

func (c *Count) all() []*uint64 {
	return []*uint64{
		&c.Lost, &c.Duplicated, &c.Reordered, &c.Corrupted, &c.Shrunk, &c.TooBig, &c.Cut, &c.Retransmitted, &c.Probes,
		&c.ZeroWindows, &c.Bytes, &c.Opened, &c.Unopened, &c.Aborted, &c.Completed,
	}
}

// Model is two hosts and what is between them.
type Model struct {
	Count Count

	cfg    Config
	now    time.Duration
	hosts  [2]host
	wires  []*segment.Segment // one for each kind of network that there has been; the last one takes frames
	faults Faults
	down   [2]bool
	watch  watch
	broken error // the first promise that was
}

// New begins a run with two stacks: host 0 connects to host 1. An error: a stack does not take the configuration.
func New(cfg Config, stacks [2]sut.SUT) (*Model, error) {
	m := &Model{cfg: cfg}
	for i := range m.hosts {
		m.hosts[i] = host{model: m, stack: stacks[i], number: i, fd: firstFD}
	}
	if err := m.Network(Faults{}); err != nil {
		return nil, err
	}
	for i := range m.hosts {
		m.hosts[i].start(&cfg)
	}
	m.settle()
	return m, m.broken
}

// Err is the first promise that was broken.
func (m *Model) Err() error { return m.broken }

// fail notes that a promise is broken, or that a stack failed.
func (m *Model) fail(format string, args ...any) {
	if m.broken == nil {
		m.broken = fmt.Errorf("tcpmodel: at %v: %s", m.now, fmt.Sprintf(format, args...))
	}
}

// Network changes what the network does to frames that are sent from now on. Those on their way keep their fate.
func (m *Model) Network(f Faults) error {
	w, err := segment.New(segment.Config{
		Ports: []segment.Paths{{Tx: f.Path}, {Tx: f.Path}}, Hub: true, Buffers: 1000, PortQueue: 500,
		Seed: m.cfg.Seed + uint64(len(m.wires)),
	})
	if err != nil {
		return err
	}
	m.wires, m.faults = append(m.wires, w), f
	return nil
}

// Link takes a host's link down or up.
func (m *Model) Link(i int, up bool) {
	if m.down[i] == up {
		m.down[i] = !up
		m.hosts[i].is(m.hosts[i].stack.Link(up, &m.hosts[i]), "link")
		m.settle()
	}
}

// Pass lets time go on, from event to event, so that each happens at its own time.
func (m *Model) Pass(d time.Duration) {
	for end := m.now + d; m.broken == nil; {
		next, ok := m.next()
		if !ok || next > end {
			m.advance(end)
			return
		}
		m.advance(next)
	}
}

// next is when something happens next.
func (m *Model) next() (next time.Duration, ok bool) {
	earlier := func(at time.Duration, any bool) {
		if any && (!ok || at < next) {
			next, ok = max(at, m.now), true
		}
	}
	for i := range m.hosts {
		earlier(m.hosts[i].stack.Next())
	}
	for _, w := range m.wires {
		earlier(w.Poll(m.now))
	}
	return next, ok
}

func (m *Model) advance(to time.Duration) {
	m.now = to
	for i := range m.hosts {
		m.hosts[i].is(m.hosts[i].stack.Advance(to, &m.hosts[i]), "advance")
	}
	m.settle()
}

// settle carries frames until none moves any more at this moment, and looks at everything.
func (m *Model) settle() {
	for moved := true; moved && m.broken == nil; {
		moved = false
		for i := range m.hosts {
			h := &m.hosts[i]
			for len(h.out) > 0 {
				frame := h.out[0]
				h.out = h.out[1:]
				m.send(i, frame)
				moved = true
			}
		}
		for _, w := range m.wires {
			w.Poll(m.now)
			for i := range m.hosts {
				for f := w.Port(i).Receive(); f != nil; f = w.Port(i).Receive() {
					m.arrive(i, append([]byte(nil), f...))
					w.Port(i).Release()
					moved = true
				}
			}
		}
	}
	m.look()
}

// Heal makes the network a perfect one.
func (m *Model) Heal() error {
	for i := range m.hosts {
		m.Link(i, true)
	}
	return m.Network(Faults{})
}

// Tally adds up what the network has done. It is for the end of the run.
func (m *Model) Tally() *Count {
	for _, w := range m.wires {
		for i := range m.hosts {
			s, _ := w.Port(i).Stats()
			m.Count.Lost += s.Lost
			m.Count.Duplicated += s.Duplicated
			m.Count.Reordered += s.Reordered
			m.Count.Corrupted += s.Corrupted
		}
	}
	m.wires = nil
	return &m.Count
}
