package diff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"stackproof/compatcheck/expect"
	"stackproof/compatcheck/face"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/remote"
)

// pair is the two stacks.
type pair struct {
	lwip  *remote.Stack
	face  *face.Stack
	known []*known
	use   func(*known)
}

// limit is the real time that lwIP may take for an operation: a thousand times what it takes.
const limit = 5 * time.Second

// newPair makes a pair; program is lwIP's.
func newPair(ctx context.Context, program string, list []*known) *pair {
	p := &pair{lwip: remote.New(&remote.Command{Argv: []string{program}}, limit), face: face.New(), known: list}
	p.lwip.EndWith(ctx)
	return p
}

func (p *pair) close() { _ = p.lwip.Close() }

// run runs a program on both stacks and returns the first difference that is not known, nil if there is none, and what the
// face has done. An error is the tester's own.
func (p *pair) run(g *program, each func()) (d *difference, did []expect.Outcome, err error) {
	s, err := g.scenario()
	if err != nil {
		return nil, nil, err
	}
	want, err := s.Outcomes(p.lwip)
	if err != nil && p.lwip.Err() == nil {
		return nil, nil, err
	}
	crash := err
	line, unsound := -1, (*difference)(nil)
	s.Each = func() {
		line++
		if v := p.face.Check(); unsound == nil && !v.Holds() {
			unsound = &difference{step: line, seen: line, what: "state", text: g.label(line), lwip: "is sound", face: "breaks " + v.Rule.String()}
		}
		if each != nil {
			each()
		}
	}
	if did, err = s.Outcomes(p.face); err != nil {
		return nil, nil, err
	}
	all := []difference{}
	if crash != nil {
		all = append(all, ended(g, p.lwip.Err(), crash))
	} else {
		all = compare(g, want, did)
	}
	if unsound != nil {
		all = append([]difference{*unsound}, all...)
	}
	use := p.use
	if use == nil {
		use = func(*known) {}
	}
	return unknown(p.known, all, use), did, nil
}

// ended is the difference that lwIP has crashed, or hangs.
func ended(g *program, why, where error) difference {
	d := difference{what: "crash", lwip: why.Error(), face: "goes on"}
	if i := strings.Index(d.lwip, "assertion failed: "); i >= 0 {
		d.lwip, _, _ = strings.Cut(d.lwip[i:], " (")
	}
	b := (*expect.Broken)(nil)
	if errors.As(where, &b) {
		d.step, d.seen, d.text = b.Event, b.Event, g.label(b.Event)
	}
	return d
}

// again tells whether a program still has a difference of this kind.
func (p *pair) again(d *difference) func(*program) bool {
	return func(g *program) bool {
		e, _, err := p.run(g, nil)
		return err == nil && e != nil && e.signature(g) == d.sign
	}
}

// signature is what two differences have in common that are the same fault, most likely.
func (d *difference) signature(g *program) string {
	return fmt.Sprint(d.what, " ", g.steps[d.step].call(), " ", shape(d.lwip), " ", shape(d.face))
}

// shape is a result without what its numbers are.
func shape(s string) string {
	if len(s) > 1 && s[0] == '-' || s == "..." {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}

// script is a program with what lwIP does, as far as it comes, or the face where lwIP crashes.
func (p *pair) script(g *program) (text string, err error) {
	s, err := g.scenario()
	if err != nil {
		return "", err
	}
	var stack sut.SUT = p.lwip
	lines, err := s.Run(stack)
	if err != nil {
		if lines, err = s.Run(p.face); err != nil {
			return "", err
		}
	}
	return s.Text(lines), nil
}
