package chip

// The blocks that decide about clocks: HP_SYS_CLKRST, LP_AON_CLKRST, PMU, LPPERI and the bus to the analogue parts.

// plain is a block in which registers keep what is written, from one offset to another.
type plain struct {
	first uint32
	words []uint32
}

func newPlain(first, end uint32) *plain { return &plain{first, make([]uint32, (end-first)/4)} }

func (r *plain) at(offset uint32) *uint32 {
	if i := (offset - r.first) / 4; offset >= r.first && int(i) < len(r.words) {
		return &r.words[i]
	}
	return nil
}

func (r *plain) Read(offset uint32) (uint32, bool) {
	if w := r.at(offset); w != nil {
		return *w, true
	}
	return 0, false
}

func (r *plain) Write(offset, value uint32) bool {
	w := r.at(offset)
	if w != nil {
		*w = value
	}
	return w != nil
}

// systemClocks is HP_SYS_CLKRST.
type systemClocks struct {
	clock    *Clock
	analogue *analogue
	plain
	active [3]uint32 // of rootCPU, rootMemory and rootAPB, what is in effect
}

const (
	rootCPU    = 0x04
	rootMemory = 0x08
	rootAPB    = 0x0c
	pllControl = 0xbc

	rootUpdate = 1 << 4
	pllStop    = 1 << 3
	pllSettled = 1 << 2
)

// reset is what the ROM leaves: memory and buses at half their source's rate.
func (s *systemClocks) reset() {
	s.plain = *newPlain(0, 0xc0)
	*s.at(rootMemory), *s.at(rootAPB) = 1, 1<<16
	*s.at(pllControl) = pllStop
	s.active = [3]uint32{0, 1, 1 << 16}
}

func (s *systemClocks) Read(offset uint32) (uint32, bool) {
	v, ok := s.plain.Read(offset)
	if offset == pllControl && v&pllStop == 0 && s.analogue.configured() {
		v |= pllSettled
	}
	return v, ok
}

func (s *systemClocks) Write(offset, value uint32) bool {
	switch offset {
	case rootCPU:
		if value&rootUpdate != 0 {
			s.active = [3]uint32{value &^ rootUpdate, *s.at(rootMemory), *s.at(rootAPB)}
			defer s.clock.update()
		}
		value &^= rootUpdate
	case pllControl:
		if v, _ := s.Read(pllControl); v&pllSettled != 0 && value&pllStop != 0 {
			s.analogue.calibrated = true
		}
	}
	return s.plain.Write(offset, value)
}

// rates are what the clocks have of a source's rate: each is divided from the one before it.
func (s *systemClocks) rates(source uint64) (r [4]uint64) {
	field := func(i, at int) uint64 { return uint64(s.active[i]>>at&0xff) + 1 }
	r[rateCPU] = source / field(0, 5)
	r[rateMemory] = r[rateCPU] / field(1, 0)
	r[rateSystem] = r[rateMemory] / field(1, 24)
	r[rateAPB] = r[rateSystem] / field(2, 16)
	return r
}

// pll is the PLL's rate, 0 where it does not run.
func (s *systemClocks) pll() uint64 {
	if !s.analogue.calibrated || !s.analogue.ungated {
		return 0
	}
	return crystal * uint64(s.analogue.registers[[2]byte{partPLL, 3}])
}

// lowClocks is LP_AON_CLKRST.
type lowClocks struct {
	chip *Chip
	root uint32
	held uint32
	// interfaceMode is that of the EMAC, which takes what HP_SYSTEM says when its reset ends (DesignWare: phy_intf_sel_i).
	interfaceMode uint32
}

const (
	lowRoot  = 0x40
	lowReset = 0x4c

	resetEMAC = 1 << 30

	sourcePLL = 1
)

func (l *lowClocks) source() uint32 { return l.root & 3 }

func (l *lowClocks) Read(offset uint32) (uint32, bool) {
	switch offset {
	case lowRoot:
		return l.root, true
	case lowReset:
		return l.held, true
	}
	return 0, false
}

