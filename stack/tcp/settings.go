package tcp

import "time"

// Settings are what an application chooses for a connection. Durations of 0 mean the default; Fill puts it there.
type Settings struct {
	NoDelay  bool          // small segments do not wait: no Nagle's algorithm (RFC 9293 3.7.4, MUST-17)
	QuickAck bool          // no acknowledgment is delayed
	AckDelay time.Duration // how long one is delayed at most, below MaxAckDelay; 0: DefaultAckDelay, negative: not at all
}

const (
	// DefaultAckDelay is how long an acknowledgment waits for more to acknowledge, or for data to go with. It is far below
	// the least retransmission timeout in use, 200 ms.
	DefaultAckDelay = 40 * time.Millisecond
	// MaxAckDelay is what the delay must be less than (RFC 9293 3.8.6.3, MUST-40).
	MaxAckDelay = 500 * time.Millisecond
)

// Fill gives what is not set its default.
func (s *Settings) Fill() {
	if s.AckDelay == 0 {
		s.AckDelay = DefaultAckDelay
	}
}

// Valid reports whether all is in its range.
func (s *Settings) Valid() bool { return s.AckDelay < MaxAckDelay }

// Settings returns the settings.
func (c *Conn) Settings() *Settings { return &c.cfg.Settings }

// Set changes the settings, which must be valid. It may be done at any time.
func (c *Conn) Set(s *Settings) {
	c.cfg.Settings = *s
	c.cfg.Settings.Fill()
}
