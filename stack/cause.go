package stack

// Cause is the full answer to an operation on a socket: what became of it, and why. Each face of the socket layer
// translates it into its own numbers.
type Cause uint8

const (
	OK               Cause = iota // done
	WouldBlock                    // not now: nothing to read, no room to write, or no transmit buffer; ask again after Poll
	InProgress                    // begun, and will complete by itself
	Refused                       // the peer refused: a reset in answer to SYN
	Reset                         // the peer reset the connection
	Aborted                       // the connection was aborted on this side
	TimedOut                      // the peer did not answer for too long
	HostUnreachable               // no neighbour answers for the next hop, or a router says so
	NetUnreachable                // there is no route to the destination, or a router says so
	ProtoUnreachable              // the peer does not speak the protocol (ICMP)
	PortUnreachable               // nobody listens on the port (ICMP)
	Prohibited                    // a router does not let it through (ICMPv6)
	NetDown                       // the link is down
	AddrInUse                     // another endpoint has the local address and port
	AddrNotAvailable              // the local address is not one of this host
	NotConnected                  // the operation needs a peer
	AlreadyConnected              // there is a peer already
	TooLong                       // more than one datagram can carry here
	NoBuffers                     // no storage for it now
	TableFull                     // no free row in the table that Storage gave
	Invalid                       // no such id, or arguments that make no sense
	EOF                           // the peer has sent everything and said so
	Shutdown                      // this side has shut that direction down
	WrongFamily                   // an IPv4 address where the socket is IPv6, or the other way round
	Unsupported                   // this kind of socket has no such operation
	numCauses
)

var causeNames = [numCauses]string{
	"ok", "would block", "in progress", "refused", "reset", "aborted", "timed out", "host unreachable",
	"network unreachable", "protocol unreachable", "port unreachable", "prohibited", "link down", "address in use",
	"address not available", "not connected", "already connected", "too long", "no buffers", "table full", "invalid",
	"end of file", "shut down", "wrong address family", "unsupported",
}

// String returns a short text in lower case.
func (c Cause) String() string {
	if c >= numCauses {
		return "unknown cause"
	}
	return causeNames[c]
}
