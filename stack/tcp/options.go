package tcp

import "stackproof/stack/wire"

// Options are the options in the header of a segment.
type Options = wire.TCPOpts

// OptionSet is a set of the options that are used only if both SYNs carry them, and of what is agreed on like one.
type OptionSet uint8

const (
	WindowScale OptionSet = 1 << iota // RFC 7323 2
	SACK                              // RFC 2018
	Timestamps                        // RFC 7323 3
	ECN                               // RFC 3168 6.1; Settings.OfferECN says whether we begin
)

// timestampsLen is what the timestamps take of a segment (RFC 7323 appendix A).
const timestampsLen = 12

// Has reports whether all options in o are in s.
func (s OptionSet) Has(o OptionSet) bool { return s&o == o }

// offers returns which of them a SYN carries.
func offers(o *Options) (s OptionSet) {
	if o.HasWScale {
		s |= WindowScale
	}
	if o.SACKPermitted {
		s |= SACK
	}
	if o.HasTS {
		s |= Timestamps
	}
	return s
}

// everything is all that we know.
const everything = WindowScale | SACK | Timestamps | ECN

// agree takes note of what the peer's SYN carries. Ours has offered all that it could, and goes on to when it is sent
// again; but if the peer's was there first, it has only what that has (RFC 7323 2.2 and 3.2, RFC 2018 2).
func (c *Conn) agree(peer *Options) {
	c.agreed &= offers(peer) | ECN
	c.sndShift, c.rcvShift = 0, 0
	if c.agreed.Has(WindowScale) {
		c.sndShift, c.rcvShift = min(peer.WScale, MaxWindowShift), windowShift(c.cfg.RcvMax)
	}
	mss := c.cfg.DefaultMSS // MUST-15
	if peer.HasMSS {
		mss = int(peer.MSS)
	}
	c.setMaxSeg(min(mss, c.cfg.MSS))
}

// options returns the options of a segment with these flags. An option that is not of the handshake but of every segment
// comes out of the room for text (RFC 6691 2, RFC 9293 3.7.1).
func (c *Conn) options(flags Flags) (o Options) {
	c.putOptions(&o, flags)
	return o
}

// putOptions is options in place.
func (c *Conn) putOptions(o *Options, flags Flags) {
	*o = Options{}
	if flags.Has(SYN) {
		c.cfg.synOptions(o, c.agreed)
	} else if c.agreed.Has(SACK) && !flags.Has(RST) {
		c.report(o)
	}
	if c.agreed.Has(Timestamps) {
		o.HasTS, o.TSVal = true, c.tsNow()
		if flags.Has(ACK) {
			o.TSEcr = c.ts.recent // without ACK it is zero (RFC 7323 3.2)
		}
	}
}

// synOptions sets those of a SYN but for the timestamps.
func (cfg *Config) synOptions(o *Options, agreed OptionSet) {
	o.HasMSS, o.MSS = true, uint16(cfg.MSS) // MUST-14, MUST-67: less the fixed headers, not the options
	o.SACKPermitted = agreed.Has(SACK)
	if agreed.Has(WindowScale) {
		o.HasWScale, o.WScale = true, windowShift(cfg.RcvMax)
	}
}

// setMaxSeg sets how many bytes of options and text a segment can carry: Eff.snd.MSS of RFC 9293 3.7.1, MUST-16, before
// the options are taken off. SMSS of RFC 5681 is what the options of every segment leave.
func (c *Conn) setMaxSeg(n int) {
	c.maxSeg = max(n, MinMaxSeg)
	c.sndMSS = c.maxSeg
	if c.agreed.Has(Timestamps) {
		c.sndMSS -= timestampsLen
	}
}

// MaxSeg returns how much text a segment carries at most, beside the options that every segment has.
func (c *Conn) MaxSeg() int { return c.sndMSS }

// textMSS returns how much text the next segment can carry: what its own options leave.
func (c *Conn) textMSS() int {
	if c.arrived.n == 0 && c.dup.lo == c.dup.hi {
		return c.sndMSS // there is nothing to report: the others are in every segment
	}
	o := c.options(ACK)
	return c.maxSeg - o.Len()
}
