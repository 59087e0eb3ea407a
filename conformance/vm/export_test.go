package vm

// Numbers are what flow i of TCP counts from: the stack's and the judge's initial sequence numbers, their ports.
func (m *Machine) Numbers(i int) (stackISN, peerISN uint32, stackPort, peerPort uint16) {
	f := &m.flows[i]
	return f.stackISN, f.peerISN, f.stackPort, f.peerPort
}

// SetSteps bounds the deadlines of one event to fewer than it is in earnest.
func (m *Machine) SetSteps(n int) { m.steps = n }
