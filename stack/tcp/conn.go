package tcp

import "time"

// DefaultMSL is the maximum segment lifetime where Config has none. RFC 9293 3.4.2 calls its two minutes an engineering
// choice; half a minute is what most stacks use.
const DefaultMSL = 30 * time.Second

// Config is what a connection is given when it is opened.
type Config struct {
	ISS        Seq
	MSS        int           // most bytes of data that a segment can carry here: MTU less the fixed headers (RFC 9293 3.7.1)
	DefaultMSS int           // what the peer can take if it does not say: 536 for IPv4, 1220 for IPv6 (MUST-15)
	RcvBuf     int           // length of the receive queue in bytes; Settings.RcvBuf takes its place
	RcvMax     int           // the most that RcvBuf can become, so the window can be scaled for it; 0: RcvBuf
	MSL        time.Duration // 0: DefaultMSL
	Without    OptionSet     // neither offered nor taken up
	Settings   Settings
	TSOffset   uint32 // where our timestamps begin: secret, but the same for the same two ends (RFC 7323 7.1)
}

// Failure says how a connection failed. A connection that was closed in order has not.
type Failure uint8

const (
	NoFailure    Failure = iota
	FailRefused          // a reset answered our SYN
	FailReset            // the peer reset the connection
	FailTimedOut         // the peer did not answer for R2 (RFC 9293 3.8.3)
	FailAborted          // Abort was called, or data came in for an application that had closed
)

// Conn is the state of one connection, RFC 9293's transmission control block. Its zero value is closed. It is a plain
// value: a copy goes its own way.
//
// The owner calls Arrive for every segment, Write, Read, Shutdown, Close and Abort for the application, and then, at
// one time after the other, Tick once (or Arrive) and Next until there is nothing to send; Sent follows each Next whose segment was
// really sent. Deadline says when to do so again.
type Conn struct {
	cfg     Config
	state   State
	failure Failure
	synWnd  uint16    // of our SYN
	passive bool      // opened by Listen (MUST-11)
	agreed  OptionSet // as far as it is known
	ts      timestamps

	// Send sequence space (RFC 9293 3.3.1).
	sndUna, sndNxt   Seq
	sndEnd           Seq // behind the last byte that the application has written
	pushed           Seq // what is written up to here does not wait for more to fill a segment (RFC 9293 3.9.1.2)
	refused          Seq // what the last segment that was refused acknowledged of it: see ackSeq
	sndUp            Seq // SND.UP: behind the last urgent byte, unless that is acknowledged
	sndWnd           int
	sndShift         uint8 // of the peer's windows (RFC 7323 2.2)
	maxSndWnd        int   // the largest window that the peer has offered
	sndWl1           Seq   // sequence number of the segment that last brought sndWnd
	maxSeg, sndMSS   int   // bytes in a segment: options and text; text beside the options that every segment has
	synAcked         bool
	finQueued        bool // this side has closed its half: FIN goes out at sndEnd
	rtxNxt, rtxEnd   Seq  // what lies from the one to the other is to be sent again; HighRxt of RFC 6675 is before rtxNxt
	recoverAt        Seq  // RFC 6582, RFC 6675: sndNxt when the last loss was found
	recovering       bool
	cwrDue           bool // the next new text says so (RFC 3168 6.1.2)
	hold             bool // no new text until the timer runs out
	dupAcks          uint8
	board            scoreboard
	rack             rackState
	rescueRxt        Seq // RFC 6675 2, one further on
	reducedAt        Seq // sndNxt when the congestion window was last reduced
	cong             congestion
	rtt              rttEstimator
	timing           bool // a round trip is being measured:
	timedEnd         Seq  // it ends when this is acknowledged,
	timedAt          time.Duration
	synLost, overdue bool
	timeouts         uint8 // since the last progress; probes since the last sign of life
	probing          bool  // the next segment is to go out against the window

	// Receive sequence space.
	irs, rcvNxt Seq
	rcvAdv      Seq // the right edge of the window: the furthest that was advertised (RFC 7323 2.4)
	rcvUp       Seq // RCV.UP: behind the last urgent byte, or before what the application has not read
	rcvShift    uint8
	rcvUser     int // bytes received in order that the application has not read
	arrived     blocks
	dup         block // of the last segment what had come before, to be reported (RFC 2883)
	finSeen     bool
	finAt       Seq // where the peer's FIN stands
	finTaken    bool
	forsaken    bool // the application has closed: nobody will read
	echo        bool // a mark has come, and no word yet that the peer knows (RFC 3168 6.1.3)

	ackNow, challengeNow, resetNow bool
	challenges                     limiter

	lastAckSent Seq   // Last.ACK.sent of RFC 7323 4.3
	delayedAck  timer // an acknowledgment that waits
	quick       uint8 // so many segments are still acknowledged at once
	rcvMSS      int   // the peer's full-sized segments are taken to have so many bytes
	textAt      time.Duration

	mode      timerMode
	rtx, wait timer
	since     time.Duration // when the wait that R2 limits began; nothing outstanding: when the last was acknowledged
	heard     time.Duration // when the peer last gave a sign of life
	probeWait time.Duration
	due       time.Duration // when the next retransmission, or probe of a zero window, is
}

// Listen opens passively: the connection waits for a SYN.
func (c *Conn) Listen(cfg Config) {
	c.open(cfg)
	c.state, c.passive = Listen, true
}

// Connect opens actively: the next segment is a SYN.
func (c *Conn) Connect(cfg Config) {
	c.open(cfg)
	c.state = SynSent
	if !cfg.Settings.OfferECN {
		c.agreed &^= ECN
	}
}

