package cpu

import "encoding/binary"

// access is what a load or store instruction reaches: the register and what is added to it.
type access struct {
	register int
	offset   int32
	store    bool
}

// length is that of the instruction that begins with these two bytes.
func length(low uint16) uint32 {
	if low&3 == 3 {
		return 4
	}
	return 2
}

// loadOrStore decodes an instruction of RV32IMAC that reaches memory; ok is false for another.
func loadOrStore(code []byte) (a access, ok bool) {
	low := binary.LittleEndian.Uint16(code)
	if length(low) == 2 {
		return compressed(uint32(low))
	}
	if len(code) < 4 {
		return a, false
	}
	w := binary.LittleEndian.Uint32(code)
	a.register = int(w >> 15 & 31)
	switch w & 0x7f {
	case 0x03: // load
		a.offset = int32(w) >> 20
	case 0x23: // store
		a.offset, a.store = int32(w)>>25<<5|int32(w>>7&31), true
	case 0x2f: // atomic: LR is the only one that does not store
		a.store = w>>27 != 2
	default:
		return a, false
	}
	return a, true
}

// compressed is loadOrStore for instructions of two bytes.
func compressed(w uint32) (a access, ok bool) {
	const quadrant2 = 2
	switch w>>13<<2 | w&3 {
	case 2 << 2, 6 << 2: // c.lw, c.sw
		a.register = int(w>>7&7) + 8
		a.offset = int32(w>>10&7<<3 | w>>6&1<<2 | w>>5&1<<6)
	case 2<<2 | quadrant2: // c.lwsp
		a.register, a.offset = 2, int32(w>>12&1<<5|w>>4&7<<2|w>>2&3<<6)
	case 6<<2 | quadrant2: // c.swsp
		a.register, a.offset = 2, int32(w>>9&15<<2|w>>7&3<<6)
	default:
		return a, false
	}
	a.store = w>>15 == 1
	return a, true
}

// csrWrite decodes an instruction that writes a control and status register from another register or from a number.
func csrWrite(w uint32) (csr uint32, register int, ok bool) {
	return w >> 20, int(w >> 15 & 31), w&0x7f == 0x73 && w>>12&7 == 1
}
