package chip

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// Symbols name addresses.
type Symbols []elf.Symbol

// ReadSymbols reads those of an ELF file, by address.
func ReadSymbols(path string) (Symbols, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("symbols: %w", err)
	}
	defer f.Close()
	all, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("symbols of %s: %w", path, err)
	}
	all = slices.DeleteFunc(all, func(s elf.Symbol) bool {
		kind := elf.ST_TYPE(s.Info)
		return kind != elf.STT_FUNC && kind != elf.STT_OBJECT && kind != elf.STT_NOTYPE || s.Section == elf.SHN_UNDEF ||
			s.Section >= elf.SHN_LORESERVE || s.Name == "" || strings.HasPrefix(s.Name, ".L")
	})
	slices.SortStableFunc(all, func(a, b elf.Symbol) int {
		if a.Value != b.Value {
			return int(int64(a.Value) - int64(b.Value))
		}
		return int(int64(a.Size) - int64(b.Size)) // those with a size are the better names
	})
	return all, nil
}

// Name is the address, and where it lies: "0x4ff40010 (main.main+0x4)".
func (s Symbols) Name(address uint32) string {
	name, off := s.find(address)
	switch {
	case name == "":
		return fmt.Sprintf("0x%08x", address)
	case off == 0:
		return fmt.Sprintf("0x%08x (%s)", address, name)
	}
	return fmt.Sprintf("0x%08x (%s+0x%x)", address, name, off)
}

// Function is the name of what an address lies in, empty where nobody knows.
func (s Symbols) Function(address uint32) string {
	name, _ := s.find(address)
	return name
}

// find is the symbol at or before an address, and how far before.
func (s Symbols) find(address uint32) (name string, off uint64) {
	i, _ := slices.BinarySearchFunc(s, uint64(address)+1, func(e elf.Symbol, a uint64) int {
		if e.Value < a {
			return -1
		}
		return 1
	})
	if i == 0 {
		return "", 0
	}
	e := s[i-1]
	off = uint64(address) - e.Value
	if e.Size == 0 && off > anonymous || e.Size != 0 && off >= e.Size {
		return "", 0
	}
	return e.Name, off
}

// anonymous is how far behind a symbol without a size, of assembly, its name is still told.
const anonymous = 0x100
