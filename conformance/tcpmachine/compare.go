package tcpmachine

import (
	"fmt"
	"slices"

	"stackproof/conformance/cases/oracle"
)

// judge says where RFC 9293 has the step, or what it has instead.
func (s *Step) judge(e *event, b *oracle.Block) {
	if edge := edgeOf(s); edge != nil {
		s.Source = edge.source()
	}
	if e.segment {
		s.judgeSegment(e, b)
		return
	}
	want, source := wanted(s.From, s.Passive, e.name)
	s.expect(want, "", source)
}

// edgeOf is the arrow of the figure that the step is.
func edgeOf(s *Step) *Edge {
	for i := range figure {
		f := &figure[i]
		if s.Known && f.From == s.From && f.To == s.To && s.Moves() && slices.Contains(f.by, s.Event) && (!f.passive || s.Passive) {
			return f
		}
	}
	return nil
}

// judgeSegment asks the oracle of 3.10.7.
func (s *Step) judgeSegment(e *event, b *oracle.Block) {
	g := oracle.Segment{Flags: e.flags, Seq: b.RcvNxt}
	if g.Flags.Has(oracle.ACK) {
		g.Ack = b.SndNxt
		switch {
		case e.old:
			g.Ack = b.SndUna
		case b.State <= oracle.Listen:
			g.Ack = blind
		}
	}
	r := oracle.React(*b, g)
	reply := "-"
	if r.Reply != nil {
		reply = flagNames(uint32(r.Reply.Flags))
		if r.Reply.Flags&(oracle.ACK|oracle.RST) == oracle.ACK && r.Reply.Ack != b.RcvNxt {
			reply += "+"
		}
	}
	s.expect([]oracle.State{r.After.State}, reply, r.Rules[len(r.Rules)-1].Reqs[0])
}

// expect compares the step with what is wanted: one of these states, and this answer; "": any.
func (s *Step) expect(want []oracle.State, reply, source string) {
	if s.Source == "" {
		s.Source = source
	}
	switch {
	case !s.Known || !slices.Contains(want, s.To):
		s.Difference = fmt.Sprintf("%s has %s", source, want[0])
	case reply != "" && s.Output != reply:
		s.Difference = fmt.Sprintf("%s answers %s", source, reply)
	}
}

// wanted are the states in which a call, or the passing of time, may leave a connection (RFC 9293 3.10.1 to 3.10.5 and
// 3.10.8).
func wanted(from oracle.State, passive bool, event string) (want []oracle.State, source string) {
	stay := []oracle.State{from}
	switch event {
	case "listen":
		if from == oracle.Closed {
			return []oracle.State{oracle.Listen}, "RFC9293:3.10.1"
		}
		return stay, "RFC9293:3.10.1"
	case "connect":
		if from == oracle.Closed {
			return []oracle.State{oracle.SynSent}, "RFC9293:3.10.1"
		}
		return stay, "RFC9293:3.10.1"
	case "send":
		return stay, "RFC9293:3.10.2"
	case "receive":
		return stay, "RFC9293:3.10.3"
	case "shutdown", "close":
		return wantedClose(from, event == "shutdown"), "RFC9293:3.10.4"
	case "abort":
		if from == oracle.TimeWait {
			// The application's descriptor is gone already; RFC 1337 3 wants that nothing cuts TIME-WAIT short.
			return []oracle.State{oracle.Closed, oracle.TimeWait}, "RFC9293:3.10.5"
		}
		return []oracle.State{oracle.Closed}, "RFC9293:3.10.5"
	}
	return wantedTime(from, passive), "RFC9293:3.10.8"
}

func wantedClose(from oracle.State, half bool) []oracle.State {
	switch from {
	case oracle.Listen, oracle.SynSent:
		if half { // POSIX has shutdown fail where nothing is connected
			return []oracle.State{from, oracle.Closed}
		}
		return []oracle.State{oracle.Closed}
	case oracle.SynReceived:
		if half {
			return []oracle.State{from, oracle.FinWait1}
		}
		return []oracle.State{oracle.FinWait1}
	case oracle.Established:
		return []oracle.State{oracle.FinWait1}
	case oracle.CloseWait:
		return []oracle.State{oracle.LastAck}
	}
	return []oracle.State{from}
}

func wantedTime(from oracle.State, passive bool) []oracle.State {
	switch from {
	case oracle.SynReceived:
		if passive {
			return []oracle.State{oracle.Listen}
		}
		return []oracle.State{oracle.Closed}
	case oracle.SynSent, oracle.FinWait1, oracle.Closing, oracle.LastAck, oracle.TimeWait:
		return []oracle.State{oracle.Closed}
	}
	return []oracle.State{from}
}

// compare looks for what the figure has and the machine lacks.
func (m *Machine) compare() {
	for _, f := range figure {
		there := slices.ContainsFunc(m.Steps, func(s Step) bool {
			e := edgeOf(&s)
			return e != nil && e.From == f.From && e.To == f.To && e.Label == f.Label
		})
		if !there && f.unasked == "" {
			m.Missing = append(m.Missing, f)
		}
	}
}

// Transitions are the moves from state to state, each once.
func (m *Machine) Transitions() int {
	seen := map[[2]string]bool{}
	for _, s := range m.Steps {
		if s.Moves() {
			seen[[2]string{s.From.String(), s.After()}] = true
		}
	}
	return len(seen)
}

// Differences are how often the machine is not RFC 9293's.
func (m *Machine) Differences() int {
	n := len(m.Missing) + len(m.Unreached)
	for _, s := range m.Steps {
		if s.Difference != "" {
			n++
		}
	}
	return n
}