func (c *Conn) open(cfg Config) {
	if cfg.MSL == 0 {
		cfg.MSL = DefaultMSL
	}
	cfg.Settings.Fill()
	*c = Conn{cfg: cfg}
	iss := cfg.ISS
	c.sndUna, c.sndNxt, c.refused, c.sndUp, c.rtxNxt, c.rtxEnd, c.recoverAt, c.reducedAt = iss, iss, iss, iss, iss, iss, iss, iss
	c.board.init(iss)
	c.sndEnd = iss.Add(1)
	c.pushed = c.sndEnd
	c.agreed = everything &^ cfg.Without
	c.setMaxSeg(min(cfg.MSS, cfg.DefaultMSS))
	c.resize()
	c.rtt.init(c.tuning())
}

// State returns the state.
func (c *Conn) State() State { return c.state }

// Failure says how the connection failed, if it has.
func (c *Conn) Failure() Failure { return c.failure }

// Done reports whether the connection is over and has nothing left to send.
func (c *Conn) Done() bool { return c.state == Closed && !c.resetNow }

// PeerClosed reports whether the peer has closed its half and all that it sent has arrived.
func (c *Conn) PeerClosed() bool { return c.finTaken }

// Writable reports whether the application may write.
func (c *Conn) Writable() bool {
	return (c.state == Established || c.state == CloseWait) && !c.finQueued
}

// Write says that n bytes were appended to the send queue.
func (c *Conn) Write(n int) {
	c.sndEnd = c.sndEnd.Add(n)
	if !c.cfg.Settings.Cork {
		c.pushed = c.sndEnd
	}
}

// More says of the last n bytes written that others follow soon: they were sent without PUSH (RFC 9293 3.9.1.2, MAY-15). What
// does not fill a segment waits for them, for an acknowledgment of what was sent before, or for the override timeout.
func (c *Conn) More(n int) { c.pushed = earliest(c.pushed, c.sndEnd.Add(-n)) }

// Read says that the application took n bytes out of the receive queue.
func (c *Conn) Read(n int) {
	c.rcvUser -= min(n, c.rcvUser)
	c.rcvUp = latest(c.rcvUp, c.unread())
}

// Shutdown closes this side's half (RFC 9293 3.10.4): FIN follows what is queued.
func (c *Conn) Shutdown() {
	switch c.state {
	case Listen, SynSent:
		c.over(NoFailure)
	case SynReceived:
		c.finQueued = true // the state follows when FIN is sent, or the handshake is done
	case Established:
		c.finQueued, c.state = true, FinWait1
	case CloseWait:
		c.finQueued, c.state = true, LastAck
	}
}

// Close is Shutdown by an application that will not read either. If it has not read all, or more comes in, the
// connection is reset, so that the peer knows that data was lost (RFC 9293 3.6.1, SHLD-3).
func (c *Conn) Close() {
	c.forsaken = true
	if c.rcvUser > 0 && (c.state.receives() || c.state == CloseWait) {
		c.Abort()
		return
	}
	c.Shutdown()
}

// Abort ends the connection; in the states where the peer may still wait for us a reset tells it (RFC 9293 3.10.5).
func (c *Conn) Abort() {
	switch c.state {
	case SynReceived, Established, FinWait1, FinWait2, CloseWait:
		c.over(FailAborted)
		c.resetNow = true
	default:
		c.over(FailAborted)
	}
}

// over ends the connection.
//
//go:noinline
func (c *Conn) over(why Failure) {
	if c.state == Closed {
		return
	}
	c.state, c.failure = Closed, why
	c.mode = timerOff
	c.rtx.stop()
	c.wait.stop()
	c.delayedAck.stop()
	c.rack.early.stop()
}

// finAcked reports whether our FIN was sent and acknowledged.
func (c *Conn) finAcked() bool { return c.finQueued && c.sndUna == c.sndEnd.Add(1) }

// Reopens reports whether g is a SYN that may begin a new connection between the ends of this one, which only waits for
// what may still be under way (RFC 9293 3.6.1, MAY-2): timestamps tell the new from the old, or else its sequence number
// is beyond all that has been used (RFC 6191 2).
func (c *Conn) Reopens(g *Segment) bool {
	if c.state != TimeWait || g.Flags&(SYN|ACK|RST) != SYN {
		return false
	}
	if g.HasTS && !c.cfg.Without.Has(Timestamps) {
		if !c.agreed.Has(Timestamps) {
			return true
		}
		if g.TSVal != c.ts.recent {
			return tsBefore(c.ts.recent, g.TSVal)
		}
	}
	return c.rcvNxt.Less(g.Seq)
}

// Succeed ends a connection that Reopens, and returns the initial sequence number of the one that follows it between the
// same ends: iss, or one that is out of reach of this one's segments if iss is not.
func (c *Conn) Succeed(iss Seq) Seq {
	c.over(NoFailure)
	if beyond := c.sndNxt.Add(maxWindow + 1); iss.Less(beyond) {
		return beyond
	}
	return iss
}

// InFlight reports whether a segment that begins at seq is sent and not acknowledged.
func (c *Conn) InFlight(seq Seq) bool {
	return c.state != Closed && seq.InWindow(c.sndUna, c.sndNxt.Sub(c.sndUna))
}

// LowerMSS says that segments with more than mss bytes of options and data do not reach the peer (RFC 9293 3.7.5,
// SHLD-6). What is outstanding is sent again in smaller ones.
func (c *Conn) LowerMSS(mss int) {
	if mss >= c.maxSeg {
		return
	}
	c.setMaxSeg(mss)
	if c.synAcked {
		c.resendOutstanding()
	}
}

// Refuse says that the peer's host does not take the connection that is being opened.
func (c *Conn) Refuse() {
	if c.state == SynSent {
		c.over(FailRefused)
	}
}
