package stack

import (
	"time"

	"stackproof/stack/wire"
)

// mldInput handles a query or a report of MLDv1. Messages come from the link, by hop limit, source and router alert (RFC
// 3810 6.2, RFC 2710 3); one who has no address yet can report, but not ask.
func (s *Stack) mldInput(now time.Duration, m *packet, b wire.ICMPv6) {
	msg, err := wire.CheckMLD(b)
	report := b.Type() == wire.ICMPv6MLDReport
	if err != wire.OK || m.hops != 1 || !m.alert || !m.src.IsLinkLocal() && !(report && m.src.IsUnspecified()) {
		s.count(DropGroupInvalid)
		return
	}
	if report {
		s.groupReported(now, groups6, msg.Group())
		return
	}
	q, err := msg.Query()
	if err != wire.OK {
		s.count(DropGroupInvalid)
		return
	}
	s.groupQuery(now, groups6, &q)
}
