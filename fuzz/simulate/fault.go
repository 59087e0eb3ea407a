package simulate

import (
	"fmt"
	"slices"
	"time"

	"stackproof/drivers/segment"
)

// schedule has a fault begin and end.
func (w *world) schedule(f *Fault) {
	switch f.Kind {
	case faultReboot:
		w.at(f.From, func() {
			if h := w.host(f.Host); !h.dead {
				h.crash()
				w.at(f.To, func() { h.reboot(f.Number) })
			}
		})
	case faultHostile:
		w.at(f.From, func() { w.villains = append(w.villains, newVillain(w, f)) })
	default:
		w.at(f.From, func() { w.begin(f) })
		w.at(f.To, func() { w.end(f) })
	}
}

func (w *world) begin(f *Fault) {
	w.active = append(w.active, f)
	w.turn(f, true)
}

func (w *world) end(f *Fault) {
	if i := slices.Index(w.active, f); i >= 0 {
		w.active = slices.Delete(w.active, i, i+1)
		w.turn(f, false)
	}
}

// turn has a fault begin or end.
func (w *world) turn(f *Fault, on bool) {
	h := w.byID[f.Host]
	switch f.Kind {
	case faultFlap:
		if on {
			w.cut(func(c *conn) bool { return c.host[0] == h || c.host[1] == h })
		}
		if !h.dead {
			h.nic.cable(w.now, !w.any(faultFlap, h))
		}
		h.kicked = true
	case faultBuffers:
		if p, ok := h.nic.(*plain); ok {
			p.dry = w.any(faultBuffers, h)
		}
	case faultJump:
		h.freeze(w.any(faultJump, h))
	case faultMTU:
		w.router.lower(f.LAN, f.Number, on)
	case faultEMAC:
		m := h.nic.(*modelled)
		if !on {
			m.heal()
			break
		}
		w.strike(f, m, newDice(w.plan.Seed, "strikes of "+f.name()))
	case faultPartition:
		if on {
			w.cut(func(c *conn) bool { return w.parted(f, c) })
		}
		w.rewire()
	default:
		w.rewire()
	}
}

// strike hurts the hardware now and again.
func (w *world) strike(f *Fault, m *modelled, d dice) {
	if !slices.Contains(w.active, f) {
		return
	}
	if !m.host.dead {
		m.hurt(w.now, f.Number, d)
	}
	w.at(w.now+d.span(100*time.Millisecond, time.Second), func() { w.strike(f, m, d) })
}

// any tells whether a fault of this kind goes on at a host.
func (w *world) any(kind string, h *host) bool {
	return slices.ContainsFunc(w.active, func(f *Fault) bool { return f.Kind == kind && f.Host == h.plan.ID })
}

// cut marks the connections that a partition interrupts.
func (w *world) cut(concerns func(*conn) bool) {
	for _, c := range w.conns {
		if concerns(c) && c.accepted && !c.finished[0] && c.failed[0] == "" && !c.aborted[0] {
			c.cut = true
		}
	}
}

// parted tells whether a partition lies between the hosts of a connection.
func (w *world) parted(f *Fault, c *conn) bool {
	if f.Number == 3 {
		return c.host[0].plan.LAN != c.host[1].plan.LAN
	}
	return c.host[0].plan.ID == f.Host || c.host[1].plan.ID == f.Host
}

// rewire gives each port the paths that the faults of now make.
func (w *world) rewire() {
	for _, h := range w.hosts {
		paths := segment.Symmetric(w.plan.Cables[h.plan.LAN])
		paths.Rx.Delay = 0
		for _, f := range w.active {
			if f.onHost() && f.Host == h.plan.ID {
				f.spoil(&paths)
			}
		}
		w.lay(h.port, paths)
	}
	for i, l := range w.lans {
		paths := segment.Symmetric(w.plan.Cables[i])
		paths.Rx.Delay = 0
		for _, f := range w.active {
			if f.Kind == faultPartition && f.Number == 3 && f.LAN == i {
				paths.Tx.Loss, paths.Rx.Loss = 1, 1
			}
		}
		w.lay(l.Port(0), paths)
	}
}

func (w *world) lay(p *segment.Port, paths segment.Paths) {
	if err := p.SetPaths(paths); err != nil {
		panic(fmt.Sprint("simulate: ", err))
	}
}

// spoil makes the paths worse. A frame can be corrupted once on its way: two bits that are inverted may leave a checksum
// as it was.
func (f *Fault) spoil(p *segment.Paths) {
	switch f.Kind {
	case faultLoss:
		p.Tx.Loss, p.Rx.Loss = max(p.Tx.Loss, f.Rate), max(p.Rx.Loss, f.Rate)
	case faultDuplicate:
		p.Tx.Duplicate = max(p.Tx.Duplicate, f.Rate)
	case faultCorrupt:
		p.Tx.Corrupt = max(p.Tx.Corrupt, f.Rate)
	case faultReorder:
		p.Tx.Reorder = max(p.Tx.Reorder, f.Rate)
		p.Rx.Reorder = p.Tx.Reorder
	case faultDelay:
		p.Tx.Jitter = max(p.Tx.Jitter, f.Span)
	case faultSlow:
		p.Tx.Rate, p.Tx.Queue = int64(f.Number), 16<<10
	case faultPartition:
		if f.Number != 2 {
			p.Tx.Loss = 1
		}
		if f.Number != 1 {
			p.Rx.Loss = 1
		}
	}
}

// heal ends all faults.
func (w *world) heal() {
	for len(w.active) > 0 {
		w.end(w.active[0])
	}
	w.villains = nil
	w.healed, w.healedAt = true, w.now
	w.rewire()
}
