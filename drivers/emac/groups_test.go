package emac

import (
	"hash/crc32"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestBin: the bin of an address is what its FCS says.
func TestBin(t *testing.T) { rapid.Check(t, propertyBin) }

func FuzzBin(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyBin)) }

func propertyBin(t *rapid.T) {
	a := [6]byte(rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "address"))
	require.Equal(t, bits.Reverse32(crc32.ChecksumIEEE(a[:]))>>26, bin(&a))
}
