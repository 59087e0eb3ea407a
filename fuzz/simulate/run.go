package simulate

import (
	"fmt"
	"path"
	"runtime/debug"
	"strings"
	"time"
)

// Result is what a seed came to.
type Result struct {
	Seed   uint64
	Err    error // what is wrong; nil if nothing is
	Trace  uint64
	Frames uint64
	Bytes  uint64        // that applications have read
	Time   time.Duration // in the network
	Hosts  int
	Apps   int
	Faults int
	goals  [goals]uint64
}

// Line is the result as a line.
func (r *Result) Line() string {
	what := fmt.Sprintf("seed %d: hosts=%d apps=%d faults=%d frames=%d bytes=%d virtual=%v trace=%016x", r.Seed, r.Hosts, r.Apps, r.Faults, r.Frames,
		r.Bytes, r.Time.Round(time.Second), r.Trace)
	if r.Err != nil {
		return fmt.Sprintf("FAIL seed %d: %v", r.Seed, r.Err)
	}
	return "PASS " + what
}

// Setting is how seeds are played.
type Setting struct {
	Minutes float64  // of faults; 0: as the seed says
	Peer    Peer     // nil: there is no other stack
	Without []string // what is left out, by the names of the plan
	lies    lies
}

// Plan is the plan of a seed. An error: it has not what is to be left out.
func (s *Setting) Plan(seed uint64) (*Plan, error) {
	p := NewPlan(seed, s.Minutes, s.Peer != nil)
	return p, p.Without(s.Without...)
}

// Play plays a seed.
func (s *Setting) Play(seed uint64) Result { return s.play(seed, nil) }

func (s *Setting) play(seed uint64, open func(w *world) tape) (r Result) {
	p, err := s.Plan(seed)
	r = Result{Seed: seed, Err: err, Hosts: len(p.Hosts), Apps: len(p.Apps), Faults: len(p.Faults)}
	if err != nil {
		return r
	}
	var w *world
	defer func() {
		if e := recover(); e != nil {
			r.Err = fmt.Errorf("panic: %v, at %s", e, panicked(string(debug.Stack())))
		}
		if w != nil {
			w.stop()
			r.Trace, r.Frames, r.Bytes, r.Time, r.goals = w.trace, w.frames, w.bytes, w.now, w.hits
		}
	}()
	w, err = newWorld(p, s.Peer, s.lies)
	if err != nil {
		r.Err = err
		return r
	}
	if open != nil {
		w.tape = open(w)
	}
	r.Err = w.play()
	return r
}

// panicked finds the place of a panic: the first function of the module below it, and its line.
func panicked(trace string) string {
	_, below, _ := strings.Cut(trace, "\npanic(")
	lines := strings.Split(below, "\n")
	for i, l := range lines[:len(lines)-1] {
		if strings.HasPrefix(l, "stackproof/") {
			function, _, _ := strings.Cut(l, "(0x")
			line, _, _ := strings.Cut(path.Base(lines[i+1]), " ")
			return function + " " + line
		}
	}
	return "an unknown place"
}

// Again plays a seed a second time; an error: it is not what it was.
func (s *Setting) Again(r *Result) error {
	if again := s.Play(r.Seed); again.Trace != r.Trace {
		return fmt.Errorf("the same seed has another trace the second time: %016x, and it was %016x", again.Trace, r.Trace)
	}
	return nil
}

// Seed plays a seed and says what is wrong with the stack; nil if nothing is.
func Seed(n uint64) error {
	r := (&Setting{}).Play(n)
	return r.Err
}
