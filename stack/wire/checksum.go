package wire

import (
	"encoding/binary"
	"math/bits"
)

// The Internet checksum (RFC 1071) in ones' complement arithmetic. A sum is a partial result: a uint32 of at most
// 17 bits when it comes from here, so that thousands of them may be added with + and folded later.

// Sum adds b, taken as 16-bit words in network order, to a partial sum. An odd last byte counts as if a zero followed
// it, so only the last piece of a message may be odd; see [JoinSum] for others.
func Sum(b []byte, initial uint32) uint32 {
	return uint32(Fold(initial)) + uint32(nativeToNet(sumNative(b)))
}

// CopySum copies src to dst and returns Sum(src, initial), in one pass over the memory. dst must be at least as long as
// src and must not overlap it.
func CopySum(dst, src []byte, initial uint32) uint32 {
	return uint32(Fold(initial)) + uint32(nativeToNet(copySumNative(dst[:len(src)], src)))
}

// JoinSum returns the sum of two pieces of a message, given the sum of each and the length of the first. Behind a piece
// of odd length the bytes of the next stand in the other half of their words; swapping its sum corrects that (RFC 1071
// 2 B).
func JoinSum(first uint32, firstLen int, second uint32) uint32 {
	s := Fold(second)
	if firstLen&1 != 0 {
		s = bits.ReverseBytes16(s)
	}
	return uint32(Fold(first)) + uint32(s)
}

// Fold adds the carries of a sum back in until 16 bits are left. Its complement is the checksum.
func Fold(sum uint32) uint16 {
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return uint16(sum)
}

// Checksum returns what the checksum field of a message takes, if b is the message with a zero in that field and
// initial is the sum of what else it covers.
func Checksum(b []byte, initial uint32) uint16 { return ^Fold(Sum(b, initial)) }

// checksumOK reports whether a message, its checksum included, sums up to minus zero.
func checksumOK(b []byte, initial uint32) bool { return Fold(Sum(b, initial)) == 0xffff }

// PseudoSum returns the sum of the pseudo-header of RFC 9293 3.1 or RFC 8200 8.1: both addresses, the protocol and the
// length in bytes of the upper-layer header and data. The family is that of src.
func PseudoSum(src, dst Addr, proto uint8, length int) uint32 {
	s := uint64(proto) + uint64(length)
	s += src.hi>>32 + src.hi&0xffffffff + src.lo>>32 + src.lo&0xffffffff
	s += dst.hi>>32 + dst.hi&0xffffffff + dst.lo>>32 + dst.lo&0xffffffff
	return uint32(fold64(s))
}

// fold64 folds 64 bits to 16.
func fold64(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	return Fold(uint32(s))
}

// nativeToNet turns a sum of words in the machine's order into one of words in network order. That can be done at the
// end because a ones' complement sum does not care about byte order (RFC 1071 2 B).
func nativeToNet(s uint64) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], fold64(s))
	return binary.BigEndian.Uint16(b[:])
}

// sumNative sums words in the machine's byte order, eight bytes at a time. A carry out of bit 63 is worth 1 again.
func sumNative(b []byte) uint64 {
	var s, c uint64
	for len(b) >= 32 {
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b[24:]), c)
		b = b[32:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.NativeEndian.Uint64(b), c)
		b = b[8:]
	}
	// The last addend has a zero byte, so s cannot be all ones when there is a carry, and s + c does not wrap.
	s, c = bits.Add64(s, tailNative(b), c)
	return s + c
}

// copySumNative is sumNative that also copies.
func copySumNative(dst, src []byte) uint64 {
	var s, c uint64
	for len(src) >= 8 && len(dst) >= 8 {
		v := binary.NativeEndian.Uint64(src)
		binary.NativeEndian.PutUint64(dst, v)
		s, c = bits.Add64(s, v, c)
		src, dst = src[8:], dst[8:]
	}
	copy(dst, src)
	s, c = bits.Add64(s, tailNative(src), c)
	return s + c
}

// tailNative returns fewer than eight bytes as one word, zeros behind them.
func tailNative(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.NativeEndian.Uint64(w[:])
}
