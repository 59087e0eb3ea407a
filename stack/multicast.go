package stack

import (
	"math"
	"time"

	"stackproof/stack/wire"
)

// Group is the storage of one membership of the interface.
type Group struct {
	addr    wire.Addr // no address: the row is free
	joins   uint16    // how often it was joined and not left; 0: routers are still to be told that it was left
	reports uint8     // how often its last change is still to be told
	last    bool      // no other member has reported since we did (RFC 2236 3)
	change  time.Duration
	answer  deadline // of the answer to a query
}

// membership is what the memberships of one family have in common. IGMP and MLD differ in little but their numbers:
// versions are counted back from the newest, so that 0 is IGMPv3 and MLDv2, 1 is IGMPv2 and MLDv1, 2 is IGMPv1.
type membership struct {
	older   [2]deadline // until when a querier of version 1 and 2 counts as present (RFC 3376 7.2.1, RFC 3810 8.2.1)
	version uint8
}

// The families.
const (
	groups4 = iota
	groups6
)

const (
	robustness        = 2 // RFC 3376 8.1, RFC 3810 9.1: a change is told so many times
	reportInterval    = time.Second
	reportInterval1   = 10 * time.Second  // of older versions (RFC 2236 8.10, RFC 2710 7.10)
	olderQuerierTime  = 260 * time.Second // two query intervals of 125 s and ten seconds (RFC 3376 8.12, RFC 3810 9.12)
	atOnce            = time.Duration(math.MinInt64)
	mostRecords       = 255
	newestVersion     = 0
	versionWithoutEnd = 2 // IGMPv1 does not tell that a group was left
)

func (g *Group) family() int {
	if g.addr.Is6() {
		return groups6
	}
	return groups4
}

// changed has routers told that the group was joined, or left.
func (g *Group) changed() { g.reports, g.change, g.answer = robustness, atOnce, deadline{} }

// changeDue reports whether a change is to be told now, due whether that or an answer is.
func (g *Group) changeDue(now time.Duration) bool { return g.reports > 0 && now >= g.change }

func (g *Group) due(now time.Duration) bool {
	return g.changeDue(now) || g.answer.set && now >= g.answer.time
}

// quiet forgets what is to be told.
func (g *Group) quiet() {
	g.reports, g.answer = 0, deadline{}
	if g.joins == 0 {
		*g = Group{}
	}
}

// numGroups and group are all rows: those of our solicited-node groups, and the storage.
func (s *Stack) numGroups() int { return len(s.nodes) + len(s.st.Groups) }

func (s *Stack) group(i int) *Group {
	if i < len(s.nodes) {
		return &s.nodes[i]
	}
	return &s.st.Groups[i-len(s.nodes)]
}

// findGroup returns the row of a group, nil if there is none. Of no address it returns a free row.
func (s *Stack) findGroup(a wire.Addr) *Group {
	for i := range s.st.Groups {
		if g := &s.st.Groups[i]; g.addr == a {
			return g
		}
	}
	return nil
}

// isMember reports whether a group was joined.
func (s *Stack) isMember(a wire.Addr) bool {
	g := s.findGroup(a)
	return g != nil && g.joins > 0
}

// MulticastJoin makes the interface a member of a group: all UDP endpoints that its datagrams concern receive them. The
// routers of the link are told when the stack is next polled. A group may be joined several times. It answers Invalid (no
// group, or one of the interface), NetUnreachable (the family is not configured) or TableFull.
func (s *Stack) MulticastJoin(group wire.Addr) Cause {
	switch {
	case !isLinkGroup(group):
		return Invalid
	case group.Is4() && !s.has4() || group.Is6() && !s.has6():
		return NetUnreachable
	case isAllHosts(group):
		return OK
	}
	g := s.findGroup(group)
	if g == nil {
		g = s.findGroup(wire.Addr{})
	}
	if g == nil || g.joins == math.MaxUint16 {
		return TableFull
	}
	g.addr = group
	g.joins++
	if g.joins == 1 {
		g.changed()
	}
	return OK
}

