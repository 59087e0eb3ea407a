package siege

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/wire"
)

// backlog is how many handshakes a listener has at a time.
const backlog = 2

// Every prepares more states than New does: each of TCP's over both families, with the options that were agreed on, and
// what there is beside. It has no driver: Frame is not for it.
func Every() *Siege {
	s := &Siege{work: newHost(0)}
	for _, v6 := range []bool{false, true} {
		s.states = append(s.states, state{name: "CLOSED", host: known(v6), v6: v6}, opening(v6))
		for _, step := range []string{"LISTEN", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
			"ESTABLISHED with data both ways", "ESTABLISHED with its window shut"} {
			s.states = append(s.states, accepted(step, v6, true))
		}
		s.states = append(s.states, crowded(v6), part(v6), joined(v6), queued(v6),
			state{name: "claiming its addresses", host: claiming(), v6: v6}, state{name: "without a link", host: unplugged(), v6: v6})
	}
	for i := range s.states {
		x := &s.states[i]
		x.name += map[bool]string{false: " over IPv4", true: " over IPv6"}[x.v6]
	}
	return s
}

// Place is what a frame must have to be about a state.
type Place struct {
	V6                           bool
	StackMAC, PeerMAC            wire.MAC
	Stack, Peer, Router          wire.Addr
	StackPort, PeerPort, UDPPort uint16
	Seq, Ack                     uint32 // of a segment of the peer's
	Stamp, Stamped               uint32 // its timestamps
	Group                        wire.Addr
}

// Place tells what a frame must have to be about a state.
func (s *Siege) Place(i int) Place {
	x := &s.states[i]
	p := Place{
		V6: x.v6, StackMAC: stackMAC, PeerMAC: peerMAC, Stack: stack4, Peer: peer4, Router: wire.IPv4(192, 0, 2, 254), Group: group4,
		StackPort: listenPort, PeerPort: peerPort, UDPPort: udpPort, Seq: x.seq, Ack: x.ack, Stamp: x.stamp, Stamped: x.stamped,
	}
	if x.v6 {
		p.Stack, p.Peer, p.Router, p.Group = stack6, peer6, host6(254), group6
	}
	return p
}

// The groups of which a stack is a member.
var (
	group4 = wire.IPv4(224, 0, 1, 5)
	group6 = wire.AddrFrom16([16]byte{0xff, 5, 14: 1, 15: 5})
)

// settledOver6 is a host that knows the peer's address of IPv6 too.
func settledOver6() *host {
	h := settled()
	b := make([]byte, wire.NeighborMsgLen+8)
	wire.PutNeighborSolicit(b, stack6)
	wire.PutLinkAddr(b[wire.NeighborMsgLen:], wire.NDPSourceLinkAddr, peerMAC)
	wire.ICMPv6(b).SetChecksum(peer6, stack6)
	h.hear(packet6(wire.ProtoICMPv6, 255, stack6, b))
	return h
}

func known(v6 bool) *host {
	if v6 {
		return settledOver6()
	}
	return settled()
}

// crowded has a listener that has as many handshakes as it wants, of other ports of the peer's.
func crowded(v6 bool) state {
	s := accepted("LISTEN", v6, true)
	s.name = "LISTEN with its queue full"
	for i := range uint16(backlog) {
		b := s.segment(wire.FlagSYN, irs, 0, nil)
		at := len(b) - len(mustTCP(b))
		b[at], b[at+1] = byte((peerPort+1+i)>>8), byte((peerPort+1+i)&0xff)
		resum(b[at:], &s)
		s.host.hear(b)
	}
	s.host.now += time.Millisecond
	return s
}

func mustTCP(b []byte) wire.TCP {
	seg, _, _, ok := segmentOf(b)
	if !ok {
		panic("siege: no segment") // a mistake here
	}
	return seg
}

func resum(b []byte, s *state) {
	if s.v6 {
		wire.TCP(b).SetChecksum(peer6, stack6)
	} else {
		wire.TCP(b).SetChecksum(peer4, stack4)
	}
}

// part waits for the rest of a datagram in fragments.
func part(v6 bool) state {
	if !v6 {
		return state{name: "with a fragment", host: halfDatagram()}
	}
	h := settledOver6()
	listen(h)
	b := make([]byte, wire.FragmentHeaderLen+64)
	wire.Fragment{NextHeader: wire.ProtoUDP, More: true, ID: 1}.Put(b)
	h.hear(packet6(wire.ProtoFragment, 64, stack6, b))
	return state{name: "with a fragment", host: h, v6: true}
}

// joined is a member of a group, and has reported it.
func joined(v6 bool) state {
	h, g := known(v6), group4
	if v6 {
		g = group6
	}
	if c := h.MulticastJoin(g); c != stack.OK {
		panic("siege: no member: " + c.String())
	}
	h.pass(time.Minute)
	h.now += time.Millisecond
	return state{name: "member of a group", host: h, v6: v6}
}

// queued has a datagram that nobody has read.
func queued(v6 bool) state {
	h := known(v6)
	listen(h)
	b := make([]byte, wire.UDPHeaderLen+64)
	wire.UDPFields{SrcPort: peerPort, DstPort: udpPort, Length: uint16(len(b))}.Put(b)
	if v6 {
		wire.UDP(b).SetChecksum(peer6, stack6)
		h.hear(packet6(wire.ProtoUDP, 64, stack6, b))
	} else {
		wire.UDP(b).SetChecksum(peer4, stack4)
		h.hear(packet(wire.IPv4Fields{Protocol: wire.ProtoUDP}, b))
	}
	return state{name: "with a datagram to read", host: h, v6: v6}
}

func listen(h *host) {
	if _, c := h.UDPOpen(wire.Addr{}, udpPort); c != stack.OK {
		panic("siege: no endpoint: " + c.String())
	}
}
