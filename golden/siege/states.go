package siege

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/wire"
)

// state is a stack that was brought to some point, and what a frame must have to be about it.
type state struct {
	name     string
	host     *host
	seq, ack uint32 // of a segment of the peer's that is in its place
	lport    uint16 // the stack's port

	v6             bool
	optional       bool   // the peer's SYN had options
	stamp, stamped uint32 // of the next segment of the peer's; that of the stack's last
}

// irs is the peer's initial sequence number.
const irs = 1000

// prepare makes the states.
func prepare() []state {
	all := []state{
		{name: "idle", host: newHost(0)},
		{name: "claiming its addresses", host: claiming()},
		{name: "without a link", host: unplugged()},
		{name: "asked for the rest of a datagram", host: halfDatagram()},
		opening(false),
	}
	for _, step := range []string{"LISTEN", "SYN-RECEIVED", "ESTABLISHED", "ESTABLISHED with data both ways", "CLOSE-WAIT", "LAST-ACK",
		"FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"} {
		all = append(all, accepted(step, false, false))
	}
	return all
}

// settled is a host that knows the peer's address.
func settled() *host {
	h := newHost(0)
	b := make([]byte, 64)
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeARP}.Put(b)
	n += wire.ARPFields{Op: wire.ARPRequest, SenderMAC: peerMAC, SenderIP: peer4, TargetIP: stack4}.Put(b[n:])
	h.hear(b[:n])
	return h
}

func claiming() *host {
	h := newHost(1)
	h.SetLink(h.now, false)
	h.SetLink(h.now, true)
	h.rest()
	h.take()
	return h
}

func unplugged() *host {
	h := settled()
	h.SetLink(h.now, false)
	h.rest()
	return h
}

// halfDatagram waits for the second of two fragments, and somebody listens for what it will be.
func halfDatagram() *host {
	h := settled()
	listen(h)
	h.hear(packet(wire.IPv4Fields{Protocol: wire.ProtoUDP, ID: 1, MF: true}, make([]byte, 64)))
	return h
}

// opening has sent a SYN.
func opening(v6 bool) state {
	h, peer := settled(), peer4
	if v6 {
		h, peer = settledOver6(), peer6
	}
	if _, c := h.TCPConnect(h.now, wire.Addr{}, listenPort, peer, peerPort); c != stack.OK {
		panic("siege: no connection: " + c.String())
	}
	h.rest()
	syn := h.take()
	s := state{name: "SYN-SENT", host: h, seq: irs, ack: syn.Seq() + 1, lport: listenPort, v6: v6, stamp: irs}
	s.note(syn)
	return s
}

// accepted has a listener, and a connection that has come as far as step says.
func accepted(step string, v6, optional bool) state {
	h := settled()
	if v6 {
		h = settledOver6()
	}
	listener, c := h.TCPListen(wire.Addr{}, listenPort, backlog)
	if c != stack.OK {
		panic("siege: no listener: " + c.String())
	}
	s := state{name: step, host: h, seq: irs, lport: listenPort, v6: v6, optional: optional, stamp: irs}
	if step == "LISTEN" {
		return s
	}
	s.hear(wire.FlagSYN, nil)
	s.seq++
	if step == "SYN-RECEIVED" {
		return s
	}
	s.hear(wire.FlagACK, nil)
	id, c := h.TCPAccept(listener)
	if c != stack.OK {
		panic("siege: nothing to accept: " + c.String())
	}
	s.goOn(step, id)
	h.rest()
	h.take()
	h.now += time.Millisecond
	return s
}

// goOn brings a connection that is open further.
func (s *state) goOn(step string, id int) {
	h := s.host
	switch step {
	case "ESTABLISHED with data both ways":
		h.TCPWrite(id, make([]byte, 2000))
		h.rest()
		s.seq += 10
		s.hear(wire.FlagACK|wire.FlagPSH, make([]byte, 100)) // behind a hole
		s.seq -= 10
		s.hear(wire.FlagACK|wire.FlagPSH, make([]byte, 5))
		s.seq += 5
	case "ESTABLISHED with its window shut":
		s.hear(wire.FlagACK|wire.FlagPSH, make([]byte, 1024))
		s.seq += 1024
		s.hear(wire.FlagACK|wire.FlagPSH, make([]byte, 1024))
		s.seq += 1024
	case "CLOSE-WAIT", "LAST-ACK":
		s.hear(wire.FlagFIN|wire.FlagACK, nil)
		s.seq++
		if step == "LAST-ACK" {
			h.TCPClose(h.now, id)
		}
	case "CLOSING", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT":
		h.TCPShutdownWrite(id)
		h.rest()
		h.take()
		s.shut(step)
	}
}

// shut is what the peer does once the stack has sent its FIN.
func (s *state) shut(step string) {
	switch step {
	case "CLOSING":
		s.hear(wire.FlagFIN|wire.FlagACK, nil) // which does not acknowledge the stack's
		s.seq++
	case "FIN-WAIT-2", "TIME-WAIT":
		s.ack++
		s.hear(wire.FlagACK, nil)
		if step == "TIME-WAIT" {
			s.hear(wire.FlagFIN|wire.FlagACK, nil)
			s.seq++
		}
		s.ack--
	}
}

// hear has the stack hear a segment of the peer's that is in its place; the answer to a SYN says where that of the others is.
func (s *state) hear(flags wire.TCPFlags, data []byte) {
	ack := s.ack
	if flags == wire.FlagSYN {
		ack = 0
	}
	answer := s.host.hear(s.segment(flags, s.seq, ack, data))
	if flags == wire.FlagSYN {
		s.ack = answer.Seq() + 1
	}
	s.note(answer)
}

// note takes down the timestamp of a segment of the stack's.
func (s *state) note(seg wire.TCP) {
	if seg == nil {
		return
	}
	if o := wire.ParseTCPOptions(seg.Options()); o.HasTS {
		s.stamped = o.TSVal
	}
}
