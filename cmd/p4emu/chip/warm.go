package chip

import "stackproof/drivers/emac"

// leftBehind is what an earlier program may leave where a reset is the processor's alone: an EMAC that receives on, into what
// was that program's memory; a watchdog of its own; a PHY that it has taken off the wires; dividers for the crystal.
func (p *Chip) leftBehind(timers []*timerWatchdog) {
	p.stale = true
	for _, t := range timers {
		t.config |= 1 << 31
		t.written = t.config
	}
	system := p.Clock.system
	*system.at(rootMemory), *system.at(rootAPB) = 0, 0
	system.active = [3]uint32{}
	p.Clock.rates = system.rates(crystal)

	const reset = 1 << pinReset
	w := p.ethernet.wires
	w.gpio.high, w.gpio.enabled = reset, reset
	*w.mux.at(4 + 4*pinReset) = functionMatrix << 12
	*w.gpio.at(0x558 + 4*pinReset) = 256 | 1<<10
	p.ethernet.held = false
	p.EMAC.LeavePHY(emac.ControlIsolate)
}
