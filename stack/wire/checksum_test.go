package wire

import (
	"encoding/binary"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// slowSum is RFC 1071 to the letter: byte pairs, most significant first, and the carry added back at every step.
func slowSum(b []byte, s uint32) uint16 {
	carry := func() {
		for s > 0xffff {
			s = s&0xffff + s>>16
		}
	}
	carry()
	for i, v := range b {
		if i%2 == 0 {
			s += uint32(v) << 8
		} else {
			s += uint32(v)
		}
		carry()
	}
	return uint16(s)
}

// TestSumOfTheRFC is the example of RFC 1071 3.
func TestSumOfTheRFC(t *testing.T) {
	b := []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}
	require.Equal(t, uint16(0xddf2), Fold(Sum(b, 0)))
	require.Equal(t, uint16(0x220d), Checksum(b, 0))
}

// skewed draws bytes that start at any alignment. Often all are 0xff, where carries are.
func skewed(t *rapid.T) []byte {
	b := rapid.SliceOfN(rapid.Byte(), 9, 400).Draw(t, "bytes")
	if rapid.Bool().Draw(t, "ones") {
		for i := range b {
			b[i] = 0xff
		}
	}
	b = b[rapid.IntRange(0, 9).Draw(t, "skew"):]
	return b[:rapid.IntRange(0, len(b)).Draw(t, "length")]
}

func TestSumAgreesWithBytePairs(t *testing.T) { rapid.Check(t, propertySumAgreesWithBytePairs) }

func FuzzSumAgreesWithBytePairs(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertySumAgreesWithBytePairs)) }

func propertySumAgreesWithBytePairs(t *rapid.T) {
	b, initial := skewed(t), rapid.Uint32().Draw(t, "initial")
	want := slowSum(b, initial)
	require.Equal(t, want, Fold(Sum(b, initial)))
	require.Equal(t, ^want, Checksum(b, initial))
	require.Less(t, Sum(b, initial), uint32(1<<17))
	// What this machine does not use must be right as well.
	require.Equal(t, slowSum(b, 0), nativeToNet(sum64(b)))
	require.Equal(t, slowSum(b, 0), nativeToNet(sum32(b)))
}

// TestSumEveryLengthAndAlignment tries what drawing may miss, at the length where a sum of 32-bit words could overflow.
func TestSumEveryLengthAndAlignment(t *testing.T) {
	ones := make([]byte, 1<<16+16)
	for i := range ones {
		ones[i] = 0xff
	}
	lengths := []int{1499, 1500, 65535, 1 << 16}
	for n := range 200 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		want := slowSum(ones[:n], 0)
		for skew := range 9 {
			b := ones[skew:][:n]
			require.Equal(t, want, nativeToNet(sum64(b)), "%d bytes at %d", n, skew)
			require.Equal(t, want, nativeToNet(sum32(b)), "%d bytes at %d", n, skew)
		}
	}
}

// TestCopySum tries every length up to several turns of the loops, between all alignments of both slices.
func TestCopySum(t *testing.T) {
	const room = 16
	var data [210]byte
	for i := range data {
		data[i] = byte(0xff - i)
	}
	for n := range 200 {
		for at := range 64 {
			src, skew := data[at%8:][:n], at/8
			want := slowSum(src, 0x1ff00)
			for name, got := range map[string]func(dst []byte) uint16{
				"CopySum":   func(dst []byte) uint16 { return Fold(CopySum(dst, src, 0x1ff00)) },
				"copySum32": func(dst []byte) uint16 { return Fold(uint32(nativeToNet(copySum32(dst[:n], src))) + 0x1ff00) },
			} {
				dst := dirty(n + room)
				require.Equal(t, want, got(dst[skew:]), "%s: %d bytes from %d to %d", name, n, at%8, skew)
				require.Equal(t, dirty(skew), dst[:skew])
				require.Equal(t, src, dst[skew:][:n])
				require.Equal(t, dirty(room-skew), dst[skew+n:])
			}
		}
	}
	require.Panics(t, func() { CopySum(make([]byte, 3), make([]byte, 4), 0) })
}

