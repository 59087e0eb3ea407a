package image

import (
	"debug/elf"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMeasure(t *testing.T) {
	section := func(name string, kind elf.SectionType, flags elf.SectionFlag, size uint64) *elf.Section {
		return &elf.Section{SectionHeader: elf.SectionHeader{Name: name, Type: kind, Flags: flags, Size: size}}
	}
	segment := func(kind elf.ProgType, addr, stored, size uint64) *elf.Prog {
		return &elf.Prog{ProgHeader: elf.ProgHeader{Type: kind, Vaddr: addr, Filesz: stored, Memsz: size}}
	}
	const alloc = elf.SHF_ALLOC
	sections := []*elf.Section{
		section(".text", elf.SHT_PROGBITS, alloc|elf.SHF_EXECINSTR, 1000),
		section(".rodata", elf.SHT_PROGBITS, alloc|elf.SHF_MERGE, 200),
		section(".stack", elf.SHT_NOBITS, alloc, 4096),
		section(".data", elf.SHT_PROGBITS, alloc|elf.SHF_WRITE, 30),
		section(".bss", elf.SHT_NOBITS, alloc|elf.SHF_WRITE, 500),
		section(".trapstack", elf.SHT_NOBITS, alloc|elf.SHF_WRITE, 64),
		section(".low", elf.SHT_NOBITS, alloc|elf.SHF_WRITE, 700),
		section(".types", elf.SHT_NOBITS, alloc, 3000),
		section(".debug_info", elf.SHT_PROGBITS, 0, 99999),
	}
	segments := []*elf.Prog{
		segment(elf.PT_LOAD, 0x8000_0000, 1204, 1204),
		segment(elf.PT_LOAD, 0x8000_1000, 0, 4096),
		segment(elf.PT_LOAD, 0x8000_2000, 30, 600),
		segment(elf.PT_NOTE, 0x9000_0000, 7777, 7777),
	}
	window := []elf.Symbol{{Name: "_window_start", Value: 0x8000_0000}, {Name: "_window_end", Value: 0x8004_0000}}

	s, err := measure(sections, segments, window)
	require.NoError(t, err)
	require.Equal(t, "bytes=1234 flash=1230 ram=5390 code=1000 rodata=200 data=30 bss=500 stack=4160 below=700 "+
		"used=8792 window=262144", s.String())

	const object = byte(elf.STT_OBJECT)
	_, err = measure(sections, segments, append(window, elf.Symbol{Name: "reflect/types.type:x", Info: object, Section: 7}))
	require.NoError(t, err)
	_, err = measure(sections, segments, append(window, elf.Symbol{Name: "greeting", Info: object, Section: 7}))
	require.EqualError(t, err, "greeting has an address but no memory, as if it described a type")
	_, err = measure(sections, segments, window[:1])
	require.EqualError(t, err, "window from 0x80000000 to 0x0: not laid out by our linker script")
}

func TestReadSizesOfNoImage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.elf")
	_, err := ReadSizes(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("not an ELF file, but long enough to be one"), 0o666))
	_, err = ReadSizes(path)
	require.ErrorContains(t, err, "image: sizes of "+path+": bad magic number")
}
