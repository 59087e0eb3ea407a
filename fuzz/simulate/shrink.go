package simulate

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"stackproof/conformance/report"
)

// numbers are what may differ between two failures of the same kind.
var numbers = regexp.MustCompile(`[0-9][0-9a-fx.µmnhs]*`)

func same(a, b error) bool {
	kind := func(e error) string {
		s := numbers.ReplaceAllString(e.Error(), "#")
		return s[:min(len(s), 50)]
	}
	return a != nil && b != nil && kind(a) == kind(b)
}

// Shrink makes a failure smaller: it leaves out faults, applications and hosts, and then makes the run shorter, as long as
// the failure stays the same, and no longer than for a time. The answer is what plays the smaller one.
func (s *Setting) Shrink(r *Result, limit time.Duration) (smaller Setting, result Result) {
	smaller, result = *s, *r
	end := time.Now().Add(limit)
	try := func(t Setting) bool {
		if time.Now().After(end) {
			return false
		}
		again := t.Play(r.Seed)
		if !same(r.Err, again.Err) {
			return false
		}
		smaller, result = t, again
		return true
	}
	p, err := s.Plan(r.Seed)
	if err != nil {
		return smaller, result
	}
	names := p.Names()
	for size := len(names); size > 0; size /= 2 {
		for at := 0; at < len(names); at += size {
			t := smaller
			t.Without = slices.Clone(t.Without)
			for _, n := range names[at:min(at+size, len(names))] {
				if !slices.Contains(t.Without, n) {
					t.Without = append(t.Without, n)
				}
			}
			if len(t.Without) > len(smaller.Without) && len(t.Without) < len(names) {
				try(t)
			}
		}
	}
	for minutes := p.Safety.Minutes() / 2; minutes > LeastMinutes; minutes /= 2 {
		t := smaller
		t.Minutes = max(LeastMinutes, float64(int(minutes*100))/100)
		if !try(t) {
			break
		}
	}
	return smaller, result
}

// Arguments are those of the command that plays the seed again.
func (s *Setting) Arguments(seed uint64) string {
	a := fmt.Sprintf("simulate --seed %d", seed)
	if s.Minutes > 0 {
		a += fmt.Sprintf(" --minutes %v", s.Minutes)
	}
	if s.Peer != nil {
		a += " --lwip"
	}
	if len(s.Without) > 0 {
		a += " --without " + strings.Join(s.Without, ",")
	}
	return a
}

// Capture plays a seed and writes its frames as pcapng.
func (s *Setting) Capture(seed uint64, out io.Writer) (Result, error) {
	var c *report.Capture
	r := s.play(seed, func(w *world) tape {
		c = report.NewCapture(out, "stackproof "+s.Arguments(seed), w.interfaces()...)
		return c
	})
	if c == nil {
		return r, nil
	}
	return r, c.Err()
}
