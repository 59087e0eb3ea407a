// Package modelled makes hosts of this project's own stack that are on no plain hand-over of frames, but on the Ethernet
// driver of the ESP32-P4 and the modelled hardware below it, registers, descriptors, caches, PHY and all. The judge is at
// the far end of the cable. Time in the stack is the judge's, as everywhere; the hardware has a time of its own, which
// runs while the stack's stands still, until nothing is under way. So verdicts are those of the plain hand-over to the
// last bit of the trace hash, while each frame takes the time that it takes on a wire of 100 Mbit/s.
package modelled

import (
	"fmt"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
)

// Stack is such a host. What the hardware's manual forbids, and a frame that is lost, is a crash of it.
type Stack struct {
	sut.OverMAC
	host *inproc.Host
	link *link
}

var _ sut.SUT = (*Stack)(nil)

// New makes a host.
func New() *Stack {
	host, l := large.New(), newLink()
	host.Over(l)
	return &Stack{sut.OverMAC{SUT: host, MAC: l}, host, l}
}

// As is a host with the sockets of another personality on the same hardware: see [inproc.Host.As].
func (s *Stack) As(p sut.Personality) (as sut.SUT, ok bool) {
	host, ok := s.host.As(p)
	if !ok {
		return nil, false
	}
	return &sut.OverMAC{SUT: host, MAC: s.link}, true
}

// Err says what is wrong with driver or hardware; nil if all is well.
func (s *Stack) Err() error { return s.link.err() }

// Failed says whether something is wrong with driver or hardware.
func (l *link) Failed() bool { return l.err() != nil }

// err says what is wrong with driver or hardware; nil if all is well.
func (l *link) err() error {
	if v := l.host.EMAC.Violations(); len(v) > 0 {
		return fmt.Errorf("emac: the driver breaks a rule of the hardware: %v", v[0])
	}
	if l.wrong != "" {
		return fmt.Errorf("emac: %s", l.wrong)
	}
	if got := l.counted(); got != l.expected {
		return fmt.Errorf("emac: the driver has counted %+v, and what happened is %+v", got, l.expected)
	}
	return nil
}
