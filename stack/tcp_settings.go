package stack

import "stackproof/stack/tcp"

// TCPSet changes what an application has chosen for a connection, or for those that a listener will take. A queue that
// is to be longer than half of a slot is as long as that, and so is one that is to be 0 bytes long. Invalid: a value out
// of its range.
func (s *Stack) TCPSet(id int, v *tcp.Settings) Cause {
	r := s.tcpOwned(id)
	if r == nil || !v.Valid() {
		return Invalid
	}
	w := s.tcpSettings(v)
	r.state.Set(&w)
	s.tcpTouch(id)
	return OK
}

// TCPDefaults returns the settings that new connections and listeners have.
func (s *Stack) TCPDefaults() tcp.Settings { return s.cfg.TCP }

// TCPSetDefaults changes them, for those made from now on. Invalid: a value out of its range. NoBuffers: a queue that is
// longer than half of a slot.
func (s *Stack) TCPSetDefaults(v *tcp.Settings) Cause {
	switch {
	case !v.Valid():
		return Invalid
	case s.st.tcpSlotLen() < leastSlot(v):
		return NoBuffers
	}
	s.cfg.TCP = *v
	s.cfg.TCP.Fill()
	return OK
}
