package tcpmachine

import (
	"strings"
	"time"

	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// event is what can happen to a connection.
type event struct {
	name    string
	segment bool
	flags   oracle.Flags
	old     bool // the ACK is of what has been acknowledged already
	call    func(p *peer)
	wait    time.Duration
}

const (
	// answered is how long an answer is waited for: longer than an ACK may be delayed, and with the time that came
	// before shorter than the first retransmission time-out (RFC 9293 3.8.6.3, RFC 6298 2.1).
	answered = 600 * time.Millisecond
	// again is when whatever is to be acknowledged has been sent again.
	again = 4 * time.Second
	// patience is longer than any time-out that is not the application's own: 2 MSL are four minutes, and a peer that is
	// silent is given up after some retransmissions.
	patience = time.Hour
)

// events are all of them: segments that stand just where the next one is expected, calls, and time.
func events() (all []event) {
	for _, acks := range []struct{ has, old bool }{{false, false}, {true, false}, {true, true}} {
		for bits := range 8 {
			flags := oracle.Flags(bits) // FIN, SYN and RST are the lowest three
			if acks.has {
				flags |= oracle.ACK
			}
			name := flagNames(uint32(flags))
			if acks.old {
				name += "(old)"
			}
			all = append(all, event{name: name, segment: true, flags: flags, old: acks.old})
		}
	}
	return append(all,
		event{name: "listen", call: (*peer).listen}, event{name: "connect", call: (*peer).connect},
		event{name: "send", call: (*peer).send}, event{name: "receive", call: (*peer).receive},
		event{name: "shutdown", call: (*peer).shutdown}, event{name: "close", call: (*peer).close},
		event{name: "abort", call: (*peer).abort}, event{name: "wait", wait: patience})
}

// flagNames are a segment's control bits as the figure writes them.
func flagNames(flags uint32) string {
	var names []string
	for _, f := range []struct {
		bit  uint32
		name string
	}{{frame.SYN, "SYN"}, {frame.FIN, "FIN"}, {frame.RST, "RST"}, {frame.ACK, "ACK"}} {
		if flags&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// own is the socket that all is about, and port where it listens.
const (
	own  = sut.FD(3)
	port = 7
)

func (p *peer) listen() {
	p.call(sut.Call{Op: sut.OpBind, FD: own, Addr: sut.Addr{Family: sut.DomainIPv4, Port: port}})
	p.call(sut.Call{Op: sut.OpListen, FD: own, Value: 2})
	if !p.known {
		p.here = port
	}
}

func (p *peer) connect() {
	p.call(sut.Call{Op: sut.OpConnect, FD: own, Addr: p.address()})
}

// send is acknowledged, if anything is sent.
func (p *peer) send() {
	nxt := p.nxt
	p.call(sut.Call{Op: sut.OpSend, FD: own, Data: []byte("text"), Flags: sut.MsgDontWait})
	if p.nxt != nxt {
		p.ack()
	}
}

func (p *peer) receive() {
	p.call(sut.Call{Op: sut.OpRecv, FD: own, Value: 10, Flags: sut.MsgDontWait})
}

func (p *peer) shutdown() { p.call(sut.Call{Op: sut.OpShutdown, FD: own, Value: sut.ShutWrite}) }
func (p *peer) close()    { p.call(sut.Call{Op: sut.OpClose, FD: own}) }

// abort is what RFC 9293 3.10.5 calls ABORT: a close that does not linger.
func (p *peer) abort() {
	p.call(sut.Call{Op: sut.OpSetSockOpt, FD: own, Option: sut.SoLinger, Data: []byte{0: 1, 7: 0}})
	p.close()
}

// askable tells whether the event can happen there: a call needs a descriptor, and an old ACK something that is not
// acknowledged.
func (p *peer) askable(at *place, e *event) bool {
	switch {
	case e.call != nil:
		return !at.mute
	case e.old:
		return p.una != p.nxt && p.known
	}
	return true
}
