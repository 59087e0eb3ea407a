package stack

import (
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/wire"
)

// Check walks all of the stack's state and returns the first rule that does not hold. now is the time of the last call, or
// later. It is for between two calls, changes nothing, and takes time in proportion to the tables: it is for tests.
func (s *Stack) Check(now time.Duration) invariant.Violation {
	if v := s.checkTCP(now); !v.Holds() {
		return v
	}
	if v := s.checkUDP(); !v.Holds() {
		return v
	}
	if v := s.neighbours.Check(now); !v.Holds() {
		return v
	}
	if v := s.reassembly.Check(now); !v.Holds() {
		return v
	}
	if v := s.checkGroups(); !v.Holds() {
		return v
	}
	if v := s.checkPaths(now); !v.Holds() {
		return v
	}
	return s.checkHost(now)
}

func (s *Stack) checkUDP() invariant.Violation {
	for i := range s.st.UDP {
		e := &s.st.UDP[i]
		switch {
		case !e.open:
		case !e.raw && e.port == 0, e.raw && e.port != 0, !e.raw && e.peer.IsValid() && e.pport == 0, e.limit < 0, e.err >= numCauses:
			return invariant.UDPUse.At(i)
		case !e.queue.sound(s.udpMemory(i)):
			return invariant.UDPQueue.At(i)
		}
	}
	return invariant.Violation{}
}

// sound reports whether the queue holds whole datagrams, one behind the other.
func (q *udpQueue) sound(memory []byte) bool {
	if q.used < 0 || q.used > len(memory) || q.head < 0 || q.head > 0 && q.head >= len(memory) {
		return false
	}
	for rest := *q; rest.used > 0; {
		var record [udpRecordFixed]byte
		rest.read(memory, 0, record[:])
		a := int(record[4])
		n := udpRecordFixed + 2*a + (int(record[0])<<8 | int(record[1]))
		if a != 4 && a != 16 || n > rest.used {
			return false
		}
		rest.head, rest.used = (rest.head+n)%len(memory), rest.used-n
	}
	return true
}

func (s *Stack) checkGroups() invariant.Violation {
	for f := range s.groups {
		if m := &s.groups[f]; m.version > versionWithoutEnd || m.robust == 0 || m.interval <= 0 {
			return invariant.GroupRow.At(f)
		}
	}
	for i := range s.numGroups() {
		g := s.group(i)
		if !g.addr.IsValid() {
			continue
		}
		if !isLinkGroup(g.addr) || g.joins == 0 && g.reports == 0 && !g.answer.set || int(g.asked) > len(g.sources) {
			return invariant.GroupRow.At(i)
		}
		for j := range i {
			if s.group(j).addr == g.addr {
				return invariant.GroupRow.At(i)
			}
		}
	}
	return invariant.Violation{}
}

func (s *Stack) checkPaths(now time.Duration) invariant.Violation {
	for i := range s.paths {
		p := &s.paths[i]
		least := wire.IPv6MinMTU
		if p.dst.Is4() {
			least = minPath4
		}
		switch {
		case !p.dst.IsValid():
			if *p != (path{}) {
				return invariant.PathRow.At(i)
			}
		case s.pathTo(p.dst) != p, // there is one before it, or a gap
			p.mtu != 0 && (int(p.mtu) < least || p.mtu > s.cfg.MTU), p.low && (p.dst.Is6() || p.mtu != minPath4),
			p.expires-now > pathTimeout, p.redirected-now > redirectTimeout,
			p.next.IsValid() && p.next.Is4() != p.dst.Is4():
			return invariant.PathRow.At(i)
		}
	}
	return invariant.Violation{}
}

func (s *Stack) checkHost(now time.Duration) invariant.Violation {
	g := &s.staged
	if g.n < 0 || g.n > len(s.st.Staging) || g.n > 0 && (g.sent < 0 || g.sent >= g.n || g.sent%8 != 0 || !g.dst.IsValid()) {
		return invariant.StagedBounds.At(0)
	}
	slots := s.loopSlots()
	if s.loop.count < 0 || s.loop.count > slots || s.loop.head < 0 || s.loop.head > 0 && s.loop.head >= slots {
		return invariant.LoopBounds.At(0)
	}
	for i := range s.loop.count {
		b := s.loopSlot(s.loop.head + i)
		if n := int(b[0])<<8 | int(b[1]); n < wire.IPv4HeaderLen || n > int(s.cfg.MTU) {
			return invariant.LoopBounds.At(i)
		}
	}
	for i := range s.claims {
		c, most := &s.claims[i], s.cfg.DADTransmits
		if i == claim4 {
			most = arpProbes + arpAnnouncements
		}
		if c.state > refused || c.state == tentative && c.sent > most || c.due-now > arpDefendTime {
			return invariant.ClaimState.At(i)
		}
	}
	if s.errors.all.full-now > errorBurst*errorInterval {
		return invariant.ErrorTokens.At(0)
	}
	for i := range s.errors.hosts {
		if s.errors.hosts[i].full-now > errorBurst*errorInterval {
			return invariant.ErrorTokens.At(1 + i)
		}
	}
	return invariant.Violation{}
}
