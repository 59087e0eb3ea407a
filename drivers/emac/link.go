package emac

import "time"

// link asks the PHY again and again, one register at a time.
type link struct {
	phase   linkPhase
	due     time.Duration // to look at the management interface
	asked   time.Duration // when the transfer began
	partner uint32
	hundred bool
	full    bool
	offered bool // PAUSE is among what the PHY advertises
	pause   bool // both ends can PAUSE
}

type linkPhase uint8

const (
	linkIdle    linkPhase = iota
	linkStatus            // PHYStatus is being read
	linkPartner           // PHYPartner
	linkAdvert            // PHYAdvert
	linkOffer             // PHYAdvert, before there is a link
	linkOffered           // PHYAdvert is being written
	linkAgain             // PHYControl, for another negotiation
)

const (
	mdioLook     = 50 * time.Microsecond // a transfer takes 26 to 65 us
	mdioPatience = 20 * time.Millisecond
	noAnswer     = 0xffff
)

// Link reports whether there is a link, and of what kind.
func (d *Driver) Link() (up, hundred, full bool) {
	if d.state != Up {
		return false, false, false
	}
	return true, d.link.hundred, d.link.full
}

// ask begins to read a register of the PHY.
func (d *Driver) ask(register uint32, phase linkPhase) {
	command := MDIODivider(d.config.BusHz)<<MDIOCRAt | d.config.PHY<<MDIOPAAt | register<<MDIOGRAt
	d.bus.Write(GMIIAddr, command|MDIOGB)
	d.link.phase, d.link.asked, d.link.due = phase, d.now, d.now+mdioLook
}

// tell begins to write a register of the PHY.
func (d *Driver) tell(register, value uint32, phase linkPhase) {
	d.bus.Write(GMIIData, value)
	command := MDIODivider(d.config.BusHz)<<MDIOCRAt | d.config.PHY<<MDIOPAAt | register<<MDIOGRAt
	d.bus.Write(GMIIAddr, command|MDIOGW|MDIOGB)
	d.link.phase, d.link.asked, d.link.due = phase, d.now, d.now+mdioLook
}

// MDIODivider is the value of CR for which MDC has no more than 2.5 MHz, of a bus of so many Hz.
func MDIODivider(busHz uint32) uint32 {
	switch mhz := busHz / 1_000_000; {
	case mhz < 35:
		return 2
	case mhz < 60:
		return 3
	case mhz < 100:
		return 0
	case mhz < 150:
		return 1
	case mhz < 250:
		return 4
	}
	return 5
}

// pollLink goes on with the PHY.
func (d *Driver) pollLink() {
	l := &d.link
	if d.now < l.due {
		return
	}
	if l.phase == linkIdle {
		if d.config.Pause && !l.offered && d.state == Down {
			d.ask(PHYAdvert, linkOffer)
		} else {
			d.ask(PHYStatus, linkStatus)
		}
		return
	}
	if d.bus.Read(GMIIAddr)&MDIOGB != 0 {
		l.due = d.now + mdioLook
		if d.now-l.asked >= mdioPatience {
			d.counters.MDIOTimeouts++
			d.dropLink()
		}
		return
	}
	v := d.bus.Read(GMIIData) & 0xffff
	phase := l.phase
	l.phase, l.due = linkIdle, d.now+checkEvery
	switch {
	case phase == linkOffered:
		d.tell(PHYControl, ControlNegotiate|ControlRestart, linkAgain)
	case phase == linkAgain:
		l.offered = true
	case v == noAnswer:
		d.counters.MDIOErrors++
	case phase == linkOffer && v&offered != offered:
		// Not what was read and PAUSE: the PHY keeps what it is told, and one misread word would cut the link for good.
		d.tell(PHYAdvert, offered, linkOffered)
	case phase == linkOffer:
		l.offered, l.due = true, d.now
	case phase == linkPartner:
		l.partner = v
		d.ask(PHYAdvert, linkAdvert)
	case phase == linkAdvert:
		d.settle(v & l.partner)
	case d.state == Up && v&LinkUp == 0:
		d.dropLink()
	case d.state == Down && v&LinkUp != 0:
		d.ask(PHYPartner, linkPartner)
	}
}

// dropLink counts a link that has gone, and starts anew: a reset is the one way to empty both rings.
func (d *Driver) dropLink() {
	if d.state == Up {
		d.counters.LinkDowns++
	}
	d.reset()
}

// settle starts with the best mode that both ends have.
func (d *Driver) settle(common uint32) {
	l := &d.link
	l.hundred = common&(Ability100|Ability100Ful) != 0
	l.full = common&Ability100Ful != 0 || !l.hundred && common&Ability10Full != 0
	l.pause = d.config.Pause && l.full && common&AbilityPause != 0
	d.counters.LinkUps++
	d.start(l.hundred, l.full)
}
