// Package report turns what came of the cases into what people and programs read: a results folder, one line per case,
// and for each failure a text, a log and a capture.
package report

import "fmt"

// Outcome is what came of one case. Every case starts as NotRun, and only explicit evidence changes that.
type Outcome uint8

const (
	NotRun      Outcome = iota // no evidence of anything
	Pass                       // all expectations met
	Fail                       // an expectation not met: the stack's fault
	Error                      // the tester's own fault: a bad program, or a twin that proves nothing
	Timeout                    // the stack gave no answer in real time
	Crash                      // the stack's process or board ended
	Blocked                    // the known-good exchange of the case's group failed first
	Unsupported                // the stack declares that it lacks what the case needs
	XFail                      // failed as its waiver says
	XPass                      // passed although a waiver expects a failure
	outcomes
)

// Outcomes is how many there are; Outcome(0) to Outcome(Outcomes-1) are valid.
const Outcomes = int(outcomes)

var outcomeNames = [outcomes]string{
	"notrun", "pass", "fail", "error", "timeout", "crash", "blocked", "unsupported", "xfail", "xpass",
}

// String is the outcome's name in every file and line that is printed.
func (o Outcome) String() string {
	if o < outcomes {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// MarshalText writes the name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the name.
func (o *Outcome) UnmarshalText(b []byte) error {
	for i, n := range outcomeNames {
		if n == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("report: unknown outcome %q", b)
}

// severity orders outcomes for Worse: what deserves attention first is highest. A form that the stack does not have says
// nothing about the forms that it has.
var severity = [outcomes]int{
	Unsupported: 0, Pass: 1, XFail: 2, Blocked: 3, NotRun: 4, XPass: 5, Fail: 6, Timeout: 7, Crash: 8, Error: 9,
}

// Worse is the outcome of a whole whose parts came out as a and b: the graver of the two.
func Worse(a, b Outcome) Outcome {
	if severity[b] > severity[a] {
		return b
	}
	return a
}

// Label is the word that begins an outcome's line: PASS, FAIL, UNSUPPORTED or NOTRUN.
func (o Outcome) Label() string {
	switch o {
	case Pass, XFail:
		return "PASS"
	case Unsupported:
		return "UNSUPPORTED"
	case NotRun, Blocked:
		return "NOTRUN"
	}
	return "FAIL"
}

// Exit codes of every command that judges.
const (
	ExitOK     = 0 // all as expected
	ExitFail   = 1 // a failure
	ExitTester = 2 // the tester failed, or was used wrongly
	ExitNone   = 3 // nothing ran
)

// ExitCode is what the program ends with after these counts.
func (c Counts) ExitCode() int {
	switch {
	case c[Error] > 0:
		return ExitTester
	case c[Fail]+c[Timeout]+c[Crash]+c[XPass]+c[Blocked] > 0:
		return ExitFail
	case c[Pass]+c[XFail] == 0:
		return ExitNone
	}
	return ExitOK
}

// Counts is how many cases came out how.
type Counts [outcomes]int

// Total is the number of cases counted.
func (c Counts) Total() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}
