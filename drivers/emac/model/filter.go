package model

import (
	"hash/crc32"
	"math/bits"

	"stackproof/drivers/emac"
)

// slot is an address as the filter compares it, which is what was latched by the write of its low word.
type slot struct {
	bytes   [6]byte
	enabled bool
	source  bool
	ignore  [6]bool // MBC
}

// addressLatch is the filter's addresses.
type addressLatch struct {
	slots   [emac.AddrSlots]slot
	pending uint32 // slots whose high word waits for the low word
}

// latchAddress takes slot n over from its two registers.
func (e *EMAC) latchAddress(n int) {
	high, low := e.reg[(emac.Addr0High+8*n)/4], e.reg[(emac.Addr0Low+8*n)/4]
	s := &e.address.slots[n]
	e.address.pending &^= 1 << n
	s.bytes = [6]byte{byte(low), byte(low >> 8), byte(low >> 16), byte(low >> 24), byte(high), byte(high >> 8)}
	s.enabled = n == 0 || high&emac.AddrAE != 0
	s.source = n != 0 && high&emac.AddrSA != 0
	for i := range s.ignore {
		s.ignore[i] = n != 0 && high&(1<<(emac.AddrMBCAt+i)) != 0
	}
}

func (e *EMAC) latchAddresses() {
	for n := range e.address.slots {
		e.latchAddress(n)
	}
}

func (s *slot) matches(address []byte) bool {
	if !s.enabled {
		return false
	}
	for i, b := range s.bytes {
		if b != address[i] && !s.ignore[i] {
			return false
		}
	}
	return true
}

// perfect compares an address with the slots for destinations or for sources. There may be none for sources.
func (e *EMAC) perfect(address []byte, source bool) (match, any bool) {
	for i := range e.address.slots {
		if s := &e.address.slots[i]; s.enabled && s.source == source {
			any = true
			match = match || s.matches(address)
		}
	}
	return match, any
}

// HashBin is the bin of the 64 of the hash table in which an address lies: the upper six bits of the FCS over the address,
// whose most significant bit selects HashTableHigh.
func HashBin(address []byte) uint32 {
	return bits.Reverse32(crc32.ChecksumIEEE(address[:6])) >> 26
}

func (e *EMAC) hashed(address []byte) bool {
	bin := HashBin(address)
	table := e.reg[emac.HashTableLow/4]
	if bin >= 32 {
		table = e.reg[emac.HashTableHigh/4]
	}
	return table&(1<<(bin&31)) != 0
}

// filter decides about a frame by its header. What goes on in spite of a failure is marked in status.
func (e *EMAC) filter(frame []byte) (pass bool, status uint32) {
	f := e.reg[emac.MACFrameFilter/4]
	if f&emac.FilterPR != 0 {
		return true, 0
	}
	destination := e.destination(f, frame[:6])
	source := true
	if f&emac.FilterSAF != 0 || f&emac.FilterSAIF != 0 {
		match, any := e.perfect(frame[6:12], true)
		source = !any || match != (f&emac.FilterSAIF != 0)
	}
	if !destination {
		status |= emac.RxAFM
	}
	if !source {
		status |= emac.RxSAF
	}
	pass = destination && (source || f&emac.FilterSAF == 0)
	if len(frame) >= 14 && frame[12] == 0x88 && frame[13] == 0x08 {
		pass = e.control(f, frame, pass)
	}
	return pass || f&emac.FilterRA != 0, status
}

func (e *EMAC) destination(f uint32, address []byte) bool {
	group := address[0]&1 != 0
	if group && broadcast(address) {
		return f&emac.FilterDBF == 0
	}
	if group && f&emac.FilterPM != 0 {
		return true
	}
	perfect, _ := e.perfect(address, false)
	perfect = perfect != (f&emac.FilterDAIF != 0)
	byHash := !group && f&emac.FilterHUC != 0 || group && f&emac.FilterHMC != 0
	switch {
	case byHash && f&emac.FilterHPF != 0:
		return perfect || e.hashed(address)
	case byHash:
		return e.hashed(address)
	}
	return perfect
}

// control decides about MAC control frames (PCF).
func (e *EMAC) control(f uint32, frame []byte, pass bool) bool {
	switch f & emac.FilterPCF >> emac.FilterPCFAt {
	case 1:
		return len(frame) < 16 || frame[14] != 0 || frame[15] != 1
	case 2:
		return true
	case 3:
		return pass
	}
	return false
}

func broadcast(address []byte) bool {
	for _, b := range address[:6] {
		if b != 0xff {
			return false
		}
	}
	return true
}