// TestCopySumAgreesWithSum draws bytes, many of them all ones, where carries meet.
func TestCopySumAgreesWithSum(t *testing.T) { rapid.Check(t, propertyCopySumAgreesWithSum) }

func FuzzCopySumAgreesWithSum(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyCopySumAgreesWithSum)) }

func propertyCopySumAgreesWithSum(t *rapid.T) {
	b := skewed(t)
	for _, f := range []func(dst, src []byte) uint64{copySum32, copySumNative} {
		dst := make([]byte, len(b))
		require.Equal(t, slowSum(b, 0), nativeToNet(f(dst, b)))
		require.Equal(t, b, dst)
	}
}

func TestJoinSum(t *testing.T) { rapid.Check(t, propertyJoinSum) }

func FuzzJoinSum(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyJoinSum)) }

func propertyJoinSum(t *rapid.T) {
	b := skewed(t)
	cut := rapid.IntRange(0, len(b)).Draw(t, "cut")
	require.Equal(t, slowSum(b, 0), Fold(JoinSum(Sum(b[:cut], 0), cut, Sum(b[cut:], 0))))
}

func TestPseudoSum(t *testing.T) {
	rapid.Check(t, propertyPseudoSum)
	ones := Addr{hi: ^uint64(0), lo: ^uint64(0), fam: fam6}
	require.Equal(t, uint32(0xffff), PseudoSum(ones, ones, 0, 0))
}

func FuzzPseudoSum(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyPseudoSum)) }

func propertyPseudoSum(t *rapid.T) {
	proto, length := rapid.Uint8().Draw(t, "protocol"), rapid.IntRange(0, 0xffff).Draw(t, "length")
	src, dst := genAddr4().Draw(t, "src"), genAddr4().Draw(t, "dst")
	var p4 [12]byte // RFC 9293 3.1: source, destination, zero, protocol, length
	src.Put(p4[:])
	dst.Put(p4[4:])
	p4[9] = proto
	binary.BigEndian.PutUint16(p4[10:], uint16(length))
	require.Equal(t, slowSum(p4[:], 0), Fold(PseudoSum(src, dst, proto, length)))

	src, dst = genAddr6().Draw(t, "src"), genAddr6().Draw(t, "dst")
	var p6 [40]byte // RFC 8200 8.1: source, destination, length, three zeros, next header
	src.Put(p6[:])
	dst.Put(p6[16:])
	binary.BigEndian.PutUint32(p6[32:], uint32(length))
	p6[39] = proto
	require.Equal(t, slowSum(p6[:], 0), Fold(PseudoSum(src, dst, proto, length)))
}

func TestFold(t *testing.T) {
	rapid.Check(t, propertyFold)
	require.Equal(t, uint16(0xffff), Fold(0xffffffff))
	require.Equal(t, uint16(1), Fold(0xffff0001))
}

func FuzzFold(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyFold)) }

func propertyFold(t *rapid.T) {
	s := rapid.Uint32().Draw(t, "sum")
	require.Equal(t, slowSum(nil, s), Fold(s))
}

func BenchmarkSum(b *testing.B) {
	var src, dst [1500]byte
	for i := range src {
		src[i] = byte(i * 7)
	}
	for _, c := range []struct {
		name string
		f    func(p []byte)
	}{
		{"pairs", func(p []byte) { slowSum(p, 0) }},
		{"sum64", func(p []byte) { sum64(p) }},
		{"sum32", func(p []byte) { sum32(p) }},
		{"copy", func(p []byte) { copy(dst[:], p) }},
		{"copy-then-sum", func(p []byte) { copy(dst[:], p); Sum(dst[:len(p)], 0) }},
		{"copysum32", func(p []byte) { copySum32(dst[:len(p)], p) }},
	} {
		for _, n := range []int{20, 64, 1460} {
			b.Run(c.name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					c.f(src[:n])
				}
			})
		}
	}
}
