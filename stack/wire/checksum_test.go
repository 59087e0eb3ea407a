package wire

import (
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

// skewed draws bytes that start at any alignment. Often all are 0xff, where carries are.
func skewed(t *rapid.T) []byte {
	b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
	if rapid.Bool().Draw(t, "ones") {
		for i := range b {
			b[i] = 0xff
		}
	}
	return b[min(len(b), rapid.IntRange(0, 9).Draw(t, "skew")):]
}

func TestSumAgreesWithBytePairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, initial := skewed(t), rapid.Uint32().Draw(t, "initial")
		require.Equal(t, slowSum(b, initial), Fold(Sum(b, initial)))
	})
}
