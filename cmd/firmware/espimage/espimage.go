// Package espimage writes images for the ROM of the ESP32-P4: what lies in flash at 0x2000 and is copied to memory and
// started after a reset, and the same for a loader that puts it into memory over the serial line. Segments go to
// internal memory only; nothing runs from flash.
//
// The format is Espressif's (ESP-IDF: esp_app_format.h). What reads it, in cmd/p4emu/chip, was written apart.
package espimage

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Where things lie in flash, in bytes from its start. In front of the image there is room that belongs to the chip's key
// manager. The list of cases begins at a fixed place, behind the longest image that fits into memory.
const (
	ImageOffset = 0x2000
	CasesOffset = 0x5_0000

	// FlashSize is the flash that the header names, and a board must have at least.
	FlashSize = 16 << 20
)

// Image is a program for the ROM to start.
type Image struct {
	Entry    uint32
	Segments []Segment
	// Build identifies what the segments were when the image was read, without the list of cases; the image itself knows
	// it, if it has a place for it, else it is 0.
	Build uint64
}

// Segment is a part of it and the address that it is copied to.
type Segment struct {
	Address uint32
	Data    []byte
}

// The header's fields.
const (
	magic         = 0xe9
	modeDIO       = 2    // two data lines: every flash can
	size16MB80MHz = 0x4f // size 4 in the upper half, speed 15 in the lower
	noPin         = 0xee // no pin of its own for write protection
	chipID        = 18   // ESP32-P4
	anyRevision   = 0xffff
	hashFollows   = 1

	checksumSeed = 0xef
	alignment    = 16
	maxSegments  = 16
)

// Encode is the image as a file, with checksum and hash.
func (m *Image) Encode() ([]byte, error) {
	if n := len(m.Segments); n < 1 || n > maxSegments {
		return nil, fmt.Errorf("espimage: %d segments, the ROM takes 1 to %d", n, maxSegments)
	}
	b := []byte{magic, byte(len(m.Segments)), modeDIO, size16MB80MHz}
	b = binary.LittleEndian.AppendUint32(b, m.Entry)
	b = append(b, noPin, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, chipID)
	b = append(b, 0)                                     // least revision, in the old way
	b = binary.LittleEndian.AppendUint16(b, 0)           // least revision
	b = binary.LittleEndian.AppendUint16(b, anyRevision) // greatest revision
	b = append(b, 0, 0, 0, 0, hashFollows)
	sum := byte(checksumSeed)
	for _, s := range m.Segments {
		data := append(s.Data[:len(s.Data):len(s.Data)], make([]byte, -len(s.Data)&3)...)
		b = binary.LittleEndian.AppendUint32(b, s.Address)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		b = append(b, data...)
		for _, c := range data {
			sum ^= c
		}
	}
	b = append(b, make([]byte, alignment-1-len(b)%alignment)...)
	b = append(b, sum)
	hash := sha256.Sum256(b)
	b = append(b, hash[:]...)
	if ImageOffset+len(b) > CasesOffset {
		return nil, fmt.Errorf("espimage: %d bytes, there is room for %d in front of the cases", len(b), CasesOffset-ImageOffset)
	}
	return b, nil
}

// Flash is what flash holds from its start: an encoded image and the list of cases.
func Flash(image, cases []byte) ([]byte, error) {
	if CasesOffset+len(cases) > FlashSize {
		return nil, fmt.Errorf("espimage: %d bytes of cases, flash has room for %d", len(cases), FlashSize-CasesOffset)
	}
	b := make([]byte, CasesOffset, CasesOffset+len(cases))
	for i := range b {
		b[i] = 0xff // as erased
	}
	copy(b[ImageOffset:], image)
	return append(b, cases...), nil
}
