// Package segment is a virtual wire: ports joined by a switch or a hub, with a rate, a delay, and faults on each
// direction of each port. All chance comes from one seed, and time is an argument: the same frames at the same times
// have the same fate again. [Live] runs a segment in real time, between TAP devices for example.
package segment

import (
	"fmt"
	"time"
)

// Config says what a segment is made of.
type Config struct {
	Ports     []Paths // one for each port; at least 2
	Hub       bool    // give every frame to every other port, instead of switching by the address
	Seed      uint64  // where all chance comes from
	MaxFrame  int     // the longest frame in bytes, without the FCS; 1518
	Buffers   int     // frames inside at the same time, on all paths and in all queues together; 4096
	PortQueue int     // frames that wait for a port's host, and that wait from it; 256
	Tap       Tap     // sees all frames; nil: nobody does
}

// Paths are the two directions of a port, as its host sees them.
type Paths struct{ Tx, Rx Path }

// Symmetric is a port with the same path both ways.
func Symmetric(p Path) Paths { return Paths{p, p} }

// Path says what becomes of the frames of one direction. The zero Path hands them on, at once and as they are.
// Probabilities are from 0 to 1.
type Path struct {
	Rate      int64         // bits per second of an Ethernet line, see [WireBits], up to 10^12; 0: no limit
	Queue     int           // bytes that may wait for the line, up to 2^30; 64 KiB
	Delay     time.Duration // from the end of a frame on the line to its arrival
	Jitter    time.Duration // a frame is later by up to this; frames keep their order all the same
	Loss      float64       // a frame is lost behind the line
	Duplicate float64       // a second copy arrives, with the same delay and a jitter of its own
	Reorder   float64       // a frame is held back until the next 1 to Overtake frames have arrived
	Overtake  int           // 3
	Hold      time.Duration // it is held back no longer than this; 10 ms
	Corrupt   float64       // one bit of a frame is inverted
}

// Tap sees frames: on interface 2*port those that the port's host has sent, on 2*port+1 those that have reached it.
// A comment says what befalls a frame; most have none. The bytes are only lent.
type Tap interface {
	Frame(iface int, at time.Duration, frame []byte, comment string)
}

// TapNames names the interfaces of a Tap for n ports.
func TapNames(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("port %d sent", i), fmt.Sprintf("port %d received", i))
	}
	return names
}

// Segment is a virtual wire. It belongs to one goroutine.
type Segment struct {
	cfg    Config
	ports  []Port
	frames pool
	events events
	known  stations
	order  uint64 // of the last event
}

// New makes a segment. Nothing is allocated after it. An error names what is wrong with cfg.
func New(cfg Config) (*Segment, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Segment{cfg: cfg, ports: make([]Port, len(cfg.Ports))}
	s.frames.init(cfg.Buffers, cfg.MaxFrame)
	s.events.items = make([]*frame, 0, cfg.Buffers)
	for i := range s.ports {
		p := &s.ports[i]
		*p = Port{segment: s, number: i, out: newFIFO(cfg.PortQueue), in: newFIFO(cfg.PortQueue)}
		p.tx.init(s, &cfg.Ports[i].Tx, p, false)
		p.rx.init(s, &cfg.Ports[i].Rx, p, true)
	}
	return s, nil
}

// Port returns port i, from 0. It is a stack's device.
func (s *Segment) Port(i int) *Port { return &s.ports[i] }

// Poll takes what the ports' hosts have sent and moves what is due at now. It returns the time of the next event, if
// there is one. Frames that have arrived wait at the ports: [Port.Waiting]. Time must not run backward.
func (s *Segment) Poll(now time.Duration) (next time.Duration, ok bool) {
	s.move(now) // first, so that what happened before the new frames came happens before
	for i := range s.ports {
		p := &s.ports[i]
		for f := p.out.pop(); f != nil; f = p.out.pop() {
			p.tx.enter(now, f)
		}
	}
	s.move(now)
	if f := s.events.first(); f != nil {
		return f.at, true
	}
	return 0, false
}

// move handles the events up to now, each at its own time.
func (s *Segment) move(now time.Duration) {
	for f := s.events.first(); f != nil && f.at <= now; f = s.events.first() {
		s.events.remove(f)
		f.path.leave(f)
	}
}

// forward hands a frame that has come from a port to the ports that it concerns.
func (s *Segment) forward(at time.Duration, from int, f *frame) {
	if !s.cfg.Hub {
		s.known.learn(f.bytes, from)
		if to := s.known.find(f.bytes); to >= 0 {
			if to == from {
				s.frames.free(f)
			} else {
				s.ports[to].rx.enter(at, f)
			}
			return
		}
	}
	last := len(s.ports) - 1
	if from == last {
		last--
	}
	for i := range last {
		if i == from {
			continue
		}
		if c := s.frames.copy(f); c != nil {
			s.ports[i].rx.enter(at, c)
		} else {
			s.ports[i].rx.stats.NoBuffer++
		}
	}
	s.ports[last].rx.enter(at, f)
}

func (s *Segment) tap(iface int, at time.Duration, f *frame, comment string) {
	if s.cfg.Tap != nil {
		s.cfg.Tap.Frame(iface, at, f.bytes, comment)
	}
}

func (c *Config) complete() error {
	if len(c.Ports) < 2 {
		return fmt.Errorf("segment: %d ports: at least 2", len(c.Ports))
	}
	for _, d := range []struct {
		name     string
		p        *int
		standard int
	}{{"MaxFrame", &c.MaxFrame, 1518}, {"Buffers", &c.Buffers, 4096}, {"PortQueue", &c.PortQueue, 256}} {
		if *d.p == 0 {
			*d.p = d.standard
		}
		if *d.p < 1 {
			return fmt.Errorf("segment: %s %d: at least 1", d.name, *d.p)
		}
	}
	c.Ports = append([]Paths(nil), c.Ports...)
	for i := range c.Ports {
		for name, p := range map[string]*Path{"Tx": &c.Ports[i].Tx, "Rx": &c.Ports[i].Rx} {
			if err := p.complete(); err != nil {
				return fmt.Errorf("segment: port %d: %s: %w", i, name, err)
			}
		}
	}
	return nil
}

func (p *Path) complete() error {
	for name, v := range map[string]float64{"Loss": p.Loss, "Duplicate": p.Duplicate, "Reorder": p.Reorder, "Corrupt": p.Corrupt} {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("%s %v: a probability is from 0 to 1", name, v)
		}
	}
	if p.Rate < 0 || p.Queue < 0 || p.Delay < 0 || p.Jitter < 0 || p.Overtake < 0 || p.Hold < 0 {
		return fmt.Errorf("a negative number in %+v", *p)
	}
	if p.Rate > 1e12 || p.Queue > 1<<30 {
		return fmt.Errorf("rate %d, queue %d: at most 10^12 and 2^30", p.Rate, p.Queue)
	}
	if p.Queue == 0 {
		p.Queue = 64 << 10
	}
	if p.Overtake == 0 {
		p.Overtake = 3
	}
	if p.Hold == 0 {
		p.Hold = 10 * time.Millisecond
	}
	return nil
}
