package stack

// InitErr says what Init found wrong with its arguments.
type InitErr uint8

const (
	InitOK            InitErr = iota
	BadMAC                    // the MAC is zero or a group's
	BadMTU                    // the MTU is too small for the configured families
	BadIPv4                   // the IPv4 address is no host's or its prefix is too long
	BadGateway4               // the IPv4 gateway is not a host in the network
	BadIPv6                   // the IPv6 address is no host's or its prefix is too long
	BadGateway6               // the IPv6 gateway is not a host in the network
	NoNeighbours              // Storage.Neighbours is empty
	WaitingTooShort           // Storage.Waiting does not hold one packet of MTU bytes
	UDPBufferTooShort         // Storage.UDPBuffer does not hold one datagram for each endpoint
	numInitErrs
)

var initErrNames = [numInitErrs]string{
	"ok", "bad MAC address", "MTU too small", "bad IPv4 address", "bad IPv4 gateway", "bad IPv6 address",
	"bad IPv6 gateway", "no neighbour entries", "waiting-packet buffer too short", "UDP buffer too short",
}

// String returns a short text.
func (e InitErr) String() string {
	if e >= numInitErrs {
		return "unknown error"
	}
	return initErrNames[e]
}
