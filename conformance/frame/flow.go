package frame

// Flow is what numbers of one connection count from. A script's numbers are relative; those in frames are not.
type Flow struct {
	StackPort, PeerPort uint16
	StackISN, PeerISN   uint32 // initial sequence numbers
	StackTS, PeerTS     uint32 // time stamps: what the script's 0 is
	// What of the stack's is known so far; unknown is 0.
	HasPort, HasISN, HasTS bool
}
