package selftest

import "stackproof/drivers/emac"

// descriptors sends bursts of as many frames as there are descriptors.
func (r *Runner) descriptors() {
	const bursts = 13
	number := uint32(0)
	for burst := range bursts {
		for i := range r.Rings {
			if !r.send(&own, shortest+97*i+burst, byte(burst)) {
				return
			}
		}
		for i := range r.Rings {
			number++
			if !r.back(number, shortest+97*i+burst, byte(burst)) {
				return
			}
		}
	}
	r.driver.Poll(r.Clock.Now())
	if s := r.driver.Stats(); s.TxFrames != number || s.RxFrames != number {
		r.found(Count, number, min(s.TxFrames, s.RxFrames))
	}
}

// overflow takes nothing back until more was sent than the ring holds. Frames that a cut leaves in the ring count twice,
// among those that the FIFO has lost and among those that are cut.
func (r *Runner) overflow() {
	sent := uint32(4 * r.Rings)
	for range sent {
		if !r.send(&own, 500, 0) {
			return
		}
	}
	got := uint32(0)
	for f := r.await(); f != nil; f = r.await() {
		got++
		r.driver.Release()
	}
	s := r.driver.Stats()
	lost := s.RxMissed + s.RxOverflow
	if got < uint32(r.Rings) || got+lost < sent || got+lost-s.RxCut > sent {
		r.found(Count, sent, got+lost)
		return
	}
	if r.send(&own, shortest, 7) {
		r.back(sent+1, shortest, 7)
	}
}

// filter sends to addresses that are and are not received.
func (r *Runner) filter() {
	other := [6]byte{2, 0, 0, 0, 0, 9}
	everybody := [6]byte{255, 255, 255, 255, 255, 255}
	group := [6]byte{1, 0, 0x5e, 1, 2, 3}
	if !r.passes(1, &own, true) || !r.passes(2, &other, false) || !r.passes(3, &everybody, true) || !r.passes(4, &group, false) {
		return
	}
	r.driver.Join(group)
	if !r.passes(5, &group, true) {
		return
	}
	r.driver.Leave(group)
	r.passes(6, &group, false)
}

// passes sends a frame and looks whether it comes back.
func (r *Runner) passes(number uint32, to *[6]byte, want bool) bool {
	if !r.send(to, shortest, 0) {
		return false
	}
	if want {
		return r.back(number, shortest, 0)
	}
	if r.await() == nil {
		return true
	}
	r.driver.Release()
	return r.found(Passed, 0, number)
}

// longest is a frame without a VLAN tag, and without the FCS: one longer is a giant.
const longest = header + 1500

// loopback sends one frame after the other, from the shortest to the longest.
func (r *Runner) loopback() {
	number := uint32(0)
	for n := header; n <= longest; n += 60 {
		number++
		if !r.send(&own, n, byte(number)) || !r.back(number, n, byte(number)) {
			return
		}
	}
}

// mdio reads the PHY's identifier, whose last four bits are its revision.
func (r *Runner) mdio() {
	if r.phy(emac.PHYID1, emac.IP101ID1, 0xffff) {
		r.phy(emac.PHYID2, emac.IP101ID2&0xfff0, 0xfff0)
	}
}

// phy reads a register of the PHY and compares some of its bits.
func (r *Runner) phy(register, want, mask uint32) bool {
	command := emac.MDIODivider(r.BusHz)<<emac.MDIOCRAt | r.PHY<<emac.MDIOPAAt | register<<emac.MDIOGRAt
	r.Bus.Write(emac.GMIIAddr, command|emac.MDIOGB)
	for begin := r.Clock.Now(); r.Bus.Read(emac.GMIIAddr)&emac.MDIOGB != 0; {
		if r.Clock.Now()-begin >= mdioPatience {
			return r.found(NoAnswer, register, 0)
		}
	}
	if got := r.Bus.Read(emac.GMIIData) & mask; got != want {
		return r.found(Identifier, want, got)
	}
	return true
}
