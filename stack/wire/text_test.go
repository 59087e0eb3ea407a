package wire

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTextNumbers(t *testing.T) {
	for v := range 256 {
		tx := text{b: make([]byte, 0, 3)}
		tx.decimal(uint8(v))
		require.Equal(t, strconv.Itoa(v), string(tx.b))
	}
	for v := range 1 << 16 {
		tx := text{b: make([]byte, 0, 4)}
		tx.hex(uint16(v))
		require.Equal(t, strconv.FormatUint(uint64(v), 16), string(tx.b))
	}
}

func TestTextIsCutAtTheCapacity(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(dst []byte) []byte
		full string
	}{
		{"addr", IPv4(192, 0, 2, 1).AppendText, "192.0.2.1"},
		{"prefix", Prefix{IPv4(10, 0, 0, 0), 8}.AppendText, "10.0.0.0/8"},
		{"mac", MAC{2, 0, 0, 0, 0, 0xfe}.AppendText, "02:00:00:00:00:fe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for room := range len(c.full) + 3 {
				dst := append(make([]byte, 0, room+1), '>')
				require.Equal(t, ">"+c.full[:min(room, len(c.full))], string(c.f(dst)))
			}
		})
	}
}
