package parsers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"stackproof/golden"
	"stackproof/golden/capture"
)

// Capture reads a file as a capture: it ends, a frame is never longer than it was or than the file, and what is wrong is said
// of a place in the file.
func Capture(data []byte) int {
	r, err := capture.NewReader(bytes.NewReader(data), "x")
	frames := 0
	for err == nil {
		var f *capture.Frame
		if f, err = r.Next(); err == nil {
			frames++
			must(len(f.Data) <= f.Length && len(f.Data) <= len(data), "%d bytes of a frame of %d in a file of %d", len(f.Data), f.Length, len(data))
			f.Packet()
		}
	}
	if !errors.Is(err, io.EOF) {
		var bad *capture.Error
		must(errors.As(err, &bad), "an error that is none of ours: %v", err)
		must(bad.Offset <= int64(len(data)), "%v: the file has %d bytes", err, len(data))
	}
	return interesting(frames > 0)
}

// CaptureSeeds are short captures of either format in either byte order, and the shortest of the project's own.
func CaptureSeeds() (all [][]byte) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		all = append(all, pcap(order, 0xa1b2c3d4, 1), pcap(order, 0xa1b23c4d, 1|1<<26|2<<28), pcap(order, 0xa1b2c3d4, 101), pcapng(order))
	}
	const short = 3000
	own, err := golden.Own()
	must(err == nil, "%v", err)
	for _, e := range own {
		if len(e.Data) > 0 && len(e.Data) <= short {
			all = append(all, e.Data)
		}
	}
	return all
}

// pcap is a file of one frame.
func pcap(order binary.AppendByteOrder, magic, link uint32) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	for _, v := range []uint32{0, 0, 65535, link, 1, 5, 60, 64} {
		b = order.AppendUint32(b, v)
	}
	return append(b, make([]byte, 60)...)
}

// pcapng is a file of a section, an interface with options, a frame in either kind of block, and a block of no known kind.
func pcapng(order binary.AppendByteOrder) (b []byte) {
	block := func(typ uint32, words ...uint32) {
		b = order.AppendUint32(order.AppendUint32(b, typ), uint32(12+4*len(words)))
		for _, w := range words {
			b = order.AppendUint32(b, w)
		}
		b = order.AppendUint32(b, uint32(12+4*len(words)))
	}
	word := func(b []byte) uint32 { return order.(binary.ByteOrder).Uint32(b) }
	halves := func(x, y uint16) uint32 { return word(order.AppendUint16(order.AppendUint16(nil, x), y)) }
	block(0x0a0d0d0a, 0x1a2b3c4d, halves(1, 0), ^uint32(0), ^uint32(0))
	block(1, halves(1, 0), 100, halves(9, 1), word([]byte{9, 0, 0, 0}), halves(0, 0))
	block(6, 0, 0, 77, 4, 4, word([]byte{1, 2, 3, 4}), halves(2, 4), 64, halves(0, 0))
	block(3, 4, word([]byte{1, 2, 3, 4}))
	block(77, 0)
	return b
}

// CaptureTokens are the formats' magic numbers, and blocks' types and options.
func CaptureTokens() []string {
	return []string{
		"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a", "\x4d\x3c\x2b\x1a", "\x1a\x2b\x3c\x4d",
		"\x01\x00\x00\x00", "\x00\x00\x00\x01", "\x06\x00\x00\x00", "\x00\x00\x00\x06", "\x03\x00\x00\x00", "\x02\x00\x00\x00", "\x09\x00\x01\x00", "\x0e\x00\x08\x00", "\x02\x00\x04\x00", "\xff\xff\xff\xff",
	}
}
