package tcpmachine

import (
	"strings"
	"time"

	"stackproof/conformance/cases/oracle"
)

// probes are what tells the states apart: each is done to a stack of its own. What the connection says to an old
// segment tells that it is there (RFC 9293 3.10.7.4, first step); what it sends again by itself, what is not acknowledged;
// what a FIN does, whether one has come already; and what is left after a long time, whether it ends by itself.
var probes = []struct {
	name string
	do   func(p *peer) string
}{
	{"stale", func(p *peer) string { return p.stale() }},
	{"repeats", func(p *peer) string { p.pass(again); return p.repeated() }},
	{"fin", func(p *peer) string { p.fin(); return p.stale() }},
	{"ack", func(p *peer) string { p.ack(); p.forget(); return p.stale() }},
	{"later", func(p *peer) string { p.pass(patience); p.forget(); return p.stale() }},
	{"fin, later", func(p *peer) string { p.fin(); p.ack(); p.pass(patience); p.forget(); return p.stale() }},
}

// signature is what the probes hear after a way. Where there is no connection any more, or none yet, only a newcomer can
// tell whether the port listens.
func (p *peer) signature(way []event) string {
	var heard []string
	for i, probe := range probes {
		p.arrive(way)
		answer := probe.do(p)
		if i == 0 && answer == "RST" {
			p.arrive(way)
			return "newcomer: " + p.newcomer()
		}
		heard = append(heard, probe.name+": "+answer)
	}
	return strings.Join(heard, "; ")
}

// arrive goes the way, of which the last event is given the time that it had when it was met.
func (p *peer) arrive(way []event) {
	p.take(way)
	p.pass(answered)
	p.forget()
}

// stale sends a segment of long ago.
func (p *peer) stale() string {
	p.deliver(there, uint32(oracle.ACK), p.rcv-1, p.acked(false))
	p.pass(time.Millisecond)
	return p.heard()
}

func (p *peer) fin() {
	p.deliver(there, uint32(oracle.FIN|oracle.ACK), p.rcv, p.acked(true))
	p.pass(time.Millisecond)
}

// ack acknowledges all that has been sent.
func (p *peer) ack() {
	p.deliver(there, uint32(oracle.ACK), p.rcv, p.acked(false))
	p.una = p.nxt
	p.pass(time.Millisecond)
}

// newcomer sends a SYN from elsewhere.
func (p *peer) newcomer() string {
	p.deliver(other, uint32(oracle.SYN), 0, 0)
	p.pass(time.Millisecond)
	p.base = 1
	return p.heard()
}

// repeated is the last of what is sent again.
func (p *peer) repeated() string {
	last := "-"
	for _, s := range p.sent {
		if s.again {
			last = flagNames(s.flags)
		}
	}
	return last
}

// block is what the oracle has to know of the connection.
func (p *peer) block(at *place) oracle.Block {
	return oracle.Block{
		State: at.state, Passive: at.passive, SndUna: p.una, SndNxt: p.nxt, MaxSndWnd: window, RcvNxt: p.rcv, RcvWnd: 1000,
	}
}
