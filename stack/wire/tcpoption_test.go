package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	optMSS    = []byte{2, 4, 0x05, 0xb4}                // maximum segment size 1460
	optTS     = []byte{8, 10, 0, 0, 0, 7, 0, 0, 0, 8}   // timestamps 7, 8
	optWScale = []byte{3, 3, 7}                         // shift by 7
	optSACKOK = []byte{4, 2}                            // SACK permitted
	optSACK   = []byte{5, 10, 0, 0, 0, 10, 0, 0, 0, 20} // one block, from 10 to 20
	optSACK2  = []byte{5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4}
)

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func TestPutTCPOptions(t *testing.T) {
	nop := []byte{1}
	for _, c := range []struct {
		name string
		o    TCPOpts
		want []byte
	}{
		{"none", TCPOpts{}, nil},
		{"SYN with all", TCPOpts{HasMSS: true, MSS: 1460, SACKPermitted: true, HasTS: true, TSVal: 7, TSEcr: 8, HasWScale: true, WScale: 7},
			join(optMSS, optSACKOK, optTS, nop, optWScale)},
		{"SYN with MSS", TCPOpts{HasMSS: true, MSS: 1460}, optMSS},
		{"SYN without timestamps", TCPOpts{HasMSS: true, MSS: 1460, SACKPermitted: true, HasWScale: true, WScale: 7},
			join(optMSS, nop, nop, optSACKOK, nop, optWScale)},
		{"SYN without SACK", TCPOpts{HasMSS: true, MSS: 1460, HasTS: true, TSVal: 7, TSEcr: 8}, join(optMSS, nop, nop, optTS)},
		{"window scale alone", TCPOpts{HasWScale: true, WScale: 7}, join(nop, optWScale)},
		{"timestamps", TCPOpts{HasTS: true, TSVal: 7, TSEcr: 8}, join(nop, nop, optTS)},
		{"one block", TCPOpts{NSACK: 1, SACK: [4]SACKBlock{{10, 20}}}, join(nop, nop, optSACK)},
		{"timestamps and two blocks", TCPOpts{HasTS: true, TSVal: 7, TSEcr: 8, NSACK: 2, SACK: [4]SACKBlock{{1, 2}, {3, 4}}},
			join(nop, nop, optTS, nop, nop, optSACK2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, len(c.want), c.o.Len())
			got := putExactly(t, len(c.want), func(b []byte) int { return PutTCPOptions(b, &c.o) })
			require.Equal(t, c.want, append([]byte(nil), got...))
			require.Equal(t, c.o, ParseTCPOptions(got))
		})
	}
}

// TestSACKBlocksGiveWay: what does not fit into 40 bytes is left out, the last first.
func TestSACKBlocksGiveWay(t *testing.T) {
	all := [4]SACKBlock{{1, 2}, {3, 4}, {5, 6}, {7, 8}}
	for _, c := range []struct {
		name      string
		o         TCPOpts
		fit, size int
	}{
		{"alone", TCPOpts{}, 4, 36},
		{"beside timestamps", TCPOpts{HasTS: true}, 3, 40},
		{"beside MSS", TCPOpts{HasMSS: true}, 4, 40},
		{"beside MSS and timestamps", TCPOpts{HasMSS: true, HasTS: true}, 2, 36},
		{"beside all", TCPOpts{HasMSS: true, HasTS: true, SACKPermitted: true, HasWScale: true}, 2, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, n := range []uint8{4, 5, 255} { // a count beyond the array must not lead beyond it
				c.o.NSACK, c.o.SACK = n, all
				var b [TCPMaxOptionsLen]byte
				require.Equal(t, c.size, PutTCPOptions(b[:], &c.o))
				got := ParseTCPOptions(b[:c.size])
				require.Equal(t, uint8(c.fit), got.NSACK)
				require.Equal(t, all[:c.fit], got.SACK[:c.fit])
				require.False(t, got.Malformed)
			}
		})
	}
}

