package image

import (
	"debug/elf"
	"fmt"
	"strings"
)

// Sizes are what an image takes, in bytes.
type Sizes struct {
	Code, Rodata, Data, BSS, Stack int

	Below int // zeroed data that lies below the window

	Loaded int // what a loader copies: code, constants and initialised data, with the gaps between them
	Used   int // how far the image reaches into the window, alignment included
	Window int // the memory that the board gives to the image
}

// Flash is what must be stored.
func (s Sizes) Flash() int { return s.Code + s.Rodata + s.Data }

// RAM is what is written at run time.
func (s Sizes) RAM() int { return s.Data + s.BSS + s.Stack + s.Below }

// String is the line that the build command prints.
func (s Sizes) String() string {
	return fmt.Sprintf("bytes=%d flash=%d ram=%d code=%d rodata=%d data=%d bss=%d stack=%d below=%d used=%d window=%d",
		s.Loaded, s.Flash(), s.RAM(), s.Code, s.Rodata, s.Data, s.BSS, s.Stack, s.Below, s.Used, s.Window)
}

// ReadSizes reads the sizes of an image that our linker script laid out.
func ReadSizes(path string) (Sizes, error) {
	f, err := elf.Open(path)
	if err != nil {
		return Sizes{}, fmt.Errorf("image: sizes of %s: %w", path, err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return Sizes{}, fmt.Errorf("image: sizes of %s: %w", path, err)
	}
	s, err := measure(f.Sections, f.Progs, symbols)
	if err != nil {
		return Sizes{}, fmt.Errorf("image: sizes of %s: %w", path, err)
	}
	return s, nil
}

func measure(sections []*elf.Section, segments []*elf.Prog, symbols []elf.Symbol) (Sizes, error) {
	var s Sizes
	for _, sec := range sections {
		if sec.Flags&elf.SHF_ALLOC != 0 && sec.Name != ".types" { // addresses without memory
			*s.part(sec) += int(sec.Size)
		}
	}
	var start, end uint64
	for _, sym := range symbols {
		switch sym.Name {
		case "_window_start":
			start = sym.Value
		case "_window_end":
			end = sym.Value
		}
		if i := int(sym.Section); i < len(sections) && sections[i].Name == ".types" &&
			elf.ST_TYPE(sym.Info) == elf.STT_OBJECT && !strings.HasPrefix(sym.Name, "reflect/types.") {
			return Sizes{}, fmt.Errorf("%s has an address but no memory, as if it described a type", sym.Name)
		}
	}
	if end <= start {
		return Sizes{}, fmt.Errorf("window from %#x to %#x: not laid out by our linker script", start, end)
	}
	s.Window = int(end - start)
	for _, p := range segments {
		if p.Type == elf.PT_LOAD {
			s.Loaded += int(p.Filesz)
			s.Used = max(s.Used, int(p.Vaddr+p.Memsz-start))
		}
	}
	return s, nil
}

// part is the field that a section counts towards.
func (s *Sizes) part(sec *elf.Section) *int {
	switch {
	case sec.Name == ".stack" || sec.Name == ".trapstack":
		return &s.Stack
	case sec.Name == ".low":
		return &s.Below
	case sec.Flags&elf.SHF_EXECINSTR != 0:
		return &s.Code
	case sec.Type == elf.SHT_NOBITS:
		return &s.BSS
	case sec.Name == ".rodata":
		return &s.Rodata
	default:
		return &s.Data
	}
}
