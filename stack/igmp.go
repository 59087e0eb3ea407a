package stack

import (
	"time"

	"stackproof/stack/wire"
)

// igmpInput handles an IGMP message. Queries that routers may have forwarded are nobody's on this link (RFC 3376 9.1); those
// of IGMPv1 are older than the router alert.
func (s *Stack) igmpInput(now time.Duration, m *packet, b []byte) {
	msg, err := wire.CheckIGMP(b)
	if err == wire.OK {
		err = msg.VerifyChecksum()
	}
	switch {
	case err == wire.ErrChecksum:
		s.count(DropIGMPChecksum)
	case err != wire.OK:
		s.count(DropGroupInvalid)
	case msg.Type() == wire.IGMPQuery:
		q, err := msg.Query()
		general := q.Group.IsUnspecified()
		if err != wire.OK || q.Older < versionWithoutEnd && !m.alert || general && m.dst.IsMulticast() && m.dst != wire.AllHosts4 {
			s.count(DropGroupInvalid)
			return
		}
		s.groupQuery(now, groups4, &q)
	case msg.Type() == wire.IGMPv1Report || msg.Type() == wire.IGMPv2Report:
		s.groupReported(now, groups4, msg.Group())
	default:
		s.count(DropGroupIgnored)
	}
}
