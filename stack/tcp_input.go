package stack

import (
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// tcpInput takes a segment; its checksum is still to be verified. The packet went to one of our addresses, not to a
// group, and came from one other host (RFC 9293 MUST-57, MUST-63).
func (s *Stack) tcpInput(now time.Duration, m *packet, b []byte) {
	t, err := wire.CheckTCP(b)
	if err == wire.OK && !s.deviceVerifies(m, len(b)) {
		err = t.VerifyChecksum(m.src, m.dst)
	}
	if err != wire.OK {
		s.count(tcpErrors[err])
		return
	}
	var g tcp.Segment // field by field, as in ip4Input
	g.Seq, g.Ack, g.Flags, g.Wnd, g.Urg = tcp.Seq(t.Seq()), tcp.Seq(t.Ack()), t.Flags(), t.Window(), t.Urgent()
	g.Len, g.ECN = len(t.Payload()), m.tos&ecnBits
	g.Options.Parse(t.Options())
	if g.Malformed {
		// RFC 9293 MUST-7 suggests a reset, which would let anybody end a connection.
		s.count(DropTCPOptions)
		return
	}
	s.count(TCPReceived)
	if m.tos&ecnBits == wire.ECNCE {
		s.count(TCPMarked)
	}
	if g.Flags.Has(tcp.SYN) && g.WScale > tcp.MaxWindowShift {
		s.count(TCPBadScale)
	}
	id := s.tcpFind(m.dst, t.DstPort(), m.src, t.SrcPort())
	if id >= 0 && !(s.st.TCP[id].state.Reopens(&g) && s.tcpFindListener(m.dst, t.DstPort()) >= 0) {
		s.tcpArrive(now, m, id, &g, t.Payload())
		return
	}
	s.tcpStranger(now, m, t, &g, id)
}

// deviceVerifies reports whether the device has verified the checksum of a segment of n bytes.
func (s *Stack) deviceVerifies(m *packet, n int) bool {
	return s.cfg.ChecksumByDevice && !m.loop && !m.fragmented && (m.dst.Is4() || len(m.bytes) == wire.IPv6HeaderLen+n)
}

// tcpArrive gives a segment to its connection and does what that says.
func (s *Stack) tcpArrive(now time.Duration, m *packet, id int, g *tcp.Segment, data []byte) {
	if !s.tcpAdmit(id, g) {
		return
	}
	r := &s.st.TCP[id]
	before, n := r.state.State(), g.Len
	var res tcp.Result
	r.state.ArriveTo(now, g, &res)
	s.tcpTouch(id)
	s.tcpDropped(res.Drop)
	if res.Slowed {
		s.count(TCPSlowed)
	}
	if res.Reset {
		s.tcpReset(now, m, r.lport, r.rport, g)
	}
	rx, tx := s.tcpMemory(id)
	r.tx.Discard(tx, res.Acked)
	res.Store(&r.rx, rx, data)
	if r.readShut {
		r.drain(rx)
	}
	after := r.state.State()
	if r.use == tcpEmbryo && before == tcp.SynReceived && after != before {
		s.tcpGrown(id)
	}
	if res.Acked > 0 || res.Ready > 0 || after == tcp.Established && after != before {
		r.soft = OK
		if r.heard != now {
			r.heard = now
			s.confirm(now, r.local, r.remote)
		}
	}
	if n > 0 && res.Ready != n {
		// RFC 5681 4.2: what comes out of order, and what fills a hole, is acknowledged at once. The peer counts these
		// acknowledgments, and at its end the Poll at hand would send one for all that it has taken in.
		s.tcpFlush(now, id)
	}
}

// drain throws away what was received.
func (r *TCPConn) drain(rx []byte) {
	r.state.Read(r.rx.Len())
	r.rx.Discard(rx, r.rx.Len())
}

// tcpGrown handles the end of a handshake with a listener.
func (s *Stack) tcpGrown(id int) {
	r := &s.st.TCP[id]
	switch r.state.State() {
	case tcp.Closed, tcp.Listen: // RFC 9293 3.10.7.4: back to LISTEN; the listener itself has never left
		s.tcpRelease(id)
	default:
		s.tcp.turn++
		r.use, r.turn = tcpWaiting, s.tcp.turn
	}
}

// tcpStranger handles a segment of no connection: it is for a listener, or it is reset (RFC 9293 3.10.7.1). old is the
// connection in TIME-WAIT whose place a SYN takes (RFC 9293 3.6.1, MAY-2), -1 for none.
func (s *Stack) tcpStranger(now time.Duration, m *packet, t wire.TCP, g *tcp.Segment, old int) {
	listener := s.tcpFindListener(m.dst, t.DstPort())
	if listener < 0 {
		s.tcpDropped(tcp.DropClosed)
		s.tcpReset(now, m, t.DstPort(), t.SrcPort(), g)
		return
	}
	res, syn := tcp.OnListen(g)
	if !syn {
		if g.Flags&(tcp.SYN|tcp.ACK|tcp.RST) == tcp.ACK && s.tcpRecall(now, m, t, g, listener) {
			return
		}
		s.tcpDropped(res.Drop)
		if res.Reset {
			s.tcpReset(now, m, t.DstPort(), t.SrcPort(), g)
		}
		return
	}
	handshakes, waiting := s.tcpQueued(listener)
	backlog := s.st.TCP[listener].backlog
	full := handshakes+waiting >= backlog
	row := old >= 0 || s.tcp.noCookies // an answer without one would not know what follows on the segments of old
	switch {
	case waiting >= backlog, full && row:
		s.count(DropTCPBacklog)
		return
	case s.tcpLeast(false, lossTooMuch) < 0, s.tcpSpareSlot() < 0 && s.tcpLeast(true, lossTooMuch) < 0:
		s.count(DropTCPTableFull)
		return
	}
	id := -1
	if !full {
		id = s.tcpAllocEmbryo()
	}
	switch {
	case id >= 0:
	case row:
		s.count(DropTCPTableFull)
		return
	default:
		s.tcpAnswer(now, m, t, g, listener)
		return
	}
	cfg := s.tcpListenerConfig(now, m, t, listener)
	if old >= 0 {
		cfg.ISS = s.st.TCP[old].state.Succeed(cfg.ISS)
		s.tcpSettle(old)
	}
	s.tcpEmbryo(now, m, t, id, listener).state.Listen(cfg)
	s.tcpArrive(now, m, id, g, t.Payload())
}

// tcpEmbryo makes a row a handshake with a listener, still closed.
func (s *Stack) tcpEmbryo(now time.Duration, m *packet, t wire.TCP, id, listener int) *TCPConn {
	r := s.tcpBegin(id, tcpEmbryo, m.dst, t.DstPort(), m.src, t.SrcPort())
	r.listener, r.ip, r.closed = listener, s.st.TCP[listener].ip, now
	return r
}

// tcpQueued returns how many connections a listener has that are not accepted: handshakes, and those that wait.
func (s *Stack) tcpQueued(listener int) (handshakes, waiting int) {
	for i := range s.st.TCP {
		switch r := &s.st.TCP[i]; {
		case r.use == tcpEmbryo && r.listener == listener:
			handshakes++
		case r.use == tcpWaiting && r.listener == listener:
			waiting++
		}
	}
	return handshakes, waiting
}

// tcpReset answers a segment with a reset, unless it is one.
func (s *Stack) tcpReset(now time.Duration, m *packet, lport, rport uint16, g *tcp.Segment) {
	rst, ok := tcp.Reset(g)
	if !ok {
		return
	}
	o := outgoing{dst: m.src, src: m.dst, proto: wire.ProtoTCP, n: wire.TCPHeaderLen}
	if s.beginReply(now, &o) {
		s.tcpCommit(&o, lport, rport, &rst, 0)
	}
}

// tcpDropped counts why a segment was dropped.
func (s *Stack) tcpDropped(d tcp.Drop) {
	if d != tcp.DropNone {
		s.count(tcpReasons[d])
	}
}
