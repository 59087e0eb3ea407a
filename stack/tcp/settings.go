package tcp

import "time"

// Settings are what an application chooses for a connection. What is 0 means the default; Fill puts it there.
type Settings struct {
	NoDelay  bool // small segments do not wait: no Nagle's algorithm (RFC 9293 3.7.4, MUST-17)
	QuickAck bool // no acknowledgment is delayed
	Cork     bool // what does not fill a segment waits, as after More, also past acknowledgments

	// OfferECN has our SYN ask for ECN (RFC 3168 6.1.1). To a peer that asks we agree in any case (RFC 9293 SHLD-8), if
	// Config.Without leaves it.
	OfferECN bool

	// MaxSeg is the most text in a segment, in both directions, if the link's MTU does not say less: MinMaxSeg or more. What
	// our SYN has said stays.
	MaxSeg uint16

	// RcvBuf and SndBuf are how many bytes the queues hold at most: received in order and not read, written and not
	// acknowledged. The window's scale is that for the RcvBuf of when our SYN is sent (RFC 7323 2.3), or for RcvMost, which a
	// receive queue is expected to become, if that is more; a longer queue later opens the window as far as that can say, a
	// shorter one closes it only as data comes (RFC 9293 3.8.6, SHLD-14). The owner of the queues sees to SndBuf.
	RcvBuf, SndBuf, RcvMost int32

	// Keep-alives (RFC 9293 3.8.4) find out whether the peer of an idle connection is still there.
	KeepAlive    bool          // MUST-24, MUST-25
	KeepGarbage  bool          // they carry a byte of garbage, for peers that do not answer otherwise (MAY-6)
	KeepCount    uint8         // so many without an answer end the connection
	KeepIdle     time.Duration // nothing must have come for so long before the first (MUST-27, MUST-28)
	KeepInterval time.Duration // from one without an answer to the next, or to the end

	Tuning Tuning

	AckDelay time.Duration // how long an acknowledgment is delayed at most, below MaxAckDelay; negative: not at all

	// UserTimeout is how long the peer may leave what is sent, also our SYN, without an answer before the connection is
	// given up: R2 of RFC 9293 3.8.3 (MUST-21), the user timeout of RFC 5482. 0: 100 s, 3 minutes for SYN.
	UserTimeout time.Duration
}

const (
	// DefaultAckDelay is how long an acknowledgment waits for more to acknowledge, or for data to go with. It is far below
	// the least retransmission timeout in use, 200 ms.
	DefaultAckDelay = 40 * time.Millisecond
	// MaxAckDelay is what the delay must be less than (RFC 9293 3.8.6.3, MUST-40).
	MaxAckDelay = 500 * time.Millisecond

	// MinMaxSeg is the smallest MSS that is respected, the peer's too. A smaller one only serves to make a sender work for
	// nothing (CVE-2019-11479). One that says less gets longer segments, against the letter of RFC 9293 3.7.1, MUST-16; every
	// host has room for datagrams of that length (RFC 1122 3.3.2, RFC 8200 5).
	MinMaxSeg = 48

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
	s.Tuning.Fill()
}

// Valid reports whether all is in its range.
func (s *Settings) Valid() bool {
	return s.AckDelay < MaxAckDelay && s.UserTimeout >= 0 && s.KeepIdle >= 0 && s.KeepInterval >= 0 &&
		s.Tuning.Valid() &&
		s.RcvBuf >= 0 && s.SndBuf >= 0 && (s.MaxSeg == 0 || s.MaxSeg >= MinMaxSeg)
}

// tuning returns the part of the settings that is about the sender.
func (c *Conn) tuning() *Tuning { return &c.cfg.Settings.Tuning }

// Settings returns the settings.
func (c *Conn) Settings() *Settings { return &c.cfg.Settings }

// Set changes the settings, which must be valid. It may be done at any time; what they concern begins with the next Tick.
func (c *Conn) Set(s *Settings) {
	c.cfg.Settings = *s
	c.cfg.Settings.Fill()
	c.resize()
	if !s.Cork || s.NoDelay {
		c.pushed = c.sndEnd
	}
	switch {
	case c.mode == timerKeepAlive:
		c.mode, c.probing = timerOff, false // so that it begins anew
		c.rtx.stop()
	case c.awaited() && c.rtx.on:
		c.rtx.at = min(c.rtx.at, c.giveUp())
	}
}

// resize obeys the settings that are sizes. What our SYN says, it says for good.
func (c *Conn) resize() {
	s := &c.cfg.Settings
	if s.RcvBuf > 0 {
		c.cfg.RcvBuf = int(s.RcvBuf)
	}
	if c.sndNxt != c.cfg.ISS || c.state == SynReceived {
		return
	}
	c.cfg.resize()
	c.setMaxSeg(min(c.maxSeg, c.cfg.MSS))
}

// resize obeys the settings that are sizes before a SYN is sent.
func (cfg *Config) resize() {
	s := &cfg.Settings
	if s.RcvBuf > 0 {
		cfg.RcvBuf = int(s.RcvBuf)
		cfg.RcvMax = cfg.RcvBuf
	}
	cfg.RcvMax = max(cfg.RcvMax, cfg.RcvBuf, int(s.RcvMost))
	if s.MaxSeg > 0 {
		cfg.MSS = min(cfg.MSS, int(s.MaxSeg))
	}
}
