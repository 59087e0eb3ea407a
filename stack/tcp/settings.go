package tcp

import "time"

// Settings are what an application chooses for a connection. What is 0 means the default; Fill puts it there.
type Settings struct {
	NoDelay  bool          // small segments do not wait: no Nagle's algorithm (RFC 9293 3.7.4, MUST-17)
	QuickAck bool          // no acknowledgment is delayed
	AckDelay time.Duration // how long one is delayed at most, below MaxAckDelay; negative: not at all

	// UserTimeout is how long the peer may leave what is sent, also our SYN, without an answer before the connection is
	// given up: R2 of RFC 9293 3.8.3 (MUST-21), the user timeout of RFC 5482. 0: 100 s, 3 minutes for SYN.
	UserTimeout time.Duration

	// Keep-alives (RFC 9293 3.8.4) find out whether the peer of an idle connection is still there.
	KeepAlive    bool          // MUST-24, MUST-25
	KeepGarbage  bool          // they carry a byte of garbage, for peers that do not answer otherwise (MAY-6)
	KeepCount    uint8         // so many without an answer end the connection
	KeepIdle     time.Duration // nothing must have come for so long before the first (MUST-27, MUST-28)
	KeepInterval time.Duration // from one without an answer to the next, or to the end
}

const (
	// DefaultAckDelay is how long an acknowledgment waits for more to acknowledge, or for data to go with. It is far below
	// the least retransmission timeout in use, 200 ms.
	DefaultAckDelay = 40 * time.Millisecond
	// MaxAckDelay is what the delay must be less than (RFC 9293 3.8.6.3, MUST-40).
	MaxAckDelay = 500 * time.Millisecond

	DefaultKeepIdle     = 2 * time.Hour // RFC 9293 3.8.4, MUST-28
	DefaultKeepInterval = 75 * time.Second
	DefaultKeepCount    = 9
)

// Fill gives what is not set its default.
func (s *Settings) Fill() {
	if s.AckDelay == 0 {
		s.AckDelay = DefaultAckDelay
	}
	if s.KeepCount == 0 {
		s.KeepCount = DefaultKeepCount
	}
	if s.KeepIdle == 0 {
		s.KeepIdle = DefaultKeepIdle
	}
	if s.KeepInterval == 0 {
		s.KeepInterval = DefaultKeepInterval
	}
}

// Valid reports whether all is in its range.
func (s *Settings) Valid() bool {
	return s.AckDelay < MaxAckDelay && s.UserTimeout >= 0 && s.KeepIdle >= 0 && s.KeepInterval >= 0
}

// Settings returns the settings.
func (c *Conn) Settings() *Settings { return &c.cfg.Settings }

// Set changes the settings, which must be valid. It may be done at any time; what they concern begins with the next Tick.
func (c *Conn) Set(s *Settings) {
	c.cfg.Settings = *s
	c.cfg.Settings.Fill()
	switch {
	case c.mode == timerKeepAlive:
		c.mode = timerOff // so that it begins anew
		c.rtx.stop()
	case c.awaited() && c.rtx.on:
		c.rtx.at = min(c.rtx.at, c.giveUp())
	}
}
