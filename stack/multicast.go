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
	fresh   bool      // nobody has been told of that at all
	last    bool      // no other member has reported since we did (RFC 2236 3)
	change  time.Duration
	answer  deadline // of the answer to a query
	asked   uint8    // sources that the query is about; 0: all
	sources [maxAsked]wire.Addr
}

// maxAsked is how many sources of a group are remembered that queries are about. If they are about more the answer is that
// all are wanted, which is as true.
const maxAsked = 4

// membership is what the memberships of one family have in common. IGMP and MLD differ in little but their numbers:
// versions are counted back from the newest, so that 0 is IGMPv3 and MLDv2, 1 is IGMPv2 and MLDv1, 2 is IGMPv1.
type membership struct {
	older    [2]deadline // until when a querier of version 1 and 2 counts as present (RFC 3376 7.2.1, RFC 3810 8.2.1)
	version  uint8
	robust   uint8         // a change is told so many times
	interval time.Duration // between the general queries of the querier
}

// newMembership holds as long as no querier has said otherwise.
var newMembership = membership{robust: 2, interval: 125 * time.Second} // RFC 3376 8.1, 8.2; RFC 3810 9.1, 9.2

// The families.
const (
	groups4 = iota
	groups6
)

const (
	reportInterval    = time.Second
	reportInterval1   = 10 * time.Second // of older versions (RFC 2236 8.10, RFC 2710 7.10)
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
func (s *Stack) changed(g *Group) {
	g.reports, g.change, g.fresh = s.groups[g.family()].robust, atOnce, true
	g.answer, g.asked = deadline{}, 0
}

// changeDue reports whether a change is to be told now, due whether that or an answer is.
func (g *Group) changeDue(now time.Duration) bool { return g.reports > 0 && now >= g.change }

func (g *Group) due(now time.Duration) bool {
	return g.changeDue(now) || g.answer.set && now >= g.answer.time
}

// quiet forgets what is to be told.
func (g *Group) quiet() {
	g.reports, g.fresh, g.answer, g.asked = 0, false, deadline{}, 0
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

// freeGroup returns a row for another group, nil if there is none. One that is only kept until routers have been told that
// it was left gives way: that may take as long as there is no link, and they find out by themselves (RFC 3376 6.2.2).
func (s *Stack) freeGroup() *Group {
	if g := s.findGroup(wire.Addr{}); g != nil {
		return g
	}
	for i := range s.st.Groups {
		if g := &s.st.Groups[i]; g.joins == 0 {
			*g = Group{}
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
	case s.isAlways(group):
		return OK
	}
	g := s.findGroup(group)
	if g == nil {
		g = s.freeGroup()
	}
	if g == nil || g.joins == math.MaxUint16 {
		return TableFull
	}
	g.addr = group
	g.joins++
	if g.joins == 1 {
		s.changed(g)
	}
	return OK
}

// MulticastLeave takes one join back. It answers Invalid if there was none.
func (s *Stack) MulticastLeave(group wire.Addr) Cause {
	if s.isAlways(group) {
		return OK
	}
	if !group.IsValid() || !s.isMember(group) {
		return Invalid
	}
	g := s.findGroup(group)
	g.joins--
	if g.joins == 0 {
		s.changed(g)
	}
	return OK
}

// isAlways reports whether we are members of a group without having joined it: that of all hosts, which nobody needs to be
// told (RFC 3376 6, RFC 3810 6), and those of our addresses, which have rows of their own.
func (s *Stack) isAlways(group wire.Addr) bool {
	return group == wire.AllHosts4 || group == wire.AllNodes6 || group.IsValid() && (group == s.nodes[0].addr || group == s.nodes[1].addr)
}

// isLinkGroup reports whether a is a group whose packets go over a link (RFC 4291 2.7: scope 1 is the interface, 0 is
// reserved).
func isLinkGroup(a wire.Addr) bool {
	return a.IsMulticast() && (a.Is4() || a.As16()[1]&15 > 1)
}

// initGroups forgets all memberships but those of our solicited-node groups (RFC 4291 2.8).
func (s *Stack) initGroups() {
	clear(s.st.Groups)
	s.nodes = [2]Group{}
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
	s.groups = [2]membership{newMembership, newMembership}
	for i := range s.st.Groups {
		g := &s.st.Groups[i]
		g.quiet()
		if g.joins > 0 {
			s.changed(g)
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
			s.changed(g)
		}
	}
}

// retellGroups6 has the memberships told once more, now that there is an address to do so from: routers take no notice of
// reports from none (RFC 3590 4, RFC 3810 5.2.13).
func (s *Stack) retellGroups6() {
	s.joinNodes()
	for i := range s.st.Groups {
		if g := &s.st.Groups[i]; g.joins > 0 && g.addr.Is6() {
			s.changed(g)
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
