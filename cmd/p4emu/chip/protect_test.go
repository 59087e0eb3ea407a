package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProtection(t *testing.T) {
	p := &Protection{}
	require.Equal(t, CanAll, p.At(0x4ff4_0000))
	for i, a := range []uint32{0x4ff4_0000, 0x4ff6_4000, 0x4ff8_0000} {
		require.True(t, p.Set(firstAddress+uint32(i), a>>2))
	}
	require.True(t, p.Set(firstConfig, 0x8b8d00))
	for address, want := range map[uint32]Access{
		0x4ff3_ffff: CanAll, 0x4ff4_0000: CanRead | CanExecute, 0x4ff6_3fff: CanRead | CanExecute,
		0x4ff6_4000: CanRead | CanWrite, 0x4ff7_ffff: CanRead | CanWrite, 0x4ff8_0000: CanAll,
	} {
		require.Equal(t, want, p.At(address), "%#x", address)
	}
	require.False(t, p.Set(firstConfig, 0), "locked")
	require.False(t, p.Set(firstAddress+1, 0), "locked")
	require.False(t, p.Set(firstAddress, 0), "the foot of a locked range")
	require.True(t, p.Set(firstAddress+3, 1))
}

func TestSymbols(t *testing.T) {
	s := Symbols{{Name: "_start", Value: 0x4ff4_0000}, {Name: "main.main", Value: 0x4ff4_0200, Size: 0x10}}
	for address, want := range map[uint32]string{
		0x4ff4_0000: "0x4ff40000 (_start)",
		0x4ff4_0042: "0x4ff40042 (_start+0x42)",
		0x4ff4_01ff: "0x4ff401ff",
		0x4ff4_0204: "0x4ff40204 (main.main+0x4)",
		0x4ff4_0210: "0x4ff40210",
		8:           "0x00000008",
	} {
		require.Equal(t, want, s.Name(address))
	}
	require.Equal(t, "0x00000008", Symbols(nil).Name(8))
}
