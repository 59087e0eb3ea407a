package diff

import (
	"regexp"
	"strconv"
	"time"
)

// shrink makes a program as short as it can be while differs holds: lines go, in runs and one by one, then waiting, then
// what is optional in a line, then lengths.
func shrink(p *program, differs func(*program) bool) *program {
	try := func(steps []step) bool {
		q := &program{p.id, steps}
		if !differs(q) {
			return false
		}
		p = q
		return true
	}
	for again := true; again; {
		again = false
		for size := len(p.steps) / 2; size > 0; size /= 2 {
			for at := len(p.steps) - size; at >= len(apart); at -= size {
				if at+size <= len(p.steps) && len(p.steps) > 1 && try(without(p.steps, at, size)) {
					again = true
				}
			}
		}
		for i := range p.steps {
			again = simplify(p, i, try) || again
		}
	}
	return p
}

func without(steps []step, at, n int) []step {
	return append(append([]step{}, steps[:at]...), steps[at+n:]...)
}

var (
	size  = regexp.MustCompile(`(\.\.\., |\[\[)(\d\d+)([,\]])`)
	extra = regexp.MustCompile(` <mss \d+>`)
)

// simplify tries what makes a line simpler. It answers whether something did.
func simplify(p *program, i int, try func([]step) bool) (done bool) {
	with := func(s step) bool {
		steps := append([]step{}, p.steps...)
		steps[i] = s
		if !try(steps) {
			return false
		}
		p.steps, done = steps, true
		return true
	}
	for _, wait := range []time.Duration{0, 100 * time.Millisecond, time.Second} {
		if s := p.steps[i]; wait < s.wait && with(step{wait, s.text}) {
			break
		}
	}
	if s := p.steps[i]; extra.MatchString(s.text) {
		with(step{s.wait, extra.ReplaceAllString(s.text, "")})
	}
	s := p.steps[i]
	if m := size.FindStringSubmatchIndex(s.text); m != nil && s.call() != "" {
		n, _ := strconv.Atoi(s.text[m[4]:m[5]])
		for _, less := range []int{1, 10, 100, 1000} {
			if less < n && with(step{s.wait, s.text[:m[4]] + strconv.Itoa(less) + s.text[m[5]:]}) {
				break
			}
		}
	}
	return done
}
