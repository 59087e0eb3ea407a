package stack

import (
	"time"

	"stackproof/stack/wire"
)

// path is what is known of the path to one destination (RFC 4861 5.1, destination cache): that it carries less than the
// link does, that another neighbour than the gateway is the way to it, or both.
type path struct {
	dst     wire.Addr // no address: the row is free
	mtu     uint16
	low     bool          // IPv4: it carries less than minPath4 even
	expires time.Duration // when the MTU is forgotten

	next       wire.Addr     // where a redirect has packets sent
	redirected time.Duration // when next is forgotten
}

// until is when nothing is known any more.
func (p *path) until() time.Duration { return max(p.expires, p.redirected) }

const (
	// minPath4 is the least MTU that an ICMP message can bring an IPv4 path down to. Less is possible on paper (RFC 1191 3:
	// 68), but hardly anywhere else, and it would let an attacker make us send many small packets. Below it routers have to
	// fragment.
	minPath4 = 552
	// lieBelow4 is the least MTU that an IPv4 link may have (RFC 791 3.2).
	lieBelow4 = 68
	// pathTimeout is when the link's MTU is tried again (RFC 1191 6.3, RFC 8201 5.3).
	pathTimeout = 10 * time.Minute
)

// pathMTU returns the largest packet that the path to dst is known to carry, and whether even that is more than it does.
func (s *Stack) pathMTU(now time.Duration, dst wire.Addr) (mtu int, low bool) {
	if p := s.pathTo(dst); p != nil && now < p.expires {
		return int(p.mtu), p.low
	}
	return int(s.cfg.MTU), false
}

// pathTo returns the row of a destination, nil if it has none.
func (s *Stack) pathTo(dst wire.Addr) *path {
	for i := range s.paths {
		p := &s.paths[i]
		if !p.dst.IsValid() { // rows are taken in order, and stay taken
			break
		}
		if p.dst == dst {
			return p
		}
	}
	return nil
}

// lowerPath takes a router's word that packets to dst, one of which we have sent, are to be no longer than mtu. ICMP only
// ever lowers the MTU of a path; time raises it again.
func (s *Stack) lowerPath(now time.Duration, dst wire.Addr, mtu int) {
	was, wasLow := s.pathMTU(now, dst)
	least, low := wire.IPv6MinMTU, false
	if dst.Is4() {
		low = mtu < minPath4
		least = lieBelow4
	}
	if mtu < least || mtu > was || mtu == was && low == wasLow { // RFC 8201 4
		s.count(DropICMPIgnored)
		return
	}
	if low {
		mtu = minPath4
	}
	p := s.pathRow(dst)
	p.mtu, p.low, p.expires = uint16(mtu), low, now+pathTimeout
	for i := range s.st.TCP {
		if s.st.TCP[i].remote == dst {
			s.tcpTouch(i)
		}
	}
}

// pathRow returns the row of a destination: the one that it has, a free one, or else the one that would expire first.
func (s *Stack) pathRow(dst wire.Addr) *path {
	if p := s.pathTo(dst); p != nil {
		return p
	}
	best := &s.paths[0]
	for i := range s.paths {
		if p := &s.paths[i]; p.until() < best.until() { // a free one's is 0
			best = p
		}
	}
	*best = path{dst: dst}
	return best
}

// plateau guesses the MTU of a link that a packet of n bytes did not fit through, for routers that do not say (RFC 1191 5
// and 7.1, as far as it can matter here).
func plateau(n int) int {
	switch {
	case n > 1492:
		return 1492
	case n > 1006:
		return 1006
	}
	return minPath4
}

// tcpFit makes a connection's segments fit its path, and those that are under way go out again if they did not (RFC 9293
// 3.7.5, SHLD-6). Segments do not grow again: that is for new connections.
func (s *Stack) tcpFit(now time.Duration, r *TCPConn) {
	if mtu, _ := s.pathMTU(now, r.remote); mtu < int(s.cfg.MTU) {
		r.state.LowerMSS(mtu - headerLen(r.remote) - wire.TCPHeaderLen)
	}
}
