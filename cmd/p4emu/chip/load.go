package chip

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Loaded is an image as the ROM has understood it.
type Loaded struct {
	Entry    uint32
	Segments []Segment
	Length   int // bytes that it takes, with its checksum and hash
}

// Segment is a part of an image and where it goes.
type Segment struct {
	Address uint32
	Data    []byte
}

// The image's format (ESP-IDF: esp_app_format.h), read here by itself: nothing is shared with what writes it.
const (
	imageOffset = 0x2000
	imageMagic  = 0xe9
	imageChip   = 18

	headerSize  = 24
	segmentsMax = 16
)

// ReadImage reads an image as the ROM does, or says why the ROM refuses it.
func ReadImage(b []byte) (*Loaded, error) {
	if len(b) < headerSize {
		return nil, fmt.Errorf("image: %d bytes, a header has %d", len(b), headerSize)
	}
	count, entry := int(b[1]), binary.LittleEndian.Uint32(b[4:])
	switch chip := binary.LittleEndian.Uint16(b[12:]); {
	case b[0] != imageMagic:
		return nil, fmt.Errorf("image: invalid header: it begins with 0x%02x, not 0x%02x", b[0], imageMagic)
	case chip != imageChip:
		return nil, fmt.Errorf("image: for chip %d, this is %d", chip, imageChip)
	case count < 1 || count > segmentsMax:
		return nil, fmt.Errorf("image: %d segments, at most %d", count, segmentsMax)
	}
	l := &Loaded{Entry: entry}
	rest := b[headerSize:]
	sum := byte(0xef)
	for i := range count {
		if len(rest) < 8 {
			return nil, fmt.Errorf("image: segment %d: the image ends in its header", i)
		}
		address, n := binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint32(rest[4:])
		rest = rest[8:]
		if n%4 != 0 || uint64(n) > uint64(len(rest)) {
			return nil, fmt.Errorf("image: segment %d: %d bytes: it must be a multiple of 4, and the image has %d more", i, n, len(rest))
		}
		for _, c := range rest[:n] {
			sum ^= c
		}
		l.Segments = append(l.Segments, Segment{address, rest[:n]})
		rest = rest[n:]
	}
	end := (len(b)-len(rest))/16*16 + 16
	if end > len(b) {
		return nil, fmt.Errorf("image: it ends before its checksum")
	}
	if have := b[end-1]; have != sum {
		return nil, fmt.Errorf("image: checksum 0x%02x, calculated 0x%02x", have, sum)
	}
	if b[23] == 1 {
		if len(b) < end+sha256.Size {
			return nil, fmt.Errorf("image: it ends before its hash")
		}
		if sha256.Sum256(b[:end]) != [sha256.Size]byte(b[end:end+sha256.Size]) {
			return nil, fmt.Errorf("image: the hash differs")
		}
		end += sha256.Size
	}
	l.Length = end
	return l, nil
}

// What the ROM uses itself while it loads, on chips before revision 3 and from there on: data and stack; in download mode
// also buffers.
var (
	bootMemory     = [2][2]uint32{{0x4ff3_afc0, 0x4ff4_0000}, {0x4ffb_afc0, 0x4ffc_0000}}
	downloadMemory = [2][2]uint32{{0x4ff2_96b8, 0x4ff4_0000}, {0x4ffa_96b8, 0x4ffc_0000}}
)

// free tells whether n bytes from address on are memory that the ROM does not use itself.
func (m *Memory) free(address, n uint32, own [2][2]uint32, revision uint32) bool {
	used := own[0]
	if revision >= 300 {
		used = own[1]
	}
	return m.Contains(address, n) && (address >= used[1] || address+n <= used[0])
}

// Boot does what the ROM does after a reset: it loads the image from flash into memory.
func (p *Chip) Boot(revision uint32) (*Loaded, error) {
	if len(p.ROM.flash) < imageOffset {
		return nil, fmt.Errorf("image: flash has %d bytes, the image begins at 0x%x", len(p.ROM.flash), imageOffset)
	}
	l, err := ReadImage(p.ROM.flash[imageOffset:])
	if err != nil {
		return nil, err
	}
	for i, s := range l.Segments {
		n := uint32(len(s.Data))
		if !p.Memory.free(s.Address, n, bootMemory, revision) {
			return nil, fmt.Errorf("image: segment %d: 0x%08x to 0x%08x is not free memory", i, s.Address, s.Address+n)
		}
		p.Memory.Fill(s.Address, s.Data)
	}
	return l, nil
}

// Stack is the stack pointer at which the ROM hands over.
func Stack(revision uint32) uint32 {
	if revision >= 300 {
		return 0x4ffb_cfc0 - 0x200
	}
	return 0x4ff3_cfc0 - 0x200
}
