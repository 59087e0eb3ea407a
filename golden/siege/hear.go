package siege

import (
	"fmt"
	"time"

	"stackproof/conformance/frame"
	"stackproof/stack"
)

// States is how many states there are. They are named by their places, from 0.
func (s *Siege) States() int { return len(s.states) }

// Name tells what a state is.
func (s *Siege) Name(state int) string { return s.states[state].name }

// Enter makes the stack a snapshot of a state.
func (s *Siege) Enter(state int) { s.enter(&s.states[state]) }

func (s *Siege) enter(x *state) {
	s.work.CopyFrom(&x.host.Stack)
	s.work.now = x.host.now
	s.work.discard()
}

// Aim returns a copy of a frame that is about what a state is about, as [Siege.Frame] throws it; nil where there is nothing
// to aim. It is good until the next.
func (s *Siege) Aim(state int, f []byte) []byte { return s.aim(&s.states[state], f) }

// Stack is the stack that was last entered, Now its time.
func (s *Siege) Stack() *stack.Stack { return &s.work.Stack }
func (s *Siege) Now() time.Duration  { return s.work.now }

// Pass lets time go by, each deadline on the way kept. The error says what must not happen.
func (s *Siege) Pass(d time.Duration) error {
	if !s.work.pass(d) {
		return fmt.Errorf("more than %d deadlines in %v, or no rest after %d polls", mostDeadlines, d, most)
	}
	return s.sound()
}

// Late lets time go by, and nobody polls meanwhile.
func (s *Siege) Late(d time.Duration) { s.work.now += d }

func (s *Siege) sound() error {
	if v := s.work.Check(s.work.now); !v.Holds() {
		return fmt.Errorf("%v does not hold in row %d", v.Rule, v.Row)
	}
	return nil
}

// Hear gives the stack a frame, in the state that it is in. The work that it may do is bounded by counts: polls until it is at
// rest, frames that it sends, what it drops. What it sends is well-formed, and its state stays one that can be. The error
// says what is not so.
func (s *Siege) Hear(f []byte) error {
	h := s.work
	s.Throws++
	for c := range stack.NumCounters {
		s.counts[c] = h.Counter(c)
	}
	h.dev.Put(f)
	if !h.rest() {
		return fmt.Errorf("the stack does not come to rest in %d polls", most)
	}
	n, err := s.answers()
	switch {
	case err != nil:
		return err
	case n > most:
		return fmt.Errorf("%d frames for one, at most %d", n, most)
	case h.Counter(stack.FramesReceived) != s.counts[stack.FramesReceived]+1:
		return fmt.Errorf("%d frames were counted for one", h.Counter(stack.FramesReceived)-s.counts[stack.FramesReceived])
	case h.Counter(stack.FramesSent) != s.counts[stack.FramesSent]+n:
		return fmt.Errorf("%d frames were sent, and %d counted", n, h.Counter(stack.FramesSent)-s.counts[stack.FramesSent])
	}
	if err := s.drops(); err != nil {
		return err
	}
	return s.sound()
}

// Moved is how far a counter has moved since the last Hear began.
func (s *Siege) Moved(c stack.Counter) uint64 { return s.work.Counter(c) - s.counts[c] }

// Next is when the stack has something to do; ok is false if it has nothing.
func (s *Siege) Next() (next time.Duration, ok bool) { return s.work.Poll(s.work.now) }

// answers takes what the stack has sent, and counts it.
func (s *Siege) answers() (n uint64, err error) {
	for b := s.work.dev.Sent(); b != nil; b = s.work.dev.Sent() {
		n++
		if d := frame.Parse(b, &s.view); !d.OK() {
			return n, fmt.Errorf("what the stack answers is malformed: %v: % x", d, b)
		}
		if s.Watch != nil {
			if err := s.Watch(b); err != nil {
				return n, err
			}
		}
		s.work.dev.Done()
	}
	s.Replies += int64(n)
	return n, nil
}

// mostDrops is how many counters of what is dropped one frame may move: it itself, what it was a part of, what it makes
// other things give way, and the answers to it.
const mostDrops = 8

// drops adds up what was dropped, and looks whether any counter has gone backwards.
func (s *Siege) drops() error {
	n := uint64(0)
	for c := range stack.NumCounters {
		is := s.work.Counter(c)
		if is < s.counts[c] {
			return fmt.Errorf("the counter %v went from %d back to %d", c, s.counts[c], is)
		}
		if c.IsDrop() {
			s.dropped[c] += is - s.counts[c]
			n += is - s.counts[c]
		}
	}
	if n > mostDrops {
		return fmt.Errorf("%d things dropped for one frame", n)
	}
	return nil
}
