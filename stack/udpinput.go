package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/wire"
)

// udpInput handles a datagram (RFC 768, RFC 1122 4.1).
func (s *Stack) udpInput(now time.Duration, m *packet, b []byte) {
	u, err := wire.CheckUDP(b)
	if err == wire.OK {
		err = u.VerifyChecksum(m.src, m.dst)
	}
	if err != wire.OK {
		s.count(udpErrors[err])
		return
	}
	id := s.udpFind(m, u.SrcPort(), u.DstPort())
	if id < 0 {
		s.count(DropUDPNoPort)
		if m.dst.Is4() { // RFC 1122 4.1.3.1, RFC 4443 3.1
			s.unreachable4(now, m, wire.ICMPv4PortUnreachable)
		} else {
			s.unreachable6(now, m, wire.ICMPv6PortUnreachable)
		}
		return
	}
	d := Datagram{Full: len(u.Payload()), Src: m.src, SrcPort: u.SrcPort(), Dst: m.dst}
	s.udpPush(id, &d, u.Payload())
	for i := range s.st.UDP {
		if e := &s.st.UDP[i]; m.group && i != id && e.share && s.udpTakes(e, m, u.SrcPort(), u.DstPort()) {
			s.udpPush(i, &d, u.Payload())
		}
	}
}

// udpPush puts a datagram into the queue of an endpoint.
func (s *Stack) udpPush(id int, d *Datagram, payload []byte) {
	e := &s.st.UDP[id]
	switch {
	case !e.queue.push(s.udpMemory(id), s.UDPQueueSize(e.limit), d, payload):
		s.count(DropUDPQueueFull)
	case !e.raw:
		s.count(UDPReceived)
	}
}

// udpTakes reports whether a datagram is one for the endpoint.
func (s *Stack) udpTakes(e *UDPEndpoint, m *packet, srcPort, dstPort uint16) bool {
	return e.open && !e.raw && e.port == dstPort &&
		(overlap(e.local, m.dst) || s.cfg.BroadcastToBound && s.IsBroadcast(m.dst) && s.isOwn(e.local)) &&
		(!e.peer.IsValid() || e.peer == m.src && e.pport == srcPort)
}

// udpFind returns the endpoint that a datagram is for, -1 if there is none. Only of those that share their port there are
// several.
func (s *Stack) udpFind(m *packet, srcPort, dstPort uint16) int {
	best, bestFit := -1, -1
	for i := range s.st.UDP {
		e := &s.st.UDP[i]
		if !s.udpTakes(e, m, srcPort, dstPort) {
			continue
		}
		fit := 0
		if e.peer.IsValid() {
			fit = 2
		}
		if e.bound == m.dst {
			fit++
		}
		if fit > bestFit {
			best, bestFit = i, fit
		}
	}
	return best
}

// udpUndelivered notes an ICMP error about a datagram; quoted is its start. It reports whether an endpoint can have sent
// it; of one that was too long, where routers had no leave to fragment it. Only one with a peer can tell whom it is about,
// and hears of it (RFC 1122 4.1.3.3), unless it is OK.
func (s *Stack) udpUndelivered(local, remote wire.Addr, quoted []byte, c Cause) (sent bool) {
	src, dst := binary.BigEndian.Uint16(quoted), binary.BigEndian.Uint16(quoted[2:])
	for i := range s.st.UDP {
		e := &s.st.UDP[i]
		switch {
		case !e.open || e.raw || e.port != src || !overlap(e.local, local):
		case e.peer.IsValid() && (e.peer != remote || e.pport != dst):
		default:
			if e.peer.IsValid() && c != OK {
				e.err = c
			}
			sent = sent || c != TooLong || remote.Is6() || e.ip.Fragments == FragmentsNone
		}
	}
	return sent
}

// udpMemory returns the memory of an endpoint's queue.
func (s *Stack) udpMemory(id int) []byte {
	n := len(s.st.UDPBuffer) / len(s.st.UDP)
	return s.st.UDPBuffer[id*n:][:n]
}

// UDPQueueSize returns how many bytes the queue of an endpoint holds that has this limit, 0 for none.
func (s *Stack) UDPQueueSize(limit int32) int {
	return queueSize(limit, len(s.st.UDPBuffer)/max(len(s.st.UDP), 1))
}

// UDPSetQueue limits how many bytes the queue of an endpoint holds, what each datagram takes besides its data included;
// 0: as many as there is memory for. What is in it stays. Invalid: there is no endpoint with this id.
func (s *Stack) UDPSetQueue(id int, limit int32) Cause {
	e := s.udp(id)
	if e == nil {
		return Invalid
	}
	e.limit = limit
	return OK
}

// UDPPeekAt copies what the oldest datagram of the queue has from an offset on to p, as much of it as fits, and leaves it
// there. As UDPReceive; N is what was copied.
func (s *Stack) UDPPeekAt(id, offset int, p []byte) (Datagram, Cause) {
	e := s.udp(id)
	if e == nil {
		return Datagram{}, Invalid
	}
	d, ok := e.queue.front(s.udpMemory(id), offset, p, false)
	if !ok {
		return Datagram{}, WouldBlock
	}
	return d, OK
}

// UDPReceive copies the oldest datagram of the queue to p, as much of it as fits. Unless peek is set it then takes the
// whole datagram from the queue. WouldBlock, if the queue is empty; Invalid, if there is no endpoint with this id.
func (s *Stack) UDPReceive(id int, p []byte, peek bool) (Datagram, Cause) {
	e := s.udp(id)
	if e == nil {
		return Datagram{}, Invalid
	}
	d, ok := e.queue.front(s.udpMemory(id), 0, p, !peek)
	if !ok {
		return Datagram{}, WouldBlock
	}
	return d, OK
}
