package chip

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// command is a message as a host sends it.
func command(op byte, checksum uint32, words []uint32, data ...byte) []byte {
	var body []byte
	for _, w := range words {
		body = binary.LittleEndian.AppendUint32(body, w)
	}
	body = append(body, data...)
	m := binary.LittleEndian.AppendUint16([]byte{0, op}, uint16(len(body)))
	m = binary.LittleEndian.AppendUint32(m, checksum)
	return Frame(append(m, body...))
}

// TestDownload: each command's conditions, in one session; want is the error that the ROM answers with.
func TestDownload(t *testing.T) {
	d := Download{Flash: bytes.Repeat([]byte{0x5a}, 4*sector), Memory: NewMemory(make([]byte, MemorySize)), Revision: 103}
	sum := uint32(0xef ^ 0xc0 ^ 0xdb)
	for _, c := range []struct {
		name string
		send []byte
		want byte
		next Next
	}{
		{"unknown", command(0xd0, 0, nil), invalid, Obeys},
		{"flash that is not attached", command(flashBegin, 0, []uint32{8, 1, 8, 0}), writeFailed, Obeys},
		{"attach", command(flashAttach, 0, []uint32{0, 0}), done, Obeys},
		{"size", command(flashSetting, 0, []uint32{0, 4 * sector, 0, sector, 256, 0xffff}), done, Obeys},
		{"beyond its end", command(flashBegin, 0, []uint32{sector + 1, 1, 8, 3 * sector}), writeFailed, Obeys},
		{"not at a sector", command(flashBegin, 0, []uint32{8, 1, 8, 100}), writeFailed, Obeys},
		{"erase", command(flashBegin, 0, []uint32{4, 2, 2, sector}), done, Obeys},
		{"checksum", command(flashData, sum+1, []uint32{2, 0, 0, 0}, 0xc0, 0xdb), badChecksum, Obeys},
		{"number", command(flashData, sum, []uint32{2, 1, 0, 0}, 0xc0, 0xdb), failed, Obeys},
		{"length", command(flashData, sum, []uint32{3, 0, 0, 0}, 0xc0, 0xdb), invalid, Obeys},
		{"block", command(flashData, sum, []uint32{2, 0, 0, 0}, 0xc0, 0xdb), done, Obeys},
		{"once more", command(flashData, sum, []uint32{2, 0, 0, 0}, 0xc0, 0xdb), done, Obeys},
		{"end before it", command(flashEnd, 0, []uint32{0}), failed, Obeys},
		{"the ROM's own memory", command(memoryBegin, 0, []uint32{2, 1, 2, 0x4ff3_0000}), failed, Obeys},
		{"memory", command(memoryBegin, 0, []uint32{2, 1, 2, 0x4ff4_0000}), done, Obeys},
		{"into memory", command(memoryData, sum, []uint32{2, 0, 0, 0}, 0xc0, 0xdb), done, Obeys},
		{"end without start", command(memoryEnd, 0, []uint32{1, 0}), done, Obeys},
		{"start", command(memoryEnd, 0, []uint32{0, 0x4ff4_0000}), done, Starts},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, next, _ := d.Feed(c.send)
			require.Equal(t, c.next, next)
			require.NotEmpty(t, a)
			require.Equal(t, c.want, a[len(a)-4], "% x", a)
		})
	}
	require.Equal(t, "\x5a\xc0\xdb\xff", string(d.Flash[sector-1:sector+3]))
	require.Equal(t, byte(0xff), d.Flash[2*sector-1])
	require.Equal(t, byte(0x5a), d.Flash[2*sector])
	require.Equal(t, []Segment{{0x4ff4_0000, []byte{0xc0, 0xdb}}}, d.loaded)
}

// TestDownloadTakesAnything: noise brings no answer, and no harm.
func TestDownloadTakesAnything(t *testing.T) { rapid.Check(t, propertyDownloadTakesAnything) }

func FuzzDownloadTakesAnything(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyDownloadTakesAnything)) }

func propertyDownloadTakesAnything(r *rapid.T) {
	d := Download{Flash: make([]byte, sector), Memory: NewMemory(make([]byte, MemorySize))}
	op := rapid.Byte().Draw(r, "command")
	d.Feed(rapid.SliceOf(rapid.Byte()).Draw(r, "noise"))
	d.Feed(command(op, 0, rapid.SliceOfN(rapid.Uint32(), 0, 6).Draw(r, "words")))
	d.Feed(command(flashAttach, 0, nil))
	d.Feed(command(flashSetting, 0, []uint32{0, 1 << 31}))
	for range 3 {
		d.Feed(command(rapid.SampledFrom([]byte{flashBegin, flashData, memoryBegin, memoryData, flashHash}).Draw(r, "op"),
			0xef, rapid.SliceOfN(rapid.Uint32(), 0, 6).Draw(r, "words")))
	}
}
