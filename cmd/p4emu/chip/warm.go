package chip

import "stackproof/drivers/emac"

// leftBehind is what an earlier program may leave where a reset is the processor's alone: an EMAC that receives on, into what
// was that program's memory; a watchdog of its own; a PHY that it has taken off the wires; the PLL, with
// dividers for it.
func (p *Chip) leftBehind(timers []*timerWatchdog) {
	p.stale = true
	for _, t := range timers {
		t.config |= 1 << 31
		t.written = t.config
	}
	system := p.Clock.system
	system.active = [3]uint32{1 << 5, 1 << 24, 0}
	*system.at(rootCPU), *system.at(rootMemory), *system.at(rootAPB) = system.active[0], system.active[1], system.active[2]
	a := system.analogue
	a.powered, a.ungated, a.calibrated = true, true, true
	a.registers = map[[2]byte]byte{
		{partPLL, 2}: 0x50, {partPLL, 3}: 9, {partPLL, 6}: 0x73,
		{partBias, 0}: 10<<4 | romBias&0xf, {partBias, 1}: romBias&0xf0 | 10,
	}
	p.Clock.low.root = p.Clock.low.root&^3 | sourcePLL
	p.Clock.update()

	const reset = 1 << pinReset
	w := p.ethernet.wires
	w.gpio.high, w.gpio.enabled = reset, reset
	*w.mux.at(4 + 4*pinReset) = functionMatrix << 12
	*w.gpio.at(0x558 + 4*pinReset) = 256 | 1<<10
	p.ethernet.held = false
	p.EMAC.LeavePHY(emac.ControlIsolate)
}
