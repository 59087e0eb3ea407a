package stack

import (
	"time"

	"stackproof/stack/wire"
)

// RFC 5227 1.1.
const (
	arpProbes        = 3 // PROBE_NUM
	arpProbeMin      = time.Second
	arpProbeMax      = 2 * time.Second
	arpAnnounceWait  = 2 * time.Second
	arpAnnouncements = 2                // ANNOUNCE_NUM
	arpAnnounceTime  = 2 * time.Second  // ANNOUNCE_INTERVAL
	arpDefendTime    = 10 * time.Second // DEFEND_INTERVAL
)

// stepClaim4 probes for the IPv4 address, and when nobody has answered announces that it is ours (RFC 5227 2.1.1, 2.3).
func (s *Stack) stepClaim4(now time.Duration) bool {
	c := &s.claims[claim4]
	source := wire.Any4
	if c.sent >= arpProbes {
		source = s.cfg.IPv4.Addr
	}
	if !s.arpRequest(s.cfg.IPv4.Addr, source, wire.MAC{}) {
		return false
	}
	c.sent++
	switch {
	case c.sent < arpProbes:
		c.due = now + arpProbeMin + s.randomTime(arpProbeMax-arpProbeMin)
	case c.sent == arpProbes:
		c.due = now + arpAnnounceWait
	default:
		c.state = claimed
		c.due = now + arpAnnounceTime
	}
	return true
}

// conflict4 notes that somebody else has, or wants, our IPv4 address. An address that is not ours yet is given up (RFC 5227
// 2.1.1). One that is in use is kept, since it was given to us: it is announced again, once in ten seconds at most, so that
// two hosts that both insist do not flood the link (2.4 c).
func (s *Stack) conflict4(now time.Duration) {
	s.count(DropARPConflict)
	c := &s.claims[claim4]
	switch {
	case c.state == tentative:
		c.state = refused
	case c.state == refused || !s.cfg.ARPProbe || s.claimDue(claim4) || now < c.due:
	case s.arpRequest(s.cfg.IPv4.Addr, s.cfg.IPv4.Addr, wire.MAC{}):
		c.due = now + arpDefendTime
	default:
		s.count(DropReplyNoBuffer)
	}
}