func TestParseTCPOptions(t *testing.T) {
	full := TCPOpts{HasMSS: true, MSS: 1460}
	for _, c := range []struct {
		name  string
		bytes []byte
		want  TCPOpts
	}{
		{"empty", nil, TCPOpts{}},
		{"end, then rubbish", join([]byte{0}, optMSS), TCPOpts{}},
		{"unknown kind skipped", join([]byte{254, 4, 1, 2}, optMSS), full},
		{"no alignment", join([]byte{1}, optMSS, optSACKOK), TCPOpts{HasMSS: true, MSS: 1460, SACKPermitted: true}},
		{"the last of two counts", join([]byte{2, 4, 0, 1}, optMSS), full},
		{"the last of two lists of blocks counts", join(optSACK2, optSACK), TCPOpts{NSACK: 1, SACK: [4]SACKBlock{{10, 20}}}},
		{"window scale above 14 is kept", []byte{3, 3, 255}, TCPOpts{HasWScale: true, WScale: 255}},

		{"length 0", join(optMSS, []byte{8, 0}), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"length 1", join(optMSS, []byte{8, 1}), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"no length", join(optMSS, []byte{8}), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"beyond the end", join(optMSS, []byte{8, 10, 0, 0}), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"unknown kind beyond the end", []byte{254, 3}, TCPOpts{Malformed: true}},
		{"MSS of 3", join([]byte{2, 3, 5}, optSACKOK), TCPOpts{SACKPermitted: true, Malformed: true}},
		{"MSS of 5", join([]byte{2, 5, 5, 5, 5}, optSACKOK), TCPOpts{SACKPermitted: true, Malformed: true}},
		{"window scale of 2", join([]byte{3, 2}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"window scale of 4", join([]byte{3, 4, 1, 1}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"SACK permitted of 3", join([]byte{4, 3, 1}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"timestamps of 9", join([]byte{8, 9, 1, 1, 1, 1, 1, 1, 1}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"timestamps of 11", join([]byte{8, 11, 1, 1, 1, 1, 1, 1, 1, 1, 1}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"no block", join([]byte{5, 2}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"half a block", join([]byte{5, 6, 0, 0, 0, 1}, optMSS), TCPOpts{HasMSS: true, MSS: 1460, Malformed: true}},
		{"five blocks", join([]byte{5, 42}, make([]byte, 40)), TCPOpts{Malformed: true}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, ParseTCPOptions(c.bytes)) })
	}
}

func TestTCPOptionsRoundTrip(t *testing.T) { rapid.Check(t, propertyTCPOptionsRoundTrip) }

func FuzzTCPOptionsRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyTCPOptionsRoundTrip)) }

func propertyTCPOptionsRoundTrip(t *rapid.T) {
	x := genTCPOpts().Draw(t, "options")
	n := x.Len()
	require.LessOrEqual(t, n, TCPMaxOptionsLen)
	require.Zero(t, n%4)
	b := putExactly(t, n, func(b []byte) int { return PutTCPOptions(b, &x) })
	require.Equal(t, x, ParseTCPOptions(b))

	// RFC 7323 appendix A: 32-bit numbers stand on 32-bit boundaries.
	w := WalkTCPOptions(b)
	for kind, _, ok := w.Next(); ok; kind, _, ok = w.Next() {
		if kind == TCPOptTimestamps || kind == TCPOptSACK {
			require.Equal(t, 2, w.walk.at%4, "kind %d", kind)
		}
	}
	require.False(t, w.Malformed())
}

// TestTCPOptionsTruncated: of every prefix of a list either no option is cut, or it is malformed.
func TestTCPOptionsTruncated(t *testing.T) {
	b := join(optMSS, optSACKOK, optTS, optWScale, optSACK)
	whole := map[int]bool{0: true, 4: true, 6: true, 16: true, 19: true, 29: true}
	for n := range len(b) + 1 {
		require.Equal(t, !whole[n], ParseTCPOptions(b[:n]).Malformed, "%d bytes", n)
	}
}

// TestTCPOptionsOnAnyBytes: whatever was read can be put, and reads the same again.
func TestTCPOptionsOnAnyBytes(t *testing.T) { rapid.Check(t, propertyTCPOptionsOnAnyBytes) }

func FuzzTCPOptionsOnAnyBytes(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyTCPOptionsOnAnyBytes)) }

func propertyTCPOptionsOnAnyBytes(t *rapid.T) {
	kinds := rapid.OneOf(rapid.Byte(), rapid.Uint8Range(0, 10))
	o := ParseTCPOptions(rapid.SliceOfN(kinds, 0, 40).Draw(t, "bytes"))
	o.Malformed = false
	var b [TCPMaxOptionsLen]byte
	n := PutTCPOptions(b[:], &o)
	if int(o.NSACK) == o.sackBlocks() {
		require.Equal(t, o, ParseTCPOptions(b[:n]))
	}
}