func (l *lowClocks) Write(offset, value uint32) bool {
	switch offset {
	case lowRoot:
		l.root = value
		l.chip.Clock.update()
	case lowReset:
		if l.held&^value&resetEMAC != 0 {
			l.interfaceMode = *l.chip.ethernet.wires.hp.at(0x14c) >> 2 & 7
		}
		l.held = value
		if value&resetEMAC != 0 {
			l.chip.stale = false
		}
	default:
		return false
	}
	return true
}

// power is the PMU: the PLL's supply and its gate.
type power struct{ analogue *analogue }

func (p *power) Read(offset uint32) (uint32, bool) { return 0, offset == 0xcc }

func (p *power) Write(offset, value uint32) bool {
	const supply, gate = 1<<27 | 1<<23, 1 << 17
	if value&supply == supply {
		p.analogue.powered = true
	}
	if value&gate != 0 {
		p.analogue.ungated = true
	}
	return offset == 0xcc
}

// lowPower is LPPERI: the clock of the analogue bus.
type lowPower struct{ analogue *analogue }

func (l *lowPower) Read(offset uint32) (uint32, bool) {
	if l.analogue.clocked {
		return 1 << 27, offset == 0
	}
	return 0, offset == 0
}

func (l *lowPower) Write(offset, value uint32) bool {
	l.analogue.clocked = value>>27&1 != 0
	return offset == 0
}

// analogue is the bus to the analogue parts, with the registers of those parts.
type analogue struct {
	clocked, powered, ungated, calibrated bool

	never bool // the PLL does not settle

	command, selected, fast uint32
	registers               map[[2]byte]byte
}

const (
	partPLL  = 0x67
	partBias = 0x6a

	analogueWrite = 1 << 24
)

// romBias is what the bias's registers hold before they are written. The ROM's own is not known: this has bits in each field
// that the PLL's rates want to be clear.
const romBias = 0x55

func newAnalogue(never bool) *analogue {
	return &analogue{never: never, registers: map[[2]byte]byte{{partBias, 0}: romBias, {partBias, 1}: romBias}}
}

// configured tells whether the PLL can settle.
func (a *analogue) configured() bool {
	r := a.registers
	return !a.never && a.powered && r[[2]byte{partPLL, 2}] == 0x50 && r[[2]byte{partPLL, 6}] == 0x73 &&
		(r[[2]byte{partPLL, 3}] == 9 || r[[2]byte{partPLL, 3}] == 10)
}

// biased tells whether the bias is that for the PLL's rates, and what else is in its registers is as it was.
func (a *analogue) biased() bool {
	return a.registers[[2]byte{partBias, 0}] == 10<<4|romBias&0xf && a.registers[[2]byte{partBias, 1}] == romBias&0xf0|10
}

func (a *analogue) Read(offset uint32) (uint32, bool) {
	switch offset {
	case 0:
		return a.command, true
	case 0x20:
		return a.selected, true
	case 0x34:
		return a.fast, true
	}
	return 0, false
}

func (a *analogue) Write(offset, value uint32) bool {
	switch offset {
	case 0:
		a.transfer(value)
	case 0x20:
		a.selected = value
	case 0x34:
		a.fast = value
	default:
		return false
	}
	return true
}

// transfer reads or writes a register of a part that is selected; the others hear nothing.
func (a *analogue) transfer(command uint32) {
	part, register := byte(command), byte(command>>8)
	selected := part == partPLL && a.selected>>11&1 != 0 || part == partBias && a.selected>>12&1 != 0
	a.command = command &^ (0xff<<16 | analogueWrite)
	if !a.clocked || a.fast&1 == 0 || !selected {
		return
	}
	if command&analogueWrite != 0 {
		a.registers[[2]byte{part, register}] = byte(command >> 16)
	}
	a.command |= uint32(a.registers[[2]byte{part, register}]) << 16
}

// fuses is EFUSE: the chip's revision and its Ethernet address.
func fuses(revision uint32) *plain {
	f := newPlain(0x44, 0x50)
	*f.at(0x44), *f.at(0x48) = 0xeb_00_02_01, 0x3060
	major, minor := revision/100, revision%100
	*f.at(0x4c) = minor&0xf | major&3<<4 | major>>2<<23
	return f
}
