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
	*inproc.Host
	link *link
}

var _ sut.SUT = (*Stack)(nil)

// New makes a host.
func New() *Stack {
	s := &Stack{large.New(), newLink()}
	s.Over(s.link)
	return s
}

// Capabilities: those of the stack, but a MAC pads short frames, and sends and takes none that are too long.
func (s *Stack) Capabilities(c *sut.Caps) sut.Status {
	status := s.Host.Capabilities(c)
	c.Features &^= sut.Features(0).With(sut.FeatureRaw)
	return status
}

// Err says what is wrong with driver or hardware; nil if all is well.
func (s *Stack) Err() error {
	l := s.link
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

// checked is the status of an operation, unless the link was at fault.
func (s *Stack) checked(status sut.Status) sut.Status {
	if status == sut.OK && s.Err() != nil {
		return sut.Crashed
	}
	return status
}

// Reset makes a fresh stack, with a driver that has just started.
func (s *Stack) Reset(cfg *sut.Config) sut.Status { return s.checked(s.Host.Reset(cfg)) }

// Deliver sends the stack a frame over the wire.
func (s *Stack) Deliver(frame []byte, out sut.Sink) sut.Status {
	return s.checked(s.Host.Deliver(frame, out))
}

// Advance passes through every deadline up to and including to.
func (s *Stack) Advance(to sut.Time, out sut.Sink) sut.Status {
	return s.checked(s.Host.Advance(to, out))
}

// Call makes a socket call.
func (s *Stack) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	return s.checked(s.Host.Call(c, r, out))
}

// Cancel gives a pending call up.
func (s *Stack) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	return s.checked(s.Host.Cancel(id, out))
}

// Link moves the cable; the stack hears of it from the driver.
func (s *Stack) Link(up bool, out sut.Sink) sut.Status { return s.checked(s.Host.Link(up, out)) }

// Knob sets a parameter of the stack.
func (s *Stack) Knob(k sut.Knob, value int64, out sut.Sink) sut.Status {
	return s.checked(s.Host.Knob(k, value, out))
}
