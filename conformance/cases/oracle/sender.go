package oracle

import "time"

// Sender is what the RFCs have a sender of full segments do that uses SACK: RFC 8985 finds losses and probes, RFC 9937 says
// how much goes out while they are repaired, RFC 5681 or RFC 9438 how the window grows and shrinks, RFC 6298 when the timer
// runs out. It knows each segment by its number, counted from 0, and keeps of each what RFC 8985 5.2 does.
type Sender struct {
	MSS    int
	Total  int // segments
	Cubic  bool
	Stamps bool // with time stamps, to the millisecond (RFC 7323)

	segs     []sentSegment // those that were sent
	una      int
	cwnd     int
	ssthresh int
	credit   int // of congestion avoidance as RFC 5681 3.1 counts it
	curve    curve
	peak     int // the most in flight in a round trip,
	peakEnd  int // which ends here

	recovering bool
	recover    int // RecoveryPoint: what was sent when the last loss was found
	reduced    int // likewise, for the last reduction

	rtt     Estimate
	timed   int // the segment that is timed behind which it ends (RFC 6298 3); -1: none
	timedAt time.Duration
	about   bool // that is known to the clock of the sender alone

	initial int           // the initial window
	heard   time.Duration // when the last new acknowledgment came

	due      time.Duration // of the retransmission timer
	timeouts int
	overdue  bool

	loose bool // what goes out now does so by the reordering timer
	vague bool

	rack rack
	tlp  tlp
	prr  prr
	undo undo
}

// sentSegment is a segment that was sent.
type sentSegment struct {
	at           time.Duration
	sacked, lost bool
	again        bool
	loose        bool // when exactly is known to the clock of the sender alone
	told         bool // SACK has told of it since it was sent, whatever was forgotten since
}

// Sent is what a sender sends: a segment, and when.
type Sent struct {
	Segment int
	At      time.Duration
	Again   bool
}

// infinite is the threshold before the first reduction.
const infinite = 1 << 30

// NewSender is a sender whose handshake took so long, and whose initial window is so many segments.
func NewSender(total, mss, window int, handshake time.Duration, cubic, stamps bool) *Sender {
	s := &Sender{MSS: mss, Total: total, Cubic: cubic, Stamps: stamps, cwnd: window * mss, initial: window * mss, ssthresh: infinite, timed: -1}
	s.rtt.Sample(handshake, 1)
	s.rack.rtt, s.rack.least = handshake, handshake
	s.tlp.measured = true
	return s
}

func (s *Sender) next() int { return len(s.segs) }

// Write is an application that has more segments to send. Who was idle for longer than the retransmission time-out begins with
// the initial window again (RFC 5681 4.1).
func (s *Sender) Write(now time.Duration, segments int) {
	s.Total += segments
	if s.una == s.next() && now-s.heard > s.rtt.RTO && s.cwnd > s.initial {
		s.cwnd, s.curve.running = s.initial, false
	}
}

// flight is how many bytes are outstanding.
func (s *Sender) flight() int { return (s.next() - s.una) * s.MSS }

// count is how many bytes are outstanding that a rule holds for.
func (s *Sender) count(is func(*sentSegment) bool) (n int) {
	for i := s.una; i < s.next(); i++ {
		if is(&s.segs[i]) {
			n += s.MSS
		}
	}
	return n
}

func (s *Sender) sacked() int { return s.count(func(x *sentSegment) bool { return x.sacked }) }
func (s *Sender) lost() int   { return s.count(func(x *sentSegment) bool { return x.lost }) }

// pipe is what is on its way.
func (s *Sender) pipe() int { return s.flight() - s.sacked() - s.lost() }

// settling reports whether a loss is being repaired.
func (s *Sender) settling() bool { return s.recovering || s.una < s.recover }

// Figures are what tcp_info says elsewhere, in segments.
type Figures struct {
	State                                int // 0 open, 1 disorder, 2 less is sent though nothing is repaired, 3 recovery, 4 loss
	Cwnd, SSThresh                       int
	Unacked, Sacked, Lost, Retransmitted int
	Timeouts                             int
	RTO, SRTT, RTTVar                    time.Duration
}

// Figures tells of the sender.
func (s *Sender) Figures() Figures {
	again := s.count(func(x *sentSegment) bool { return x.again && !x.sacked && !x.lost })
	f := Figures{
		Cwnd: s.cwnd / s.MSS, SSThresh: s.ssthresh / s.MSS, Unacked: s.next() - s.una, Sacked: s.sacked() / s.MSS, Lost: s.lost() / s.MSS,
		Retransmitted: again / s.MSS, Timeouts: s.timeouts, RTO: s.rtt.RTO, SRTT: s.rtt.SRTT, RTTVar: s.rtt.RTTVar,
	}
	switch {
	case s.timeouts > 0:
		f.State = 4
	case s.recovering:
		f.State = 3
	case s.una < s.reduced && s.recover < s.reduced:
		f.State = 2
	case f.Sacked > 0:
		f.State = 1
	}
	return f
}

