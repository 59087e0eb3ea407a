package loopback

import "stackproof/conformance/sut"

// Stack is a stack under test whose frames go over Over while On is set. A failure of the link is a crash of it.
type Stack struct {
	sut.SUT
	Over *Link
	On   bool
}

// checked is the status of an operation, unless the link was at fault.
func (s *Stack) checked(status sut.Status) sut.Status {
	if s.On && status == sut.OK && s.Over.Failure() != None {
		return sut.Crashed
	}
	return status
}

// Capabilities: those of the stack, but a MAC pads short frames, and sends and takes none that are too long.
func (s *Stack) Capabilities(c *sut.Caps) sut.Status {
	status := s.SUT.Capabilities(c)
	if s.On {
		c.Features &^= sut.Features(0).With(sut.FeatureRaw)
	}
	return status
}

// Reset makes a fresh stack, with a driver that has just started.
func (s *Stack) Reset(cfg *sut.Config) sut.Status { return s.checked(s.SUT.Reset(cfg)) }

// Deliver sends the stack a frame.
func (s *Stack) Deliver(frame []byte, out sut.Sink) sut.Status {
	return s.checked(s.SUT.Deliver(frame, out))
}

// Advance passes through every deadline up to and including to.
func (s *Stack) Advance(to sut.Time, out sut.Sink) sut.Status {
	return s.checked(s.SUT.Advance(to, out))
}

// Call makes a socket call.
func (s *Stack) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	return s.checked(s.SUT.Call(c, r, out))
}

// Cancel gives a pending call up.
func (s *Stack) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	return s.checked(s.SUT.Cancel(id, out))
}
