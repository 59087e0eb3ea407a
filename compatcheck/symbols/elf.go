package symbols

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// What of ELF is needed (System V ABI, chapter 4).
const (
	elfMagic   = "\x7fELF"
	class64    = 2
	bigEndian  = 2
	symtab     = 2  // type of a section: the symbols that a linker needs
	dynsym     = 11 // likewise, those that the loader of a finished program needs
	undefined  = 0  // the section of a symbol that the object has not
	bindLocal  = 0
	shnumField = 1 // a number of sections that does not fit its field stands in the first section
)

// slimLTO is what GCC defines in an object that holds no machine code, and hence not all symbols.
const slimLTO = "__gnu_lto_slim"

// image is an ELF file, whose parts are read with view.
type image struct {
	file  []byte
	order binary.ByteOrder
	wide  bool // of class ELFCLASS64
}

// view is n bytes of the file from off on; ok is false where the file has not so many.
func (m *image) view(off, n uint64) (b []byte, ok bool) {
	if off > uint64(len(m.file)) || n > uint64(len(m.file))-off {
		return nil, false
	}
	return m.file[off : off+n], true
}

// word reads an address or a length: the offset is narrow in ELFCLASS32 and wide in ELFCLASS64.
func (m *image) word(b []byte, narrow, wide int) uint64 {
	if m.wide {
		return m.order.Uint64(b[wide:])
	}
	return uint64(m.order.Uint32(b[narrow:]))
}

// pick is narrow in ELFCLASS32 and wide in ELFCLASS64.
func (m *image) pick(narrow, wide uint64) uint64 {
	if m.wide {
		return wide
	}
	return narrow
}

// section is what of a section's header counts here.
type section struct {
	typ, link            uint32
	offset, size, record uint64
}

// sections are the table of sections of a file whose header is all there.
type sections struct {
	*image
	at, entry, n uint64
}

// section reads a header; ok is false where there is none.
func (s *sections) section(i uint64) (h section, ok bool) {
	if i >= s.n || i >= uint64(len(s.file)) {
		return h, false
	}
	b, ok := s.view(s.at+i*s.entry, s.pick(40, 64))
	if !ok {
		return h, false
	}
	h = section{typ: s.order.Uint32(b[4:]), offset: s.word(b, 16, 24), size: s.word(b, 20, 32), record: s.word(b, 36, 56)}
	h.link = s.order.Uint32(b[s.pick(24, 40):])
	return h, true
}

// readELF reads the symbols of an object file.
func readELF(name string, file []byte) (Object, error) {
	o := Object{Name: name}
	s, err := openELF(file)
	if err != nil {
		return o, fmt.Errorf("%s: %w", name, err)
	}
	table, ok := s.find(symtab)
	if !ok {
		table, ok = s.find(dynsym)
	}
	if !ok {
		return o, nil // without symbols: it has none and wants none
	}
	if err := s.symbols(&o, table); err != nil {
		return Object{Name: name}, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// openELF checks the file's header and finds the table of sections.
func openELF(file []byte) (*sections, error) {
	if len(file) < 16 {
		return nil, fmt.Errorf("%d bytes: too short for an ELF file", len(file))
	}
	class, data := file[4], file[5]
	if class != 1 && class != class64 || data != 1 && data != bigEndian {
		return nil, fmt.Errorf("ELF of class %d and byte order %d: there is 1 and 2 of either", class, data)
	}
	m := &image{file: file, order: binary.LittleEndian, wide: class == class64}
	if data == bigEndian {
		m.order = binary.BigEndian
	}
	b, ok := m.view(0, m.pick(52, 64))
	if !ok {
		return nil, fmt.Errorf("%d bytes: too short for the header of an ELF file", len(file))
	}
	s := &sections{image: m, at: m.word(b, 32, 40)}
	s.entry = uint64(m.order.Uint16(b[m.pick(46, 58):]))
	s.n = uint64(m.order.Uint16(b[m.pick(48, 60):]))
	if s.at == 0 {
		return s, nil
	}
	if s.entry < m.pick(40, 64) || s.at > uint64(len(file)) {
		return nil, fmt.Errorf("its table of sections is broken: entries of %d bytes from %d on", s.entry, s.at)
	}
	if s.n == 0 {
		s.n = shnumField
		first, ok := s.section(0)
		if !ok {
			return nil, fmt.Errorf("its table of sections lies beyond its end, %d bytes", len(file))
		}
		s.n = first.size
	}
	return s, nil
}

// find is the first section of a type.
func (s *sections) find(typ uint32) (section, bool) {
	for i := range s.n {
		h, ok := s.section(i)
		if !ok {
			break
		}
		if h.typ == typ {
			return h, true
		}
	}
	return section{}, false
}

// symbols sorts the global symbols of a table into what the object has and what it wants.
func (s *sections) symbols(o *Object, table section) error {
	entries, ok := s.view(table.offset, table.size)
	least := s.pick(16, 24)
	if !ok || table.record < least {
		return fmt.Errorf("its table of symbols is broken: %d bytes from %d on, %d each", table.size, table.offset, table.record)
	}
	link, ok := s.section(uint64(table.link))
	if !ok {
		return fmt.Errorf("its symbols have their names in section %d, which it has not", table.link)
	}
	names, ok := s.view(link.offset, link.size)
	if !ok {
		return fmt.Errorf("its symbols' names lie beyond its end: %d bytes from %d on", link.size, link.offset)
	}
	for ; uint64(len(entries)) >= table.record; entries = entries[table.record:] {
		info := entries[s.pick(12, 4)]
		if info>>4 == bindLocal {
			continue
		}
		name, err := nameAt(names, s.order.Uint32(entries))
		if err != nil {
			return err
		}
		switch {
		case name == "":
		case s.order.Uint16(entries[s.pick(14, 6):]) != undefined:
			if name == slimLTO {
				o.Defined, o.Wanted, o.Skipped = nil, nil, "GCC's intermediate code without machine code: compile with -ffat-lto-objects"
				return nil
			}
			o.Defined = append(o.Defined, name)
		default:
			o.Wanted = append(o.Wanted, name)
		}
	}
	return nil
}

// nameAt is the name that begins at a place in a table of strings; "" for one that is too long to be of interest.
func nameAt(names []byte, at uint32) (string, error) {
	if uint64(at) >= uint64(len(names)) {
		return "", fmt.Errorf("a symbol has its name at %d of %d bytes of names", at, len(names))
	}
	rest := names[at:]
	end := bytes.IndexByte(rest[:min(len(rest), longest)], 0)
	if end < 0 {
		return "", nil
	}
	return string(rest[:end]), nil
}
