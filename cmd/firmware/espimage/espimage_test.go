package espimage

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/cmd/p4emu/chip"
	"stackproof/conformance/notrun"
)

// TestEncode: an image, byte for byte, as ESP-IDF's esp_app_format.h has it.
func TestEncode(t *testing.T) {
	b, err := (&Image{Entry: 0x4ff4_0002, Segments: []Segment{{0x4ff4_0000, []byte{1, 2, 3, 4, 5}}}}).Encode()
	require.NoError(t, err)
	require.Equal(t, ""+
		"e901024f"+"0200f44f"+"ee000000"+"1200"+"00"+"0000"+"ffff"+"00000000"+"01"+
		"0000f44f"+"08000000"+"0102030405000000"+
		"00000000000000"+"ee", hex.EncodeToString(b[:len(b)-32]))
	require.Zero(t, (len(b)-32)%16)
}

// TestReadBack: the reader, which was written apart, reads what was written.
func TestReadBack(t *testing.T) { rapid.Check(t, propertyReadBack) }

func FuzzReadBack(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyReadBack)) }

func propertyReadBack(r *rapid.T) {
	m := &Image{Entry: rapid.Uint32().Draw(r, "entry")}
	for range rapid.IntRange(1, maxSegments).Draw(r, "segments") {
		data := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(r, "data")
		m.Segments = append(m.Segments, Segment{rapid.Uint32().Draw(r, "address"), data})
	}
	b, err := m.Encode()
	require.NoError(r, err)
	l, err := chip.ReadImage(b)
	require.NoError(r, err)
	require.Equal(r, m.Entry, l.Entry)
	require.Equal(r, len(b), l.Length)
	require.Len(r, l.Segments, len(m.Segments))
	for i, s := range m.Segments {
		require.Equal(r, s.Address, l.Segments[i].Address)
		require.Equal(r, append(s.Data, make([]byte, -len(s.Data)&3)...), append([]byte{}, l.Segments[i].Data...))
	}
}

// TestIdentify: an image knows what it is: any other byte is another build, and its place must lie within it.
func TestIdentify(t *testing.T) {
	image := func(change int) *Image {
		m := &Image{Segments: []Segment{{0x4ff4_0000, make([]byte, 32)}, {0x4ff6_0000, make([]byte, 8)}}}
		if change >= 0 {
			m.Segments[1].Data[change] = 1
		}
		return m
	}
	first := image(-1)
	first.identify(0x4ff4_0008)
	require.NotZero(t, first.Build)
	require.Equal(t, first.Build, binary.LittleEndian.Uint64(first.Segments[0].Data[8:]))
	require.Zero(t, binary.LittleEndian.Uint64(first.Segments[0].Data[16:]))
	same, other := image(-1), image(3)
	same.identify(0x4ff4_0008)
	other.identify(0x4ff4_0008)
	require.Equal(t, first, same)
	require.NotEqual(t, first.Build, other.Build)
	for _, outside := range []uint32{0, 0x4ff3_fff8, 0x4ff4_0019, 0x4ff6_0001, 0xffff_fffc} {
		m := image(-1)
		m.identify(outside)
		require.Equal(t, image(-1), m)
	}
}

func TestTooMuch(t *testing.T) {
	_, err := (&Image{}).Encode()
	require.EqualError(t, err, "espimage: 0 segments, the ROM takes 1 to 16")
	_, err = (&Image{Segments: []Segment{{0, make([]byte, CasesOffset)}}}).Encode()
	require.EqualError(t, err, "espimage: 327760 bytes, there is room for 319488 in front of the cases")
	_, err = Flash(nil, make([]byte, FlashSize))
	require.EqualError(t, err, "espimage: 16777216 bytes of cases, flash has room for 16449536")
}

func TestFlash(t *testing.T) {
	b, err := Flash([]byte("image"), []byte("cases"))
	require.NoError(t, err)
	require.Len(t, b, CasesOffset+5)
	require.Equal(t, "\xffimage\xff", string(b[ImageOffset-1:ImageOffset+6]))
	require.Equal(t, "\xffcases", string(b[CasesOffset-1:]))
}

// TestEsptool: Espressif's own tool takes the image for one of this chip.
func TestEsptool(t *testing.T) {
	tool, err := filepath.Abs("../../../build/esptool/bin/esptool")
	require.NoError(t, err)
	if _, err := os.Stat(tool); err != nil {
		notrun.Skip(t, "esptool", "not installed: .ci/esptool does it")
	}
	b, err := (&Image{Entry: 0x4ff4_0002, Segments: []Segment{{0x4ff4_0000, make([]byte, 1000)}, {0x4ff6_0000, []byte{7}}}}).Encode()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "image.bin")
	require.NoError(t, os.WriteFile(file, b, 0o666))
	said, err := exec.Command(tool, "--chip", "esp32p4", "image-info", file).CombinedOutput()
	require.NoError(t, err, string(said))
	for _, want := range []string{
		`Entry point: 0x4ff40002`, `Segments: 2`, `Chip ID: 18 \(ESP32-P4\)`, `Flash size: 16MB`, `Flash freq: 80m`, `Flash mode: DIO`,
		`Checksum: 0x[0-9a-f]+ \(valid\)`, `Validation hash: [0-9a-f]{64} \(valid\)`, `0x003e8 +0x4ff40000`, `0x00004 +0x4ff60000`,
	} {
		require.Regexp(t, want, string(said))
	}
}
