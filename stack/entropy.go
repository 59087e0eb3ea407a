package stack

import (
	"time"

	"stackproof/stack/wire"
)

// isn returns the initial sequence number of a connection (RFC 6528 3): a clock of 4 microseconds plus a secret function
// of its addresses and ports.
func (s *Stack) isn(now time.Duration, local wire.Addr, lport uint16, remote wire.Addr, rport uint16) uint32 {
	return 0
}

// random returns 64 bits that nobody without the key can predict.
func (s *Stack) random() uint64 { return 0 }
