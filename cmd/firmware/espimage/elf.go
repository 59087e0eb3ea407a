package espimage

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// What the linker script names.
const (
	memoryEntry = "_start_in_memory"
	imageEnd    = "_image_end"
	windowEnd   = "_window_end"
	buildPlace  = "stackproof_build"
)

// Read makes an image of an ELF file that our linker script laid out.
func Read(path string) (*Image, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("espimage: %w", err)
	}
	defer f.Close()
	m := &Image{Entry: uint32(f.Entry)}
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz == 0 {
			continue
		}
		data := make([]byte, p.Filesz)
		if _, err := io.ReadFull(p.Open(), data); err != nil {
			return nil, fmt.Errorf("espimage: %s: segment at 0x%08x: %w", path, p.Vaddr, err)
		}
		m.Segments = append(m.Segments, Segment{uint32(p.Vaddr), data})
	}
	all, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("espimage: %s: %w", path, err)
	}
	if i := slices.IndexFunc(all, func(s elf.Symbol) bool { return s.Name == buildPlace }); i >= 0 {
		m.identify(uint32(all[i].Value))
	}
	return m, nil
}

// identify writes into the image at an address what identifies it: the first 8 bytes of the SHA-256 of all else.
func (m *Image) identify(address uint32) {
	hash := sha256.New()
	place := []byte(nil)
	for _, s := range m.Segments {
		hash.Write(binary.LittleEndian.AppendUint32(nil, s.Address))
		hash.Write(s.Data)
		if at := address - s.Address; address >= s.Address && uint64(at)+8 <= uint64(len(s.Data)) {
			place = s.Data[at:][:8]
		}
	}
	if copy(place, hash.Sum(nil)) == 8 {
		m.Build = binary.LittleEndian.Uint64(place)
	}
}

// ReadInMemory is Read for a loader that puts the image into memory, with the list of cases behind it: it starts at
// another place, and does not look at flash.
func ReadInMemory(path string, cases []byte) (*Image, error) {
	m, err := Read(path)
	if err != nil {
		return nil, err
	}
	places, err := symbols(path, memoryEntry, imageEnd, windowEnd)
	if err != nil {
		return nil, err
	}
	if room := int(places[2] - places[1]); len(cases) > room {
		return nil, fmt.Errorf("espimage: %d bytes of cases, behind the image there are %d", len(cases), room)
	}
	m.Entry = places[0]
	m.Segments = append(m.Segments, Segment{places[1], cases})
	return m, nil
}

// Word is the word of the image at a symbol of the ELF file that it was read from: who writes to it changes the image.
func (m *Image) Word(path, symbol string) ([]byte, error) {
	places, err := symbols(path, symbol)
	if err != nil {
		return nil, err
	}
	for _, s := range m.Segments {
		if at := places[0] - s.Address; places[0] >= s.Address && uint64(at)+4 <= uint64(len(s.Data)) {
			return s.Data[at:][:4], nil
		}
	}
	return nil, fmt.Errorf("espimage: %s is in no segment of %s", symbol, path)
}

// Room is how many bytes of cases ReadInMemory takes.
func Room(path string) (int, error) {
	places, err := symbols(path, imageEnd, windowEnd)
	if err != nil {
		return 0, err
	}
	return int(places[1] - places[0]), nil
}

// symbols are the values of these symbols.
func symbols(path string, names ...string) ([]uint32, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("espimage: %w", err)
	}
	defer f.Close()
	all, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("espimage: %s: %w", path, err)
	}
	values := make([]uint32, len(names))
	for i, name := range names {
		found := slices.IndexFunc(all, func(s elf.Symbol) bool { return s.Name == name })
		if found < 0 {
			return nil, fmt.Errorf("espimage: %s has no symbol %s: not laid out by our linker script", path, name)
		}
		values[i] = uint32(all[found].Value)
	}
	return values, nil
}
