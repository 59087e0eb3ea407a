package tcp

import "time"

// maxQuick is the most segments that are acknowledged at once before delaying begins.
const maxQuick = 16

// minRcvMSS is the least that the peer's full-sized segments are taken to be, so that small ones do not count as full.
const minRcvMSS = 536

// beginAcks is for a new connection, whose receive window is known.
func (c *Conn) beginAcks() {
	c.lastAckSent = c.rcvNxt // nothing that came later is acknowledged
	c.rcvMSS = min(minRcvMSS, c.cfg.MSS)
	c.quick = c.quickAcks()
}

// quickAcks returns how many segments are acknowledged one by one when the peer begins to send. Its congestion window
// grows by the acknowledgment, and until it has filled our window, delaying them would slow it down.
func (c *Conn) quickAcks() uint8 { return uint8(min(max(c.rcvWnd()/(2*c.rcvMSS), 2), maxQuick)) }

// ackText sees to it that text that has come in order, with nothing missing before or behind it, is acknowledged:
// at once, or together with what comes next (RFC 9293 3.8.6.3, SHLD-18; RFC 5681 4.2).
func (c *Conn) ackText(now time.Duration) {
	if now-c.textAt > c.rtt.rto {
		c.quick = c.quickAcks() // a sender that was idle begins with slow start again (RFC 5681 4.1)
	}
	c.textAt = now
	switch {
	case c.cfg.Settings.QuickAck || c.cfg.Settings.AckDelay < 0:
	case c.quick > 0:
		c.quick--
	case c.rcvNxt.Sub(c.lastAckSent) >= 2*c.rcvMSS: // SHLD-19
	case c.rcvWnd() < c.rcvMSS: // the peer has no window left to send what we wait for
	default:
		if !c.delayedAck.on {
			c.delayedAck.start(now + c.cfg.Settings.AckDelay)
		}
		return
	}
	c.ackNow = true
}
