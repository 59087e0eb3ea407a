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
		opening(),
	}
	for _, step := range []string{"LISTEN", "SYN-RECEIVED", "ESTABLISHED", "ESTABLISHED with data both ways", "CLOSE-WAIT", "LAST-ACK",
		"FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"} {
		all = append(all, accepted(step))
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
	if _, c := h.UDPOpen(wire.Addr{}, udpPort); c != stack.OK {
		panic("siege: no endpoint: " + c.String())
	}
	h.hear(packet(wire.IPv4Fields{Protocol: wire.ProtoUDP, ID: 1, MF: true}, make([]byte, 64)))
	return h
}

// opening has sent a SYN.
func opening() state {
	h := settled()
	if _, c := h.TCPConnect(h.now, wire.Addr{}, listenPort, peer4, peerPort); c != stack.OK {
		panic("siege: no connection: " + c.String())
	}
	h.rest()
	syn := h.take()
	return state{"SYN-SENT", h, irs, syn.Seq() + 1, listenPort}
}

// accepted has a listener, and a connection that has come as far as step says.
func accepted(step string) state {
	h := settled()
	listener, c := h.TCPListen(wire.Addr{}, listenPort, 2)
	if c != stack.OK {
		panic("siege: no listener: " + c.String())
	}
	s := state{step, h, irs, 0, listenPort}
	if step == "LISTEN" {
		return s
	}
	answer := h.hear(segment(wire.FlagSYN, irs, 0, nil))
	s.seq, s.ack = irs+1, answer.Seq()+1
	if step == "SYN-RECEIVED" {
		return s
	}
	h.hear(segment(wire.FlagACK, s.seq, s.ack, nil))
	id, c := h.TCPAccept(listener)
	if c != stack.OK {
		panic("siege: nothing to accept: " + c.String())
	}
	switch step {
	case "ESTABLISHED with data both ways":
		h.TCPWrite(id, make([]byte, 2000))
		h.rest()
		h.hear(segment(wire.FlagACK|wire.FlagPSH, s.seq+10, s.ack, make([]byte, 100))) // behind a hole
		h.hear(segment(wire.FlagACK|wire.FlagPSH, s.seq, s.ack, make([]byte, 5)))
		s.seq += 5
	case "CLOSE-WAIT", "LAST-ACK":
		h.hear(segment(wire.FlagFIN|wire.FlagACK, s.seq, s.ack, nil))
		s.seq++
		if step == "LAST-ACK" {
			h.TCPClose(h.now, id)
		}
	case "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT":
		h.TCPShutdownWrite(id)
		h.rest()
		h.take()
		if step != "FIN-WAIT-1" {
			h.hear(segment(wire.FlagACK, s.seq, s.ack+1, nil))
		}
		if step == "TIME-WAIT" {
			h.hear(segment(wire.FlagFIN|wire.FlagACK, s.seq, s.ack+1, nil))
			s.seq++
		}
	}
	h.rest()
	h.take()
	h.now += time.Millisecond
	return s
}
