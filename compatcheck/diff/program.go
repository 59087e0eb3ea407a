package diff

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stackproof/compatcheck/expect"
)

// step is a line of a program.
type step struct {
	wait time.Duration // since the line before
	text string        // a call without its result, a packet or another action
}

// program is what runs on both stacks.
type program struct {
	id    string
	steps []step
}

// opens is a call that makes a descriptor, with the name that the program has for it.
var opens = regexp.MustCompile(`^(socket|accept)\(.*\) = \d+$`)

// line is the step as the language has it; what a call returns is not known yet.
func (s *step) line() string {
	at := "+" + strconv.FormatFloat(s.wait.Seconds(), 'f', -1, 64)
	text := s.text
	if isCall(text) && !opens.MatchString(text) {
		text += " = 0"
	}
	return at + " " + text
}

// isCall tells a call from the other actions.
func isCall(text string) bool {
	return strings.HasSuffix(text, ")") && !strings.HasPrefix(text, "<") || opens.MatchString(text)
}

// text is the program as a script.
func (p *program) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "// id: %s\n// peer: alive\n", p.id)
	for i := range p.steps {
		b.WriteString(p.steps[i].line() + "\n")
	}
	return b.String()
}

// scenario is the program as it runs.
func (p *program) scenario() (*expect.Scenario, error) {
	all, err := expect.Parse(p.id, p.text())
	if err != nil {
		return nil, fmt.Errorf("diff: %w\n%s", err, p.text())
	}
	return all[0], nil
}

// call is the name of the call that a step makes, "" if it makes none.
func (s *step) call() string {
	if !isCall(s.text) {
		return ""
	}
	name, _, _ := strings.Cut(s.text, "(")
	return name
}
