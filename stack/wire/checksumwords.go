package wire

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// The sums below are of words in the machine's own byte order: a ones' complement sum does not care about it but for
// one swap of the result (RFC 1071 2 B). Which way is fastest depends on the machine, and was measured:
//
//   - 64 bits: eight bytes at a time with the carry kept, from any address. The machine's own copy is so much wider
//     than a word that copying first and summing what is then in the cache beats one loop that does both.
//   - 32 bits: four bytes at a time into 64. A RISC-V core compiles a load from an unknown address to four loads of a
//     byte, so the words must be aligned: a third of the instructions. There the fused loop pays.

const wide = bits.UintSize == 64

// nativeToNet folds a native sum and turns it into one of words in network order.
func nativeToNet(s uint64) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], fold64(s))
	return binary.BigEndian.Uint16(b[:])
}

// fold64 folds 64 bits to 16.
func fold64(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	return Fold(uint32(s))
}

func sumNative(b []byte) uint64 {
	if wide {
		return sum64(b)
	}
	return sum32(b)
}

func copySumNative(dst, src []byte) uint64 {
	if wide {
		copy(dst, src)
		return sum64(src) // what was stored just now is slower to load
	}
	return copySum32(dst, src)
}

// sum64 adds eight bytes at a time. A carry out of bit 63 is worth 1 again. Each addition waits for the carry of the one
// before, so there are two sums, which do not wait for each other.
func sum64(b []byte) uint64 {
	var s, c, t, d uint64
	for len(b) >= 64 {
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[24:]), c)
		t, d = bits.Add64(t, binary.NativeEndian.Uint64(b[32:]), d)
		t, d = bits.Add64(t, binary.NativeEndian.Uint64(b[40:]), d)
		t, d = bits.Add64(t, binary.NativeEndian.Uint64(b[48:]), d)
		t, d = bits.Add64(t, binary.NativeEndian.Uint64(b[56:]), d)
		b = b[64:]
	}
	s, c = bits.Add64(s, t, c)
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b), c)
		b = b[8:]
	}
	// The last addend is far below all ones, so s cannot be all ones when there is a carry, and s + c does not wrap.
	s, c = bits.Add64(s, sumTail(b)+d, c)
	return s + c
}

// sum32 adds aligned words of four bytes.
func sum32(b []byte) uint64 {
	head := min(misaligned(b), len(b))
	rest := b[head:]
	w := words(rest)
	s := sumTail(rest[4*len(w):])
	for len(w) >= 8 {
		v := (*[8]uint32)(w)
		s += uint64(v[0])
		s += uint64(v[1])
		s += uint64(v[2])
		s += uint64(v[3])
		s += uint64(v[4])
		s += uint64(v[5])
		s += uint64(v[6])
		s += uint64(v[7])
		w = w[8:]
	}
	for _, v := range w {
		s += uint64(v)
	}
	return joinNative(b[:head], s)
}

// copySum32 is sum32 that also copies: in one loop where both are aligned alike. Data behind the headers of a frame and
// the queue that it comes from are not, and the board's copy, which shifts words, is faster than stores of bytes.
func copySum32(dst, src []byte) uint64 {
	head := min(misaligned(src), len(src))
	d, rest := dst[head:], src[head:]
	if misaligned(d) != 0 {
		copy(dst, src)
		return sum32(src)
	}
	copy(dst, src[:head])
	w := words(rest)
	tail := rest[4*len(w):]
	copy(d[4*len(w):], tail)
	return joinNative(src[:head], copySumWords(words(d), w)+sumTail(tail))
}

func copySumWords(dst, src []uint32) (s uint64) {
	for len(src) >= 4 && len(dst) >= 4 {
		v0, v1, v2, v3 := src[0], src[1], src[2], src[3]
		dst[0], dst[1], dst[2], dst[3] = v0, v1, v2, v3
		s += uint64(v0)
		s += uint64(v1)
		s += uint64(v2)
		s += uint64(v3)
		src, dst = src[4:], dst[4:]
	}
	for i, v := range src {
		dst[i] = v
		s += uint64(v)
	}
	return s
}

// misaligned returns how many bytes stand before the first that has an address which is a multiple of four.
func misaligned(b []byte) int { return int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) & 3) }

// words returns the whole words of b, which must be aligned if it has any.
func words(b []byte) []uint32 {
	if len(b) < 4 {
		return nil
	}
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

// joinNative puts the fewer than four bytes before the first aligned word in front of the sum of the rest.
func joinNative(head []byte, rest uint64) uint64 {
	if len(head)&1 != 0 {
		rest = uint64(bits.ReverseBytes16(fold64(rest)))
	}
	return rest + sumTail(head)
}

// sumTail adds fewer than eight bytes.
func sumTail(b []byte) (s uint64) {
	if len(b) >= 4 {
		s += uint64(binary.NativeEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		s += uint64(binary.NativeEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) >= 1 {
		s += uint64(binary.NativeEndian.Uint16([]byte{b[0], 0}))
	}
	return s
}
