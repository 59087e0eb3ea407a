package stack

import (
	"time"

	"stackproof/stack/wire"
)

// claimState is where one of our addresses stands.
type claimState uint8

const (
	claimed   claimState = iota // it is ours
	tentative                   // we are finding out whether anybody has it (RFC 4862 2, RFC 5227 1.1)
	refused                     // somebody has: it is not used
)

// claim is one of our addresses on its way to be used.
type claim struct {
	state claimState
	begun bool          // the first probe has its time
	told  bool          // routers have been told of the solicited-node groups
	sent  uint8         // probes and announcements
	due   time.Duration // of the next step; of an IPv4 address in use: when it may be defended again
}

// The claims: IPv6 addresses as in own6, then the IPv4 address.
const (
	claimLink6 = iota
	claimOwn6
	claim4
	numClaims
)

const (
	dadDelay   = time.Second // MAX_RTR_SOLICITATION_DELAY: before the first probe on a link
	dadRetrans = time.Second // RetransTimer (RFC 4862 5.1)
)

// SetClaims says how addresses are claimed when the link goes up next: see [Config].
func (s *Stack) SetClaims(dadTransmits uint8, arpProbe, reportNodes bool) {
	s.cfg.DADTransmits, s.cfg.ARPProbe, s.cfg.ReportNodes = dadTransmits, arpProbe, reportNodes
}

// beginClaims makes our addresses tentative, or ours at once where nobody is to be asked. It is called whenever a link
// comes up, for it may be another one.
func (s *Stack) beginClaims() {
	v6, v4 := claim{}, claim{}
	if s.cfg.DADTransmits > 0 {
		v6.state = tentative
	}
	if s.cfg.ARPProbe {
		v4.state = tentative
	}
	s.claims = [numClaims]claim{v6, v6, v4}
}

// AddressStatus says whether an address of the configuration can be used: OK; InProgress, while others are being asked
// whether they have it; AddrInUse, if one has; AddrNotAvailable, if it is not ours at all.
func (s *Stack) AddressStatus(a wire.Addr) Cause {
	i := s.claimOf(a)
	switch {
	case i < 0:
		return AddrNotAvailable
	case s.claims[i].state == refused || a.Is6() && !s.has6():
		return AddrInUse
	case s.claims[i].state == tentative:
		return InProgress
	}
	return OK
}

// claimOf returns which of the claims is about an address, -1 for none.
func (s *Stack) claimOf(a wire.Addr) int {
	switch {
	case !a.IsValid():
	case a == s.own6[0]:
		return claimLink6
	case a == s.own6[1]:
		return claimOwn6
	case a == s.cfg.IPv4.Addr:
		return claim4
	}
	return -1
}

// pollClaims takes the steps that are due, adds the next to d, and reports whether something had to stay undone because
// there was no transmit buffer.
func (s *Stack) pollClaims(now time.Duration, d *deadline) (blocked bool) {
	if s.linkDown {
		return false
	}
	for i := range s.claims {
		c := &s.claims[i]
		if c.state == tentative && !c.begun {
			s.scheduleClaim(now, i)
		}
		for s.claimDue(i) && now >= c.due {
			if !s.stepClaim(now, i) {
				blocked = true
				break
			}
		}
		if s.claimDue(i) && c.due > now {
			d.at(c.due)
		}
	}
	return blocked
}

// claimDue reports whether a claim has a next step.
func (s *Stack) claimDue(i int) bool {
	c := &s.claims[i]
	switch i {
	case claim4:
		return s.has4() && (c.state == tentative || c.state == claimed && c.sent > 0 && c.sent < arpProbes+arpAnnouncements)
	case claimOwn6:
		return s.has6() && c.state == tentative && s.own6[1].IsValid()
	}
	return s.has6() && c.state == tentative
}

// scheduleClaim sets the time of the first probe at random, so that hosts that are switched on together do not speak all
// at once (RFC 4862 5.4.2, RFC 5227 2.1.1). The IPv6 addresses share theirs.
func (s *Stack) scheduleClaim(now time.Duration, i int) {
	c := &s.claims[i]
	c.begun = true
	if i == claimOwn6 {
		c.due = s.claims[claimLink6].due
	} else {
		c.due = now + s.randomTime(dadDelay)
	}
}

// randomTime returns a random time below most.
func (s *Stack) randomTime(most time.Duration) time.Duration {
	return time.Duration(s.random() % uint64(most))
}

// stepClaim takes the next step of a claim. It is false, and nothing has changed, if there is no transmit buffer.
func (s *Stack) stepClaim(now time.Duration, i int) bool {
	if i == claim4 {
		return s.stepClaim4(now)
	}
	c := &s.claims[i]
	if i == claimLink6 && !c.told { // RFC 4862 5.4.2: switches are to let answers through
		s.joinNodes()
		c.told = true
	}
	if !s.reportGroups(now, groups6) {
		return false
	}
	if c.sent == s.cfg.DADTransmits {
		c.state = claimed
		if i == claimLink6 {
			s.retellGroups6()
		}
		return true
	}
	if !s.ndpSolicit(s.own6[i], wire.Any6, wire.MAC{}) {
		return false
	}
	c.sent++
	c.due = now + dadRetrans
	return true
}

// conflict6 notes that somebody else has, or wants, an address of ours (RFC 4862 5.4.3, 5.4.4). Probes of our own that
// the link echoes do not come as far as this: their frames have our own source address. One that is in use stays so: who
// came later has to yield, and a forged message must not take it from us.
func (s *Stack) conflict6(a wire.Addr) {
	s.count(DropNDPConflict)
	if i := s.claimOf(a); s.claims[i].state == tentative {
		s.claims[i].state = refused
	}
}
