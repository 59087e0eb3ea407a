package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTCPFlagsString builds every entry of the table again, letter by letter.
func TestTCPFlagsString(t *testing.T) {
	letters := []struct {
		flag   TCPFlags
		letter string
	}{{FlagFIN, "F"}, {FlagSYN, "S"}, {FlagRST, "R"}, {FlagPSH, "P"}, {FlagURG, "U"}, {FlagECE, "E"}, {FlagCWR, "W"}, {FlagACK, "."}}
	var table strings.Builder
	for v := range 256 {
		want := ""
		for _, l := range letters {
			if TCPFlags(v).Has(l.flag) {
				want += l.letter
			}
		}
		table.WriteString(want + strings.Repeat(" ", flagWidth-len(want)))
		if v == 0 {
			want = "none"
		}
		require.Equal(t, want, TCPFlags(v).String())
	}
	require.Equal(t, table.String(), flagText)
	require.Equal(t, "SEW", (FlagSYN | FlagECE | FlagCWR).String())
}

func TestTCPFlagsSets(t *testing.T) {
	f := FlagSYN | FlagACK
	require.True(t, f.Has(FlagSYN) && f.Has(FlagSYN|FlagACK) && f.Has(0))
	require.False(t, f.Has(FlagSYN|FlagFIN))
	require.True(t, f.Any(FlagSYN|FlagFIN))
	require.False(t, f.Any(FlagRST|FlagFIN) || f.Any(0))
	for v := range 256 {
		want := uint32(0)
		if v&1 != 0 {
			want++
		}
		if v&2 != 0 {
			want++
		}
		require.Equal(t, want, TCPFlags(v).SeqLen())
	}
	require.Equal(t, []TCPFlags{0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80}, // RFC 9293 3.1, from the lowest bit
		[]TCPFlags{FlagFIN, FlagSYN, FlagRST, FlagPSH, FlagACK, FlagURG, FlagECE, FlagCWR})
}
