package stack

import (
	"time"

	"stackproof/stack/wire"
)

// TCPConn is the storage of one TCP connection.
type TCPConn struct{}

// tcpState is what TCP keeps besides its connections.
type tcpState struct{}

func (s *Stack) tcpInit() {}

// tcpInput takes a segment; its checksum is still to be verified. The packet went to one of our addresses, not to a group.
func (s *Stack) tcpInput(now time.Duration, m *packet, segment []byte) {}

// tcpPoll does what is due and returns the next deadline.
func (s *Stack) tcpPoll(now time.Duration) (next time.Duration, ok bool) { return 0, false }

// tcpUndelivered takes an ICMP error about a segment of ours; quoted is its start, at least 8 bytes; mtu is that of the
// next link where the cause is TooLong (0: the router does not say).
func (s *Stack) tcpUndelivered(now time.Duration, local, remote wire.Addr, quoted []byte, c Cause, mtu int) {
}
