package model

import (
	"encoding/binary"
	"math/bits"
	"time"

	"stackproof/drivers/emac"
)

// stamps is the clock of the time stamps. It counts in units of SSINC's: nanoseconds (TSCTRLSSR), or 2^-31 s.
type stamps struct {
	since   time.Duration // when the count was base
	base    uint64        // units
	running bool
	status  uint32 // TSStatus
}

func (e *EMAC) stamping() bool { return e.reg[emac.TSControl/4]&emac.TSEnable != 0 }

// unitsPerSecond is where the seconds go up.
func (e *EMAC) unitsPerSecond() uint64 {
	if e.reg[emac.TSControl/4]&emac.TSDecimal != 0 {
		return 1_000_000_000
	}
	return 1 << 31
}

// units is the clock at a time.
func (s *stamps) units(e *EMAC, at time.Duration) uint64 {
	if !s.running || at <= s.since {
		return s.base
	}
	// ticks of the input clock; with TSFine the accumulator carries addend/2^32 of them.
	hi, lo := bits.Mul64(uint64(at-s.since), uint64(e.cfg.PTPHz))
	ticks, _ := bits.Div64(hi, lo, uint64(time.Second))
	if e.reg[emac.TSControl/4]&emac.TSFine != 0 {
		hi, lo = bits.Mul64(ticks, uint64(e.reg[emac.TSAddend/4]))
		ticks = hi<<32 | lo>>32
	}
	return s.base + ticks*uint64(e.reg[emac.SubSecondInc/4])
}

// at is the clock at a time, in seconds and units.
func (s *stamps) at(e *EMAC, at time.Duration) (seconds, subseconds uint32) {
	u, per := s.units(e, at), e.unitsPerSecond()
	return uint32(u / per), uint32(u % per)
}

// rebase keeps the clock's reading over a change of its rate.
func (s *stamps) rebase(e *EMAC) {
	s.base, s.since = s.units(e, e.now), e.now
}

func (e *EMAC) readTime(offset uint32) uint32 {
	s := &e.stamps
	seconds, nanos := s.at(e, e.now)
	switch offset {
	case emac.SystemSeconds:
		return seconds
	case emac.SystemNanos:
		return nanos
	case emac.HigherWord:
		return uint32(s.units(e, e.now)/e.unitsPerSecond()>>32) & 0xffff
	case emac.TSStatus:
		v := s.status
		s.status = 0
		return v
	}
	return e.reg[offset/4]
}

// writeTime acts on a write to the clock's registers, which has been stored already.
func (e *EMAC) writeTime(offset, old, v uint32) {
	s := &e.stamps
	if s.running { // what ran until now ran with the old value
		stored := e.reg[offset/4]
		e.reg[offset/4] = old
		s.rebase(e)
		e.reg[offset/4] = stored
	}
	if offset == emac.TSControl {
		s.running = v&emac.TSEnable != 0
		s.since = e.now
		e.setTime(v)
	}
	e.armTarget()
}

// setTime is TSINIT and TSUPDT, which clear at once.
func (e *EMAC) setTime(v uint32) {
	s, per := &e.stamps, e.unitsPerSecond()
	seconds, nanos := e.reg[emac.UpdateSeconds/4], e.reg[emac.UpdateNanos/4]
	given := uint64(seconds)*per + uint64(nanos&^emac.UpdateSubtract)
	switch {
	case v&emac.TSInit != 0:
		s.base = given
	case v&emac.TSUpdate != 0 && nanos&emac.UpdateSubtract != 0:
		s.base -= given
	case v&emac.TSUpdate != 0:
		s.base += given
	}
}

// armTarget waits for the target time (TSTRIG).
func (e *EMAC) armTarget() {
	e.cancel(evTarget)
	s := &e.stamps
	if e.reg[emac.TSControl/4]&emac.TSTrigger == 0 || !s.running {
		return
	}
	target := uint64(e.reg[emac.TargetSeconds/4])*e.unitsPerSecond() + uint64(e.reg[emac.TargetNanos/4]&^(1<<31))
	if now := s.units(e, e.now); target > now {
		// The rate is found from a second of it, which is exact enough: the event looks again.
		rate := s.units(e, e.now+time.Second) - now
		if rate == 0 {
			return
		}
		hi, lo := bits.Mul64(target-now, uint64(time.Second))
		if hi >= rate {
			return
		}
		wait, _ := bits.Div64(hi, lo, rate)
		e.in(evTarget, time.Duration(wait)+1)
		return
	}
	e.targetReached()
}

func (e *EMAC) targetReached() {
	s := &e.stamps
	target := uint64(e.reg[emac.TargetSeconds/4])*e.unitsPerSecond() + uint64(e.reg[emac.TargetNanos/4]&^(1<<31))
	if s.units(e, e.now) < target {
		e.in(evTarget, 25*time.Nanosecond)
		return
	}
	e.reg[emac.TSControl/4] &^= emac.TSTrigger
	s.status |= emac.TSTargetMet
}

// wanted reports whether a received frame gets a time stamp: all do, or those of PTP.
func (s *stamps) wanted(e *EMAC, frame []byte) bool {
	c := e.reg[emac.TSControl/4]
	if c&emac.TSAll != 0 {
		return true
	}
	ethertype, _ := etherType(frame)
	if ethertype == typePTP {
		return c&emac.TSEthernet != 0
	}
	p := dissect(frame[:len(frame)-fcsSize])
	if p.ip == nil || p.bad || p.protocol != protocolUDP || len(p.payload) < 8 {
		return false
	}
	if p.v6 && c&emac.TSIPv6 == 0 || !p.v6 && c&emac.TSIPv4 == 0 {
		return false
	}
	port := binary.BigEndian.Uint16(p.payload[2:])
	return port == 319 || port == 320
}
