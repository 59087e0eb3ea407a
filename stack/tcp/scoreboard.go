package tcp

import (
	"time"

	"stackproof/stack/wire"
)

// tick is when something was sent, and how long it was under way, in units of 16.384 microseconds, so that a shift tells. It
// wraps after 19 hours; of two the later is the one that is less than half of that ahead.
type tick uint32

const tickShift = 14

func ticks(d time.Duration) tick { return tick(d >> tickShift) }

func (t tick) duration() time.Duration { return time.Duration(t) << tickShift }

// before reports whether t is before u.
func (t tick) before(u tick) bool { return int32(t-u) < 0 }

// runFlags say what became of a run.
type runFlags uint8

const (
	runSacked runFlags = 1 << iota // SACK says that it has arrived
	runLost                        // RACK says that it has not, and it was not sent again since
	runAgain                       // it was sent more than once
	runMixed                       // of times that are not in the order of the numbers, so its arrival tells no time
)

// run is a stretch of outstanding bytes of one fate, from where the run before it ends. What was sent at the same time is one
// run, or at almost the same time where there is no room for more. It counts as sent when the last of it was, which is never too early to call it lost.
type run struct {
	end    Seq
	at     tick
	spread uint16 // by how much the first of it was sent earlier
	is     runFlags
}

// first returns when the first of it was sent.
func (x *run) first() tick { return x.at - tick(x.spread) }

// scoreboard is what is known of the outstanding bytes: when they were sent (RFC 8985 5.2), what SACK has told of them (RFC
// 6675 3) and which are lost. It is advice only: what SACK has no room for counts as not received, and what there is no
// room to tell apart as sent later than it was. So at worst some bytes are sent once more than they need be, or later, and nothing
// leaves the send queue because of it (RFC 2018 8).
type scoreboard struct {
	una          Seq
	sacked, lost int // bytes
	at           [maxRuns]run
	n            int

	rack rackSegment
}

// init is for an empty one: what is outstanding will begin at una.
func (s *scoreboard) init(una Seq) { s.una, s.rack.fack = una, una }

// start returns where run i begins.
func (s *scoreboard) start(i int) Seq {
	if i == 0 {
		return s.una
	}
	return s.at[i-1].end
}

// top returns the end of what is outstanding.
func (s *scoreboard) top() Seq { return s.start(s.n) }

// find returns the run that q lies in, n if in none.
func (s *scoreboard) find(q Seq) (i int) {
	for i < s.n && s.at[i].end.LessEq(q) {
		i++
	}
	return i
}

// cut makes q a boundary, for which there is room, and returns the run that begins there.
func (s *scoreboard) cut(q Seq) int {
	i := s.find(q)
	if i == s.n || s.start(i) == q {
		return i
	}
	copy(s.at[i+1:s.n+1], s.at[i:s.n])
	s.n++
	s.at[i].end = q
	return i + 1
}

// remove takes the runs from i up to but not including j out of the list.
func (s *scoreboard) remove(i, j int) { s.n = i + copy(s.at[i:], s.at[j:s.n]) }

// room sees to it that there is room for k more runs, at the price of times that are less exact. It reports whether there is.
func (s *scoreboard) room(k int) bool {
	for s.n+k > maxRuns {
		best, least := -1, ^tick(0)
		for i := range s.n - 1 {
			a, b := &s.at[i], &s.at[i+1]
			spread := b.at - a.first() // much if they are out of order
			if (a.is^b.is)&(runSacked|runLost) == 0 && spread < least {
				best, least = i, spread
			}
		}
		if best < 0 {
			return false
		}
		s.join(best)
	}
	return true
}

// join makes one run of run i and the one behind it.
func (s *scoreboard) join(i int) {
	a, b := &s.at[i], &s.at[i+1]
	b.is |= a.is
	switch spread := b.at - a.first(); {
	case b.at.before(a.at):
		b.at = a.at
		b.is |= runMixed
	case b.first().before(a.at) || spread > 1<<16-1:
		b.is |= runMixed
	default:
		b.spread = uint16(spread)
	}
	s.remove(i, i+1)
}

// sent takes note that what lies from from to end was sent at now.
func (s *scoreboard) sent(from, end Seq, now tick) {
	top := s.top()
	if from.Less(top) {
		s.sentAgain(from, earliest(end, top), now)
	}
	if !top.Less(end) {
		return
	}
	if s.n == 0 {
		s.rack.valid = false // what arrived was sent before all that will be
	} else if x := &s.at[s.n-1]; x.is == 0 && x.at == now {
		x.end = end
		return
	}
	if s.room(1) {
		s.at[s.n] = run{end: end, at: now}
		s.n++
		return
	}
	i := s.n - 1
	s.forget(i, runSacked|runLost)
	x := &s.at[i]
	x.end, x.at, x.is = end, now, x.is|runMixed
}

