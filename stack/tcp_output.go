package stack

import (
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// tcpPoll does what is due and returns the next deadline.
func (s *Stack) tcpPoll(now time.Duration) (next time.Duration, ok bool) {
	d := deadline{}
	blocked, full := false, false // no transmit buffer; no room for a packet to ourselves
	n, sent, first := len(s.st.TCP), s.counts[TCPSent], s.tcp.first
	for k := range n {
		id := (first + k) % n
		r := &s.st.TCP[id]
		if r.use == tcpFree || r.use == tcpListener {
			continue
		}
		r.state.Tick(now)
		r.stale = r.use == tcpOrphan && now-r.closed >= orphanGrace
		self := s.isSelf(r.remote)
		if !(self && full || !self && blocked) && !s.tcpFlush(now, id) {
			full, blocked = full || self, blocked || !self
			if s.counts[TCPSent] != sent {
				s.tcp.first = (id + 1) % n // so that one that has much to send does not starve the others
			}
		}
		if at, ok := r.state.Deadline(); ok {
			d.at(at)
		}
		s.tcpReap(r)
	}
	if blocked {
		d.at(now + transmitRetry)
	}
	return d.time, d.set
}

// tcpReap frees the row of a connection that is over and that nobody has.
func (s *Stack) tcpReap(r *TCPConn) {
	if r.use == tcpEmbryo && r.state.State() == tcp.Closed || r.use == tcpOrphan && r.state.Done() {
		r.use = tcpFree
	}
}

// tcpFlush sends what a connection has to send. It is false if there is no transmit buffer.
func (s *Stack) tcpFlush(now time.Duration, id int) bool {
	r := &s.st.TCP[id]
	s.tcpFit(now, r)
	for {
		p, ok := r.state.Next()
		if !ok {
			return true
		}
		if p.Again && r.state.InTrouble() {
			s.doubt(now, r.local, r.remote)
		}
		switch c := s.tcpSend(now, id, &p); c {
		case OK:
		case WouldBlock:
			return false
		case InProgress: // until the neighbour answers, or does not
			return true
		default:
			// It is lost, as it could have been further on; the connection's timers see to it (RFC 9293 MUST-56).
			s.count(DropTCPUnsent)
			r.soft = c
		}
		r.state.Sent(now, p)
	}
}

// tcpSend sends one segment of a connection.
func (s *Stack) tcpSend(now time.Duration, id int, p *tcp.Plan) Cause {
	r := &s.st.TCP[id]
	_, low := s.pathMTU(now, r.remote)
	o := outgoing{dst: r.remote, src: r.local, proto: wire.ProtoTCP, n: wire.TCPHeaderLen + p.Options.Len() + p.Len, df: !low}
	r.ip.apply(&o)
	o.reply = r.use == tcpEmbryo // anybody can send a SYN, from any address
	if c := s.beginIP(now, &o); c != OK {
		return c
	}
	_, tx := s.tcpMemory(id)
	data := o.payload[o.n-p.Len:]
	clear(data[r.tx.Peek(tx, p.Offset, data):]) // the garbage of a keep-alive
	s.tcpCommit(&o, r.lport, r.rport, &p.Segment)
	if p.Again {
		s.count(TCPRetransmitted)
	}
	return OK
}

// tcpCommit puts the header before the data of a segment and sends it.
func (s *Stack) tcpCommit(o *outgoing, lport, rport uint16, g *tcp.Segment) {
	n := wire.PutTCPOptions(o.payload[wire.TCPHeaderLen:], &g.Options)
	wire.TCPFields{
		SrcPort: lport, DstPort: rport, Seq: uint32(g.Seq), Ack: uint32(g.Ack), Flags: g.Flags, Window: g.Wnd,
		OptionsLen: uint8(n),
	}.Put(o.payload)
	wire.TCP(o.payload).SetChecksum(o.src, o.dst)
	s.commitIP(o)
	s.count(TCPSent)
	if g.Flags.Has(tcp.RST) {
		s.count(TCPResetsSent)
	}
}