// Send sends what may go out now.
func (s *Sender) Send(now time.Duration) (out []Sent) {
	for {
		x := Sent{Segment: -1, At: now}
		switch i := s.firstLost(); {
		case s.tlp.due:
			x.Segment = min(s.next(), s.Total-1)
		case i >= 0:
			if s.cwnd-s.pipe() < s.MSS && !s.overdue {
				return out
			}
			x.Segment = i
		case s.next() < s.Total && s.cwnd-s.pipe() >= s.MSS:
			x.Segment = s.next()
		default:
			return out
		}
		x.Again = x.Segment < s.next()
		s.sent(now, x)
		out = append(out, x)
	}
}

func (s *Sender) firstLost() int {
	for i := s.una; i < s.next(); i++ {
		if s.segs[i].lost {
			return i
		}
	}
	return -1
}

// sent takes note of a segment that goes out.
func (s *Sender) sent(now time.Duration, x Sent) {
	if s.una == s.next() {
		s.due = now + s.rtt.RTO // RFC 6298 5.1
		s.timeouts = 0
	}
	if x.Again {
		g := &s.segs[x.Segment]
		g.at, g.again, g.lost, g.loose = now, true, false, s.loose
		g.told = false // what arrives now may be this (RFC 8985 6.2, step 2)
		s.timed = -1   // Karn
		if s.undo.able && !s.undo.sent && s.Stamps {
			s.undo.sent, s.undo.at, s.undo.segment, s.undo.loose = true, now, x.Segment, s.loose
		}
	} else {
		s.segs = append(s.segs, sentSegment{at: now, loose: s.loose})
		if s.timed < 0 {
			s.timed, s.timedAt, s.about = x.Segment, now, s.loose
		}
	}
	if s.flight() > s.peak || s.una >= s.peakEnd {
		s.peak, s.peakEnd = s.flight(), s.next()
	}
	if s.recovering {
		s.prr.out += s.MSS
	}
	if s.overdue {
		s.overdue, s.due = false, now+s.rtt.RTO // RFC 6298 5.6
	}
	if s.tlp.due {
		s.tlp = tlp{probed: true, again: x.Again, end: s.next()}
		s.due = now + s.rtt.RTO // RFC 8985 7.3
	} else if !x.Again {
		s.armProbe(now)
	}
}

// Acknowledge takes an acknowledgment: all segments before una have arrived, and those of the blocks. dsack: its first block
// reports a duplicate. echoed is the time of the time stamp that it echoes.
func (s *Sender) Acknowledge(now time.Duration, una int, blocks []Range, dsack bool, echoed time.Duration) {
	s.loose = false
	n := (una - s.una) * s.MSS
	s.measure(now, una, dsack, echoed)
	s.rack.begin(now)
	delivered, news := 0, false
	arrive := func(i int) {
		if x := &s.segs[i]; !x.sacked {
			delivered += s.MSS
			s.rack.arrived(s, i, now, echoed)
			x.sacked, x.lost = true, false
		}
	}
	for i := s.una; i < una; i++ {
		arrive(i)
	}
	if una > s.una {
		s.una, s.timeouts, s.heard = una, 0, now
		s.due = now + s.rtt.RTO // RFC 6298 5.3
		s.tlp.due = false
	}
	for _, b := range blocks {
		for i := int(b.From); i < int(b.To); i++ {
			if i > s.una && i < s.next() && !s.segs[i].sacked {
				arrive(i)
				s.segs[i].told, news = true, true
			}
		}
	}
	s.rack.duplicate(s, dsack)
	s.answered(n, una, len(blocks) > 0 || dsack, dsack)
	repaired := false
	if n > 0 {
		s.takeBack(echoed)
		if s.recovering && s.una >= s.recover {
			s.recovering, repaired = false, true
			s.cwnd = s.ssthresh // RFC 9937 6.3
			s.curve.begin(s, now)
			s.rack.recovered()
		}
	}
	if news {
		s.tlp.stop()
	}
	found := s.rack.detect(s, now)
	switch {
	case s.recovering:
		s.cwnd = s.prr.window(s.pipe(), s.ssthresh, delivered, s.MSS, n > 0 && !found)
	case n > 0 && !repaired:
		s.grow(now, n)
	}
	if !s.settling() {
		s.undo.able = false
	}
	if n > 0 {
		s.armProbe(now)
	}
}

// measure takes the round-trip time: of what is echoed, or else of the segment that is timed.
func (s *Sender) measure(now time.Duration, una int, dsack bool, echoed time.Duration) {
	over := s.timed >= 0 && s.timed < una
	if over {
		s.timed = -1
	}
	if una <= s.una {
		return
	}
	if s.Stamps {
		if !dsack {
			// RFC 7323 appendix G
			s.rtt.Sample(now.Truncate(time.Millisecond)-echoed.Truncate(time.Millisecond), max((s.next()-s.una+1)/2, 1))
			s.tlp.measured = true
		}
	} else if over {
		s.rtt.Sample(now-s.timedAt, 1)
		s.vague = s.vague || s.about
		s.tlp.measured = true
	}
}