// sentAgain takes note of a retransmission.
func (s *scoreboard) sentAgain(from, end Seq, now tick) {
	if s.room(2) {
		for i, j := s.cut(from), s.cut(end); i < j; i++ {
			s.forget(i, runLost|runMixed)
			x := &s.at[i]
			x.at, x.spread, x.is = now, 0, x.is|runAgain
		}
		return
	}
	for i := s.find(from); i < s.n && s.start(i).Less(end); i++ {
		s.forget(i, runLost)
		x := &s.at[i]
		x.at, x.is = now, x.is|runAgain|runMixed
	}
}

// forget takes flags from run i.
func (s *scoreboard) forget(i int, is runFlags) {
	x := &s.at[i]
	n := x.end.Sub(s.start(i))
	if x.is&is&runSacked != 0 {
		s.sacked -= n
	}
	if x.is&is&runLost != 0 {
		s.lost -= n
	}
	x.is &^= is
}

// forgetAll takes flags from all runs.
func (s *scoreboard) forgetAll(is runFlags) {
	for i := range s.n {
		s.forget(i, is)
	}
}

// lose says that run i, of which that is not known, is lost.
func (s *scoreboard) lose(i int) {
	s.lost += s.at[i].end.Sub(s.start(i))
	s.at[i].is |= runLost
}

// loseAll says that all is lost that SACK does not tell of.
func (s *scoreboard) loseAll() {
	for i := range s.n {
		if s.at[i].is&(runSacked|runLost) == 0 {
			s.lose(i)
		}
	}
}

// update notes the blocks of an acknowledgment. It reports whether they name bytes that were outstanding and not known to
// have arrived, which is what RFC 6675 2 calls a duplicate acknowledgment. What does not lie in what is outstanding, with
// something missing before it, cannot be true or is a report of duplicates (RFC 2883 4), and is passed over.
func (s *scoreboard) update(blocks []wire.SACKBlock) (news bool) {
	flight := s.top().Sub(s.una)
	for _, b := range blocks {
		lo, hi := Seq(b.Left), Seq(b.Right)
		if from, to := lo.Sub(s.una), hi.Sub(s.una); from <= 0 || to <= from || flight < to {
			continue
		}
		if s.sack(lo, hi) {
			news = true
		}
	}
	return news
}

// sack notes that what lies from lo to hi has arrived, if there is room for that.
func (s *scoreboard) sack(lo, hi Seq) (news bool) {
	if x := &s.at[s.find(lo)]; x.is&runSacked != 0 && hi.LessEq(x.end) || !s.room(2) {
		return false
	}
	i, j := s.cut(lo), s.cut(hi)
	if s.at[i-1].is&runSacked != 0 { // there is one: the first run has not arrived
		i--
	}
	if j < s.n && s.at[j].is&runSacked != 0 {
		j++
	}
	last := s.at[i].at
	for k := i; k < j; k++ {
		if last.before(s.at[k].at) {
			last = s.at[k].at
		}
		if s.at[k].is&runSacked == 0 {
			s.deliver(k, s.at[k].end)
			s.forget(k, runLost)
			s.sacked += s.at[k].end.Sub(s.start(k))
			news = true
		}
	}
	s.remove(i, j-1) // one is left, with the last one's end
	s.at[i].at, s.at[i].is = last, runSacked|runAgain|runMixed
	return news
}

// advance moves SND.UNA on to una. If it comes to lie where SACK says that the next byte has arrived, the peer has thrown
// away what it had (RFC 2018 8), or has lied: nothing that it said is believed any longer.
func (s *scoreboard) advance(una Seq) {
	i := 0
	for ; s.una.Less(una); i++ { // which is at most the end of the last run
		x := &s.at[i]
		end := earliest(x.end, una)
		if x.is&runSacked == 0 {
			s.deliver(i, end)
		}
		n := end.Sub(s.una)
		if x.is&runSacked != 0 {
			s.sacked -= n
		}
		if x.is&runLost != 0 {
			s.lost -= n
		}
		s.una = end
		if x.end != end {
			break
		}
	}
	s.remove(0, i)
	if s.at[0].is&runSacked != 0 {
		s.forgetAll(runSacked)
	}
}

// again returns how many bytes are on their way that were sent more than once.
func (s *scoreboard) again() (n int) {
	for i := range s.n {
		if s.at[i].is&(runSacked|runLost|runAgain) == runAgain {
			n += s.at[i].end.Sub(s.start(i))
		}
	}
	return n
}
