package model

import "time"

// faults are what is wrong with the hardware, on demand.
type faults struct {
	errors          [8]int // bus errors to come, by kind
	wedgeOnOverflow bool
	wedged          bool // the receiver takes nothing until a reset
	loseLast        bool
	sleepy          bool // a suspended receive engine waits for a demand
	stalledUntil    time.Duration
	slowMDIO        int
	slowFor         time.Duration
	collisions      int
	collideAt       int
}

// bus reports whether this access fails.
func (f *faults) bus(kind uint32) bool {
	if f.errors[kind] == 0 {
		return false
	}
	f.errors[kind]--
	return true
}

// FailBus lets the next access of a kind (one of the BusError constants of package emac) end with a bus error.
func (e *EMAC) FailBus(kind uint32) { e.faults.errors[kind]++ }

// WedgeOnOverflow lets the receiver take nothing more after an overflow of its FIFO, until a soft reset (IDF issue 18800).
func (e *EMAC) WedgeOnOverflow(on bool) { e.faults.wedgeOnOverflow = on }

// Wedged reports whether that has happened.
func (e *EMAC) Wedged() bool { return e.faults.wedged }

// LoseLast lets the last descriptor of a frame that an overflow cuts be closed without LS (IDF issue 18799).
func (e *EMAC) LoseLast(on bool) { e.faults.loseLast = on }

// WakeOnlyOnDemand lets a receive engine that is suspended for want of a descriptor wait for a demand, whatever arrives
// (reported with IDF issue 18799).
func (e *EMAC) WakeOnlyOnDemand(on bool) { e.faults.sleepy = on }

// Stall lets no data cross the bus for a while from now on: the receive FIFO overflows, and a frame whose transmission
// has begun runs out of bytes.
func (e *EMAC) Stall(now, d time.Duration) {
	e.Advance(now)
	e.faults.stalledUntil = e.now + d
}

// moving is how long n bytes take over the bus.
func (e *EMAC) moving(n int) time.Duration {
	return max(e.faults.stalledUntil-e.now, 0) + time.Duration(n)*e.cfg.ByteTime
}

// SlowMDIO lets the next n transfers of the management interface take d, after which a read has found nobody; 0: they
// do not end before a soft reset.
func (e *EMAC) SlowMDIO(n int, d time.Duration) { e.faults.slowMDIO, e.faults.slowFor = n, d }

// Spurious raises the interrupt line without a cause, until Status is read.
func (e *EMAC) Spurious(now time.Duration) {
	e.Advance(now)
	e.irq.spurious = true
}

// Collide lets the next n transmissions in half duplex meet another station's, when they have sent so many bytes. From 64
// on the collision is late.
func (e *EMAC) Collide(n, after int) { e.faults.collisions, e.faults.collideAt = n, after }
