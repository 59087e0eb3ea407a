package stack

import (
	"time"

	"stackproof/stack/wire"
)

// redirectTimeout is when a redirected destination is tried by the gateway again, which redirects it once more if that is
// still right. No RFC says how long; a host may be moved, and a lie is to end.
const redirectTimeout = 10 * time.Minute

// firstHop is route with what redirects have said.
func (s *Stack) firstHop(now time.Duration, src, dst wire.Addr) (from, next wire.Addr, c Cause) {
	from, next, c = s.route(src, dst)
	if c != OK || next == dst {
		return from, next, c
	}
	if p := s.pathTo(dst); p != nil && p.next.IsValid() && now < p.redirected {
		return from, p.next, OK
	}
	return from, next, c
}

// redirect4 handles a redirect (RFC 792, RFC 1122 3.2.2.2). One about a network is one about the host, and one about a type
// of service is about all. Anybody can send one in the gateway's name, so it must quote what we have sent.
func (s *Stack) redirect4(now time.Duration, m *packet, msg wire.ICMPv4) {
	q, err := msg.Quoted()
	gateway := msg.Gateway()
	switch {
	case s.cfg.IgnoreRedirects:
		s.count(DropICMPIgnored)
	case err != wire.OK || !s.sent4(q):
		s.count(DropICMPQuote)
	case m.group || gateway == s.cfg.IPv4.Addr || !isHost4(s.cfg.IPv4, gateway) || !s.redirect(now, m.src, q.Dst(), gateway):
		s.count(DropRedirect)
	}
}

// sent4 reports whether we can have sent a packet that is quoted: a segment is under way (RFC 5927 4.1), a datagram is of
// an endpoint and has one of the latest identifications, which nobody can guess who does not see it.
func (s *Stack) sent4(q wire.IPv4Packet) bool {
	b := q.Payload()
	if q.FragOffset() != 0 || len(b) < 8 || !s.isOwn(q.Src()) {
		return false
	}
	switch q.Protocol() {
	case wire.ProtoTCP:
		return s.tcpUndelivered(q.Src(), q.Dst(), b, OK)
	case wire.ProtoUDP:
		return s.ip4IDUsed(q.Src(), q.Dst(), wire.ProtoUDP, q.ID()) && s.udpUndelivered(q.Src(), q.Dst(), b, OK)
	}
	return false
}

// redirect6 handles a valid redirect (RFC 4861 8.3). Its hop limit says that it is of this link, where who wants our packets
// need not ask for them this way: nothing needs to be quoted.
func (s *Stack) redirect6(now time.Duration, m *packet, r wire.Redirect) {
	target, dst := r.Target(), r.Dst()
	mac, has, valid := s.linkAddr(r.Options(), wire.NDPTargetLinkAddr)
	switch {
	case s.cfg.IgnoreRedirects:
		s.count(DropICMPIgnored)
		return
	case !valid:
		s.count(DropNDPInvalid)
		return
	case s.claimOf(target) >= 0 || !s.redirect(now, m.src, dst, target):
		s.count(DropRedirect)
		return
	}
	if has { // it proves as little as a solicitation does
		s.learned(s.neighbours.Solicitation(now, target, mac))
	}
}

// redirect has packets to dst sent to next from now on, if it is the neighbour who they are sent to that says so. The
// gateway is the only one to begin with: who is on the link is reached without one.
func (s *Stack) redirect(now time.Duration, by, dst, next wire.Addr) bool {
	_, hop, c := s.firstHop(now, wire.Addr{}, dst)
	if c != OK || hop != by || by == dst {
		return false
	}
	p := s.pathRow(dst)
	p.next, p.redirected = next, now+redirectTimeout
	s.count(Redirected)
	return true
}

// forgetRedirect has packets to dst sent to the gateway again.
func (s *Stack) forgetRedirect(dst wire.Addr) {
	if p := s.pathTo(dst); p != nil {
		p.next = wire.Addr{}
	}
}

// forgetRouter forgets the redirects to a neighbour that is no router (RFC 4861 7.2.5); with gone also that it is a
// destination itself.
func (s *Stack) forgetRouter(a wire.Addr, gone bool) {
	for i := range s.paths {
		if p := &s.paths[i]; p.next == a && (gone || p.dst != a) {
			p.next = wire.Addr{}
		}
	}
}

// leaveHop forgets the redirects to a neighbour that does not answer, whose row is i (RFC 4861 7.3.3).
func (s *Stack) leaveHop(i int) {
	a, _ := s.neighbours.Target(i)
	s.forgetRouter(a, true)
}
