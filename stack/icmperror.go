package stack

import (
	"time"

	"stackproof/stack/wire"
)

// The most bytes of an ICMP error with its IP header: RFC 1812 4.3.2.3, RFC 4443 2.4 c.
const (
	maxError4 = 576
	maxError6 = wire.IPv6MinMTU
)

// sendError sends an ICMP error about a received packet, unless none may be sent about such a packet, or too many have
// been of late.
func (s *Stack) sendError(now time.Duration, m *packet, f wire.ICMPFields, proto uint8) {
	if !s.mayAnswerWithError(m, f, proto) {
		return
	}
	limit := s.errors.to(m.src)
	if h := &s.errors.hosts[limit]; h.addr == m.src && !h.allow(now) || !s.errors.all.allow(now) {
		s.count(DropICMPLimited)
		return
	}
	most := maxError4
	if m.dst.Is6() {
		most = maxError6
	}
	mtu, _ := s.pathMTU(now, m.src)
	most = min(most, mtu) - headerLen(m.dst) - wire.ICMPHeaderLen
	o := outgoing{dst: m.src, proto: proto, n: wire.ICMPHeaderLen + min(len(m.bytes), most)}
	if s.isOwn(m.dst) {
		o.src = m.dst
	}
	if !s.beginReply(now, &o) {
		return
	}
	f.Put(o.payload)
	copy(o.payload[wire.ICMPHeaderLen:], m.bytes)
	if proto == wire.ProtoICMP {
		wire.ICMPv4(o.payload).SetChecksum()
	} else {
		wire.ICMPv6(o.payload).SetChecksum(o.src, o.dst)
	}
	s.commitIP(&o)
	s.errors.spend(now, limit, m.src, s.randomTime(2*errorForAll))
	s.count(ICMPErrorsSent)
}

// mayAnswerWithError says whether a packet may be answered with an error (RFC 1122 3.2.2, RFC 4443 2.4 e). That its source
// is one host or unspecified is known here, and that over IPv4 it is no fragment but the first.
func (s *Stack) mayAnswerWithError(m *packet, f wire.ICMPFields, proto uint8) bool {
	if m.src.IsUnspecified() {
		return false
	}
	if proto == wire.ProtoICMP {
		p := wire.IPv4Packet(m.bytes)
		if p.Protocol() == wire.ProtoICMP {
			if msg, err := wire.CheckICMPv4(p.Payload()); err != wire.OK || msg.IsError() {
				return false
			}
		}
		return !m.group
	}
	if upper, off, err := upperLayer(m.bytes); err == wire.OK && upper == wire.ProtoICMPv6 {
		if msg, err := wire.CheckICMPv6(m.bytes[off:]); err != wire.OK || msg.IsError() || msg.Type() == wire.ICMPv6Redirect {
			return false
		}
	}
	return !m.group || f.Type == wire.ICMPv6ParamProblem && f.Code == wire.ICMPv6BadOption
}

// errorLimits are the limits of the rate of errors (RFC 4443 2.4 f, RFC 1812 4.3.2.8): to each of the hosts that were sent some
// of late, and to all together. If there were but one for all, somebody could tell from how many errors come how many another
// host was sent about packets in its name, and so which of its ports are open. What one costs of the limit for all is therefore
// drawn at random.
type errorLimits struct {
	all   rateLimit
	hosts [errorHosts]struct {
		addr wire.Addr
		rateLimit
	}
}

// to returns the row of a host, or the one that it is to get: that which is full for the longest time, or will be first.
func (l *errorLimits) to(a wire.Addr) (row int) {
	for i := range l.hosts {
		if l.hosts[i].addr == a {
			return i
		}
		if l.hosts[i].full < l.hosts[row].full {
			row = i
		}
	}
	return row
}

// spend takes a token of a host's, whose row is known, and what it costs of those for all.
func (l *errorLimits) spend(now time.Duration, row int, a wire.Addr, cost time.Duration) {
	h := &l.hosts[row]
	if h.addr != a {
		h.addr, h.full = a, 0
	}
	h.spend(now, errorInterval)
	l.all.spend(now, cost)
}

// rateLimit is a token bucket, kept as the time at which it will be full again.
type rateLimit struct{ full time.Duration }

const (
	errorBurst    = 10                     // tokens of a host
	errorInterval = 100 * time.Millisecond // for one of them
	errorHosts    = 4
	errorForAll   = errorInterval / errorHosts // for one of those for all, on the average
)

// allow reports whether there is a token.
func (r *rateLimit) allow(now time.Duration) bool {
	return r.full-now <= (errorBurst-1)*errorInterval
}

// spend takes one that costs so much.
func (r *rateLimit) spend(now, cost time.Duration) { r.full = max(r.full, now) + cost }

// undelivered4 tells the sender of one of our packets that it was not delivered. p is the packet, or its start; mtu is
// that of the next link where the cause is TooLong.
func (s *Stack) undelivered4(now time.Duration, p wire.IPv4Packet, c Cause, mtu int) {
	if p.FragOffset() != 0 {
		s.count(DropICMPQuote)
		return
	}
	if c == TooLong && mtu == 0 {
		mtu = plateau(p.TotalLen())
	}
	s.undelivered(now, p.Src(), p.Dst(), p.Protocol(), p.Payload(), c, mtu)
}

// undelivered6 is undelivered4 for IPv6.
func (s *Stack) undelivered6(now time.Duration, p wire.IPv6Packet, c Cause, mtu int) {
	proto, off, err := upperLayer(p)
	if err != wire.OK || proto == wire.ProtoNone {
		s.count(DropICMPQuote)
		return
	}
	s.undelivered(now, p.Src(), p.Dst(), proto, p[off:], c, mtu)
}

// undelivered takes what there is of the transport's header and data. About something that we did not send, or too little
// to tell who did, nobody is told. About an echo reply the truth cannot be told from a lie: nothing is kept of it.
func (s *Stack) undelivered(now time.Duration, src, dst wire.Addr, proto uint8, b []byte, c Cause, mtu int) {
	if !s.isOwn(src) || len(b) < 8 {
		s.count(DropICMPQuote)
		return
	}
	sent := false
	switch proto {
	case wire.ProtoUDP:
		sent = s.udpUndelivered(src, dst, b, c)
	case wire.ProtoTCP:
		if sent = s.tcpUndelivered(src, dst, b, c); !sent {
			s.count(DropICMPQuote)
		}
	}
	if c == TooLong && sent {
		s.lowerPath(now, dst, mtu)
	}
}

// upperLayer returns the upper-layer protocol of a packet and where its header starts. In a fragment that is not the
// first there is none: ProtoNone.
func upperLayer(p wire.IPv6Packet) (proto uint8, off int, err wire.Err) {
	w := p.Walk()
	for x, ok := w.Next(); ok; x, ok = w.Next() {
		if x.Proto != wire.ProtoFragment {
			continue
		}
		if f, _ := wire.ParseFragment(x.Data); f.Offset != 0 {
			return wire.ProtoNone, w.Offset(), wire.OK
		}
	}
	return w.Proto(), w.Offset(), w.Err()
}