// grow is slow start or congestion avoidance. A window that was not half used does not grow (RFC 7661).
func (s *Sender) grow(now time.Duration, n int) {
	switch {
	case 2*s.peak <= s.cwnd:
		s.curve.pause(now)
	case s.cwnd < s.ssthresh:
		s.cwnd += min(n, s.MSS, max(s.ssthresh-s.cwnd, s.MSS))
	case s.Cubic:
		s.cwnd = s.curve.grow(s, now, n)
	default:
		if s.credit += n; s.credit >= s.cwnd {
			s.credit -= s.cwnd
			s.cwnd += s.MSS
		}
	}
}

// reduce is for a loss or what counts as one, once for what is outstanding.
func (s *Sender) reduce(flight int) {
	if s.una < s.reduced {
		return
	}
	s.undo.note(s)
	s.lower(flight)
	s.reduced = s.next()
}

// lower sets the threshold: half of the flight (RFC 5681), or seven tenths (RFC 9438 4.6).
func (s *Sender) lower(flight int) {
	part := flight / 2
	if s.Cubic {
		part = s.curve.lower(flight)
	}
	s.ssthresh, s.credit = max(part, 2*s.MSS), 0
}

// enterRecovery begins to repair a loss (RFC 9937 6.1). delivered is what the acknowledgment tells of for the first time.
func (s *Sender) enterRecovery(delivered int) {
	s.reduce(min(s.flight(), s.cwnd))
	s.prr = prr{fs: max(s.flight()-s.sacked()+delivered, 1)}
	s.tlp.probed, s.tlp.due = false, false
	s.recovering, s.recover = true, s.next()
}

// Timer is when the next timer runs out; ok is false if none is running.
func (s *Sender) Timer() (at time.Duration, ok bool) {
	if s.una == s.next() {
		return 0, false
	}
	at = s.due
	if s.tlp.armed && s.tlp.at < at {
		at = s.tlp.at
	}
	if s.rack.waiting && s.rack.at < at {
		at = s.rack.at
	}
	return at, true
}

// Expire does what is due now. loose: it is about how late a segment may be, of which the time is known to no more than the
// resolution of the clock that tells when segments were sent.
func (s *Sender) Expire(now time.Duration) (loose bool) {
	switch {
	case s.rack.waiting && s.rack.at <= now:
		s.rack.waiting, loose = false, true
		s.rack.begin(now)
		was := s.rack.close
		found := s.rack.detect(s, now)
		s.rack.close = was // here it is that time
		if found && s.recovering {
			s.cwnd = s.prr.window(s.pipe(), s.ssthresh, 0, s.MSS, false)
		}
	case s.tlp.armed && s.tlp.at <= now:
		s.tlp.armed, s.tlp.due = false, true
		s.due = now + s.rtt.RTO
	}
	if s.due <= now {
		s.timeout(now)
	}
	s.loose = loose
	return loose
}

// Close reports whether something was late, or was not, by less than a sender's clock need tell, or a window full by less than
// two bytes: another may have seen it otherwise.
func (s *Sender) Close() bool {
	return s.rack.close || s.Cubic && s.curve.running && s.cwnd > s.MSS && (s.cwnd+2)%s.MSS < 4 && s.cwnd != s.ssthresh
}

// Vague reports likewise what only a clock of no resolution at all could tell, and what a sender needs memory for that RFC
// 2018 does not ask for.
func (s *Sender) Vague() bool {
	return s.vague || s.Cubic && s.curve.running && s.cwnd > s.MSS && (s.cwnd+curveSlack)%s.MSS < 2*curveSlack && s.cwnd != s.ssthresh
}

// timeout is RFC 6298 5.4 to 5.6, RFC 5681 3.1 and RFC 8985 6.3.
func (s *Sender) timeout(now time.Duration) {
	s.timeouts++
	s.rtt.RTO = min(2*s.rtt.RTO, 60*time.Second)
	told := make([]bool, s.next())
	for i := s.una; i < s.next(); i++ {
		told[i], s.segs[i].sacked = s.segs[i].sacked, false // RFC 2018 8
	}
	late := s.rack.rtt + s.rack.window(s)
	for i := s.una; i < s.next(); i++ {
		x := &s.segs[i]
		left := x.at + late - now
		if i == s.una || left <= 0 {
			x.lost = true
		}
		if i > s.una {
			// When a stretch was sent that has arrived, a sender need not remember of each segment.
			s.vague = s.vague || left.Abs() < resolution || told[i] && told[i-1] && x.lost != s.segs[i-1].lost
		}
	}
	s.rack.waiting = false
	s.tlp = tlp{measured: s.tlp.measured}
	if s.timeouts <= 1 {
		s.undo.note(s)
		s.lower(s.flight())
	}
	s.curve.forget()
	s.recovering, s.recover, s.reduced = false, s.next(), s.next()
	s.cwnd, s.overdue = s.MSS, true
}

// resolution is what a sender's clock need tell of when something was sent.
const resolution = 100 * time.Microsecond
