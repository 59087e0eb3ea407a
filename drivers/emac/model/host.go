package model

import "time"

// Host is the CPU's side of the hardware: an emac.Bus for a driver that runs on the PC.
type Host struct {
	EMAC *EMAC
	RAM  *RAM
	// Access is how long an access to a register takes, which is what lets a loop end that waits for one; 50 ns.
	Access time.Duration
	// Evict is how many lines the cache may lose at each call.
	Evict int

	now time.Duration
}

// NewHost joins a CPU's memory of n bytes, a multiple of the cache line, and an EMAC, at the addresses of the ESP32-P4.
// The clocks run and the PHY is out of its reset for long enough.
func NewHost(cfg Config, n int) *Host {
	ram := NewRAM(ramBase, Aligned(n))
	ram.Seed(cfg.Seed)
	h := &Host{EMAC: New(cfg, ram), RAM: ram, Access: 50 * time.Nanosecond}
	h.EMAC.SetPHYReset(resetHeld, false)
	h.EMAC.SetClocks(resetHeld, Running())
	h.At(resetHeld + h.EMAC.cfg.PHY.ReadyTime + h.EMAC.cfg.ResetTime)
	return h
}

// ramBase is the start of the window that every revision of the chip leaves free.
const ramBase = 0x4ff40000

// At lets the CPU's time be now, unless it has got further by what it did.
func (h *Host) At(now time.Duration) {
	h.now = max(h.now, now)
	h.EMAC.Advance(h.now)
}

// Now is the CPU's time.
func (h *Host) Now() time.Duration { return h.now }

func (h *Host) access() time.Duration {
	h.now += h.Access
	h.RAM.Evict(h.Evict)
	return h.now
}

// Read reads a register.
func (h *Host) Read(offset uint32) uint32 { return h.EMAC.Read(h.access(), offset) }

// Write writes a register.
func (h *Host) Write(offset, value uint32) { h.EMAC.Write(h.access(), offset, value) }

// Address is where the DMA finds b, which must be part of the RAM's CPU side.
func (h *Host) Address(b []byte) uint32 { return h.RAM.Address(b) }

// WriteBack writes lines back.
func (h *Host) WriteBack(address, n uint32) {
	h.RAM.Evict(h.Evict)
	h.RAM.WriteBack(address, n)
}

// Invalidate drops lines.
func (h *Host) Invalidate(address, n uint32) {
	h.RAM.Evict(h.Evict)
	h.RAM.Invalidate(address, n)
}

// Barrier keeps accesses before it before those after it.
func (h *Host) Barrier() {
	h.RAM.Evict(h.Evict)
	h.RAM.Barrier()
}

// SetSpeed sets the dividers of the RMII clocks.
func (h *Host) SetSpeed(hundred bool) { h.EMAC.SetSpeed(h.access(), hundred) }

// Reads says that the CPU reads b: what the DMA has written there must have been invalidated.
func (h *Host) Reads(b []byte) {
	if at := h.RAM.Address(b); h.RAM.Stale(at, uint32(len(b))) {
		h.EMAC.misplaced(RuleInvalidate, at, "the CPU reads %d bytes that are not what the DMA has written", len(b))
	}
}
