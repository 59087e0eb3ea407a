package stack

import "time"

// TCPConn is the storage of one TCP connection.
type TCPConn struct{}

// tcpState is what TCP keeps besides its connections.
type tcpState struct{}

func (s *Stack) tcpInit() {}

// tcpInput takes a segment whose checksum nobody has looked at.
func (s *Stack) tcpInput(now time.Duration, m *packet, segment []byte) {}

// tcpPoll does what is due and returns the next deadline.
func (s *Stack) tcpPoll(now time.Duration) (next time.Duration, ok bool) { return 0, false }

// tcpUnreachable takes an ICMP error: quoted is the start of our segment, at least 8 bytes; mtu is that of the next
// link where the cause is TooLong.
func (s *Stack) tcpUnreachable(now time.Duration, m *packet, quoted []byte, cause Cause, mtu int) {}

// tcpCopyFrom copies what tcpState does not hold itself.
func (s *Stack) tcpCopyFrom(o *Stack) {}
