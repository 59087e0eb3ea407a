package inproc

import "stackproof/stack/invariant"

// Check walks the state of the stack and of its sockets and returns the first rule that does not hold.
func (h *Host) Check() invariant.Violation {
	if !h.ready {
		return invariant.Violation{}
	}
	if v := h.stack.Check(h.now); !v.Holds() {
		return v
	}
	return h.face().check(h)
}
