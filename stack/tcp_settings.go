package stack

import "stackproof/stack/tcp"

// TCPSet changes what an application has chosen for a connection, or for those that a listener will take. Invalid: a
// value out of its range.
func (s *Stack) TCPSet(id int, v *tcp.Settings) Cause {
	r := s.tcpOwned(id)
	if r == nil || !v.Valid() {
		return Invalid
	}
	r.state.Set(v)
	s.tcpTouch(id)
	return OK
}

// TCPDefaults returns the settings that new connections and listeners have.
func (s *Stack) TCPDefaults() tcp.Settings { return s.cfg.TCP }

// TCPSetDefaults changes them, for those made from now on. Invalid: a value out of its range.
func (s *Stack) TCPSetDefaults(v *tcp.Settings) Cause {
	if !v.Valid() {
		return Invalid
	}
	s.cfg.TCP = *v
	s.cfg.TCP.Fill()
	return OK
}
