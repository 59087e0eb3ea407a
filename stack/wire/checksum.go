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

// headerSum sums up words of four bytes. A header was written just now, in words of four: wider ones, which Sum reads,
// would have to wait until it is in the cache.
func headerSum(b []byte) (s uint64) {
	for len(b) >= 4 {
		s += uint64(binary.BigEndian.Uint32(b))
		b = b[4:]
	}
	return s
}

// PseudoSum returns the sum of the pseudo-header of RFC 9293 3.1 or RFC 8200 8.1: both addresses, the protocol and the
// length in bytes of the upper-layer header and data. The family is that of src.
func PseudoSum(src, dst Addr, proto uint8, length int) uint32 {
	s := uint64(proto) + uint64(length)
	s += src.hi>>32 + src.hi&0xffffffff + src.lo>>32 + src.lo&0xffffffff
	s += dst.hi>>32 + dst.hi&0xffffffff + dst.lo>>32 + dst.lo&0xffffffff
	return uint32(fold64(s))
}
