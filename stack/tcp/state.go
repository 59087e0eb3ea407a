package tcp

// State is a state of a connection (RFC 9293 3.3.2).
type State uint8

const (
	Closed State = iota
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	NumStates int = iota
)

var stateNames = [NumStates]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",
	"LAST-ACK", "TIME-WAIT",
}

// String returns the name as RFC 9293 writes it.
func (s State) String() string {
	if int(s) >= NumStates {
		return "unknown state"
	}
	return stateNames[s]
}

// synchronized reports whether both sides know each other's sequence numbers (RFC 9293 3.5.1).
func (s State) synchronized() bool { return s >= Established }

// receives reports whether the peer may still send text in this state (RFC 9293 3.10.7.4, seventh).
func (s State) receives() bool { return s == Established || s == FinWait1 || s == FinWait2 }
