package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type option struct {
	kind uint8
	data string
	at   int
}

func TestIPv4Options(t *testing.T) {
	for _, c := range []struct {
		name      string
		bytes     []byte
		want      []option
		malformed bool
		at        int // where the malformed one stands
	}{
		{"none", nil, nil, false, 0},
		{"end and what follows it", []byte{0, 7, 3, 4}, nil, false, 0},
		{"no-operations", []byte{1, 1, 1, 1}, nil, false, 0},
		{"router alert", []byte{148, 4, 0, 0}, []option{{148, "\x00\x00", 20}}, false, 0},
		{"two behind no-operations", []byte{1, 7, 3, 4, 1, 131, 3, 4}, []option{{7, "\x04", 21}, {131, "\x04", 25}}, false, 0},
		{"empty data", []byte{200, 2, 0, 0}, []option{{200, "", 20}}, false, 0},
		{"length 0", []byte{7, 0, 0, 0}, nil, true, 20},
		{"length 1", []byte{7, 1, 0, 0}, nil, true, 20},
		{"no length", []byte{1, 1, 1, 7}, nil, true, 23},
		{"beyond the end", []byte{148, 4, 0, 0, 7, 5, 4, 0}, []option{{148, "\x00\x00", 20}}, true, 24},
		{"up to the end", []byte{7, 4, 4, 0}, []option{{7, "\x04\x00", 20}}, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := IPv4HeaderLen + len(c.bytes)
			b := make([]byte, n)
			copy(b[IPv4HeaderLen:], c.bytes)
			IPv4Fields{OptionsLen: uint8(len(c.bytes)), TotalLen: uint16(n)}.Put(b)
			p, err := CheckIPv4(b)
			require.Equal(t, OK, err)

			var got []option
			w := p.Options()
			for kind, data, ok := w.Next(); ok; kind, data, ok = w.Next() {
				got = append(got, option{kind, string(data), w.Offset()})
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.malformed, w.Malformed())
			if c.malformed {
				require.Equal(t, c.at, w.Offset())
			}
			_, _, ok := w.Next()
			require.False(t, ok, "the walk goes on after its end")
		})
	}
}

// TestOptionWalkEnds: on any bytes, options do not overlap, lie inside, and cover the list but for no-operations.
func TestOptionWalkEnds(t *testing.T) { rapid.Check(t, propertyOptionWalkEnds) }

func FuzzOptionWalkEnds(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyOptionWalkEnds)) }

func propertyOptionWalkEnds(t *rapid.T) {
	b := rapid.SliceOfN(rapid.Uint8Range(0, 9), 0, 40).Draw(t, "bytes")
	w := optionWalk{b: b}
	off := 0
	for kind, data, ok := w.next(); ok; kind, data, ok = w.next() {
		for ; off < w.at; off++ {
			require.Equal(t, uint8(optionNOP), b[off])
		}
		require.Equal(t, b[off], kind)
		require.Equal(t, int(b[off+1]), 2+len(data))
		off += 2 + len(data)
	}
	rest := b[off:]
	for len(rest) > 0 && rest[0] == optionNOP {
		rest = rest[1:]
	}
	require.Equal(t, len(rest) > 0 && rest[0] != optionEnd, w.malformed)
}

func TestPutRouterAlert(t *testing.T) {
	require.Equal(t, []byte{0x94, 0x04, 0, 0}, putExactly(t, 4, PutRouterAlert))
}
