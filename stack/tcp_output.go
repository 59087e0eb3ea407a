package stack

import (
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// tcpPoll does what is due and returns the next deadline. It looks at the rows that something has happened to, and at
// those whose time has come.
func (s *Stack) tcpPoll(now time.Duration) (next time.Duration, ok bool) {
	s.tcp.polled = now
	s.tcpTouchDue(now)
	d := deadline{}
	var stuck [2]int // rows, counted from 1: for which there was no transmit buffer, no room for a packet to ourselves
	for last, id := int(s.tcp.tail-1), -1; id != last; {
		id = s.tcpNext()
		r := &s.st.TCP[id]
		if r.use == tcpFree || r.use == tcpListener {
			continue
		}
		r.state.Tick(now)
		way := 0
		if s.isSelf(r.remote) {
			way = 1
		}
		flushed := flushWaits
		if stuck[way] == 0 {
			flushed = s.tcpFlush(now, id)
		}
		switch flushed {
		case flushBlocked:
			stuck[way] = id + 1
		case flushWaits:
			s.tcpTouch(id)
		}
		s.tcpSettle(id)
	}
	// They come behind those that were not asked any more, so that one that has much to send does not starve the others.
	for way, row := range stuck {
		if row != 0 {
			s.tcpTouch(row - 1)
			if way == 0 {
				d.at(now + transmitRetry)
			}
		}
	}
	if s.tcp.timers > 0 {
		d.at(s.heapDue(1))
	}
	return d.time, d.set
}

// tcpSettle frees the row of a connection that is over and that nobody has, or says when it is due.
func (s *Stack) tcpSettle(id int) {
	r := &s.st.TCP[id]
	if r.use == tcpEmbryo && r.state.State() == tcp.Closed || r.use == tcpOrphan && r.state.Done() {
		s.tcpRelease(id)
		return
	}
	if at, ok := r.state.Deadline(); ok {
		s.tcpSchedule(id, at)
	} else {
		s.tcpUnschedule(id)
	}
}

// flushed says how far tcpFlush has come.
type flushed uint8

const (
	flushDone    flushed = iota // nothing is left to be sent now
	flushBlocked                // there is no transmit buffer
	flushWaits                  // for something else: the neighbour's answer
)

// tcpFlush sends what a connection has to send.
func (s *Stack) tcpFlush(now time.Duration, id int) flushed {
	r := &s.st.TCP[id]
	s.tcpFit(now, r)
	var o outgoing
	var p tcp.Plan
	for r.state.NextTo(&p) {
		if p.Again && r.state.InTrouble() {
			s.doubt(now, r.local, r.remote)
			o.frame = nil // there may be another way now
		}
		switch c := s.tcpSend(now, id, &o, &p); c {
		case OK:
		case WouldBlock:
			return flushBlocked
		case InProgress:
			return flushWaits
		default:
			// It is lost, as it could have been further on; the connection's timers see to it (RFC 9293 MUST-56).
			s.count(DropTCPUnsent)
			r.soft = c
		}
		r.state.Sent(now, &p)
	}
	return flushDone
}

// tcpSend sends one segment of a connection. o is that of the segment before, which has just gone out, or zero.
func (s *Stack) tcpSend(now time.Duration, id int, o *outgoing, p *tcp.Plan) Cause {
	r := &s.st.TCP[id]
	o.n = wire.TCPHeaderLen + p.Options.Len() + p.Len
	if c := s.tcpBeginIP(now, r, o, p); c != OK {
		return c
	}
	_, tx := s.tcpMemory(id)
	data := o.payload[o.n-p.Len:]
	n, sum := 0, uint32(0)
	if s.deviceInserts(o) {
		n = r.tx.Peek(tx, p.Offset, data)
	} else {
		n, sum = r.tx.PeekSum(tx, p.Offset, data)
	}
	clear(data[n:]) // the garbage of a keep-alive
	s.tcpCommit(o, r.lport, r.rport, &p.Segment, sum)
	if p.Again {
		s.count(TCPRetransmitted)
	}
	return OK
}

// deviceInserts reports whether the device puts the checksum into a segment.
func (s *Stack) deviceInserts(o *outgoing) bool {
	return s.cfg.ChecksumByDevice && !o.inside && !o.staged
}

// tcpBeginIP is beginIP for a segment. Behind one that went out in a frame, which says where to, it finds no way anew.
func (s *Stack) tcpBeginIP(now time.Duration, r *TCPConn, o *outgoing, p *tcp.Plan) Cause {
	mtu, low := s.pathMTU(now, r.remote)
	if o.frame != nil && !o.inside && o.n <= mtu-headerLen(o.dst) {
		o.tos = o.tos&^ecnBits | p.ECN
		return s.beginFrame(o, o.mac)
	}
	*o = outgoing{dst: r.remote, src: r.local, proto: wire.ProtoTCP, n: o.n, df: !low}
	r.ip.apply(o)
	o.tos |= p.ECN
	o.reply = r.use == tcpEmbryo // anybody can send a SYN, from any address
	return s.beginIP(now, o)
}

// tcpCommit puts the header before the data of a segment, whose sum it is told, and sends it.
func (s *Stack) tcpCommit(o *outgoing, lport, rport uint16, g *tcp.Segment, sum uint32) {
	n := wire.PutTCPOptions(o.payload[wire.TCPHeaderLen:], &g.Options)
	wire.TCPFields{
		SrcPort: lport, DstPort: rport, Seq: uint32(g.Seq), Ack: uint32(g.Ack), Flags: g.Flags, Window: g.Wnd,
		OptionsLen: uint8(n), Urgent: g.Urg,
	}.Put(o.payload)
	if !s.deviceInserts(o) {
		wire.TCP(o.payload).SetChecksumOf(o.src, o.dst, g.Len, sum)
	}
	s.commitIP(o)
	s.count(TCPSent)
	if g.Flags.Has(tcp.RST) {
		s.count(TCPResetsSent)
	}
}
