// Package tcpmachine learns the state machine of a stack's TCP from outside, and compares it with figure 5 of RFC 9293.
//
// A stack is taken into each of the eleven states by the shortest way that the figure has, meets an event there (each
// combination of SYN, FIN, RST and ACK, each socket call, the passing of time), and is then probed. A stack in virtual
// time does the same again after a reset, so each probe has a stack of its own, and the answers to all of them together
// are the state's signature. Nothing else tells the states apart: Inspect is not asked.
package tcpmachine

import (
	"fmt"
	"strings"

	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/sut"
)

// Machine is what has been learned.
type Machine struct {
	Stack string
	// Signatures are those of the states, by name; Unreached says why a state has none.
	Signatures map[oracle.State]string
	Unreached  map[oracle.State]string
	Steps      []Step
	// Missing are edges of the figure that the machine lacks.
	Missing []Edge
}

// Step is what a stack did about an event in a state.
type Step struct {
	From    oracle.State
	Passive bool // it came from LISTEN, which is told for SYN-RECEIVED alone
	Event   string
	Output  string // the segments sent, the oldest first; "-": none
	// To is the state afterwards. Known is false where its signature is that of no state.
	To        oracle.State
	Known     bool
	Signature string
	Source    string // where RFC 9293 has it
	// Difference says what RFC 9293 wants instead; "": just that.
	Difference string
}

// Moves tells whether the step changes the state.
func (s *Step) Moves() bool { return !s.Known || s.To != s.From }

// After is the name of the state afterwards.
func (s *Step) After() string {
	if s.Known {
		return s.To.String()
	}
	return "(" + s.Signature + ")"
}

// place is a state and the way there.
type place struct {
	state   oracle.State
	passive bool
	way     []event
	// mute: the connection has no descriptor yet, so no call can be made on it.
	mute bool
}

// Learn learns the machine of a stack. An error is the stack's refusal to work at all, or that of an operation.
func Learn(s sut.SUT) (m *Machine, err error) {
	defer func() {
		if r := recover(); r != nil {
			broken, ok := r.(failure)
			if !ok {
				panic(r)
			}
			m, err = nil, fmt.Errorf("tcp-machine: %s", string(broken))
		}
	}()
	p := &peer{stack: s}
	p.capabilities()
	m = &Machine{Stack: p.name, Signatures: map[oracle.State]string{}, Unreached: map[oracle.State]string{}}
	m.sign(p)
	for _, at := range places() {
		if _, ok := m.Signatures[at.state]; ok {
			m.meet(p, &at)
		}
	}
	m.compare()
	return m, nil
}

// sign finds the signature of each state. One that two states share tells neither.
func (m *Machine) sign(p *peer) {
	owner := map[string]oracle.State{}
	for _, at := range places() {
		if _, ok := m.Signatures[at.state]; ok {
			continue
		}
		sig := p.signature(at.way)
		if other, taken := owner[sig]; taken {
			m.Unreached[at.state] = fmt.Sprintf("the way there leads to what cannot be told from %s: %s", other, sig)
			continue
		}
		owner[sig] = at.state
		m.Signatures[at.state] = sig
	}
}

// meet has each event happen in a state.
func (m *Machine) meet(p *peer, at *place) {
	for _, e := range events() {
		p.take(at.way)
		if !p.askable(at, &e) {
			continue
		}
		step := Step{From: at.state, Passive: at.passive, Event: e.name}
		b := p.block(at)
		step.Output = p.hear(&e)
		step.Signature = p.signature(append(at.way[:len(at.way):len(at.way)], e))
		step.To, step.Known = m.stateOf(step.Signature)
		step.judge(&e, &b)
		m.Steps = append(m.Steps, step)
	}
}

// stateOf is the state that has a signature. That FIN-WAIT-2 ends by itself where the application is gone is how most
// stacks keep peers that never close from holding memory for ever; it is FIN-WAIT-2 all the same.
func (m *Machine) stateOf(sig string) (oracle.State, bool) {
	for state := oracle.Closed; state <= oracle.TimeWait; state++ {
		want, ok := m.Signatures[state]
		if ok && (sig == want || state == oracle.FinWait2 && sig == strings.Replace(want, "; later: ACK", "; later: RST", 1)) {
			return state, true
		}
	}
	return 0, false
}
