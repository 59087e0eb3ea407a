package tcp

import "time"

// A listener with more SYNs than it can remember answers without remembering them (RFC 4987 3.6, SYN cookies): what it has
// to know of a SYN stands in its answer, and comes back with the peer's acknowledgment. The initial sequence number tells
// the peer's MSS, one of a few; the low bits of our timestamp, if there are timestamps, tell the other options.

// cookieMSS are the sizes that a cookie can tell, from the least that is respected; among them both defaults of RFC 9293
// 3.7.1 and what Ethernet and tunnels over it leave.
var cookieMSS = [CookieSizes]uint16{MinMaxSeg, 256, 536, 1220, 1360, 1440, 1460, 8960}

// CookieSizes is how many sizes a cookie can tell.
const CookieSizes = 8

const (
	cookieOptions = 1<<5 - 1 // these bits of a timestamp
	cookieNoScale = 15
	cookieSACK    = 1 << 4
	cookieStamped = 1 << 5 // there are timestamps at all
)

// Cookie is what is to be remembered of a peer's SYN, besides its sequence number.
type Cookie struct {
	Size    uint8 // which of cookieMSS: the largest that the peer takes
	Options uint8 // window scale, SACK and timestamps
}

// CookieOf returns what a cookie can tell of a SYN.
func (cfg *Config) CookieOf(syn *Segment) (k Cookie) {
	mss := uint16(cfg.DefaultMSS)
	if syn.HasMSS {
		mss = syn.MSS
	}
	for i, size := range cookieMSS {
		if size <= mss {
			k.Size = uint8(i)
		}
	}
	if cfg.stamped(syn) {
		k.Options = cookieStamped | cookieNoScale
		if syn.HasWScale {
			k.Options = cookieStamped | min(syn.WScale, MaxWindowShift)
		}
		if syn.SACKPermitted {
			k.Options |= cookieSACK
		}
	}
	return k
}

func (cfg *Config) stamped(g *Segment) bool { return g.HasTS && !cfg.Without.Has(Timestamps) }

// CookieOptions returns Cookie.Options as g, which may acknowledge a cookie, brings them back.
func (cfg *Config) CookieOptions(g *Segment) uint8 {
	if !cfg.stamped(g) {
		return 0
	}
	return cookieStamped | uint8(g.TSEcr&cookieOptions)
}

// syn returns the SYN that k remembers and the segment behind it, which g is, goes on from.
func (k Cookie) syn(g *Segment) Segment {
	s := Segment{Seq: g.Seq - 1, Flags: SYN}
	s.HasMSS, s.MSS = true, cookieMSS[k.Size]
	if k.Options&cookieStamped != 0 {
		s.HasTS, s.TSVal = true, g.TSVal
		s.SACKPermitted = k.Options&cookieSACK != 0
		s.WScale = k.Options & cookieNoScale
		s.HasWScale = s.WScale <= MaxWindowShift
	}
	return s
}

// ListenOnce makes c, whatever it was, the connection of which AnswerSYN knows nothing any more: in SYN-RECEIVED, its SYN
// sent. g acknowledges that, and is to arrive next. cfg is as it was then, with the ISS that g acknowledges.
func (c *Conn) ListenOnce(now time.Duration, cfg Config, k Cookie, g *Segment) {
	c.Listen(cfg)
	c.Arrive(now, k.syn(g))
	c.agreed &^= ECN // there is no room to tell of it
	p, _ := c.Next()
	p.Wnd = uint16(c.initialWindow())
	c.Sent(now, &p)
	c.timing = false // nobody knows when
}

// AnswerSYN returns the SYN-ACK of a connection with the configuration cfg that nobody will remember. cfg.ISS tells
// k.Size. What cannot be told is not agreed on.
func (cfg *Config) AnswerSYN(now time.Duration, k Cookie, syn *Segment) (g Segment) {
	cfg.resize()
	agreed := OptionSet(0)
	if k.Options != 0 {
		agreed = offers(&syn.Options) &^ cfg.Without
	}
	g.Seq, g.Ack, g.Flags, g.Wnd = cfg.ISS, syn.Seq.Add(1), SYN|ACK, uint16(min(cfg.RcvBuf, maxWindow))
	cfg.synOptions(&g.Options, agreed)
	if k.Options != 0 {
		val := uint32(now/tsTick) + cfg.TSOffset
		told := val&^cookieOptions | uint32(k.Options&cookieOptions)
		if tsBefore(val, told) {
			told -= cookieOptions + 1 // what follows must not seem older
		}
		g.HasTS, g.TSVal, g.TSEcr = true, told, syn.TSVal
	}
	return g
}

// Forget has a passive connection that is not established forget text that has come already: nothing acknowledged it.
func (c *Conn) Forget() { c.arrived, c.finSeen = blocks{}, false }
