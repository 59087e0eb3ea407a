package tcp

import "time"

const (
	// tsTick is the unit of our timestamps (RFC 7323 5.4: 1 ms to 1 s).
	tsTick = time.Millisecond
	// tsValidity is how long TS.Recent is good for: not for so long that the peer's clock may have gone half around (RFC
	// 7323 5.5).
	tsValidity = 24 * 24 * time.Hour
)

// timestamps is what a connection remembers of RFC 7323's timestamps.
type timestamps struct {
	clock    time.Duration // of the owner's last call
	first    uint32        // our first TSval
	recent   uint32        // TS.Recent: what we echo
	recentAt time.Duration // when it came
}

// tsNow returns the timestamp of this moment. It begins at a secret number, so that it does not tell how long this host
// is up, nor relate two connections (RFC 7323 7.1).
func (c *Conn) tsNow() uint32 { return uint32(c.ts.clock/tsTick) + c.cfg.TSOffset }

// tsBefore reports whether timestamp a is before b; like sequence numbers they wrap (RFC 7323 5.2).
func tsBefore(a, b uint32) bool { return int32(a-b) < 0 }

// lacksTimestamp reports whether a segment has no timestamps though it should (RFC 7323 3.2).
func (c *Conn) lacksTimestamp(g *Segment) bool {
	return c.agreed.Has(Timestamps) && !g.HasTS && !c.tuning().LaxTimestamps
}

// outdated is PAWS, step R1 of RFC 7323 5.3: the segment is older than one that was received before.
func (c *Conn) outdated(g *Segment) bool {
	return c.agreed.Has(Timestamps) && g.HasTS && tsBefore(g.TSVal, c.ts.recent) && c.ts.clock-c.ts.recentAt <= tsValidity
}

// noteTimestamp is step R3 of RFC 7323 5.3, for a segment that begins at seq: its timestamp is echoed from now on if it is
// not outdated and the segment begins no later than what was last acknowledged. So an ACK that is delayed echoes the first of what it acknowledges, and an ACK of what
// came out of order echoes what came before the hole (RFC 7323 4.3).
func (c *Conn) noteTimestamp(seq Seq, g *Segment) {
	if g.HasTS && !c.outdated(g) && seq.LessEq(c.lastAckSent) {
		c.ts.recent, c.ts.recentAt = g.TSVal, c.ts.clock
	}
}

// roundTrip returns the time that has passed since the peer received what it echoes, which is one of the timestamps that
// we have sent (RFC 7323 4.1). That a segment was sent twice does not matter: its timestamps differ.
func (c *Conn) roundTrip(g *Segment) (d time.Duration, ok bool) {
	now := c.tsNow()
	age := now - g.TSEcr
	return time.Duration(age) * tsTick, age <= now-c.ts.first
}

// echoAge returns how long ago what an acknowledgment echoes was sent, 0 if it does not tell.
func (c *Conn) echoAge(g *Segment) time.Duration {
	if !c.agreed.Has(Timestamps) || !g.HasTS {
		return 0
	}
	d, _ := c.roundTrip(g)
	return d
}

// expectedSamples returns how many measurements a round trip is likely to bring when flight bytes are under way and every
// second segment is acknowledged (RFC 7323 appendix G).
func (c *Conn) expectedSamples(flight int) int { return max((flight+2*c.sndMSS-1)/(2*c.sndMSS), 1) }
