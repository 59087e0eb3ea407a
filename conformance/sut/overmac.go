package sut

// MAC is what carries a stack's frames.
type MAC interface {
	// Failed says whether it has failed since the stack's last Reset, so that nothing that was seen means anything.
	Failed() bool
}

// OverMAC is a stack whose frames a MAC carries, which pads short ones and takes none that are too long: such a stack has
// no FeatureRaw. An operation in which the MAC fails is a crash of the stack. Without a MAC it is the stack as it was.
type OverMAC struct {
	SUT
	MAC MAC
}

func (o *OverMAC) checked(status Status) Status {
	if o.MAC != nil && status == OK && o.MAC.Failed() {
		return Crashed
	}
	return status
}

func (o *OverMAC) Capabilities(c *Caps) Status {
	status := o.SUT.Capabilities(c)
	if o.MAC != nil {
		c.Features &^= Features(0).With(FeatureRaw)
	}
	return status
}

func (o *OverMAC) Reset(cfg *Config) Status { return o.checked(o.SUT.Reset(cfg)) }

func (o *OverMAC) Deliver(frame []byte, out Sink) Status {
	return o.checked(o.SUT.Deliver(frame, out))
}

func (o *OverMAC) Advance(to Time, out Sink) Status { return o.checked(o.SUT.Advance(to, out)) }

func (o *OverMAC) Call(c *Call, r *Result, out Sink) Status { return o.checked(o.SUT.Call(c, r, out)) }

func (o *OverMAC) Cancel(id CallID, out Sink) Status { return o.checked(o.SUT.Cancel(id, out)) }

func (o *OverMAC) Link(up bool, out Sink) Status { return o.checked(o.SUT.Link(up, out)) }

func (o *OverMAC) Knob(k Knob, value int64, out Sink) Status {
	return o.checked(o.SUT.Knob(k, value, out))
}
