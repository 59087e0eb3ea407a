package model

import (
	"time"

	"stackproof/drivers/emac"
)

// PHYConfig says what is on the other side of RMII and MDIO.
type PHYConfig struct {
	Address   int           // on the management interface; 1
	ReadyTime time.Duration // from the end of the reset until it answers and gives REF_CLK; 10 ms
	Negotiate time.Duration // how long negotiation takes; 1.5 s
	LinkTime  time.Duration // until a link without negotiation is up; 20 ms
	SoftReset time.Duration // how long BMCR.15 takes; 1 ms
	Partner   Partner
	Unplugged bool // there is no cable at first
}

// Partner is the other end of the cable.
type Partner struct {
	Abilities uint16 // as in PHYPartner; 0: 10 and 100 Mbit/s, half and full duplex, PAUSE
	Silent    bool   // does not negotiate; the fastest of Abilities is its only mode
}

func (c *PHYConfig) complete() {
	span := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	if c.Address == 0 {
		c.Address = 1
	}
	span(&c.ReadyTime, 10*time.Millisecond)
	span(&c.Negotiate, 1500*time.Millisecond)
	span(&c.LinkTime, 20*time.Millisecond)
	span(&c.SoftReset, time.Millisecond)
	c.Partner.complete()
}

func (p *Partner) complete() {
	if p.Abilities == 0 {
		p.Abilities = speeds | emac.AbilityPause
	}
}

const (
	speeds        = emac.Ability10 | emac.Ability10Full | emac.Ability100 | emac.Ability100Ful
	selector      = 1 // IEEE 802.3
	controlReset  = emac.Control100 | emac.ControlNegotiate | emac.ControlDuplex
	statusFixed   = 0x7849 // all four modes, preamble suppression, able to negotiate, extended registers
	defaultPage   = 16
	pagedFrom     = 16 // registers from here on are paged
	resetHeld     = 10 * time.Millisecond
	partnerCanNeg = 1 << 0 // ANER
)

// phy is an IP101.
type phy struct {
	held      bool // the reset pin
	heldSince time.Duration
	ready     bool
	plugged   bool
	partner   Partner
	control   uint16
	advert    uint16
	page      uint16
	paged     map[uint16]uint16 // page and register
	resetting bool
	done      bool // negotiation
	link      bool
	lost      bool   // the link was down since PHYStatus was read
	mode      uint16 // one of the ability bits
	told      uint16 // what the partner has heard: the advertisement at the last negotiation
}

func (p *phy) powerOn(e *EMAC) {
	*p = phy{held: true, plugged: !e.cfg.PHY.Unplugged, partner: e.cfg.PHY.Partner}
	p.defaults()
}

func (p *phy) defaults() {
	p.control, p.advert, p.page = controlReset, speeds|selector, defaultPage
	p.paged = map[uint16]uint16{}
	p.resetting = false
	p.down()
}

func (p *phy) down() { p.link, p.done, p.lost, p.mode = false, false, true, 0 }

// SetPHYReset sets the PHY's reset pin: held, or released. It must be held for 10 ms.
func (e *EMAC) SetPHYReset(now time.Duration, held bool) {
	e.Advance(now)
	p := &e.phy
	if held == p.held {
		return
	}
	p.held, p.ready = held, false
	if held {
		p.heldSince = e.now
		e.cancel(evPHY)
		p.defaults()
		e.clocksChanged()
		return
	}
	if e.now-p.heldSince < resetHeld {
		e.misuse(RuleOrder, NoRegister, "the PHY's reset was held for %v: at least %v", e.now-p.heldSince, resetHeld)
	}
	e.in(evPHY, e.cfg.PHY.ReadyTime)
}

// LeavePHY lets the PHY be as an earlier program has left it: out of its reset for long, with this in PHYControl.
func (e *EMAC) LeavePHY(control uint16) {
	p := &e.phy
	p.held, p.ready, p.control = false, true, control
}

// SetCable plugs and unplugs the cable.
func (e *EMAC) SetCable(now time.Duration, plugged bool) {
	e.Advance(now)
	if e.phy.plugged != plugged {
		e.phy.plugged = plugged
		e.phy.restart(e)
	}
}

// SetPartner changes what is at the other end of the cable: a short loss of the link.
func (e *EMAC) SetPartner(now time.Duration, p Partner) {
	e.Advance(now)
	p.complete()
	e.phy.partner = p
	e.phy.restart(e)
}

// Link reports whether the PHY has a link, and of which mode: one of the ability bits of PHYPartner.
func (e *EMAC) Link() (up bool, mode uint16) { return e.phy.link, e.phy.mode }

// Told is what the partner has heard of the PHY's abilities, bits of PHYAdvert: a change of them takes a negotiation to get
// there.
func (e *EMAC) Told() uint16 { return e.phy.told }

// event is the end of what takes the PHY time.
func (p *phy) event(e *EMAC) {
	switch {
	case !p.ready:
		p.ready = true
		e.clocksChanged()
		p.restart(e)
	case p.resetting:
		p.defaults()
		p.restart(e)
	default:
		p.settle()
	}
}

// restart loses the link and looks for another one.
func (p *phy) restart(e *EMAC) {
	if p.link {
		e.cutReception()
	}
	p.down()
	if !p.ready || p.resetting {
		return
	}
	e.cancel(evPHY)
	switch {
	case !p.plugged || p.control&(emac.ControlPowerDown|emac.ControlIsolate) != 0:
	case p.control&emac.ControlNegotiate != 0:
		p.told = p.advert
		e.in(evPHY, e.cfg.PHY.Negotiate)
	default:
		e.in(evPHY, e.cfg.PHY.LinkTime)
	}
}

