package stack

// Device moves Ethernet frames, without the FCS. The stack calls it only from Poll and from its other methods that take
// the time.
type Device interface {
	// Receive lends the next received frame, nil if there is none. The bytes stay as they are until Release; the stack
	// keeps nothing of them.
	Receive() []byte
	// Release gives the frame of the last Receive back.
	Release()
	// Reserve returns a transmit buffer of n bytes, whose content is arbitrary, or nil if none is free. A buffer that is
	// not sent stays reserved: the next Reserve may give it again. The stack holds one at a time.
	Reserve(n int) []byte
	// Send hands over the first n bytes of the reserved buffer.
	Send(n int)
}
