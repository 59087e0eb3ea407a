package model

import (
	"time"

	"stackproof/drivers/emac"
)

// Clocks is what lies around the EMAC and feeds it: gates, dividers and the reset line. It is the board's matter, and the
// block's registers have no part in it.
type Clocks struct {
	System          bool // the clock of registers and DMA (EMAC_SYS_CLK_EN)
	Held            bool // the block is held in reset (RST_EN_EMAC)
	RMII            bool // RMII is selected, and REF_CLK gets from its pad to the block
	Receive         bool // the receive clock is on (RX_CLK_EN)
	Transmit        bool // the transmit clock is on (TX_CLK_EN)
	Own             bool // REF_CLK is made by the chip and needs no PHY
	ReceiveDivider  int  // of the 50 MHz, less 1 (RX_DIV): 1 for 100 Mbit/s, 19 for 10
	TransmitDivider int  // the same (TX_DIV)
}

// Running are the clocks as start-up code leaves them, for RMII with the PHY's clock at 100 Mbit/s.
func Running() Clocks {
	return Clocks{System: true, RMII: true, Receive: true, Transmit: true, ReceiveDivider: divider100, TransmitDivider: divider100}
}

const (
	divider100 = 1
	divider10  = 19
	refPeriod  = 20 * time.Nanosecond // of the 50 MHz
)

// SetClocks changes the clocks at now.
func (e *EMAC) SetClocks(now time.Duration, c Clocks) {
	e.Advance(now)
	was := e.clocks
	e.clocks = c
	if c.Held && !was.Held {
		e.softReset()
	}
	e.clocksChanged()
}

// Clocks are those that SetClocks has set last.
func (e *EMAC) Clocks() Clocks { return e.clocks }

// SetSpeed sets both dividers.
func (e *EMAC) SetSpeed(now time.Duration, hundred bool) {
	c := e.clocks
	c.ReceiveDivider, c.TransmitDivider = divider10, divider10
	if hundred {
		c.ReceiveDivider, c.TransmitDivider = divider100, divider100
	}
	e.SetClocks(now, c)
}

// SetSystemHz sets the rate of the bus clock, from which MDC is divided.
func (e *EMAC) SetSystemHz(hz int) { e.cfg.SystemHz = hz }

// clocked reports whether the receive and transmit clocks run: those that come from REF_CLK.
func (e *EMAC) clocked() bool {
	c := e.clocks
	return c.RMII && c.Receive && c.Transmit && (c.Own || e.phy.clock())
}

// clocksChanged looks at what waits for a clock, or has lost it.
func (e *EMAC) clocksChanged() {
	ready := e.clocked() && e.clocks.System && !e.clocks.Held
	switch {
	case !ready:
		e.cancel(evReset)
		e.cancel(evFlush)
		e.cutReception()
		e.cutTransmission(emac.TxLCA)
		return
	case e.reset && e.due[evReset] == never:
		e.in(evReset, e.cfg.ResetTime)
	case !e.reset && e.reg[emac.OpMode/4]&emac.OpModeFTF != 0 && e.due[evFlush] == never:
		e.in(evFlush, flushTime)
	}
	e.tryTransmit()
}

// softReset puts every register to its default. SWR stays set until the clocks have carried the reset through.
func (e *EMAC) softReset() {
	e.stats.Flushed += uint64(len(e.tx.queue) + len(e.rx.queue))
	if e.rxMAC.accepting() && e.rxMAC.frame == nil {
		e.stats.Flushed++ // it had just begun
	}
	e.cutReception()
	e.cutTransmission(emac.TxLCA)
	for ev := range e.due {
		if event(ev) != evPHY && event(ev) != evReceiveMAC {
			e.due[ev] = never
		}
	}
	e.resetRegisters()
	e.tx, e.rx = transmitDMA{}, receiveDMA{}
	e.rxMAC.heard, e.rxMAC.open, e.rxMAC.frame = false, false, nil
	e.txMAC = transmitMAC{gapEnd: e.txMAC.gapEnd}
	e.flow, e.mdio, e.irq = flow{}, mdio{}, irq{}
	e.address = addressLatch{}
	e.stamps = stamps{}
	e.faults.wedged = false
	clear(e.known)
	e.reset = true
	e.clocksChanged()
}

func (e *EMAC) resetDone() {
	e.reset = false
	e.reg[emac.BusMode/4] &^= emac.BusModeSWR
}

// byteTime is how long a byte takes with a divider: two nibbles.
func byteTime(divider int) time.Duration { return 2 * refPeriod * time.Duration(divider+1) }

// speedFits reports whether FES and a divider agree, and says so where they do not.
func (e *EMAC) speedFits(divider int) bool {
	want := divider10
	if e.reg[emac.MACConfig/4]&emac.ConfigFES != 0 {
		want = divider100
		if e.cfg.SystemHz < 25_000_000 {
			e.misuse(RuleSpeed, emac.MACConfig, "100 Mbit/s with a bus clock of %d Hz: at least 25 MHz", e.cfg.SystemHz)
		}
	}
	if divider != want {
		e.misuse(RuleSpeed, emac.MACConfig, "the clock's divider is %d, and FES asks for %d", divider, want)
	}
	return divider == want
}
