// Package check proves a stack's side of the protocol: that what it declares is there and what it does not declare is
// refused, that a reset is one, that time is the tester's. A shim that says yes to everything, hangs, crashes, answers
// garbage or lies about time does not pass. Whether the stack behind it is a good one is not asked here; that is what
// the cases are for.
package check

import (
	"context"
	"fmt"

	"stackproof/conformance/sut"
)

// Outcome is what came of one check.
type Outcome uint8

const (
	NotRun Outcome = iota
	Pass
	Fail
)

var outcomeNames = [...]string{"NOTRUN", "PASS", "FAIL"}

// String is the outcome as it begins a line of output.
func (o Outcome) String() string { return outcomeNames[o] }

// Result is what came of one check, and why: a reason stands beside every Fail and NotRun.
type Result struct {
	Name    string
	Outcome Outcome
	Reason  string
}

// String is the line that is printed for the result.
func (r Result) String() string {
	if r.Reason == "" {
		return fmt.Sprintf("%s %s", r.Outcome, r.Name)
	}
	return fmt.Sprintf("%s %s: %s", r.Outcome, r.Name, r.Reason)
}

// one is a check: what it is called and what it does.
type one struct {
	name string
	run  func(*env)
}

// checks is all checks in the order in which they run. If one of the first does not pass, the others are pointless.
var checks = []one{
	{"capabilities/answered", capabilitiesAnswered},
	{"reset/answered", resetAnswered},
	{"capabilities/same", capabilitiesSame},
	{"capabilities/names", capabilitiesNames},
	{"nonsense/operation", nonsenseOperation},
	{"nonsense/cut-short", nonsenseCutShort},
	{"nonsense/call", nonsenseCall},
	{"nonsense/option", nonsenseOption},
	{"nonsense/knob", nonsenseKnob},
	{"nonsense/figure", nonsenseFigure},
	{"nonsense/cancel", nonsenseCancel},
	{"feature/arp", featureARP},
	{"feature/ndp", featureNDP},
	{"feature/icmp", featureICMP},
	{"feature/icmpv6", featureICMPv6},
	{"feature/ipv4", featureIPv4},
	{"feature/ipv6", featureIPv6},
	{"feature/udp", featureUDP},
	{"feature/tcp", featureTCP},
	{"feature/link", featureLink},
	{"feature/raw-frame", featureRaw},
	{"feature/counter", featureCounter},
	{"feature/tcp-info", featureTCPInfo},
	{"feature/urgent", featureUrgent},
	{"call/pending", callPending},
	{"call/cancel", callCancel},
	{"call/two-tasks", callTwoTasks},
	{"time/past", timePast},
	{"time/steps", timeSteps},
	{"time/early", timeEarly},
	{"time/passes", timePasses},
	{"reset/same-seed", resetSameSeed},
	{"reset/other-seed", resetOtherSeed},
	{"reset/forgets", resetForgets},
	{"end/bye", endBye},
	{"end/end-of-input", endOfInput},
}

// patience is in how many checks a stack may hang, each of which takes the whole limit of real time.
const patience = 3

// vital is how many of the first checks must pass for the others to mean anything.
const vital = 3

// Names lists the checks in the order in which Run takes them.
func Names() []string {
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = c.name
	}
	return names
}

// Run checks a stack and gives each result to each as it comes. It may leave the stack in any state. When ctx ends the
// checks that are left are not run.
func Run(ctx context.Context, stack sut.SUT, seed uint64, each func(Result)) {
	blocked, hangs := "", 0
	for i, c := range checks {
		if ctx.Err() != nil && blocked == "" {
			blocked = "interrupted"
		}
		r := Result{Name: c.name, Reason: blocked}
		if blocked == "" {
			e := &env{stack: stack, seed: seed}
			r.Outcome, r.Reason = attempt(c.run, e)
			switch {
			case ctx.Err() != nil && r.Outcome == Fail: // it may have been broken off
				r.Outcome, r.Reason = NotRun, "interrupted"
			case e.hung:
				hangs++
			}
		}
		each(r)
		if hangs == patience && blocked == "" {
			blocked = fmt.Sprintf("the stack hung in %d checks", hangs)
		}
		if i < vital && r.Outcome != Pass && blocked == "" {
			blocked = c.name + " did not pass"
		}
	}
}

// verdict is what a check panics with when it cannot go on.
type verdict Result

// attempt runs one check.
func attempt(run func(*env), e *env) (o Outcome, reason string) {
	defer func() {
		if p := recover(); p != nil {
			if v, ok := p.(verdict); ok {
				o, reason = v.Outcome, v.Reason
			} else { // a stack in process
				o, reason = Fail, fmt.Sprintf("panic: %v", p)
			}
		}
	}()
	run(e)
	return Pass, ""
}