// MulticastLeave takes one join back. It answers Invalid if there was none.
func (s *Stack) MulticastLeave(group wire.Addr) Cause {
	if isAllHosts(group) {
		return OK
	}
	if !group.IsValid() || !s.isMember(group) {
		return Invalid
	}
	g := s.findGroup(group)
	g.joins--
	if g.joins == 0 {
		g.changed()
	}
	return OK
}

// isAllHosts reports whether all hosts are members of a group, which nobody needs to be told (RFC 3376 6, RFC 3810 6).
func isAllHosts(group wire.Addr) bool { return group == wire.AllHosts4 || group == wire.AllNodes6 }

// isLinkGroup reports whether a is a group whose packets go over a link (RFC 4291 2.7: scope 1 is the interface, 0 is
// reserved).
func isLinkGroup(a wire.Addr) bool {
	return a.IsMulticast() && (a.Is4() || a.As16()[1]&15 > 1)
}

// initGroups forgets all memberships but those of our solicited-node groups (RFC 4291 2.8).
func (s *Stack) initGroups() {
	clear(s.st.Groups)
	s.nodes, s.groups = [2]Group{}, [2]membership{}
	for i, a := range s.own6 {
		if a.IsValid() {
			s.nodes[i] = Group{addr: wire.SolicitedNode(a), joins: 1}
		}
	}
	if s.nodes[1].addr == s.nodes[0].addr {
		s.nodes[1] = Group{}
	}
}

// rejoin has the routers of a link that has come up told of all memberships. Those of our solicited-node groups are told
// before the addresses are probed for, if they are.
func (s *Stack) rejoin() {
	s.groups = [2]membership{}
	for i := range s.st.Groups {
		g := &s.st.Groups[i]
		g.quiet()
		if g.joins > 0 {
			g.changed()
		}
	}
	for i := range s.nodes {
		s.nodes[i].quiet()
	}
	if s.cfg.DADTransmits == 0 {
		s.joinNodes()
	}
}

// joinNodes has the memberships in our solicited-node groups told, if they are to be.
func (s *Stack) joinNodes() {
	for i := range s.nodes {
		if g := &s.nodes[i]; s.cfg.ReportNodes && g.addr.IsValid() {
			g.changed()
		}
	}
}

// pollGroups reports what is due, adds what comes next to d, and reports whether something had to stay undone because
// there was no transmit buffer.
func (s *Stack) pollGroups(now time.Duration, d *deadline) (blocked bool) {
	if s.linkDown {
		return false
	}
	for f := range s.groups {
		blocked = !s.reportGroups(now, f) || blocked
	}
	for i := range s.numGroups() {
		g := s.group(i)
		if g.reports > 0 && g.change > now {
			d.at(g.change)
		}
		if g.answer.set && g.answer.time > now {
			d.at(g.answer.time)
		}
	}
	return blocked
}

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
		case g.reports == robustness:
			g.answer = deadline{}
		default:
			g.quiet()
		}
	}
}

// groupQuery takes a query: the groups that it is about are to be reported within its time, at random (RFC 3376 5.2, RFC
// 3810 6.2). One about sources is answered as one about their group: a member wants all. An answer that comes sooner than
// another serves both.
func (s *Stack) groupQuery(now time.Duration, f int, q *wire.GroupQuery) {
	if q.Older > 0 {
		s.groups[f].older[q.Older-1] = deadline{now + olderQuerierTime, true}
	}
	s.setVersion(now, f)
	at := now + s.responseTime(q.MaxResp)
	for i := range s.numGroups() {
		g := s.group(i)
		if g.joins == 0 || g.family() != f || !q.Group.IsUnspecified() && g.addr != q.Group {
			continue
		}
		g.answer.at(at)
		if s.groups[f].version != newestVersion { // older versions have a report, and a time, for each group
			at = now + s.responseTime(q.MaxResp)
		}
	}
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