// best is the fastest of some modes.
func best(abilities uint16) uint16 {
	for _, m := range [...]uint16{emac.Ability100Ful, emac.Ability100, emac.Ability10Full, emac.Ability10} {
		if abilities&m != 0 {
			return m
		}
	}
	return 0
}

// settle finds the mode that both ends have.
func (p *phy) settle() {
	theirs := p.partner.Abilities & speeds
	if p.partner.Silent {
		theirs = best(theirs)
	}
	if p.control&emac.ControlNegotiate == 0 {
		if p.mode = p.forced(); theirs&samePace(p.mode) == 0 {
			p.mode = 0
		}
		p.link = p.mode != 0
		return
	}
	if p.partner.Silent { // parallel detection sees the pace, and takes half duplex
		theirs = samePace(theirs) & (emac.Ability10 | emac.Ability100)
	}
	p.mode = best(p.advert & theirs)
	p.link = p.mode != 0
	p.done = p.link
}

// forced is the mode that the control register asks for.
func (p *phy) forced() uint16 {
	full := p.control&emac.ControlDuplex != 0
	switch hundred := p.control&emac.Control100 != 0; {
	case hundred && full:
		return emac.Ability100Ful
	case hundred:
		return emac.Ability100
	case full:
		return emac.Ability10Full
	}
	return emac.Ability10
}

// samePace is the modes of the same speed.
func samePace(mode uint16) uint16 {
	if mode&(emac.Ability100|emac.Ability100Ful) != 0 {
		return emac.Ability100 | emac.Ability100Ful
	}
	return emac.Ability10 | emac.Ability10Full
}

// clock reports whether the PHY gives REF_CLK.
func (p *phy) clock() bool { return p.ready && !p.held && p.control&emac.ControlIsolate == 0 }

func (p *phy) loops() bool { return p.control&emac.ControlLoopback != 0 && p.clock() }

// byteTime is a byte's time on the wire, 0 without a link.
func (p *phy) byteTime() time.Duration {
	mode := p.mode
	if p.loops() {
		mode = p.forced()
	} else if !p.link {
		return 0
	}
	if mode&(emac.Ability100|emac.Ability100Ful) != 0 {
		return byteTime(divider100)
	}
	return byteTime(divider10)
}

// carries reports whether bytes of this length go over the wire.
func (p *phy) carries(bytes time.Duration) bool { return p.byteTime() == bytes }

func (p *phy) answers(e *EMAC, address int) bool {
	return p.ready && !p.held && address == e.cfg.PHY.Address
}

func (p *phy) read(e *EMAC, register int) uint16 {
	switch register {
	case emac.PHYControl:
		if p.resetting {
			return p.control | emac.ControlReset
		}
		return p.control
	case emac.PHYStatus:
		v := uint16(statusFixed)
		if p.link && !p.lost {
			v |= emac.LinkUp
		}
		p.lost = !p.link
		if p.done {
			v |= emac.LinkNegotiated
		}
		return v
	case emac.PHYID1:
		return emac.IP101ID1
	case emac.PHYID2:
		return emac.IP101ID2
	case emac.PHYAdvert:
		return p.advert
	case emac.PHYPartner:
		return p.partnerWord()
	case emac.PHYExpand:
		if p.done && !p.partner.Silent {
			return partnerCanNeg
		}
		return 0
	case emac.PHYPage:
		return p.page
	case emac.PHYSummary:
		if p.page == defaultPage {
			return p.summary()
		}
	}
	return p.paged[p.key(register)]
}

// partnerWord is ANLPAR: what the partner has said, or what parallel detection makes of its silence.
func (p *phy) partnerWord() uint16 {
	switch {
	case !p.done:
		return 0
	case p.partner.Silent:
		return p.mode
	}
	return p.partner.Abilities | emac.AbilityAck | selector
}

// summary is the IP101's CSSR.
func (p *phy) summary() (v uint16) {
	switch p.mode {
	case emac.Ability10:
		v = emac.Mode10
	case emac.Ability100:
		v = emac.Mode100
	case emac.Ability10Full:
		v = emac.Mode10Full
	case emac.Ability100Ful:
		v = emac.Mode100Full
	}
	if p.link {
		v |= emac.SummaryLink
	}
	return v
}

func (p *phy) key(register int) uint16 {
	if register < pagedFrom || register == emac.PHYPage {
		return uint16(register)
	}
	return p.page<<5 | uint16(register)
}

func (p *phy) write(e *EMAC, register int, v uint16) {
	switch register {
	case emac.PHYControl:
		if v&emac.ControlReset != 0 {
			p.resetting = true
			p.down()
			e.in(evPHY, e.cfg.PHY.SoftReset)
			return
		}
		old := p.control
		p.control = v &^ emac.ControlRestart
		if v&emac.ControlRestart != 0 && v&emac.ControlNegotiate != 0 || (old^p.control)&^emac.ControlLoopback != 0 {
			p.restart(e)
		}
		e.clocksChanged()
	case emac.PHYAdvert:
		p.advert = v
	case emac.PHYPage:
		p.page = v & 31
	case emac.PHYStatus, emac.PHYID1, emac.PHYID2, emac.PHYPartner, emac.PHYExpand:
	default:
		p.paged[p.key(register)] = v
	}
}
