package chip

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
)

// twoSegments is an image as the writer makes it.
func twoSegments(t *testing.T) []byte {
	b, err := (&espimage.Image{Entry: 0x4ff4_0002, Segments: []espimage.Segment{
		{Address: 0x4ff4_0000, Data: []byte{1, 2, 3, 4, 5}},
		{Address: 0x4ff6_0000, Data: []byte{0xaa}},
	}}).Encode()
	require.NoError(t, err)
	return b
}

func TestReadImage(t *testing.T) {
	b := twoSegments(t)
	l, err := ReadImage(append(b, 0xff, 0xff))
	require.NoError(t, err)
	require.Equal(t, &Loaded{Entry: 0x4ff4_0002, Length: len(b), Segments: []Segment{
		{0x4ff4_0000, []byte{1, 2, 3, 4, 5, 0, 0, 0}}, {0x4ff6_0000, []byte{0xaa, 0, 0, 0}},
	}}, l)
}

// TestRefused: what is wrong with an image, one thing each.
func TestRefused(t *testing.T) {
	rehash := func(b []byte) []byte {
		sum := sha256.Sum256(b[:len(b)-32])
		return append(b[:len(b)-32], sum[:]...)
	}
	for _, c := range []struct {
		name   string
		change func(b []byte) []byte
		want   string
	}{
		{"erased", func([]byte) []byte { return make([]byte, 100) }, "image: invalid header: it begins with 0x00, not 0xe9"},
		{"other chip", func(b []byte) []byte { b[12] = 5; return b }, "image: for chip 5, this is 18"},
		{"no segment", func(b []byte) []byte { b[1] = 0; return b }, "image: 0 segments, at most 16"},
		{"a byte", func(b []byte) []byte { b[32] ^= 1; return rehash(b) }, "image: checksum 0x44, calculated 0x45"},
		{"an address", func(b []byte) []byte { b[24] ^= 1; return b }, "image: the hash differs"},
		{"odd length", func(b []byte) []byte { b[28]++; return b }, "image: segment 0: 9 bytes: it must be a multiple of 4, and the image has 64 more"},
		{"cut in the hash", func(b []byte) []byte { return b[:len(b)-1] }, "image: it ends before its hash"},
		{"cut before", func(b []byte) []byte { return b[:60] }, "image: it ends before its checksum"},
		{"cut in a segment", func(b []byte) []byte { return b[:42] }, "image: segment 1: the image ends in its header"},
		{"header alone", func(b []byte) []byte { return b[:20] }, "image: 20 bytes, a header has 24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadImage(c.change(twoSegments(t)))
			require.EqualError(t, err, c.want)
		})
	}
}

func TestBoot(t *testing.T) {
	b := newBoard(t)
	copy(b.ROM.flash[0x2000:], twoSegments(t))
	l, err := b.Boot(103)
	require.NoError(t, err)
	require.Equal(t, uint32(0x4ff4_0002), l.Entry)
	require.Equal(t, []byte{1, 2, 3, 4, 5, 0}, b.Memory.CPU[0x4_0000:0x4_0006])
	require.Equal(t, b.Memory.CPU, b.Memory.DMA)

	binary.LittleEndian.PutUint32(b.ROM.flash[0x2000+24:], 0x4ff3_b000)
	b.ROM.flash[0x2000+23] = 0 // no hash
	_, err = b.Boot(103)
	require.EqualError(t, err, "image: segment 0: 0x4ff3b000 to 0x4ff3b008 is not free memory")
	_, err = b.Boot(301)
	require.NoError(t, err, "there the ROM's own memory is elsewhere")
}

func TestFlashRead(t *testing.T) {
	b := newBoard(t)
	copy(b.ROM.flash[0x2ffc:], "last")
	require.Zero(t, b.ROM.Call(0x4fc0_0158, [3]uint32{0x2ffc, MemoryBase, 8}))
	require.Equal(t, "last\xff\xff\xff\xff", string(b.Memory.CPU[:8]))
	require.Equal(t, uint32(1), b.ROM.Call(0x4fc0_0158, [3]uint32{0x2ffd, MemoryBase, 4}))
	b.fails(Misuse, "esp_rom_spiflash_read(0x2ffd, 0x4ff00000, 4): it reads whole words")
	b = newBoard(t)
	b.ROM.Call(0x4fc0_0024, [3]uint32{})
	b.fails(Nothing, "call of 0x4fc00024 in the ROM, which the emulator does not have")
}
