package stack

import (
	"time"

	"stackproof/stack/wire"
)

// setVersion chooses the version that all routers of the link understand. Another one makes what was to be told void (RFC
// 3376 7.2.1, RFC 3810 8.2.1), but not a change that nobody has been told of.
func (s *Stack) setVersion(now time.Duration, f int) {
	m, version := &s.groups[f], uint8(newestVersion)
	for i := range m.older {
		if m.older[i].set && now < m.older[i].time {
			version = uint8(i + 1)
		}
	}
	if version == m.version {
		return
	}
	m.version = version
	for i := range s.numGroups() {
		switch g := s.group(i); {
		case !g.addr.IsValid() || g.family() != f:
		case g.fresh:
			g.answer, g.asked = deadline{}, 0
		default:
			g.quiet()
		}
	}
}

// groupQuery takes a query: the groups that it is about are to be reported within its time, at random (RFC 3376 5.2, RFC
// 3810 6.2).
func (s *Stack) groupQuery(now time.Duration, f int, q *wire.GroupQuery) {
	m := &s.groups[f]
	all := q.Group.IsUnspecified()
	switch {
	case q.Older == newestVersion: // RFC 3376 4.1.6, 4.1.7
		m.robust, m.interval = newMembership.robust, newMembership.interval
		if q.Robust > 0 {
			m.robust = q.Robust
		}
		if q.Interval > 0 {
			m.interval = q.Interval
		}
	case all || f == groups6: // RFC 3376 7.2.1: of version 2, a general one; RFC 3810 8.2.1: any
		// RFC 3376 8.12, RFC 3810 9.12
		m.older[q.Older-1] = deadline{now + time.Duration(m.robust)*m.interval + q.MaxResp, true}
	}
	s.setVersion(now, f)
	at := now + s.responseTime(q.MaxResp)
	for i := range s.numGroups() {
		g := s.group(i)
		switch {
		case g.joins == 0 || g.family() != f || !all && g.addr != q.Group:
		case m.version == newestVersion:
			g.ask(at, q)
		case !g.answer.set || q.MaxResp < g.answer.time-now: // RFC 2236 3, RFC 2710 4
			g.answer = deadline{now + s.responseTime(q.MaxResp), true}
		}
	}
}

// ask has a query answered that was received. An answer that comes sooner than another serves both; one about some sources
// is about those of both queries, if both name some.
func (g *Group) ask(at time.Duration, q *wire.GroupQuery) {
	n := int(g.asked)
	if q.Group.IsUnspecified() || q.Sources() == 0 || g.answer.set && n == 0 {
		n = 0
	} else {
		for i := range q.Sources() {
			if n = g.addSource(n, q.Source(i)); n == 0 {
				break
			}
		}
	}
	g.asked = uint8(n)
	g.answer.at(at)
}

// addSource adds a source to the first n, and returns how many there are then; 0 if they are too many.
func (g *Group) addSource(n int, a wire.Addr) int {
	for i := range n {
		if g.sources[i] == a {
			return n
		}
	}
	if n == len(g.sources) {
		return 0
	}
	g.sources[n] = a
	return n + 1
}

// responseTime returns a random time above zero and up to most, zero if that is zero.
func (s *Stack) responseTime(most time.Duration) time.Duration {
	if most == 0 {
		return 0
	}
	return 1 + s.randomTime(most)
}

// groupReported notes that somebody else has reported a group, as the older versions want it: that serves for us too (RFC
// 2236 3, RFC 2710 4).
func (s *Stack) groupReported(now time.Duration, f int, a wire.Addr) {
	s.setVersion(now, f)
	if s.groups[f].version == newestVersion {
		s.count(DropGroupIgnored)
		return
	}
	for i := range s.numGroups() {
		if g := s.group(i); g.addr == a && g.joins > 0 {
			g.last = false
			g.quiet()
		}
	}
}
